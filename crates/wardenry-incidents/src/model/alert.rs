//! Alerts: what one detection saw.

use wardenry_core::time::Timestamp;

use super::device::Device;
use super::entity::Entity;
use super::vocabulary::{
    AlertStatus, Classification, DetectionSource, Determination, InvestigationState, ServiceSource, Severity,
};

/// An alert of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Unique within the tenant. The first two letters tell the product: `da` endpoint, `ca` cloud apps,
    /// `fa` Office, `ad` identity protection.
    pub id: String,
    /// The id that the product itself uses.
    pub provider_id: String,
    pub service_source: ServiceSource,
    pub created: Timestamp,
    pub last_updated: Timestamp,
    pub resolved: Option<Timestamp>,
    /// When the activity that the alert is about began.
    pub first_activity: Timestamp,
    /// When it was last seen.
    pub last_activity: Timestamp,
    pub title: String,
    pub description: String,
    /// A tactic without spaces, for example `InitialAccess`.
    pub category: String,
    pub status: AlertStatus,
    pub severity: Severity,
    pub investigation_id: Option<i64>,
    pub investigation_state: InvestigationState,
    pub classification: Option<Classification>,
    pub determination: Option<Determination>,
    pub detection_source: DetectionSource,
    pub detector_id: Option<String>,
    /// A person's sign-in name, or `Automation`.
    pub assigned_to: Option<String>,
    pub actor_name: Option<String>,
    pub threat_family_name: Option<String>,
    /// Techniques of MITRE ATT&CK, for example `T1566.001`.
    pub mitre_techniques: Vec<String>,
    pub devices: Vec<Device>,
    pub entities: Vec<Entity>,
}
