//! Events on their way into the lake: from the bytes of a request to a batch.
//!
//! The shape is that of the vendor's event stream: records with `time`, `tenantId`, `category` and `properties`, as lines, as
//! an array, or under `records`. A record that does not fit goes into the quarantine table by itself, and is told with its place
//! and the reason; the others are stored.

mod document;
mod encoding;
mod record;
mod strict_json;

use std::time::Duration;

use wardenry_lake::{Batch, Lake};

use crate::access::EventWriter;
use crate::schedule::{Schedule, ScheduleSettings, Turn};

pub use document::DocumentError;
pub use encoding::{Encoding, EncodingError};
pub use wardenry_lake::{IngestError as LakeIngestError, Outcome, Quarantined};

/// The largest body as it is sent.
pub const MAX_BODY_BYTES: usize = 16 << 20;
/// The largest body once it is decompressed.
pub const MAX_DECODED_BYTES: usize = 32 << 20;
/// The most records of a batch.
pub const MAX_RECORDS: usize = 100_000;
/// The longest name of a batch.
pub const MAX_BATCH_ID_BYTES: usize = 200;

/// What a client is told to wait when too many wait already.
const BUSY_RETRY: Duration = Duration::from_secs(2);

/// Batches are small and many: a few of each tenant at a time, so that what they take in memory is bounded.
const SCHEDULE: ScheduleSettings =
    ScheduleSettings { places: 6, places_per_tenant: 2, waiting_per_tenant: 16, waiting: 256 };

/// Takes batches of events. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ingest {
    lake: Lake,
    schedule: Schedule,
}

/// A batch was not stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Too many batches wait.
    #[error("too many batches are waiting for their turn")]
    Busy { retry_after: Duration },
    #[error(transparent)]
    Lake(#[from] wardenry_lake::IngestError),
    /// The work was cut off.
    #[error("the batch could not be read")]
    Failed,
}

impl Ingest {
    pub fn new(lake: Lake) -> Self {
        Self { lake, schedule: Schedule::new(SCHEDULE) }
    }

    /// Waits for the right to send a body, to be asked for before the body is read.
    pub async fn turn(&self, writer: &EventWriter) -> Result<Turn, IngestError> {
        let busy = |_| IngestError::Busy { retry_after: BUSY_RETRY };
        self.schedule.turn(writer.tenant()).await.map_err(busy)
    }

    /// Stores the events of a body in the writer's tenant. When it returns, they are on the disk and visible.
    ///
    /// `id` names the batch: one that was stored under this name is not stored again.
    pub async fn store(
        &self,
        writer: &EventWriter,
        turn: Turn,
        id: Option<&str>,
        encoding: Encoding,
        body: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<Outcome, IngestError> {
        let tenant = writer.tenant();
        let reading = tokio::task::spawn_blocking(move || {
            let bytes = encoding.decode(body.as_ref(), MAX_DECODED_BYTES)?;
            let records = document::records(&bytes, tenant)?;
            Ok::<_, IngestError>(records)
        });
        let records = reading.await.map_err(|_| IngestError::Failed)??;
        let outcome = self.lake.ingest(tenant, Batch { id: id.map(Into::into), records }).await?;
        drop(turn);
        tracing::debug!(
            tenant.id = %tenant,
            batch.stored = outcome.stored,
            batch.quarantined = outcome.quarantined.len(),
            batch.repeated = outcome.repeated,
            "a batch was taken in"
        );
        Ok(outcome)
    }
}
