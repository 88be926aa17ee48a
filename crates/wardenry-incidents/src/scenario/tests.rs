use super::*;
use crate::model::{Account, Entity, Evidence, File, Process, Verdict};

const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

#[derive(Debug, Deserialize)]
struct Scenario {
    incidents: Vec<IncidentSeed>,
}

const SCENARIO: &str = r#"
[[incidents]]
id = 4711
name = "Credential theft tool on one host"
created = "-2h"
updated = "-1h"
status = "inprogress"
severity = "High"
classification = "TruePositive"
determination = "CompromisedUser"
tags = ["lab"]
comments = [{ text = "host isolated", author = "ana@example.org", created = "-90m" }]

[[incidents.devices]]
id = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
dns_name = "ws-12.example.org"
os_platform = "Windows11"
os_version = "23H2"
os_build = 22631
first_seen = "-200d"

[[incidents.alerts]]
id = "fa0f8fad5b-d9cb-469f-a165-70867728950e"
service_source = "OfficeATP"
detection_source = "OfficeATP"
created = "-2h"
first_activity = "-3h"
title = "A title"
description = "A description."
category = "InitialAccess"
severity = "Medium"
devices = ["ws-12.example.org"]

[[incidents.alerts.entities]]
type = "Process"
verdict = "Suspicious"
device = "ws-12.example.org"
process_id = 4242
process_created = "-3h"
file_name = "tool.exe"
account_name = "ana"
"#;

fn seed_error(changed_from: &str, to: &str) -> String {
    assert!(SCENARIO.contains(changed_from), "{changed_from}");
    let text = SCENARIO.replacen(changed_from, to, 1);
    match toml::from_str::<Scenario>(&text) {
        Err(error) => error.to_string(),
        Ok(scenario) => scenario.incidents[0].at(NOW).unwrap_err().to_string(),
    }
}

#[test]
fn a_seed_becomes_an_incident_of_the_moment_of_loading() {
    let scenario: Scenario = toml::from_str(SCENARIO).unwrap();
    let hours_ago = |hours: i64| Timestamp::from_unix_secs(1_800_000_000 - hours * 3600);
    let device = Device {
        id: "a".repeat(40).parse().unwrap(),
        directory_id: None,
        dns_name: "ws-12.example.org".to_owned(),
        os_platform: "Windows11".to_owned(),
        os_version: "23H2".to_owned(),
        os_processor: "x64".to_owned(),
        os_build: Some(22631),
        health_status: HealthStatus::Active,
        risk_score: RiskScore::None,
        rbac_group_name: None,
        rbac_group_id: None,
        first_seen: hours_ago(200 * 24),
        tags: Vec::new(),
        antivirus_status: None,
        onboarding_status: None,
        virtual_machine: None,
    };
    let process = Entity {
        created: None,
        verdict: Some(Verdict::Suspicious),
        remediation_status: None,
        device_id: Some(device.id.clone()),
        evidence: Evidence::Process(Process {
            image: File { name: Some("tool.exe".to_owned()), ..File::default() },
            id: 4242,
            command_line: None,
            created: Some(hours_ago(3)),
            parent_id: None,
            parent_created: None,
            account: Account { account_name: Some("ana".to_owned()), ..Account::default() },
        }),
    };
    let alert = Alert {
        id: "fa0f8fad5b-d9cb-469f-a165-70867728950e".to_owned(),
        provider_id: "0f8fad5b-d9cb-469f-a165-70867728950e".to_owned(),
        service_source: ServiceSource::Office365,
        created: hours_ago(2),
        last_updated: hours_ago(2),
        resolved: None,
        first_activity: hours_ago(3),
        last_activity: hours_ago(3),
        title: "A title".to_owned(),
        description: "A description.".to_owned(),
        category: "InitialAccess".to_owned(),
        status: AlertStatus::New,
        severity: Severity::Medium,
        investigation_id: None,
        investigation_state: InvestigationState::UnsupportedAlertType,
        classification: None,
        determination: None,
        detection_source: DetectionSource::Office,
        detector_id: None,
        assigned_to: None,
        actor_name: None,
        threat_family_name: None,
        mitre_techniques: Vec::new(),
        devices: vec![device],
        entities: vec![process],
    };
    let incident = Incident {
        id: IncidentId::from_number(4711),
        name: "Credential theft tool on one host".to_owned(),
        created: hours_ago(2),
        last_updated: hours_ago(1),
        assigned_to: None,
        classification: Some(Classification::TruePositive),
        determination: Some(Determination::CompromisedAccount),
        status: IncidentStatus::InProgress,
        redirected_to: None,
        severity: Severity::High,
        tags: vec!["lab".to_owned()],
        comments: vec![Comment {
            text: "host isolated".to_owned(),
            author: "ana@example.org".to_owned(),
            created: NOW.minus(std::time::Duration::from_secs(5400)),
        }],
        alerts: vec![alert],
    };
    assert_eq!(scenario.incidents[0].at(NOW), Ok(incident));
}

#[test]
fn reading_errors_show_the_line_and_what_was_expected() {
    for (from, to, line, message) in [
        (
            "severity = \"High\"",
            "severity = \"Dire\"",
            "severity = \"Dire\"",
            "\"Dire\" is no severity; expected one of",
        ),
        (
            "created = \"-2h\"",
            "created = \"2h ago\"",
            "created = \"2h ago\"",
            "\"2h ago\": expected a time before",
        ),
        (
            "tags = [\"lab\"]",
            "labels = [\"lab\"]",
            "labels = [\"lab\"]",
            "unknown field `labels`, expected one of",
        ),
        ("id = \"AAAA", "id = \"ZAAA", "id = \"ZAAA", "not a device id of 40 hexadecimal digits"),
        ("name = \"Cred", "nome = \"Cred", "nome = \"Cred", "unknown field `nome`"),
        ("severity = \"High\"\n", "", "[[incidents]]", "missing field `severity`"),
    ] {
        let error = seed_error(from, to);
        assert!(error.contains(line) && error.contains(message), "{error}");
    }
}

#[test]
fn entity_errors_name_the_field_and_the_type() {
    for (from, to, message) in [
        ("type = \"Process\"", "type = \"Robot\"", "\"Robot\" is no entity type; expected one of User, Ip"),
        (
            "type = \"Process\"",
            "type = \"Url\"\nurl = \"https://x.example\"",
            "the field `account_name` does not belong to an entity of type Url",
        ),
        ("process_id = 4242\n", "", "an entity of type Process needs the field `process_id`"),
        ("file_name = \"tool.exe\"", "sha1 = \"12\"", "the field `sha1` takes 40 hexadecimal digits"),
        ("file_name = \"tool.exe\"", "filename = \"tool.exe\"", "unknown field `filename`, expected one of"),
    ] {
        let error = seed_error(from, to);
        assert!(error.contains(message), "{error}");
        assert!(error.contains("at line"), "{error}");
    }
}

#[test]
fn names_of_unknown_devices_are_shown_with_their_place() {
    assert_eq!(
        seed_error("devices = [\"ws-12.example.org\"]", "devices = [\"ws-13.example.org\"]"),
        "incident 4711, alerts[0].devices[0]: no device named \"ws-13.example.org\"; expected one of \"ws-12.example.org\""
    );
    assert_eq!(
        seed_error("device = \"ws-12.example.org\"", "device = \"x\""),
        "incident 4711, alerts[0].entities[0].device: no device named \"x\"; expected one of \"ws-12.example.org\""
    );
}

#[test]
fn contradictions_are_refused() {
    assert_eq!(seed_error("id = 4711", "id = 0"), "incident 0: `id` takes a positive number");
    assert_eq!(
        seed_error("status = \"inprogress\"", "status = \"Redirected\""),
        "incident 4711 contradicts itself"
    );
}
