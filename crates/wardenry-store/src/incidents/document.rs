//! The JSON documents that hold devices and entities.
//!
//! Each mirrors a type of the model, member by member, so a new member of the model does not compile
//! before it has a place here. A member that is absent on reading is `None`; one that is unknown, written
//! by a newer release, is passed over.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wardenry_core::time::Timestamp;
use wardenry_incidents::model::{
    Account, AntivirusStatus, Device, DeviceId, Entity, Evidence, File, HealthStatus, MailCluster,
    MailMessage, Mailbox, OnboardingStatus, Process, RegistryValue, RemediationStatus, RiskScore, Verdict,
    VirtualMachine,
};

/// A device in its stored form.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct StoredDevice(#[serde(with = "DeviceDocument")] pub(super) Device);

/// An entity in its stored form.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct StoredEntity(#[serde(with = "EntityDocument")] pub(super) Entity);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Device")]
struct DeviceDocument {
    #[serde(with = "text")]
    id: DeviceId,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_text")]
    directory_id: Option<Uuid>,
    dns_name: String,
    os_platform: String,
    os_version: String,
    os_processor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    os_build: Option<i64>,
    #[serde(with = "text")]
    health_status: HealthStatus,
    #[serde(with = "text")]
    risk_score: RiskScore,
    #[serde(skip_serializing_if = "Option::is_none")]
    rbac_group_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rbac_group_id: Option<i64>,
    first_seen: Timestamp,
    tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_text")]
    antivirus_status: Option<AntivirusStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_text")]
    onboarding_status: Option<OnboardingStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_virtual_machine")]
    virtual_machine: Option<VirtualMachine>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "VirtualMachine")]
struct VirtualMachineDocument {
    vm_id: String,
    cloud_provider: String,
    resource_id: String,
    subscription_id: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Entity")]
struct EntityDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_text")]
    verdict: Option<Verdict>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_text")]
    remediation_status: Option<RemediationStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_text")]
    device_id: Option<DeviceId>,
    #[serde(with = "EvidenceDocument")]
    evidence: Evidence,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Evidence", tag = "type")]
enum EvidenceDocument {
    User(#[serde(with = "AccountDocument")] Account),
    Ip { address: String },
    Url { url: String },
    File(#[serde(with = "FileDocument")] File),
    Process(#[serde(with = "ProcessDocument")] Process),
    Mailbox(#[serde(with = "MailboxDocument")] Mailbox),
    MailMessage(#[serde(with = "MailMessageDocument")] MailMessage),
    MailCluster(#[serde(with = "MailClusterDocument")] MailCluster),
    SecurityGroup { id: String, name: String },
    Registry(#[serde(with = "RegistryValueDocument")] RegistryValue),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Account")]
struct AccountDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_text")]
    directory_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_principal_name: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "File")]
struct FileDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    sha1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Process")]
struct ProcessDocument {
    #[serde(with = "FileDocument")]
    image: File,
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    command_line: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_created: Option<Timestamp>,
    #[serde(with = "AccountDocument")]
    account: Account,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Mailbox")]
struct MailboxDocument {
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(with = "AccountDocument")]
    account: Account,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "MailMessage")]
struct MailMessageDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_principal_name: Option<String>,
    sender: String,
    recipient: String,
    subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_action: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    internet_message_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "MailCluster")]
struct MailClusterDocument {
    cluster_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_by_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_count: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "RegistryValue")]
struct RegistryValueDocument {
    hive: String,
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

/// Words and ids as the text that `Display` writes and `FromStr` reads.
mod text {
    use std::borrow::Cow;
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub(super) fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// As [`text`], where null is `None`.
mod optional_text {
    use std::borrow::Cow;
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize as _, Deserializer, Serializer, de};

    #[expect(clippy::ref_option, reason = "serde passes the field's address")]
    pub(super) fn serialize<T: Display, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(de::Error::custom)).transpose()
    }
}

mod optional_virtual_machine {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{VirtualMachine, VirtualMachineDocument};

    #[derive(Serialize)]
    #[serde(transparent)]
    struct Borrowed<'a>(#[serde(with = "VirtualMachineDocument")] &'a VirtualMachine);

    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Owned(#[serde(with = "VirtualMachineDocument")] VirtualMachine);

    #[expect(clippy::ref_option, reason = "serde passes the field's address")]
    pub(super) fn serialize<S: Serializer>(
        value: &Option<VirtualMachine>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Borrowed).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<VirtualMachine>, D::Error> {
        Ok(Option::<Owned>::deserialize(deserializer)?.map(|Owned(machine)| machine))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(document: &str) -> Result<Entity, String> {
        serde_json::from_str(document).map(|StoredEntity(entity)| entity).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_none_takes_no_room() {
        let stored = StoredEntity(Entity {
            created: None,
            verdict: Some(Verdict::Suspicious),
            remediation_status: None,
            device_id: None,
            evidence: Evidence::Ip { address: "203.0.113.7".to_owned() },
        });
        let document = r#"{"verdict":"Suspicious","evidence":{"type":"Ip","address":"203.0.113.7"}}"#;
        assert_eq!(serde_json::to_string(&stored).unwrap(), document);
        assert_eq!(entity(document), Ok(stored.0));
    }

    #[test]
    fn members_of_a_newer_release_are_passed_over_and_damage_is_named() {
        let newer = r#"{"colour":"red","evidence":{"type":"Url","url":"https://x.example","reputation":3}}"#;
        assert_eq!(entity(newer).unwrap().evidence, Evidence::Url { url: "https://x.example".to_owned() });
        let damaged = entity(r#"{"verdict":"Odd","evidence":{"type":"Url","url":""}}"#).unwrap_err();
        assert!(damaged.contains("\"Odd\" is no verdict"), "{damaged}");
    }
}
