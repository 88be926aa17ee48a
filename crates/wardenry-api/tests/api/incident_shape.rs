//! The exact text of incidents: names, order, nulls.

use std::time::Duration;

use wardenry_incidents::model::{
    Classification, Comment, Determination, Device, Entity, Evidence, Incident, IncidentStatus, MailCluster,
    MailMessage, Mailbox, RegistryValue, Severity, VirtualMachine,
};
use wardenry_incidents::test_incident::{CREATED, alert, incident};

use crate::test_api::TestApi;

async fn text_of(incident: Incident) -> String {
    let id = incident.id;
    let answer = TestApi::with(&[incident], &[]).await.get(&format!("/api/incidents/{id}")).await;
    let context = "{\"@odata.context\":\"https://localhost:8443/api/$metadata#Incidents/$entity\",";
    answer.text.strip_prefix(context).unwrap().to_owned()
}

/// Joins the lines of a readable JSON text.
fn joined(text: &str) -> String {
    text.lines().map(str::trim_start).collect()
}

#[tokio::test]
async fn an_untouched_incident_says_unknown_and_null() {
    let expected = joined(
        r#"
        "incidentId":7,
        "incidentUri":"https://localhost:8443/portal/incidents/7?tid=a1a1a1a1-0000-4000-8000-000000000001",
        "redirectIncidentId":null,
        "incidentName":"Incident 7",
        "createdTime":"2026-02-03T07:15:00Z",
        "lastUpdateTime":"2026-02-03T07:15:00Z",
        "assignedTo":null,
        "classification":"Unknown",
        "determination":"NotAvailable",
        "status":"Active",
        "severity":"Medium",
        "tags":[],
        "comments":[],
        "alerts":[]}"#,
    );
    assert_eq!(text_of(incident(7)).await, expected);
}

#[tokio::test]
async fn a_whole_incident_has_every_member_in_order() {
    let subject = Incident {
        assigned_to: Some("analyst@example.org".to_owned()),
        classification: Some(Classification::FalsePositive),
        determination: Some(Determination::NoEnoughDataToValidate),
        status: IncidentStatus::InProgress,
        severity: Severity::UnSpecified,
        tags: vec!["lab".to_owned()],
        comments: vec![Comment {
            text: "host isolated".to_owned(),
            author: "analyst@example.org".to_owned(),
            created: CREATED.plus(Duration::from_millis(500)),
        }],
        alerts: vec![alert("da639000000000000001_-12345")],
        ..incident(4711)
    };
    let expected = joined(
        r#"
        "incidentId":4711,
        "incidentUri":"https://localhost:8443/portal/incidents/4711?tid=a1a1a1a1-0000-4000-8000-000000000001",
        "redirectIncidentId":null,
        "incidentName":"Incident 4711",
        "createdTime":"2026-02-03T07:15:00Z",
        "lastUpdateTime":"2026-02-03T07:15:00Z",
        "assignedTo":"analyst@example.org",
        "classification":"FalsePositive",
        "determination":"NoEnoughDataToValidate",
        "status":"InProgress",
        "severity":"UnSpecified",
        "tags":["lab"],
        "comments":[{"comment":"host isolated","createdBy":"analyst@example.org","createdTime":"2026-02-03T07:15:00.5Z"}],
        "alerts":[{
        "alertId":"da639000000000000001_-12345",
        "providerAlertId":"da639000000000000001_-12345",
        "incidentId":4711,
        "serviceSource":"MicrosoftDefenderForEndpoint",
        "creationTime":"2026-02-03T07:15:00Z",
        "lastUpdatedTime":"2026-02-03T07:16:00Z",
        "resolvedTime":null,
        "firstActivity":"2026-02-03T07:13:30Z",
        "lastActivity":"2026-02-03T07:14:30Z",
        "title":"Process memory of a security service was read",
        "description":"A process opened a service that holds credentials and read its memory.",
        "category":"CredentialAccess",
        "status":"New",
        "severity":"High",
        "investigationId":null,
        "investigationState":"UnsupportedAlertType",
        "classification":null,
        "determination":null,
        "detectionSource":"WindowsDefenderAtp",
        "detectorId":"11111111-2222-4333-8444-555555555555",
        "assignedTo":null,
        "actorName":null,
        "threatFamilyName":null,
        "mitreTechniques":["T1003.001"],
        "devices":[{
        "mdatpDeviceId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "aadDeviceId":null,
        "deviceDnsName":"ws-a.example.org",
        "osPlatform":"Windows11",
        "version":"23H2",
        "osProcessor":"x64",
        "osBuild":22631,
        "healthStatus":"Active",
        "riskScore":"High",
        "rbacGroupName":null,
        "firstSeen":"2025-11-05T07:15:00Z",
        "tags":["lab"],
        "defenderAvStatus":"Updated",
        "onboardingStatus":"Onboarded",
        "vmMetadata":null}],
        "entities":[{
        "entityType":"Process",
        "evidenceCreationTime":"2026-02-03T07:15:00Z",
        "verdict":"Suspicious",
        "remediationStatus":"None",
        "fileName":"tool.exe",
        "filePath":"C:\\Temp",
        "processId":4242,
        "processCommandLine":"tool.exe dump",
        "processCreationTime":"2026-02-03T07:14:30Z",
        "parentProcessId":900,
        "deviceId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}]}]}"#,
    );
    assert_eq!(text_of(subject).await, expected);
}

#[tokio::test]
async fn entities_carry_what_belongs_to_their_type_and_no_nulls() {
    let some = |text: &str| Some(text.to_owned());
    let evidence = vec![
        Evidence::Url { url: "https://x.example".to_owned() },
        Evidence::Mailbox(Mailbox {
            address: "ana@example.org".to_owned(),
            display_name: some("Ana"),
            account: wardenry_incidents::model::Account {
                directory_id: Some(uuid::uuid!("33333333-3333-4333-8333-333333333333")),
                user_principal_name: some("ana@example.org"),
                ..Default::default()
            },
        }),
        Evidence::MailMessage(MailMessage {
            user_principal_name: None,
            sender: "s@example.net".to_owned(),
            recipient: "ana@example.org".to_owned(),
            subject: "Hi".to_owned(),
            delivery_action: some("Delivered"),
            internet_message_id: some("<1@example.net>"),
        }),
        Evidence::MailCluster(MailCluster {
            cluster_by: "Subject".to_owned(),
            cluster_by_value: some("Hi"),
            email_count: Some(3),
        }),
        Evidence::SecurityGroup { id: "g".to_owned(), name: "Admins".to_owned() },
        Evidence::Registry(RegistryValue {
            hive: "HKEY_CURRENT_USER".to_owned(),
            key: "Run".to_owned(),
            value_type: None,
            value: some("x"),
        }),
        Evidence::Ip { address: "203.0.113.7".to_owned() },
    ];
    let entity = |evidence| Entity {
        created: None,
        verdict: None,
        remediation_status: None,
        device_id: None,
        evidence,
    };
    let mut alert = alert("da1");
    alert.entities = evidence.into_iter().map(entity).collect();
    let text = text_of(Incident { alerts: vec![alert], ..incident(1) }).await;
    let expected = joined(
        r#""entities":[
        {"entityType":"Url","url":"https://x.example"},
        {"entityType":"Mailbox","aadUserId":"33333333-3333-4333-8333-333333333333",
        "userPrincipalName":"ana@example.org","mailboxDisplayName":"Ana","mailboxAddress":"ana@example.org"},
        {"entityType":"MailMessage","sender":"s@example.net","recipient":"ana@example.org","subject":"Hi",
        "deliveryAction":"Delivered","internetMessageId":"<1@example.net>"},
        {"entityType":"MailCluster","clusterBy":"Subject","clusterByValue":"Hi","emailCount":3},
        {"entityType":"SecurityGroup","securityGroupId":"g","securityGroupName":"Admins"},
        {"entityType":"Registry","registryHive":"HKEY_CURRENT_USER","registryKey":"Run","registryValue":"x"},
        {"entityType":"Ip","ipAddress":"203.0.113.7"}]"#,
    );
    assert!(text.contains(&expected), "{text}");
}

#[tokio::test]
async fn a_virtual_machine_says_where_it_runs() {
    let mut alert = alert("da1");
    alert.devices[0] = Device {
        rbac_group_id: Some(12),
        virtual_machine: Some(VirtualMachine {
            vm_id: "v".to_owned(),
            cloud_provider: "Azure".to_owned(),
            resource_id: "r".to_owned(),
            subscription_id: "s".to_owned(),
        }),
        ..alert.devices[0].clone()
    };
    let text = text_of(Incident { alerts: vec![alert], ..incident(1) }).await;
    assert!(text.contains(r#""rbacGroupName":null,"rbacGroupId":12,"firstSeen""#), "{text}");
    let machine =
        r#""vmMetadata":{"vmId":"v","cloudProvider":"Azure","resourceId":"r","subscriptionId":"s"}"#;
    assert!(text.contains(machine), "{text}");
}
