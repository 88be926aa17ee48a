//! Incidents as a scenario file writes them.
//!
//! The types here read TOML (or any other serde format) into [`IncidentSeed`]s and turn those into
//! incidents of the moment at which the scenario is loaded. Unknown fields are errors, words are read as
//! their domain types read them, and times are [`Offset`]s into the past. Devices are described once per
//! incident; alerts and entities refer to them by DNS name.
//!
//! ```toml
//! [[incidents]]
//! id = 4711
//! name = "Credential theft tool on one host"
//! created = "-36h"
//! severity = "High"
//!
//! [[incidents.devices]]
//! id = "0123456789abcdef0123456789abcdef01234567"
//! dns_name = "ws-12.example.org"
//! os_platform = "Windows11"
//! os_version = "23H2"
//! first_seen = "-200d"
//!
//! [[incidents.alerts]]
//! id = "da639000000000000001_-12345"
//! service_source = "MicrosoftDefenderForEndpoint"
//! detection_source = "WindowsDefenderAtp"
//! created = "-36h 5s"
//! first_activity = "-36h 2m"
//! title = "Process memory of a security service was read"
//! description = "…"
//! category = "CredentialAccess"
//! severity = "High"
//! devices = ["ws-12.example.org"]
//!
//! [[incidents.alerts.entities]]
//! type = "Process"
//! device = "ws-12.example.org"
//! process_id = 4242
//! file_name = "tool.exe"
//! ```

mod entity_seed;
mod offset;
mod text_form;

use serde::Deserialize;
use uuid::Uuid;
use wardenry_core::time::Timestamp;

pub use self::entity_seed::EntitySeed;
pub use self::offset::{Offset, ParseOffsetError};
use self::text_form::{given, required};
use crate::model::{
    Alert, AlertStatus, AntivirusStatus, Classification, Comment, DetectionSource, Determination, Device,
    DeviceId, HealthStatus, Incident, IncidentId, IncidentStatus, InconsistentIncident, InvestigationState,
    OnboardingStatus, RiskScore, ServiceSource, Severity, VirtualMachine,
};

/// One incident of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentSeed {
    /// A positive number, unique within the tenant.
    id: i64,
    name: String,
    created: Offset,
    /// The creation when absent.
    updated: Option<Offset>,
    assigned_to: Option<String>,
    #[serde(default, deserialize_with = "given")]
    classification: Option<Classification>,
    #[serde(default, deserialize_with = "given")]
    determination: Option<Determination>,
    /// `Active` when absent.
    #[serde(default, deserialize_with = "given")]
    status: Option<IncidentStatus>,
    /// The id of the incident that this one was merged into.
    redirected_to: Option<i64>,
    #[serde(deserialize_with = "required")]
    severity: Severity,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    comments: Vec<CommentSeed>,
    #[serde(default)]
    devices: Vec<DeviceSeed>,
    #[serde(default)]
    alerts: Vec<AlertSeed>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommentSeed {
    text: String,
    author: String,
    created: Offset,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceSeed {
    #[serde(deserialize_with = "required")]
    id: DeviceId,
    #[serde(default, deserialize_with = "given")]
    aad_device_id: Option<Uuid>,
    dns_name: String,
    os_platform: String,
    os_version: String,
    /// `x64` when absent.
    os_processor: Option<String>,
    os_build: Option<i64>,
    /// `Active` when absent.
    #[serde(default, deserialize_with = "given")]
    health_status: Option<HealthStatus>,
    /// `None` when absent.
    #[serde(default, deserialize_with = "given")]
    risk_score: Option<RiskScore>,
    rbac_group_name: Option<String>,
    rbac_group_id: Option<i64>,
    first_seen: Offset,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default, deserialize_with = "given")]
    antivirus_status: Option<AntivirusStatus>,
    #[serde(default, deserialize_with = "given")]
    onboarding_status: Option<OnboardingStatus>,
    virtual_machine: Option<VirtualMachineSeed>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct VirtualMachineSeed {
    vm_id: String,
    cloud_provider: String,
    resource_id: String,
    subscription_id: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct AlertSeed {
    id: String,
    /// The alert's own id when absent, for Office without its two-letter prefix.
    provider_id: Option<String>,
    #[serde(deserialize_with = "required")]
    service_source: ServiceSource,
    created: Offset,
    /// The resolution when absent, and the creation when that is absent, too.
    updated: Option<Offset>,
    resolved: Option<Offset>,
    first_activity: Offset,
    /// The first activity when absent.
    last_activity: Option<Offset>,
    title: String,
    description: String,
    category: String,
    /// `New` when absent.
    #[serde(default, deserialize_with = "given")]
    status: Option<AlertStatus>,
    #[serde(deserialize_with = "required")]
    severity: Severity,
    investigation_id: Option<i64>,
    /// `UnsupportedAlertType` when absent.
    #[serde(default, deserialize_with = "given")]
    investigation_state: Option<InvestigationState>,
    #[serde(default, deserialize_with = "given")]
    classification: Option<Classification>,
    #[serde(default, deserialize_with = "given")]
    determination: Option<Determination>,
    #[serde(deserialize_with = "required")]
    detection_source: DetectionSource,
    detector_id: Option<String>,
    assigned_to: Option<String>,
    actor_name: Option<String>,
    threat_family_name: Option<String>,
    #[serde(default)]
    mitre_techniques: Vec<String>,
    /// DNS names of devices of the incident.
    #[serde(default)]
    devices: Vec<String>,
    #[serde(default)]
    entities: Vec<EntitySeed>,
}

/// Why a seed is no incident.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SeedFault {
    #[error("incident {0}: `id` takes a positive number")]
    Id(i64),
    #[error("incident {incident}: the device {dns_name:?} is described twice")]
    DuplicateDevice { incident: IncidentId, dns_name: String },
    #[error(
        "incident {incident}, {place}: no device named {dns_name:?}; expected one of {}",
        quoted_list(expected)
    )]
    UnknownDevice {
        incident: IncidentId,
        /// Where the name stands, for example `alerts[0].entities[2].device`.
        place: String,
        dns_name: String,
        expected: Vec<String>,
    },
    #[error("incident {incident} contradicts itself")]
    Inconsistent {
        incident: IncidentId,
        #[source]
        source: InconsistentIncident,
    },
}

fn quoted_list(names: &[String]) -> String {
    if names.is_empty() {
        return "none, because the incident describes no devices".to_owned();
    }
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

impl IncidentSeed {
    /// The id as written.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Makes the incident of a scenario that is loaded at `now`.
    pub fn at(&self, now: Timestamp) -> Result<Incident, SeedFault> {
        if self.id <= 0 {
            return Err(SeedFault::Id(self.id));
        }
        let id = IncidentId::from_number(self.id);
        let devices = self.devices(id, now)?;
        let alerts = self.alerts.iter().enumerate();
        let alerts = alerts.map(|(index, alert)| alert.at(now, index, &devices));
        let incident = Incident {
            id,
            name: self.name.clone(),
            created: self.created.before(now),
            last_updated: self.updated.unwrap_or(self.created).before(now),
            assigned_to: self.assigned_to.clone(),
            classification: self.classification,
            determination: self.determination,
            status: self.status.unwrap_or(IncidentStatus::Active),
            redirected_to: self.redirected_to.map(IncidentId::from_number),
            severity: self.severity,
            tags: self.tags.clone(),
            comments: self.comments.iter().map(|comment| comment.at(now)).collect(),
            alerts: alerts.collect::<Result<_, _>>()?,
        };
        incident.check().map_err(|source| SeedFault::Inconsistent { incident: id, source })?;
        Ok(incident)
    }

    fn devices(&self, incident: IncidentId, now: Timestamp) -> Result<NamedDevices, SeedFault> {
        let mut known: Vec<Device> = Vec::with_capacity(self.devices.len());
        for seed in &self.devices {
            if known.iter().any(|device| device.dns_name == seed.dns_name || device.id == seed.id) {
                return Err(SeedFault::DuplicateDevice { incident, dns_name: seed.dns_name.clone() });
            }
            known.push(seed.at(now));
        }
        Ok(NamedDevices { incident, known })
    }
}

/// The devices of an incident, which alerts and entities mean by name.
struct NamedDevices {
    incident: IncidentId,
    known: Vec<Device>,
}

impl NamedDevices {
    /// Finds a device; `place` says where the name stands, for the error.
    fn find(&self, dns_name: &str, place: impl FnOnce() -> String) -> Result<&Device, SeedFault> {
        self.known.iter().find(|device| device.dns_name == dns_name).ok_or_else(|| SeedFault::UnknownDevice {
            incident: self.incident,
            place: place(),
            dns_name: dns_name.to_owned(),
            expected: self.known.iter().map(|device| device.dns_name.clone()).collect(),
        })
    }
}

impl CommentSeed {
    fn at(&self, now: Timestamp) -> Comment {
        Comment { text: self.text.clone(), author: self.author.clone(), created: self.created.before(now) }
    }
}

impl DeviceSeed {
    fn at(&self, now: Timestamp) -> Device {
        Device {
            id: self.id.clone(),
            directory_id: self.aad_device_id,
            dns_name: self.dns_name.clone(),
            os_platform: self.os_platform.clone(),
            os_version: self.os_version.clone(),
            os_processor: self.os_processor.clone().unwrap_or_else(|| "x64".to_owned()),
            os_build: self.os_build,
            health_status: self.health_status.unwrap_or(HealthStatus::Active),
            risk_score: self.risk_score.unwrap_or(RiskScore::None),
            rbac_group_name: self.rbac_group_name.clone(),
            rbac_group_id: self.rbac_group_id,
            first_seen: self.first_seen.before(now),
            tags: self.tags.clone(),
            antivirus_status: self.antivirus_status,
            onboarding_status: self.onboarding_status,
            virtual_machine: self.virtual_machine.as_ref().map(|machine| VirtualMachine {
                vm_id: machine.vm_id.clone(),
                cloud_provider: machine.cloud_provider.clone(),
                resource_id: machine.resource_id.clone(),
                subscription_id: machine.subscription_id.clone(),
            }),
        }
    }
}

impl AlertSeed {
    /// Makes the alert at this index of its incident.
    fn at(&self, now: Timestamp, index: usize, known: &NamedDevices) -> Result<Alert, SeedFault> {
        let devices =
            self.devices.iter().enumerate().map(|(device, name)| {
                known.find(name, || format!("alerts[{index}].devices[{device}]")).cloned()
            });
        let entities = self.entities.iter().enumerate().map(|(position, entity)| {
            let place = || format!("alerts[{index}].entities[{position}].device");
            let device = entity.device.as_deref().map(|name| known.find(name, place)).transpose()?;
            Ok(entity.at(now, device.map(|device| device.id.clone())))
        });
        Ok(Alert {
            id: self.id.clone(),
            provider_id: self.provider_id(),
            service_source: self.service_source,
            created: self.created.before(now),
            last_updated: self.updated.or(self.resolved).unwrap_or(self.created).before(now),
            resolved: self.resolved.map(|resolved| resolved.before(now)),
            first_activity: self.first_activity.before(now),
            last_activity: self.last_activity.unwrap_or(self.first_activity).before(now),
            title: self.title.clone(),
            description: self.description.clone(),
            category: self.category.clone(),
            status: self.status.unwrap_or(AlertStatus::New),
            severity: self.severity,
            investigation_id: self.investigation_id,
            investigation_state: self.investigation_state.unwrap_or(InvestigationState::UnsupportedAlertType),
            classification: self.classification,
            determination: self.determination,
            detection_source: self.detection_source,
            detector_id: self.detector_id.clone(),
            assigned_to: self.assigned_to.clone(),
            actor_name: self.actor_name.clone(),
            threat_family_name: self.threat_family_name.clone(),
            mitre_techniques: self.mitre_techniques.clone(),
            devices: devices.collect::<Result<_, _>>()?,
            entities: entities.collect::<Result<_, _>>()?,
        })
    }

    fn provider_id(&self) -> String {
        match (&self.provider_id, self.service_source) {
            (Some(provider_id), _) => provider_id.clone(),
            (None, ServiceSource::Office365) => self.id.strip_prefix("fa").unwrap_or(&self.id).to_owned(),
            (None, _) => self.id.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
