//! What an incident is: plain data, without any wire or storage form.

mod alert;
mod device;
mod entity;
mod incident;
mod vocabulary;

pub use alert::Alert;
pub use device::{Device, DeviceId, ParseDeviceIdError, VirtualMachine};
pub use entity::{
    Account, Entity, Evidence, File, MailCluster, MailMessage, Mailbox, Process, RegistryValue,
};
pub use incident::{Comment, Incident, IncidentId, InconsistentIncident};
pub use vocabulary::{
    AlertStatus, AntivirusStatus, Classification, DetectionSource, Determination, EntityType, HealthStatus,
    IncidentStatus, InvestigationState, OnboardingStatus, RemediationStatus, RiskScore, ServiceSource,
    Severity, UnknownWord, Verdict,
};
