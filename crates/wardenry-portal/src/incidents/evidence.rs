//! Evidence in words: what names it, what is known of it, and when two pieces are the same.

use std::collections::BTreeMap;

use wardenry_core::time::Timestamp;
use wardenry_incidents::model::{
    Account, Alert, DeviceId, EntityType, Evidence, File, Incident, RemediationStatus, Verdict,
};

/// A piece of evidence of an incident, with the alerts that it belongs to.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    pub(super) evidence: &'a Evidence,
    /// The name of the device it was found on.
    pub(super) device: Option<&'a str>,
    /// The worst that any alert says of it.
    pub(super) verdict: Option<Verdict>,
    pub(super) remediation: Option<RemediationStatus>,
    /// Places in the incident's list of alerts.
    pub(super) alerts: Vec<usize>,
}

/// The pieces of an incident by kind, each once, in the order in which they appear.
pub(super) fn by_kind(incident: &Incident) -> Vec<(EntityType, Vec<Piece<'_>>)> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut places: BTreeMap<(String, Option<&str>), usize> = BTreeMap::new();
    for (place, alert) in incident.alerts.iter().enumerate() {
        for entity in &alert.entities {
            let device = entity.device_id.as_ref().and_then(|id| device_name(alert, id));
            let known = places.entry((identity(&entity.evidence), device)).or_insert(pieces.len());
            if *known == pieces.len() {
                pieces.push(Piece {
                    evidence: &entity.evidence,
                    device,
                    verdict: entity.verdict,
                    remediation: entity.remediation_status,
                    alerts: Vec::new(),
                });
            }
            let piece = &mut pieces[*known];
            if !piece.alerts.contains(&place) {
                piece.alerts.push(place);
            }
            if weight(entity.verdict) > weight(piece.verdict) {
                piece.verdict = entity.verdict;
            }
        }
    }
    let mut kinds: Vec<(EntityType, Vec<Piece<'_>>)> = Vec::new();
    for piece in pieces {
        let kind = piece.evidence.entity_type();
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, of_kind)) => of_kind.push(piece),
            None => kinds.push((kind, vec![piece])),
        }
    }
    kinds.sort_by_key(|(kind, _)| EntityType::ALL.iter().position(|word| word == kind));
    kinds
}

fn weight(verdict: Option<Verdict>) -> u8 {
    match verdict {
        None => 0,
        Some(Verdict::Unknown) => 1,
        Some(Verdict::NoThreatsFound) => 2,
        Some(Verdict::Suspicious) => 3,
        Some(Verdict::Malicious) => 4,
    }
}

fn device_name<'a>(alert: &'a Alert, id: &DeviceId) -> Option<&'a str> {
    alert.devices.iter().find(|device| device.id == *id).map(|device| device.dns_name.as_str())
}

/// The heading of a kind.
pub(super) fn plural(kind: EntityType) -> &'static str {
    match kind {
        EntityType::User => "Users",
        EntityType::Ip => "IP addresses",
        EntityType::Url => "URLs",
        EntityType::File => "Files",
        EntityType::Process => "Processes",
        EntityType::Mailbox => "Mailboxes",
        EntityType::MailMessage => "Mail messages",
        EntityType::MailCluster => "Mail clusters",
        EntityType::SecurityGroup => "Security groups",
        EntityType::Registry => "Registry values",
    }
}

/// What names a piece.
pub(super) fn name(evidence: &Evidence) -> String {
    match evidence {
        Evidence::User(account) => account_name(account).unwrap_or_else(|| "Unknown account".to_owned()),
        Evidence::Ip { address } => address.clone(),
        Evidence::Url { url } => url.clone(),
        Evidence::File(file) => file_name(file),
        Evidence::Process(process) => format!("{} ({})", file_name(&process.image), process.id),
        Evidence::Mailbox(mailbox) => mailbox.address.clone(),
        Evidence::MailMessage(message) => message.subject.clone(),
        Evidence::MailCluster(cluster) => {
            cluster.cluster_by_value.clone().unwrap_or_else(|| cluster.cluster_by.clone())
        }
        Evidence::SecurityGroup { name, .. } => name.clone(),
        Evidence::Registry(value) => format!("{}\\{}", value.hive, value.key),
    }
}

fn account_name(account: &Account) -> Option<String> {
    account.user_principal_name.clone().or_else(|| {
        let name = account.account_name.as_ref()?;
        Some(account.domain_name.as_ref().map_or_else(|| name.clone(), |domain| format!("{domain}\\{name}")))
    })
}

fn file_name(file: &File) -> String {
    let hash = || file.sha256.clone().or_else(|| file.sha1.clone());
    file.name.clone().or_else(hash).unwrap_or_else(|| "Unknown file".to_owned())
}

/// What else is known of a piece: label and text.
pub(super) fn facts(evidence: &Evidence) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut add = |label, value: Option<String>| facts.extend(value.map(|value| (label, value)));
    match evidence {
        Evidence::User(account) => {
            add("SID", account.sid.clone());
            add("Object ID", account.directory_id.map(|id| id.to_string()));
        }
        Evidence::Ip { .. } | Evidence::Url { .. } => {}
        Evidence::File(file) => {
            add("Folder", file.path.clone());
            add("SHA-1", file.sha1.clone());
            add("SHA-256", file.sha256.clone());
        }
        Evidence::Process(process) => {
            add("Command line", process.command_line.clone());
            add("Folder", process.image.path.clone());
            add("Account", account_name(&process.account));
            add("Started", process.created.map(Timestamp::to_error_stamp));
            add("Parent process", process.parent_id.map(|id| id.to_string()));
            add("SHA-256", process.image.sha256.clone());
        }
        Evidence::Mailbox(mailbox) => {
            add("Name", mailbox.display_name.clone());
            add("Account", account_name(&mailbox.account));
        }
        Evidence::MailMessage(message) => {
            add("From", Some(message.sender.clone()));
            add("To", Some(message.recipient.clone()));
            add("Delivery", message.delivery_action.clone());
            add("Message-ID", message.internet_message_id.clone());
        }
        Evidence::MailCluster(cluster) => {
            add("In common", Some(cluster.cluster_by.clone()));
            add("Messages", cluster.email_count.map(|count| count.to_string()));
        }
        Evidence::SecurityGroup { id, .. } => add("Group ID", Some(id.clone())),
        Evidence::Registry(value) => {
            add("Value", value.value.clone());
            add("Type", value.value_type.clone());
        }
    }
    facts
}

/// What makes two pieces on one device the same.
fn identity(evidence: &Evidence) -> String {
    match evidence {
        Evidence::File(file) => format!(
            "file {} {} {}",
            file.sha256.as_deref().or(file.sha1.as_deref()).unwrap_or_default(),
            file.path.as_deref().unwrap_or_default(),
            file.name.as_deref().unwrap_or_default()
        ),
        Evidence::Process(process) => {
            let started = process.created.map(Timestamp::unix_ticks).unwrap_or_default();
            format!("process {} {started} {}", process.id, file_name(&process.image))
        }
        Evidence::MailMessage(message) => {
            let id = message.internet_message_id.as_deref().unwrap_or(&message.subject);
            format!("mail {id} {}", message.recipient)
        }
        Evidence::Registry(value) => {
            format!("registry {}\\{} {}", value.hive, value.key, value.value.as_deref().unwrap_or_default())
        }
        Evidence::SecurityGroup { id, .. } => format!("group {id}"),
        other => format!("{} {}", other.entity_type(), name(other).to_lowercase()),
    }
}
