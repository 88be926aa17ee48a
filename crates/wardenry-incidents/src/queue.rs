//! The queue: incidents of one or many tenants, each in a line.

use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;

use crate::filter::Filter;
use crate::model::{Incident, IncidentId, IncidentStatus, Severity};

/// The most matching incidents that are counted; beyond it is said that there are more.
pub const COUNT_LIMIT: u32 = 10_000;

/// Which lines of the queue are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRequest {
    /// Only incidents that meet it; all of them without one.
    pub filter: Option<Filter>,
    pub order: QueueOrder,
    /// Turns the order around.
    pub reversed: bool,
    /// How many matching incidents to leave out at the start.
    pub skip: u32,
    /// How many lines to return at most.
    pub top: u32,
}

/// What the queue is sorted by. Incidents that are equal in it are sorted newest first, then by id and tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueueOrder {
    /// Newest first.
    Created,
    /// The one that changed last first.
    LastUpdated,
    /// The worst first.
    Severity,
    /// Those that nobody works on first, the closed ones last.
    Status,
    /// By the bytes of the name.
    Name,
}

impl QueueOrder {
    /// Every order.
    pub const ALL: [Self; 5] = [Self::Created, Self::LastUpdated, Self::Severity, Self::Status, Self::Name];
}

/// An incident in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueLine {
    pub tenant: TenantId,
    pub id: IncidentId,
    pub name: String,
    pub created: Timestamp,
    pub last_updated: Timestamp,
    pub assigned_to: Option<String>,
    pub status: IncidentStatus,
    pub severity: Severity,
    pub tags: Vec<String>,
    pub alerts: u32,
    /// The tactics of the alerts, each once, in the order of their letters.
    pub categories: Vec<String>,
}

impl QueueLine {
    /// The line of an incident.
    pub fn of(tenant: TenantId, incident: &Incident) -> Self {
        let mut categories: Vec<String> =
            incident.alerts.iter().map(|alert| alert.category.clone()).collect();
        categories.sort();
        categories.dedup();
        Self {
            tenant,
            id: incident.id,
            name: incident.name.clone(),
            created: incident.created,
            last_updated: incident.last_updated,
            assigned_to: incident.assigned_to.clone(),
            status: incident.status,
            severity: incident.severity,
            tags: incident.tags.clone(),
            alerts: u32::try_from(incident.alerts.len()).unwrap_or(u32::MAX),
            categories,
        }
    }
}

/// A page of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuePage {
    pub lines: Vec<QueueLine>,
    /// How many incidents match, counted up to one more than [`COUNT_LIMIT`].
    pub matching: u32,
}
