//! [`IncidentStore`] on SQLite.
//!
//! A list takes five statements whatever its length: the page's incidents, and for all of them together
//! their comments, alerts, devices and entities. They run in one transaction, so that they are of one
//! moment.

use std::error::Error;

use async_trait::async_trait;
use wardenry_core::id::TenantId;
use wardenry_incidents::model::{Incident, IncidentId};
use wardenry_incidents::queue::{QueuePage, QueueRequest};
use wardenry_incidents::{IncidentPage, IncidentStore, IncidentStoreError, PageRequest};

use crate::sqlite::SqliteStore;

mod document;
mod filter_sql;
mod parts;
mod queue;
mod read;
mod write;

#[async_trait]
impl IncidentStore for SqliteStore {
    async fn list_incidents(
        &self,
        tenant: TenantId,
        request: &PageRequest,
    ) -> Result<IncidentPage, IncidentStoreError> {
        read::list(self.reader(), tenant, request).await.map_err(failed("listing incidents"))
    }

    async fn incident_queue(
        &self,
        tenants: &[TenantId],
        request: &QueueRequest,
    ) -> Result<QueuePage, IncidentStoreError> {
        queue::page(self.reader(), tenants, request).await.map_err(failed("reading the queue"))
    }

    async fn get_incident(
        &self,
        tenant: TenantId,
        id: IncidentId,
    ) -> Result<Option<Incident>, IncidentStoreError> {
        read::get(self.reader(), tenant, id).await.map_err(failed("getting an incident"))
    }

    async fn put_incidents(
        &self,
        tenant: TenantId,
        incidents: &[Incident],
    ) -> Result<(), IncidentStoreError> {
        // A failure on the way drops the transaction, which rolls it back.
        let begin = self.writer().begin_with(Self::BEGIN_WRITE).await;
        let mut transaction = begin.map_err(failed("writing incidents"))?;
        write::put(&mut transaction, tenant, incidents).await?;
        transaction.commit().await.map_err(failed("writing incidents"))
    }
}

/// The cause of a failure before it is known what was being done: SQL's, or a value that cannot be read.
type Cause = Box<dyn Error + Send + Sync>;

fn failed<E: Into<Cause>>(action: &'static str) -> impl FnOnce(E) -> IncidentStoreError {
    move |error| IncidentStoreError::Backend { action, source: error.into() }
}
