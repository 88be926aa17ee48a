//! Incidents: alerts that belong to one story, and what people did about it.

use std::collections::HashSet;
use std::fmt;

use wardenry_core::time::Timestamp;

use super::alert::Alert;
use super::device::DeviceId;
use super::vocabulary::{Classification, Determination, IncidentStatus, Severity};

/// The id of an incident, unique within its tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncidentId(i64);

impl IncidentId {
    /// Wraps a number whose meaning the caller knows.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The bare number.
    pub const fn as_number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An incident with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    pub id: IncidentId,
    pub name: String,
    pub created: Timestamp,
    pub last_updated: Timestamp,
    /// Who works on it: a person's sign-in name.
    pub assigned_to: Option<String>,
    pub classification: Option<Classification>,
    pub determination: Option<Determination>,
    pub status: IncidentStatus,
    /// The incident that carries on when this one is redirected.
    pub redirected_to: Option<IncidentId>,
    pub severity: Severity,
    pub tags: Vec<String>,
    /// Oldest first.
    pub comments: Vec<Comment>,
    pub alerts: Vec<Alert>,
}

/// A remark on an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub text: String,
    /// The author's sign-in name.
    pub author: String,
    pub created: Timestamp,
}

/// An incident contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InconsistentIncident {
    #[error("the incident was last updated before it was created")]
    UpdatedBeforeCreated,
    #[error("the status is Redirected but no incident to go to is named")]
    RedirectedNowhere,
    #[error("an incident to go to is named but the status is {0}, not Redirected")]
    RedirectWithoutStatus(IncidentStatus),
    #[error("the incident is redirected to itself")]
    RedirectedToItself,
    #[error("the determination {0} comes without a classification")]
    DeterminationAlone(Determination),
    #[error("the determination {0} does not belong to the classification {1}")]
    UnsuitableDetermination(Determination, Classification),
    #[error("the alert id {0:?} occurs twice")]
    DuplicateAlert(String),
    #[error("the alert {alert:?} lists the device {device} twice")]
    DuplicateDevice { alert: String, device: DeviceId },
    #[error(
        "entity {position} of the alert {alert:?} names the device {device}, which the alert does not list"
    )]
    UnlistedDevice {
        alert: String,
        /// Counted from one.
        position: usize,
        device: DeviceId,
    },
    #[error("the last activity of the alert {0:?} lies before its first")]
    ActivityBackwards(String),
}

impl Incident {
    /// Checks the rules that the types cannot express, and names the first that is broken.
    pub fn check(&self) -> Result<(), InconsistentIncident> {
        if self.last_updated < self.created {
            return Err(InconsistentIncident::UpdatedBeforeCreated);
        }
        match (self.status, self.redirected_to) {
            (IncidentStatus::Redirected, None) => return Err(InconsistentIncident::RedirectedNowhere),
            (IncidentStatus::Redirected, Some(target)) if target == self.id => {
                return Err(InconsistentIncident::RedirectedToItself);
            }
            (IncidentStatus::Redirected, Some(_)) | (_, None) => {}
            (status, Some(_)) => return Err(InconsistentIncident::RedirectWithoutStatus(status)),
        }
        check_assessment(self.classification, self.determination)?;
        let mut ids = HashSet::new();
        for alert in &self.alerts {
            if !ids.insert(alert.id.as_str()) {
                return Err(InconsistentIncident::DuplicateAlert(alert.id.clone()));
            }
            check_alert(alert)?;
        }
        Ok(())
    }
}

fn check_assessment(
    classification: Option<Classification>,
    determination: Option<Determination>,
) -> Result<(), InconsistentIncident> {
    match (classification, determination) {
        (None, Some(determination)) => Err(InconsistentIncident::DeterminationAlone(determination)),
        (Some(classification), Some(determination)) if !determination.suits(classification) => {
            Err(InconsistentIncident::UnsuitableDetermination(determination, classification))
        }
        _ => Ok(()),
    }
}

fn check_alert(alert: &Alert) -> Result<(), InconsistentIncident> {
    check_assessment(alert.classification, alert.determination)?;
    if alert.last_activity < alert.first_activity {
        return Err(InconsistentIncident::ActivityBackwards(alert.id.clone()));
    }
    let mut devices = HashSet::new();
    for device in &alert.devices {
        if !devices.insert(&device.id) {
            return Err(InconsistentIncident::DuplicateDevice {
                alert: alert.id.clone(),
                device: device.id.clone(),
            });
        }
    }
    let unlisted = alert.entities.iter().enumerate().find_map(|(index, entity)| {
        entity.device_id.as_ref().filter(|id| !devices.contains(id)).map(|id| (index, id))
    });
    match unlisted {
        None => Ok(()),
        Some((index, device)) => Err(InconsistentIncident::UnlistedDevice {
            alert: alert.id.clone(),
            position: index + 1,
            device: device.clone(),
        }),
    }
}

#[cfg(test)]
mod tests;
