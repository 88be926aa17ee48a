//! An incident in which nothing is left out.

use uuid::uuid;

use crate::model::{
    Account, Alert, AlertStatus, Classification, Comment, Determination, Device, Entity, Evidence, File,
    Incident, IncidentId, IncidentStatus, MailCluster, MailMessage, Mailbox, Process, RegistryValue,
    RemediationStatus, ServiceSource, Verdict, VirtualMachine,
};
use crate::test_incident::{CREATED, alert, device, incident};

#[expect(clippy::unnecessary_wraps, reason = "every use is an optional field that is set here")]
fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn account() -> Account {
    Account {
        account_name: text("ana"),
        domain_name: text("EXAMPLE"),
        sid: text("S-1-5-21-1-2-3-1001"),
        directory_id: Some(uuid!("33333333-3333-4333-8333-333333333333")),
        user_principal_name: text("ana@example.org"),
    }
}

fn file() -> File {
    File {
        sha1: Some("ab".repeat(20)),
        sha256: Some("cd".repeat(32)),
        name: text("tool \"x\".exe"),
        path: text("C:\\Users\\ana\\Straße"),
    }
}

fn every_evidence() -> Vec<Evidence> {
    vec![
        Evidence::User(account()),
        Evidence::User(Account::default()),
        Evidence::Ip { address: "203.0.113.7".to_owned() },
        Evidence::Url { url: "https://login.example.net/?a=1&b='2'".to_owned() },
        Evidence::File(file()),
        Evidence::Process(Process {
            image: file(),
            id: i64::from(u32::MAX),
            command_line: text("tool.exe -x 'y' \u{1F600}"),
            created: Some(CREATED),
            parent_id: Some(4),
            parent_created: Some(CREATED),
            account: account(),
        }),
        Evidence::Mailbox(Mailbox {
            address: "ana@example.org".to_owned(),
            display_name: text("Ana"),
            account: account(),
        }),
        Evidence::MailMessage(MailMessage {
            user_principal_name: text("ana@example.org"),
            sender: "x@example.net".to_owned(),
            recipient: "ana@example.org".to_owned(),
            subject: "Invoice".to_owned(),
            delivery_action: text("Delivered"),
            internet_message_id: text("<1@example.net>"),
        }),
        Evidence::MailCluster(MailCluster {
            cluster_by: "Subject;SenderIp".to_owned(),
            cluster_by_value: text("Invoice;203.0.113.7"),
            email_count: Some(12),
        }),
        Evidence::SecurityGroup { id: "g".to_owned(), name: "Admins".to_owned() },
        Evidence::Registry(RegistryValue {
            hive: "HKEY_LOCAL_MACHINE".to_owned(),
            key: "SOFTWARE\\Run".to_owned(),
            value_type: text("String"),
            value: text("tool.exe"),
        }),
    ]
}

fn whole_device() -> Device {
    Device {
        directory_id: Some(uuid!("44444444-4444-4444-8444-444444444444")),
        rbac_group_name: text("Workstations"),
        rbac_group_id: Some(12),
        tags: vec!["a".to_owned(), "b, c".to_owned()],
        virtual_machine: Some(VirtualMachine {
            vm_id: "vm".to_owned(),
            cloud_provider: "Azure".to_owned(),
            resource_id: "/subscriptions/s/vm".to_owned(),
            subscription_id: "s".to_owned(),
        }),
        ..device('b')
    }
}

fn whole_alert(id: &str) -> Alert {
    let devices = vec![
        whole_device(),
        Device { os_build: None, antivirus_status: None, onboarding_status: None, ..device('a') },
    ];
    let entity = |(index, evidence): (usize, Evidence)| Entity {
        created: (index % 2 == 0).then_some(CREATED),
        verdict: (index % 3 != 0).then_some(Verdict::Malicious),
        remediation_status: (index % 3 != 1).then_some(RemediationStatus::Blocked),
        device_id: (index % 4 == 0).then(|| devices[index / 4 % 2].id.clone()),
        evidence,
    };
    Alert {
        provider_id: "the-providers".to_owned(),
        service_source: ServiceSource::Office365,
        resolved: Some(CREATED),
        status: AlertStatus::Resolved,
        investigation_id: Some(77),
        classification: Some(Classification::TruePositive),
        determination: Some(Determination::Phishing),
        assigned_to: text("Automation"),
        actor_name: text("Somebody"),
        threat_family_name: text("Family"),
        mitre_techniques: vec!["T1566.001".to_owned(), "T1204".to_owned()],
        entities: every_evidence().into_iter().enumerate().map(entity).collect(),
        devices,
        ..alert(id)
    }
}

/// Every kind of evidence, every optional field once set and once not.
pub(super) fn whole_incident(id: i64) -> Incident {
    let comment = |text: &str| Comment {
        text: text.to_owned(),
        author: "ana@example.org".to_owned(),
        created: CREATED,
    };
    Incident {
        assigned_to: text("ana@example.org"),
        classification: Some(Classification::TruePositive),
        determination: Some(Determination::MultiStagedAttack),
        status: IncidentStatus::Redirected,
        redirected_to: Some(IncidentId::from_number(id + 1)),
        tags: vec!["one".to_owned(), "two; three".to_owned()],
        comments: vec![comment("z first"), comment("a second")],
        alerts: vec![
            whole_alert(&format!("fa{id}")),
            alert(&format!("da{id}")),
            Alert {
                detector_id: None,
                devices: Vec::new(),
                entities: Vec::new(),
                ..alert(&format!("ca{id}"))
            },
        ],
        ..incident(id)
    }
}
