//! Incidents as they arrive: tolerant of null and absent members, of new members and of new values.
//!
//! Members that this version does not know are kept in `other`, so that nothing is lost on the way
//! through. Empty values stand for null and absent alike.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use wardenry_core::time::Timestamp;

/// An enumeration of the wire that may grow: known values, and room for those to come.
macro_rules! open_enum {
    ($(#[$docs:meta])+ $name:ident { $($variant:ident = $text:literal,)+ }) => {
        $(#[$docs])+
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
        pub enum $name {
            $($variant,)+
            /// A value that this version does not know, as it stands on the wire.
            Unknown(String),
            /// Null or absent.
            #[default]
            Unset,
        }

        impl $name {
            /// The values of the wire that this version knows.
            pub const KNOWN: &'static [&'static str] = &[$($text),+];

            /// The value's spelling on the wire; empty when unset.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                    Self::Unset => "",
                }
            }
        }

        impl From<&str> for $name {
            /// Known values are recognised in any letter case.
            fn from(text: &str) -> Self {
                $(if text.eq_ignore_ascii_case($text) {
                    return Self::$variant;
                })+
                if text.is_empty() { Self::Unset } else { Self::Unknown(text.to_owned()) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Option::<String>::deserialize(deserializer)?.as_deref().unwrap_or_default().into())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    Self::Unset => serializer.serialize_none(),
                    set => serializer.serialize_str(set.as_str()),
                }
            }
        }
    };
}

open_enum! {
    /// How far the work on an incident is.
    IncidentStatus { Active = "Active", InProgress = "InProgress", Resolved = "Resolved", Redirected = "Redirected", }
}

open_enum! {
    /// How far the work on an alert is.
    AlertStatus { New = "New", InProgress = "InProgress", Resolved = "Resolved", }
}

open_enum! {
    /// How bad it is.
    Severity {
        UnSpecified = "UnSpecified",
        Informational = "Informational",
        Low = "Low",
        Medium = "Medium",
        High = "High",
    }
}

open_enum! {
    /// What it turned out to be, in general.
    Classification {
        NotClassified = "Unknown",
        TruePositive = "TruePositive",
        InformationalExpectedActivity = "InformationalExpectedActivity",
        FalsePositive = "FalsePositive",
    }
}

open_enum! {
    /// What it turned out to be, exactly. Several spellings are in use for some of them.
    Determination {
        NotAvailable = "NotAvailable",
        MultiStagedAttack = "MultiStagedAttack",
        MaliciousUserActivity = "MaliciousUserActivity",
        CompromisedAccount = "CompromisedAccount",
        Malware = "Malware",
        Phishing = "Phishing",
        UnwantedSoftware = "UnwantedSoftware",
        SecurityTesting = "SecurityTesting",
        LineOfBusinessApplication = "LineOfBusinessApplication",
        ConfirmedActivity = "ConfirmedActivity",
        NotMalicious = "NotMalicious",
        NoEnoughDataToValidate = "NoEnoughDataToValidate",
        Other = "Other",
    }
}

impl Severity {
    /// For sorting and comparing: 0 (not specified or unknown) to 4 (high).
    pub fn rank(&self) -> u8 {
        match self {
            Self::High => 4,
            Self::Medium => 3,
            Self::Low => 2,
            Self::Informational => 1,
            Self::UnSpecified | Self::Unknown(_) | Self::Unset => 0,
        }
    }
}

/// An incident: alerts that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Incident {
    /// Unique in its tenant. The one member without which there is no incident.
    pub incident_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident_uri: Option<String>,
    /// The incident that this one was merged into; then the status is `Redirected`.
    pub redirect_incident_id: Option<i64>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub incident_name: String,
    #[serde(default, deserialize_with = "instant")]
    pub created_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "instant")]
    pub last_update_time: Option<Timestamp>,
    pub assigned_to: Option<String>,
    #[serde(default)]
    pub classification: Classification,
    #[serde(default)]
    pub determination: Determination,
    #[serde(default)]
    pub status: IncidentStatus,
    #[serde(default)]
    pub severity: Severity,
    #[serde(default, deserialize_with = "null_is_default")]
    pub tags: Vec<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub comments: Vec<Comment>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub alerts: Vec<Alert>,
    #[serde(flatten, deserialize_with = "without_annotations")]
    pub other: Map<String, Value>,
}

/// A remark that somebody left on an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comment {
    #[serde(default, deserialize_with = "null_is_default")]
    pub comment: String,
    pub created_by: Option<String>,
    /// Called `createTime` in part of the documentation.
    #[serde(default, alias = "createTime", deserialize_with = "instant")]
    pub created_time: Option<Timestamp>,
}

/// One detection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    #[serde(default, deserialize_with = "null_is_default")]
    pub alert_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_alert_id: Option<String>,
    pub incident_id: Option<i64>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub service_source: String,
    #[serde(default, deserialize_with = "instant")]
    pub creation_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "instant")]
    pub last_updated_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "instant")]
    pub resolved_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "instant")]
    pub first_activity: Option<Timestamp>,
    #[serde(default, deserialize_with = "instant")]
    pub last_activity: Option<Timestamp>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub title: String,
    #[serde(default, deserialize_with = "null_is_default")]
    pub description: String,
    #[serde(default, deserialize_with = "null_is_default")]
    pub category: String,
    #[serde(default)]
    pub status: AlertStatus,
    #[serde(default)]
    pub severity: Severity,
    pub investigation_id: Option<i64>,
    pub investigation_state: Option<String>,
    #[serde(default)]
    pub classification: Classification,
    #[serde(default)]
    pub determination: Determination,
    pub detection_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detector_id: Option<String>,
    pub assigned_to: Option<String>,
    pub actor_name: Option<String>,
    pub threat_family_name: Option<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub mitre_techniques: Vec<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub devices: Vec<Device>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub entities: Vec<Entity>,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A device that an alert is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Called `DeviceId` in the documentation's table, never on the wire.
    #[serde(default, alias = "DeviceId", deserialize_with = "null_is_default")]
    pub mdatp_device_id: String,
    pub aad_device_id: Option<String>,
    pub device_dns_name: Option<String>,
    pub os_platform: Option<String>,
    pub version: Option<String>,
    pub os_processor: Option<String>,
    pub os_build: Option<i64>,
    pub health_status: Option<String>,
    pub risk_score: Option<String>,
    pub rbac_group_name: Option<String>,
    #[serde(default, deserialize_with = "instant")]
    pub first_seen: Option<Timestamp>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub tags: Vec<String>,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A piece of evidence: a user, file, process, address, mailbox, … The members depend on the kind, so they
/// are kept as they came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entity {
    #[serde(default, deserialize_with = "null_is_default")]
    pub entity_type: String,
    #[serde(flatten, deserialize_with = "without_nulls")]
    pub members: Map<String, Value>,
}

impl Entity {
    /// A textual member that is neither null nor empty.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.members.get(member).and_then(Value::as_str).filter(|text| !text.is_empty())
    }
}

fn null_is_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// An instant. A time without a zone, as older records carry it, is taken as UTC.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let parsed = Timestamp::parse(&text).or_else(|_| Timestamp::parse(&format!("{text}Z")));
    parsed.map(Some).map_err(serde::de::Error::custom)
}

/// `@odata.…` annotations describe the answer, not the incident.
fn without_annotations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    let mut members = Map::deserialize(deserializer)?;
    members.retain(|name, _| !name.starts_with('@'));
    Ok(members)
}

/// Older answers print every member of an entity, those of other kinds as null.
fn without_nulls<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    let mut members = Map::deserialize(deserializer)?;
    members.retain(|_, value| !value.is_null());
    Ok(members)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_incident_with_next_to_nothing_is_an_incident() {
        let bare: Incident = serde_json::from_value(json!({"incidentId": 7})).unwrap();
        let nulls: Incident = serde_json::from_value(json!({
            "incidentId": 7, "incidentName": null, "createdTime": null, "lastUpdateTime": null, "assignedTo": null,
            "classification": null, "determination": null, "status": null, "severity": null, "tags": null,
            "comments": null, "alerts": null, "redirectIncidentId": null,
        }))
        .unwrap();
        assert_eq!(bare, nulls);
        assert_eq!((bare.status, bare.severity.rank()), (IncidentStatus::Unset, 0));
        assert!(serde_json::from_value::<Incident>(json!({"incidentName": "x"})).is_err());
    }

    #[test]
    fn what_is_not_known_is_kept() {
        let wire = json!({
            "@odata.context": "https://x/$metadata#Incidents/$entity",
            "incidentId": 7, "status": "Paused", "severity": "high", "futureMember": {"a": [1]},
            "createdTime": "2026-02-03T07:15:02.31", "lastUpdateTime": "2026-02-03T08:00:44.1266667Z",
            "comments": [{"comment": "c", "createdBy": "b", "createTime": "2026-02-03T07:15:02Z"}],
            "alerts": [{
                "alertId": "da1", "serviceSource": "X", "later": 1, "classification": null,
                "devices": [{"mdatpDeviceId": "d", "rbacGroupId": 5, "vmMetadata": null}],
                "entities": [{"entityType": "Mailbox", "sha1": null, "mailboxAddress": "a@b.example", "new": true}],
            }],
        });
        let incident: Incident = serde_json::from_value(wire).unwrap();
        assert_eq!(incident.status, IncidentStatus::Unknown("Paused".to_owned()));
        assert_eq!(incident.severity, Severity::High);
        assert_eq!(incident.created_time.unwrap().to_string(), "2026-02-03T07:15:02.31Z");
        assert_eq!(incident.comments[0].created_time.unwrap().to_string(), "2026-02-03T07:15:02Z");
        assert_eq!(Value::Object(incident.other.clone()), json!({"futureMember": {"a": [1]}}));
        let alert = &incident.alerts[0];
        assert_eq!(alert.other["later"], 1);
        assert_eq!(
            alert.devices[0].other,
            *json!({"rbacGroupId": 5, "vmMetadata": null}).as_object().unwrap()
        );
        let entity = &alert.entities[0];
        assert_eq!((entity.text("mailboxAddress"), entity.text("sha1")), (Some("a@b.example"), None));
        let again: Incident = serde_json::from_value(serde_json::to_value(&incident).unwrap()).unwrap();
        assert_eq!(again, incident);
    }
}
