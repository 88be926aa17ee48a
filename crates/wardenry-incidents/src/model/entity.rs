//! Evidence: the users, addresses, files, processes, mails and keys that an alert is about.

use uuid::Uuid;
use wardenry_core::time::Timestamp;

use super::device::DeviceId;
use super::vocabulary::{EntityType, RemediationStatus, Verdict};

/// One piece of evidence of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// When it became evidence.
    pub created: Option<Timestamp>,
    pub verdict: Option<Verdict>,
    pub remediation_status: Option<RemediationStatus>,
    /// The device it was found on, one of the alert's devices.
    pub device_id: Option<DeviceId>,
    pub evidence: Evidence,
}

/// What the evidence is. A fact that was not recorded is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    User(Account),
    Ip { address: String },
    Url { url: String },
    File(File),
    Process(Process),
    Mailbox(Mailbox),
    MailMessage(MailMessage),
    MailCluster(MailCluster),
    SecurityGroup { id: String, name: String },
    Registry(RegistryValue),
}

impl Evidence {
    /// The kind of evidence.
    pub const fn entity_type(&self) -> EntityType {
        match self {
            Self::User(_) => EntityType::User,
            Self::Ip { .. } => EntityType::Ip,
            Self::Url { .. } => EntityType::Url,
            Self::File(_) => EntityType::File,
            Self::Process(_) => EntityType::Process,
            Self::Mailbox(_) => EntityType::Mailbox,
            Self::MailMessage(_) => EntityType::MailMessage,
            Self::MailCluster(_) => EntityType::MailCluster,
            Self::SecurityGroup { .. } => EntityType::SecurityGroup,
            Self::Registry(_) => EntityType::Registry,
        }
    }
}

/// A user account, on a device or in the directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    pub account_name: Option<String>,
    pub domain_name: Option<String>,
    /// The security identifier, `S-1-…`.
    pub sid: Option<String>,
    /// The account's object id in the tenant's directory.
    pub directory_id: Option<Uuid>,
    pub user_principal_name: Option<String>,
}

/// A file, or the image of a process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// 40 hexadecimal digits.
    pub sha1: Option<String>,
    /// 64 hexadecimal digits.
    pub sha256: Option<String>,
    pub name: Option<String>,
    /// The folder, without the file's name.
    pub path: Option<String>,
}

/// A process that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    pub image: File,
    pub id: i64,
    pub command_line: Option<String>,
    pub created: Option<Timestamp>,
    pub parent_id: Option<i64>,
    pub parent_created: Option<Timestamp>,
    /// Whose process it was.
    pub account: Account,
}

/// A mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub address: String,
    pub display_name: Option<String>,
    pub account: Account,
}

/// One mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailMessage {
    pub user_principal_name: Option<String>,
    pub sender: String,
    pub recipient: String,
    pub subject: String,
    /// For example `Delivered`, `DeliveredAsSpam`, `Blocked`.
    pub delivery_action: Option<String>,
    /// The Message-ID header with its angle brackets.
    pub internet_message_id: Option<String>,
}

/// A set of mails with something in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailCluster {
    /// What they have in common, separated by semicolons, for example `Subject;SenderIp;ContentType`.
    pub cluster_by: String,
    /// The values in common, separated by semicolons.
    pub cluster_by_value: Option<String>,
    pub email_count: Option<i64>,
}

/// A value in a device's registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryValue {
    /// For example `HKEY_LOCAL_MACHINE`.
    pub hive: String,
    pub key: String,
    /// For example `String`.
    pub value_type: Option<String>,
    pub value: Option<String>,
}
