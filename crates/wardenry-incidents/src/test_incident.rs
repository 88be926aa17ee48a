//! Sound incidents to vary in tests.

use std::time::Duration;

use wardenry_core::time::Timestamp;

use crate::model::{
    Alert, AlertStatus, AntivirusStatus, DetectionSource, Device, Entity, Evidence, File, HealthStatus,
    Incident, IncidentId, IncidentStatus, InvestigationState, OnboardingStatus, Process, RemediationStatus,
    RiskScore, ServiceSource, Severity, Verdict,
};

/// When the incidents of tests are created: 2026-02-03T07:15:00Z.
pub const CREATED: Timestamp = Timestamp::from_unix_secs(1_770_102_900);

/// An active incident without alerts, created at [`CREATED`].
pub fn incident(id: i64) -> Incident {
    Incident {
        id: IncidentId::from_number(id),
        name: format!("Incident {id}"),
        created: CREATED,
        last_updated: CREATED,
        assigned_to: None,
        classification: None,
        determination: None,
        status: IncidentStatus::Active,
        redirected_to: None,
        severity: Severity::Medium,
        tags: Vec::new(),
        comments: Vec::new(),
        alerts: Vec::new(),
    }
}

/// An endpoint alert with one device and one process on it.
pub fn alert(id: &str) -> Alert {
    let device = device('a');
    Alert {
        id: id.to_owned(),
        provider_id: id.to_owned(),
        service_source: ServiceSource::Endpoint,
        created: CREATED,
        last_updated: CREATED.plus(Duration::from_secs(60)),
        resolved: None,
        first_activity: CREATED.minus(Duration::from_secs(90)),
        last_activity: CREATED.minus(Duration::from_secs(30)),
        title: "Process memory of a security service was read".to_owned(),
        description: "A process opened a service that holds credentials and read its memory.".to_owned(),
        category: "CredentialAccess".to_owned(),
        status: AlertStatus::New,
        severity: Severity::High,
        investigation_id: None,
        investigation_state: InvestigationState::UnsupportedAlertType,
        classification: None,
        determination: None,
        detection_source: DetectionSource::EndpointDetection,
        detector_id: Some("11111111-2222-4333-8444-555555555555".to_owned()),
        assigned_to: None,
        actor_name: None,
        threat_family_name: None,
        mitre_techniques: vec!["T1003.001".to_owned()],
        entities: vec![process_on(&device)],
        devices: vec![device],
    }
}

/// A healthy Windows device whose id is this hexadecimal digit, forty times.
///
/// # Panics
///
/// When the letter is no hexadecimal digit.
pub fn device(digit: char) -> Device {
    Device {
        id: digit.to_string().repeat(40).parse().expect("the caller passes a hexadecimal digit"),
        directory_id: None,
        dns_name: format!("ws-{digit}.example.org"),
        os_platform: "Windows11".to_owned(),
        os_version: "23H2".to_owned(),
        os_processor: "x64".to_owned(),
        os_build: Some(22631),
        health_status: HealthStatus::Active,
        risk_score: RiskScore::High,
        rbac_group_name: None,
        rbac_group_id: None,
        first_seen: CREATED.minus(Duration::from_secs(90 * 86_400)),
        tags: vec!["lab".to_owned()],
        antivirus_status: Some(AntivirusStatus::Updated),
        onboarding_status: Some(OnboardingStatus::Onboarded),
        virtual_machine: None,
    }
}

fn process_on(device: &Device) -> Entity {
    Entity {
        created: Some(CREATED),
        verdict: Some(Verdict::Suspicious),
        remediation_status: Some(RemediationStatus::None),
        device_id: Some(device.id.clone()),
        evidence: Evidence::Process(Process {
            image: File {
                name: Some("tool.exe".to_owned()),
                path: Some("C:\\Temp".to_owned()),
                ..File::default()
            },
            id: 4242,
            command_line: Some("tool.exe dump".to_owned()),
            created: Some(CREATED.minus(Duration::from_secs(30))),
            parent_id: Some(900),
            parent_created: None,
            account: crate::model::Account::default(),
        }),
    }
}
