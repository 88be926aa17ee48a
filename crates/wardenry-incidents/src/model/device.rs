//! Devices as an alert saw them.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;
use wardenry_core::time::Timestamp;

use super::vocabulary::{AntivirusStatus, HealthStatus, OnboardingStatus, RiskScore};

/// The id of a device: 40 hexadecimal digits, kept in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(String);

/// The text is no device id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a device id of 40 hexadecimal digits")]
pub struct ParseDeviceIdError;

impl DeviceId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DeviceId {
    type Err = ParseDeviceIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 40 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ParseDeviceIdError);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A device, with the state it was in when the alert was raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: DeviceId,
    /// The device's object id in the tenant's directory.
    pub directory_id: Option<Uuid>,
    /// The fully qualified DNS name.
    pub dns_name: String,
    /// For example `Windows11`, `WindowsServer2022`, `Linux`.
    pub os_platform: String,
    /// The release of the operating system, for example `23H2`.
    pub os_version: String,
    /// The processor architecture, for example `x64`.
    pub os_processor: String,
    pub os_build: Option<i64>,
    pub health_status: HealthStatus,
    pub risk_score: RiskScore,
    pub rbac_group_name: Option<String>,
    pub rbac_group_id: Option<i64>,
    /// When the device reported for the first time.
    pub first_seen: Timestamp,
    pub tags: Vec<String>,
    pub antivirus_status: Option<AntivirusStatus>,
    pub onboarding_status: Option<OnboardingStatus>,
    /// Set for virtual machines of a public cloud.
    pub virtual_machine: Option<VirtualMachine>,
}

/// Where a virtual machine runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualMachine {
    pub vm_id: String,
    /// For example `Azure`.
    pub cloud_provider: String,
    pub resource_id: String,
    pub subscription_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_ids_are_forty_hexadecimal_digits_in_lower_case() {
        let id: DeviceId = "0123456789ABCDEF0123456789abcdef01234567".parse().unwrap();
        assert_eq!(id.as_str(), "0123456789abcdef0123456789abcdef01234567");
        for text in ["", "0123", &"g".repeat(40), &"0".repeat(41), &"ä".repeat(20)] {
            assert_eq!(text.parse::<DeviceId>(), Err(ParseDeviceIdError), "{text}");
        }
    }
}
