//! Incidents as JSON: names, order and nulls as the live service has them.
//!
//! Incidents and alerts print every member, absent ones as null; entities leave absent ones out. An
//! incident that nobody classified says `Unknown` and `NotAvailable`, an alert says null.

mod entity;

use std::fmt::Display;

use serde::{Serialize, Serializer};
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;
use wardenry_incidents::model::{
    Alert, AntivirusStatus, Classification, Comment, Determination, Device, Incident, IncidentId,
    OnboardingStatus, VirtualMachine,
};

use self::entity::EntityWire;

/// Serializes a value as the text that it displays.
struct Shown<T>(T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// An incident with everything in it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IncidentWire<'a> {
    incident_id: i64,
    incident_uri: String,
    redirect_incident_id: Option<i64>,
    incident_name: &'a str,
    created_time: Timestamp,
    last_update_time: Timestamp,
    assigned_to: Option<&'a str>,
    classification: &'static str,
    determination: &'static str,
    status: &'static str,
    severity: &'static str,
    tags: &'a [String],
    comments: Vec<CommentWire<'a>>,
    alerts: Vec<AlertWire<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CommentWire<'a> {
    comment: &'a str,
    created_by: &'a str,
    created_time: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AlertWire<'a> {
    alert_id: &'a str,
    provider_alert_id: &'a str,
    incident_id: i64,
    service_source: &'static str,
    creation_time: Timestamp,
    last_updated_time: Timestamp,
    resolved_time: Option<Timestamp>,
    first_activity: Timestamp,
    last_activity: Timestamp,
    title: &'a str,
    description: &'a str,
    category: &'a str,
    status: &'static str,
    severity: &'static str,
    investigation_id: Option<i64>,
    investigation_state: &'static str,
    classification: Option<&'static str>,
    determination: Option<&'static str>,
    detection_source: &'static str,
    detector_id: Option<&'a str>,
    assigned_to: Option<&'a str>,
    actor_name: Option<&'a str>,
    threat_family_name: Option<&'a str>,
    mitre_techniques: &'a [String],
    devices: Vec<DeviceWire<'a>>,
    entities: Vec<EntityWire<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeviceWire<'a> {
    mdatp_device_id: &'a str,
    aad_device_id: Option<Shown<uuid::Uuid>>,
    device_dns_name: &'a str,
    os_platform: &'a str,
    version: &'a str,
    os_processor: &'a str,
    os_build: Option<i64>,
    health_status: &'static str,
    risk_score: &'static str,
    rbac_group_name: Option<&'a str>,
    /// Older payloads have it, newer ones do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    rbac_group_id: Option<i64>,
    first_seen: Timestamp,
    tags: &'a [String],
    defender_av_status: Option<&'static str>,
    onboarding_status: Option<&'static str>,
    vm_metadata: Option<VirtualMachineWire<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VirtualMachineWire<'a> {
    vm_id: &'a str,
    cloud_provider: &'a str,
    resource_id: &'a str,
    subscription_id: &'a str,
}

impl<'a> IncidentWire<'a> {
    /// The wire form of a tenant's incident, with a link into the portal at this address.
    pub(crate) fn of(incident: &'a Incident, tenant: TenantId, portal: &str) -> Self {
        let id = incident.id.as_number();
        Self {
            incident_id: id,
            incident_uri: format!("{portal}/incidents/{id}?tid={tenant}"),
            redirect_incident_id: incident.redirected_to.map(IncidentId::as_number),
            incident_name: &incident.name,
            created_time: incident.created,
            last_update_time: incident.last_updated,
            assigned_to: incident.assigned_to.as_deref(),
            classification: incident.classification.map_or("Unknown", Classification::as_str),
            determination: incident.determination.map_or("NotAvailable", Determination::as_str),
            status: incident.status.as_str(),
            severity: incident.severity.as_str(),
            tags: &incident.tags,
            comments: incident.comments.iter().map(CommentWire::of).collect(),
            alerts: incident.alerts.iter().map(|alert| AlertWire::of(alert, id)).collect(),
        }
    }
}

impl<'a> CommentWire<'a> {
    fn of(comment: &'a Comment) -> Self {
        Self { comment: &comment.text, created_by: &comment.author, created_time: comment.created }
    }
}

impl<'a> AlertWire<'a> {
    fn of(alert: &'a Alert, incident_id: i64) -> Self {
        Self {
            alert_id: &alert.id,
            provider_alert_id: &alert.provider_id,
            incident_id,
            service_source: alert.service_source.as_str(),
            creation_time: alert.created,
            last_updated_time: alert.last_updated,
            resolved_time: alert.resolved,
            first_activity: alert.first_activity,
            last_activity: alert.last_activity,
            title: &alert.title,
            description: &alert.description,
            category: &alert.category,
            status: alert.status.as_str(),
            severity: alert.severity.as_str(),
            investigation_id: alert.investigation_id,
            investigation_state: alert.investigation_state.as_str(),
            classification: alert.classification.map(Classification::as_str),
            determination: alert.determination.map(Determination::as_str),
            detection_source: alert.detection_source.as_str(),
            detector_id: alert.detector_id.as_deref(),
            assigned_to: alert.assigned_to.as_deref(),
            actor_name: alert.actor_name.as_deref(),
            threat_family_name: alert.threat_family_name.as_deref(),
            mitre_techniques: &alert.mitre_techniques,
            devices: alert.devices.iter().map(DeviceWire::of).collect(),
            entities: alert.entities.iter().map(EntityWire::of).collect(),
        }
    }
}

impl<'a> DeviceWire<'a> {
    fn of(device: &'a Device) -> Self {
        Self {
            mdatp_device_id: device.id.as_str(),
            aad_device_id: device.directory_id.map(Shown),
            device_dns_name: &device.dns_name,
            os_platform: &device.os_platform,
            version: &device.os_version,
            os_processor: &device.os_processor,
            os_build: device.os_build,
            health_status: device.health_status.as_str(),
            risk_score: device.risk_score.as_str(),
            rbac_group_name: device.rbac_group_name.as_deref(),
            rbac_group_id: device.rbac_group_id,
            first_seen: device.first_seen,
            tags: &device.tags,
            defender_av_status: device.antivirus_status.map(AntivirusStatus::as_str),
            onboarding_status: device.onboarding_status.map(OnboardingStatus::as_str),
            vm_metadata: device.virtual_machine.as_ref().map(VirtualMachineWire::of),
        }
    }
}

impl<'a> VirtualMachineWire<'a> {
    fn of(machine: &'a VirtualMachine) -> Self {
        Self {
            vm_id: &machine.vm_id,
            cloud_provider: &machine.cloud_provider,
            resource_id: &machine.resource_id,
            subscription_id: &machine.subscription_id,
        }
    }
}
