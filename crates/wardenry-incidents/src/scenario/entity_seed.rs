//! Evidence as a scenario file writes it: one flat table whose `type` says which fields belong to it.

use std::fmt;

use serde::Deserialize;
use uuid::Uuid;
use wardenry_core::time::Timestamp;

use super::offset::Offset;
use super::text_form::{given, required};
use crate::model::DeviceId;
use crate::model::{
    Account, Entity, EntityType, Evidence, File, MailCluster, MailMessage, Mailbox, Process, RegistryValue,
    RemediationStatus, Verdict,
};

/// One piece of evidence.
///
/// Checked while it is read: a field that does not belong to the type and a missing one are errors.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "FlatEntity")]
pub struct EntitySeed {
    created: Option<Offset>,
    verdict: Option<Verdict>,
    remediation_status: Option<RemediationStatus>,
    /// The DNS name of one of the alert's devices.
    pub(super) device: Option<String>,
    evidence: EvidenceSeed,
}

/// As [`Evidence`], with the times of a process still relative.
#[derive(Debug, Clone, PartialEq, Eq)]
enum EvidenceSeed {
    Process { process: Process, created: Option<Offset>, parent_created: Option<Offset> },
    Other(Evidence),
}

impl EntitySeed {
    /// Makes the evidence of a scenario that is loaded at `now`, on the device that the seed's name means.
    pub(super) fn at(&self, now: Timestamp, device_id: Option<DeviceId>) -> Entity {
        let instant = |offset: Option<Offset>| offset.map(|offset| offset.before(now));
        Entity {
            created: instant(self.created),
            verdict: self.verdict,
            remediation_status: self.remediation_status,
            device_id,
            evidence: match &self.evidence {
                EvidenceSeed::Process { process, created, parent_created } => Evidence::Process(Process {
                    created: instant(*created),
                    parent_created: instant(*parent_created),
                    ..process.clone()
                }),
                EvidenceSeed::Other(evidence) => evidence.clone(),
            },
        }
    }
}

#[derive(Debug)]
enum EntityFault {
    Foreign { field: &'static str, entity_type: EntityType },
    Missing { field: &'static str, entity_type: EntityType },
    Hash { field: &'static str, digits: usize },
}

impl fmt::Display for EntityFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign { field, entity_type } => {
                write!(f, "the field `{field}` does not belong to an entity of type {entity_type}")
            }
            Self::Missing { field, entity_type } => {
                write!(f, "an entity of type {entity_type} needs the field `{field}`")
            }
            Self::Hash { field, digits } => {
                write!(f, "the field `{field}` takes {digits} hexadecimal digits")
            }
        }
    }
}

/// The fields of all types together. Each accessor takes its field out; what is left at the end does not
/// belong to the type.
macro_rules! flat_entity {
    ($($field:ident: $type:ty $(, with = $with:literal)?;)+) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct FlatEntity {
            #[serde(rename = "type", deserialize_with = "required")]
            entity_type: EntityType,
            created: Option<Offset>,
            #[serde(default, deserialize_with = "given")]
            verdict: Option<Verdict>,
            #[serde(default, deserialize_with = "given")]
            remediation_status: Option<RemediationStatus>,
            device: Option<String>,
            $($(#[serde(default, deserialize_with = $with)])? $field: Option<$type>,)+
        }

        impl FlatEntity {
            fn first_left_over(&self) -> Option<&'static str> {
                $(if self.$field.is_some() {
                    return Some(stringify!($field));
                })+
                None
            }
        }
    };
}

flat_entity! {
    account_name: String;
    domain_name: String;
    user_sid: String;
    aad_user_id: Uuid, with = "given";
    user_principal_name: String;
    ip_address: String;
    url: String;
    sha1: String;
    sha256: String;
    file_name: String;
    file_path: String;
    process_id: i64;
    process_command_line: String;
    process_created: Offset;
    parent_process_id: i64;
    parent_process_created: Offset;
    mailbox_address: String;
    mailbox_display_name: String;
    sender: String;
    recipient: String;
    subject: String;
    delivery_action: String;
    internet_message_id: String;
    cluster_by: String;
    cluster_by_value: String;
    email_count: i64;
    security_group_id: String;
    security_group_name: String;
    registry_hive: String;
    registry_key: String;
    registry_value_type: String;
    registry_value: String;
}

impl TryFrom<FlatEntity> for EntitySeed {
    type Error = EntityFault;

    fn try_from(mut flat: FlatEntity) -> Result<Self, EntityFault> {
        let evidence = flat.take_evidence()?;
        if let Some(field) = flat.first_left_over() {
            return Err(EntityFault::Foreign { field, entity_type: flat.entity_type });
        }
        Ok(Self {
            created: flat.created,
            verdict: flat.verdict,
            remediation_status: flat.remediation_status,
            device: flat.device,
            evidence,
        })
    }
}

impl FlatEntity {
    fn take_evidence(&mut self) -> Result<EvidenceSeed, EntityFault> {
        let entity_type = self.entity_type;
        let needed = |value: Option<String>, field| value.ok_or(EntityFault::Missing { field, entity_type });
        Ok(EvidenceSeed::Other(match entity_type {
            EntityType::Process => return self.take_process(),
            EntityType::User => Evidence::User(self.take_account()),
            EntityType::Ip => Evidence::Ip { address: needed(self.ip_address.take(), "ip_address")? },
            EntityType::Url => Evidence::Url { url: needed(self.url.take(), "url")? },
            EntityType::File => Evidence::File(self.take_file()?),
            EntityType::Mailbox => Evidence::Mailbox(Mailbox {
                address: needed(self.mailbox_address.take(), "mailbox_address")?,
                display_name: self.mailbox_display_name.take(),
                account: self.take_account(),
            }),
            EntityType::MailMessage => Evidence::MailMessage(MailMessage {
                user_principal_name: self.user_principal_name.take(),
                sender: needed(self.sender.take(), "sender")?,
                recipient: needed(self.recipient.take(), "recipient")?,
                subject: needed(self.subject.take(), "subject")?,
                delivery_action: self.delivery_action.take(),
                internet_message_id: self.internet_message_id.take(),
            }),
            EntityType::MailCluster => Evidence::MailCluster(MailCluster {
                cluster_by: needed(self.cluster_by.take(), "cluster_by")?,
                cluster_by_value: self.cluster_by_value.take(),
                email_count: self.email_count.take(),
            }),
            EntityType::SecurityGroup => Evidence::SecurityGroup {
                id: needed(self.security_group_id.take(), "security_group_id")?,
                name: needed(self.security_group_name.take(), "security_group_name")?,
            },
            EntityType::Registry => Evidence::Registry(RegistryValue {
                hive: needed(self.registry_hive.take(), "registry_hive")?,
                key: needed(self.registry_key.take(), "registry_key")?,
                value_type: self.registry_value_type.take(),
                value: self.registry_value.take(),
            }),
        }))
    }

    fn take_process(&mut self) -> Result<EvidenceSeed, EntityFault> {
        let missing = EntityFault::Missing { field: "process_id", entity_type: self.entity_type };
        Ok(EvidenceSeed::Process {
            process: Process {
                image: self.take_file()?,
                id: self.process_id.take().ok_or(missing)?,
                command_line: self.process_command_line.take(),
                created: None,
                parent_id: self.parent_process_id.take(),
                parent_created: None,
                account: self.take_account(),
            },
            created: self.process_created.take(),
            parent_created: self.parent_process_created.take(),
        })
    }

    fn take_file(&mut self) -> Result<File, EntityFault> {
        Ok(File {
            sha1: hash(self.sha1.take(), "sha1", 40)?,
            sha256: hash(self.sha256.take(), "sha256", 64)?,
            name: self.file_name.take(),
            path: self.file_path.take(),
        })
    }

    fn take_account(&mut self) -> Account {
        Account {
            account_name: self.account_name.take(),
            domain_name: self.domain_name.take(),
            sid: self.user_sid.take(),
            directory_id: self.aad_user_id.take(),
            user_principal_name: self.user_principal_name.take(),
        }
    }
}

fn hash(value: Option<String>, field: &'static str, digits: usize) -> Result<Option<String>, EntityFault> {
    match value {
        Some(text) if text.len() != digits || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            Err(EntityFault::Hash { field, digits })
        }
        other => Ok(other),
    }
}
