//! The storage trait: plain data in, plain data out.

use std::error::Error;

use async_trait::async_trait;
use wardenry_core::id::TenantId;

use crate::filter::Filter;
use crate::model::{Incident, IncidentId};
use crate::queue::{QueuePage, QueueRequest};

/// Which incidents a page holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Only incidents that meet it; all of them without one.
    pub filter: Option<Filter>,
    /// How many matching incidents to leave out at the start.
    pub skip: u32,
    /// How many incidents to return at most.
    pub top: u32,
}

/// A page of incidents, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentPage {
    pub incidents: Vec<Incident>,
    /// Whether matching incidents follow after this page.
    pub has_more: bool,
}

/// Why a storage operation failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IncidentStoreError {
    /// An alert of a written incident is part of another incident of the same tenant. Nothing was written.
    #[error("the alert {alert_id:?} of incident {incident} is already part of incident {holder}")]
    AlertHeldElsewhere { alert_id: String, incident: IncidentId, holder: IncidentId },
    /// The storage itself failed, or holds something that is no incident.
    #[error("the incident storage failed while {action}")]
    Backend {
        /// What was being done, for example `listing incidents`.
        action: &'static str,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

/// Keeps incidents per tenant.
///
/// Every method concerns the tenants that it names and can neither see nor touch another's incidents. Incident ids and
/// alert ids are unique within a tenant only.
#[async_trait]
pub trait IncidentStore: Send + Sync {
    /// Returns one page of a tenant's incidents, whole, newest first: by creation time descending, then by
    /// id descending, which is a total order.
    ///
    /// The page is a consistent snapshot. The number of storage round trips does not depend on the number
    /// of incidents, and skipping costs at most one pass over the tenant's index. Comments keep their
    /// order, and so do alerts, devices and entities. An unknown tenant has no incidents.
    async fn list_incidents(
        &self,
        tenant: TenantId,
        request: &PageRequest,
    ) -> Result<IncidentPage, IncidentStoreError>;

    /// Returns one page of the queue over these tenants, and no other's incidents. The lines of a page are of one moment.
    async fn incident_queue(
        &self,
        tenants: &[TenantId],
        request: &QueueRequest,
    ) -> Result<QueuePage, IncidentStoreError>;

    /// Returns one incident, whole, or `None` when the tenant has none with this id.
    async fn get_incident(
        &self,
        tenant: TenantId,
        id: IncidentId,
    ) -> Result<Option<Incident>, IncidentStoreError>;

    /// Writes whole incidents in one transaction: all of them or none. An incident whose id exists is
    /// replaced with everything that belonged to it; of two with one id in the same call, the later wins.
    ///
    /// An alert belongs to one incident. Fails with [`IncidentStoreError::AlertHeldElsewhere`] when one of
    /// the alerts is part of an incident that stays.
    async fn put_incidents(&self, tenant: TenantId, incidents: &[Incident])
    -> Result<(), IncidentStoreError>;
}
