//! Alerts of the incidents, and their evidence.

use serde_json::json;

use crate::event::Event;
use crate::incidents::{self, Alert, Entity};
use crate::stream::World;

pub(super) fn alerts(world: &World, events: &mut Vec<Event>) {
    for incident in incidents::of(world.customer.name) {
        for alert in &incident.alerts {
            let at = world.now - alert.created.0;
            events.push(Event::new("AlertInfo", at).with_texts([
                ("AlertId", &alert.id),
                ("Title", &alert.title),
                ("Category", &alert.category),
                ("Severity", &alert.severity),
                ("ServiceSource", service(&alert.service_source)),
                ("DetectionSource", detection(&alert.detection_source)),
                ("AttackTechniques", &json!(alert.mitre_techniques).to_string()),
            ]));
            for name in &alert.devices {
                let machine = evidence(alert, "Machine", "Impacted", at);
                events.push(on_device(world, machine, name).with_json_text("AdditionalFields", &json!({})));
            }
            for entity in &alert.entities {
                events.push(of_entity(world, alert, entity, at));
            }
        }
    }
}

fn evidence(alert: &Alert, kind: &str, role: &str, at: i64) -> Event {
    Event::new("AlertEvidence", at).with_texts([
        ("AlertId", &alert.id),
        ("Title", &alert.title),
        ("Categories", &json!([alert.category]).to_string()),
        ("AttackTechniques", &json!(alert.mitre_techniques).to_string()),
        ("Severity", &alert.severity),
        ("ServiceSource", service(&alert.service_source)),
        ("DetectionSource", detection(&alert.detection_source)),
        ("EntityType", kind),
        ("EvidenceRole", role),
        ("ThreatFamily", &alert.threat_family_name),
    ])
}

fn on_device(world: &World, event: Event, name: &str) -> Event {
    match world.fleet.device(name) {
        Some(device) => event.with_texts([
            ("DeviceId", &device.id),
            ("DeviceName", &device.name),
            ("LocalIP", &device.ip),
        ]),
        None => event,
    }
}

fn of_entity(world: &World, alert: &Alert, entity: &Entity, at: i64) -> Event {
    let (kind, role) = match entity.kind.as_str() {
        "Registry" => ("RegistryValue", "Related"),
        kind @ ("User" | "Mailbox") => (kind, "Impacted"),
        kind => (kind, "Related"),
    };
    let account = if entity.account_name.is_empty() {
        entity.mailbox_address.split('@').next().unwrap_or_default()
    } else {
        &entity.account_name
    };
    let event = evidence(alert, kind, role, at)
        .with_texts([
            ("FileName", &entity.file_name),
            ("FolderPath", &entity.file_path),
            ("SHA1", &entity.sha1),
            ("SHA256", &entity.sha256),
            ("RemoteIP", &entity.ip_address),
            ("RemoteUrl", &entity.url),
            ("AccountName", account),
            ("AccountDomain", &entity.domain_name),
            ("AccountSid", &entity.user_sid),
            ("AccountObjectId", &entity.aad_user_id),
            ("AccountUpn", &entity.user_principal_name),
            ("ProcessCommandLine", &entity.process_command_line),
            ("RegistryValueData", &entity.registry_value),
            ("EmailSubject", &entity.subject),
        ])
        .with_json_text(
            "AdditionalFields",
            &json!({"Verdict": entity.verdict, "DeliveryAction": entity.delivery_action}),
        );
    let event = if entity.registry_key.is_empty() {
        event
    } else {
        event.with("RegistryKey", format!(r"{}\{}", entity.registry_hive, entity.registry_key))
    };
    if entity.device.is_empty() { event } else { on_device(world, event, &entity.device) }
}

/// The source as hunting tables spell it.
fn service(source: &str) -> &str {
    match source {
        "MicrosoftDefenderForEndpoint" => "Microsoft Defender for Endpoint",
        "MicrosoftDefenderForOffice365" => "Microsoft Defender for Office 365",
        "MicrosoftCloudAppSecurity" => "Microsoft Defender for Cloud Apps",
        "AADIdentityProtection" => "AAD Identity Protection",
        other => other,
    }
}

fn detection(source: &str) -> &str {
    match source {
        "WindowsDefenderAtp" => "EDR",
        "WindowsDefenderAv" => "Antivirus",
        "OfficeATP" => "Microsoft Defender for Office 365",
        "MCAS" => "Microsoft Defender for Cloud Apps",
        "AAD" => "AAD Identity Protection",
        other => other,
    }
}
