//! The incidents of all tenants, each behind the proof that it may be touched.

use std::fmt;
use std::sync::Arc;

use wardenry_core::id::TenantId;

use crate::access::{IncidentReader, IncidentSeeder};
use crate::model::{Incident, IncidentId, InconsistentIncident};
use crate::queue::{QueuePage, QueueRequest};
use crate::store::{IncidentPage, IncidentStore, IncidentStoreError, PageRequest};

/// Reads and seeds incidents. Cheap to clone.
#[derive(Clone)]
pub struct Incidents {
    store: Arc<dyn IncidentStore>,
}

/// Why incidents could not be seeded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    #[error("incident {id} contradicts itself")]
    Inconsistent {
        id: IncidentId,
        #[source]
        source: InconsistentIncident,
    },
    #[error("incident ids must be positive, not {0}")]
    Id(IncidentId),
    #[error("storing the incidents failed")]
    Store(#[source] IncidentStoreError),
}

impl Incidents {
    /// The incidents in this storage.
    pub fn new(store: Arc<dyn IncidentStore>) -> Self {
        Self { store }
    }

    /// One page of the reader's tenant, newest first.
    pub async fn list(
        &self,
        reader: &IncidentReader,
        request: &PageRequest,
    ) -> Result<IncidentPage, IncidentStoreError> {
        self.store.list_incidents(reader.tenant(), request).await
    }

    /// One page of the queue over the readers' tenants.
    pub async fn queue(
        &self,
        readers: &[IncidentReader],
        request: &QueueRequest,
    ) -> Result<QueuePage, IncidentStoreError> {
        let tenants: Vec<TenantId> = readers.iter().map(IncidentReader::tenant).collect();
        self.store.incident_queue(&tenants, request).await
    }

    /// One incident of the reader's tenant. Another tenant's incident is `None`, like one that does not exist.
    pub async fn get(
        &self,
        reader: &IncidentReader,
        id: IncidentId,
    ) -> Result<Option<Incident>, IncidentStoreError> {
        self.store.get_incident(reader.tenant(), id).await
    }

    /// Writes whole incidents, all or none. Seeding the same ones again replaces them.
    pub async fn seed(&self, seeder: &IncidentSeeder, incidents: &[Incident]) -> Result<(), SeedError> {
        for incident in incidents {
            if incident.id.as_number() <= 0 {
                return Err(SeedError::Id(incident.id));
            }
            incident.check().map_err(|source| SeedError::Inconsistent { id: incident.id, source })?;
        }
        self.store.put_incidents(seeder.tenant(), incidents).await.map_err(SeedError::Store)
    }
}

impl fmt::Debug for Incidents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incidents").finish_non_exhaustive()
    }
}
