//! The demo's incidents, as far as hunting shows them: alerts and what they are about.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, de};

use crate::calendar::{DAY, HOUR, MINUTE, SECOND};

static BY_CUSTOMER: LazyLock<BTreeMap<String, Vec<Incident>>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../scenarios/demo-incidents.toml")).expect("a test reads the file")
});

/// The incidents of a customer.
pub(crate) fn of(customer: &str) -> &'static [Incident] {
    BY_CUSTOMER.get(customer).map_or(&[], Vec::as_slice)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Incident {
    #[serde(default)]
    pub(crate) devices: Vec<Device>,
    #[serde(default)]
    pub(crate) alerts: Vec<Alert>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Device {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) aad_device_id: String,
    pub(crate) dns_name: String,
    pub(crate) os_platform: String,
    #[serde(default)]
    pub(crate) os_version: String,
    #[serde(default)]
    pub(crate) os_build: i64,
    #[serde(default)]
    pub(crate) rbac_group_name: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Alert {
    pub(crate) id: String,
    pub(crate) service_source: String,
    pub(crate) detection_source: String,
    pub(crate) created: Ago,
    pub(crate) first_activity: Ago,
    pub(crate) title: String,
    pub(crate) category: String,
    pub(crate) severity: String,
    #[serde(default)]
    pub(crate) mitre_techniques: Vec<String>,
    #[serde(default)]
    pub(crate) threat_family_name: String,
    #[serde(default)]
    pub(crate) devices: Vec<String>,
    #[serde(default)]
    pub(crate) entities: Vec<Entity>,
}

/// What an alert is about. Texts are empty where the entity has no such thing.
#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct Entity {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) verdict: String,
    pub(crate) device: String,
    pub(crate) sha1: String,
    pub(crate) sha256: String,
    pub(crate) file_name: String,
    pub(crate) file_path: String,
    pub(crate) process_id: i64,
    pub(crate) process_command_line: String,
    pub(crate) process_created: Option<Ago>,
    pub(crate) parent_process_id: i64,
    pub(crate) parent_process_created: Option<Ago>,
    pub(crate) account_name: String,
    pub(crate) domain_name: String,
    pub(crate) user_sid: String,
    pub(crate) aad_user_id: String,
    pub(crate) user_principal_name: String,
    pub(crate) ip_address: String,
    pub(crate) url: String,
    pub(crate) sender: String,
    pub(crate) recipient: String,
    pub(crate) subject: String,
    pub(crate) internet_message_id: String,
    pub(crate) delivery_action: String,
    pub(crate) mailbox_address: String,
    pub(crate) mailbox_display_name: String,
    pub(crate) registry_hive: String,
    pub(crate) registry_key: String,
    pub(crate) registry_value_type: String,
    pub(crate) registry_value: String,
}

/// How long before the moment of loading, in milliseconds; written `-3h 2m 7.24s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Ago(pub(crate) i64);

impl<'de> Deserialize<'de> for Ago {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text).map(Self).ok_or_else(|| de::Error::custom(format!("`{text}` is no offset")))
    }
}

fn read(text: &str) -> Option<i64> {
    let mut sum = 0;
    for part in text.strip_prefix('-')?.split_whitespace() {
        let unit = match part.chars().last()? {
            'd' => DAY,
            'h' => HOUR,
            'm' => MINUTE,
            's' => SECOND,
            _ => return None,
        };
        let (whole, fraction) =
            part[..part.len() - 1].split_once('.').unwrap_or((&part[..part.len() - 1], ""));
        let thousandths: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
        sum += unit * whole.parse::<i64>().ok()? + unit * thousandths / 1000;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_to_the_millisecond() {
        assert_eq!(read("-3h 2m 7.24s"), Some(3 * HOUR + 2 * MINUTE + 7240));
        assert_eq!(read("-31d 2h 0.97s"), Some(31 * DAY + 2 * HOUR + 970));
        assert_eq!(read("3h"), None);
        assert_eq!(read("-3y"), None);
    }
}
