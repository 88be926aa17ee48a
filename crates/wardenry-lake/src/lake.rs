use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use arrow::array::RecordBatch;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use wardenry_core::id::TenantId;
use wardenry_core::time::Clock;
use wardenry_lake_catalogue::{Catalogue, TenantEntry};

use crate::batch::{Batch, Outcome, QuarantineCode};
use crate::data_file::{FileReader, day_of};
use crate::durable;
use crate::entry;
use crate::error::{IngestError, LakeError};
use crate::flush::blocking;
use crate::load;
use crate::redefinition;
use crate::rows::{Rows, Rules, Written};
use crate::schema::LakeSchema;
use crate::settings::LakeSettings;
use crate::storage::Storage;
use crate::tables::LakeTables;
use crate::tenant::{Tenant, Waiting};

/// The rows of all tenants. Clones share it.
///
/// One process has the folder at a time; the lock on the data folder, in which it lies, sees to that.
#[derive(Clone, Debug)]
pub struct Lake {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: LakeSettings,
    schema: Arc<LakeSchema>,
    catalogue: Arc<dyn Catalogue>,
    clock: Arc<dyn Clock>,
    reader: FileReader,
    storage: Storage,
    tenants: Mutex<HashMap<TenantId, Arc<Tenant>>>,
    /// What the tails of all tenants take.
    tail_bytes: Arc<AtomicUsize>,
    /// What batches take that wait for the journal.
    waiting_bytes: AtomicUsize,
    /// Wakes the work in the background before its time.
    full: Arc<Notify>,
    /// Whether the work in the background is to end.
    closing: AtomicBool,
    background: Mutex<Option<JoinHandle<()>>>,
}

/// How often the work in the background looks around.
const LOOK: Duration = Duration::from_secs(5);
/// What a sender is told to wait when too much is waiting to be written.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// The longest id of a batch.
const ID_BYTES: usize = 256;
/// The longest name of a table that is worth keeping.
const TABLE_NAME_BYTES: usize = 256;

impl Lake {
    /// Opens the lake in a folder, making it when it is missing, and reads what the journals have.
    ///
    /// Must be called in a Tokio runtime, which then does the work in the background: making files, putting them together, and letting
    /// go of old ones.
    pub async fn open(
        settings: LakeSettings,
        catalogue: Arc<dyn Catalogue>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, LakeError> {
        let failed = |source: wardenry_kql_engine::sources::parquet::ParquetTableError| LakeError::Rows {
            action: "read",
            source: source.into(),
        };
        let storage = Storage::open(&settings)?;
        let reader =
            FileReader::new(Arc::clone(storage.store()), settings.metadata_bytes, settings.remembered_files)
                .map_err(failed)?;
        let lake = Self {
            shared: Arc::new(Shared {
                reader,
                storage,
                schema: Arc::new(LakeSchema::new(&settings.tables)),
                settings,
                catalogue,
                clock,
                tenants: Mutex::default(),
                tail_bytes: Arc::default(),
                waiting_bytes: AtomicUsize::new(0),
                full: Arc::default(),
                closing: AtomicBool::new(false),
                background: Mutex::default(),
            }),
        };
        let folder = &lake.shared.settings.folder;
        let io = |source| LakeError::Io { path: folder.clone(), source };
        durable::create_folder(&folder.join("journal")).map_err(io)?;
        lake.shared.storage.check().await?;
        let mut tenants = lake.shared.catalogue.tenants().await?;
        for part in ["journal", "tables"] {
            let part = folder.join(part);
            // With an object store there may be no tables here.
            if !part.is_dir() {
                continue;
            }
            for entry in std::fs::read_dir(part).map_err(io)? {
                let name = entry.map_err(io)?.file_name();
                tenants.extend(name.to_str().and_then(|name| name.parse::<TenantId>().ok()));
            }
        }
        tenants.sort_unstable();
        tenants.dedup();
        lake.shared.open_tenants(tenants).await?;
        let background = tokio::spawn(run(Arc::downgrade(&lake.shared), Arc::clone(&lake.shared.full)));
        *lake.shared.background.lock().unwrap_or_else(PoisonError::into_inner) = Some(background);
        Ok(lake)
    }

    /// Stores a batch. `Ok` means that it is on the disk and that every later query sees it.
    ///
    /// When the caller stops waiting, it stays open whether the batch is stored.
    pub async fn ingest(&self, tenant: TenantId, batch: Batch) -> Result<Outcome, IngestError> {
        let shared = &self.shared;
        if shared.is_closing() {
            return Err(IngestError::Storage(LakeError::Closing));
        }
        shared.room_on_disk()?;
        let settings = &shared.settings;
        within("records", batch.records.len(), settings.batch_records)?;
        within("bytes in its id", batch.id.as_deref().map_or(0, str::len), ID_BYTES)?;
        let tenant = shared.tenant(tenant).map_err(IngestError::Storage)?;
        let rules = Rules {
            now: shared.clock.now(),
            retention_days: shared.retention_days(&tenant),
            record_bytes: u32::try_from(settings.record_bytes).unwrap_or(u32::MAX),
        };
        let most = settings.batch_bytes;
        let schema = Arc::clone(&shared.schema);
        let of_tenant = Arc::clone(&tenant);
        let preparing = move || {
            let day = day_of(rules.now);
            prepare(&schema, batch, &rules, most, || of_tenant.quarantine.take(day))
        };
        let prepared = tokio::task::spawn_blocking(preparing).await;
        let prepared = prepared.unwrap_or(Err(IngestError::Storage(LakeError::Closing)))?;
        let size = prepared.bytes.len() + prepared.rows.bytes();
        let held = Held::take(Arc::clone(shared), size)?;
        let (answer, outcome) = oneshot::channel();
        let Prepared { id, bytes, rows } = prepared;
        let in_quarantine = rows.in_quarantine();
        tenant.store(Waiting { id, received: rules.now, bytes, rows, answer });
        let outcome = outcome.await.unwrap_or(Err(IngestError::Storage(LakeError::Closing)));
        drop(held);
        if !outcome.as_ref().is_ok_and(|outcome| !outcome.repeated) {
            tenant.quarantine.give_back(day_of(rules.now), in_quarantine);
        }
        if tenant.waiting() >= settings.flush_bytes || shared.is_filling() {
            shared.full.notify_one();
        }
        outcome
    }

    /// Makes files of rows at once, one for each of their days. When it returns they are on the disk, and every later query sees them.
    ///
    /// For rows that come in bulk and are there to be brought again, like a history that is moved here: unlike a batch of
    /// [`ingest`](Self::ingest) they have no id and are not looked at for times out of bounds, and it costs files each time.
    ///
    /// The columns are some of the table's, by name, in the layout of the engine; the others are null.
    pub async fn load(&self, tenant: TenantId, table: &str, rows: &RecordBatch) -> Result<(), LakeError> {
        let shared = Arc::clone(&self.shared);
        if shared.is_closing() {
            return Err(LakeError::Closing);
        }
        let (tenant, now) = (shared.tenant(tenant)?, shared.clock.now());
        let (table, rows) = load::whole(&shared.schema, table, rows, now)
            .map_err(|source| LakeError::Rows { action: "loaded", source: source.into() })?;
        to_its_end(async move { tenant.load(&*shared.catalogue, table, rows, now).await }).await
    }

    /// The tables of a tenant, as they are now.
    pub async fn tables(&self, tenant: TenantId) -> Result<LakeTables, LakeError> {
        Ok(self.shared.tenant(tenant)?.snapshot(&self.shared.reader))
    }

    /// Makes files of all rows of a tenant that are not yet in any.
    pub async fn flush(&self, tenant: TenantId) -> Result<(), LakeError> {
        let (shared, tenant) = (Arc::clone(&self.shared), self.shared.tenant(tenant)?);
        to_its_end(async move { shared.flush(&tenant).await }).await
    }

    /// Puts small files of a tenant together, and lets go of those that are older than rows are kept. Gives how many files are gone.
    pub async fn tidy(&self, tenant: TenantId) -> Result<usize, LakeError> {
        let (shared, tenant) = (Arc::clone(&self.shared), self.shared.tenant(tenant)?);
        to_its_end(async move { shared.tidy(&tenant).await }).await
    }

    /// Sets how many days a tenant's rows are kept; `None` as long as elsewhere.
    pub async fn set_retention(&self, tenant: TenantId, days: Option<u32>) -> Result<(), LakeError> {
        self.shared.catalogue.set_retention(tenant, days).await?;
        self.shared.tenant(tenant)?.set_retention_days(days);
        Ok(())
    }

    /// Ends the work in the background: what has been begun is done when this returns, and nothing touches the folder any more. What was
    /// acknowledged is on the disk anyway.
    pub async fn close(self) {
        let shared = &self.shared;
        shared.closing.store(true, Ordering::Release);
        shared.full.notify_one();
        let background = shared.background.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(background) = background
            && let Err(error) = background.await
        {
            tracing::error!(error = %error, "the work in the background of the lake has ended badly");
        }
        let tenants: Vec<_> = shared.tenants().values().cloned().collect();
        for tenant in tenants {
            tenant.quiet().await;
        }
    }
}

/// Does work that must not stop halfway, also when nobody waits for it any more.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, LakeError>> + Send + 'static,
) -> Result<T, LakeError> {
    tokio::spawn(work).await.unwrap_or(Err(LakeError::Closing))
}

/// A batch as the journal and as the tables have it.
struct Prepared {
    id: Option<Box<str>>,
    bytes: Vec<u8>,
    rows: Rows,
}

fn prepare(
    schema: &LakeSchema,
    mut batch: Batch,
    rules: &Rules,
    most: usize,
    has_room: impl Fn() -> bool,
) -> Result<Prepared, IngestError> {
    let mut json = Vec::with_capacity(batch.records.len());
    let mut size = 0;
    for record in &mut batch.records {
        if record.table.len() > TABLE_NAME_BYTES {
            record.table = record.table[..record.table.floor_char_boundary(TABLE_NAME_BYTES)].into();
        }
        let properties = Value::Object(std::mem::take(&mut record.properties));
        json.push(properties.to_string());
        let Value::Object(properties) = properties else { unreachable!("it was made an object above") };
        record.properties = properties;
        size += json.last().map_or(0, String::len);
        within("bytes", size, most)?;
    }
    let rows = Rows::of(schema, batch.id.as_deref(), &written(&batch, &json), rules, has_room).map_err(
        |source| IngestError::Storage(LakeError::Rows { action: "put together", source: source.into() }),
    )?;
    // The journal says what became of these, so that reading it again has the same outcome whatever has changed since.
    for refused in &rows.quarantined {
        let record = &mut batch.records[refused.index];
        record.refused = Some((refused.code, refused.reason.clone()));
        if refused.code == QuarantineCode::QuarantineFull {
            record.table = "".into();
            "{}".clone_into(&mut json[refused.index]);
        }
    }
    let bytes = entry::encode(batch.id.as_deref(), rules, &written(&batch, &json));
    Ok(Prepared { id: batch.id, bytes, rows })
}

fn written<'b>(batch: &'b Batch, json: &'b [String]) -> Vec<Written<'b>> {
    batch.records.iter().zip(json).map(|(record, json)| Written { record, json }).collect()
}

fn within(unit: &'static str, found: usize, allowed: usize) -> Result<(), IngestError> {
    if found > allowed { Err(IngestError::TooLarge { found, allowed, unit }) } else { Ok(()) }
}

/// Room in memory for a batch on its way to the tail.
struct Held {
    shared: Arc<Shared>,
    bytes: usize,
}

impl Held {
    fn take(shared: Arc<Shared>, bytes: usize) -> Result<Self, IngestError> {
        let waiting = shared.waiting_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        // From here on the room is given back whatever happens.
        let held = Self { shared, bytes };
        let in_tails = held.shared.tail_bytes.load(Ordering::Relaxed);
        if waiting.saturating_add(in_tails) > held.shared.settings.tail_bytes {
            held.shared.full.notify_one();
            return Err(IngestError::Busy { retry_after: RETRY_AFTER });
        }
        Ok(held)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.shared.waiting_bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Shared {
    fn tenants(&self) -> std::sync::MutexGuard<'_, HashMap<TenantId, Arc<Tenant>>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what there is of tenants, if it fits the tables that are defined now, and remembers these.
    async fn open_tenants(&self, tenants: Vec<TenantId>) -> Result<(), LakeError> {
        let before = self.catalogue.defined_tables().await?;
        let now = &self.settings.tables;
        let misfits = redefinition::misfits(&before, now);
        let schema = if misfits.is_empty() {
            Arc::clone(&self.schema)
        } else {
            Arc::new(LakeSchema::new(&redefinition::readable(&before, now, &misfits)))
        };
        // Each reads its journal, which takes a processor for a while.
        let at_a_time = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let opened =
            stream::iter(tenants).map(|id| self.open_tenant(id, &schema)).buffer_unordered(at_a_time);
        let mut opened = pin!(opened);
        while let Some(opened) = opened.next().await {
            let mut tenant = opened?;
            if let Some(misfit) = misfits.iter().find(|misfit| tenant.has_rows(&misfit.table)) {
                let redefinition::Misfit { table, reason } = misfit.clone();
                return Err(LakeError::Redefined { table, reason });
            }
            // There are no rows that could tell the difference.
            tenant.schema = Arc::clone(&self.schema);
            self.tenants().insert(tenant.id, Arc::new(tenant));
        }
        let entries = redefinition::entries(now);
        if entries != before {
            self.catalogue.set_defined_tables(&entries).await?;
        }
        Ok(())
    }

    async fn open_tenant(&self, id: TenantId, schema: &Arc<LakeSchema>) -> Result<Tenant, LakeError> {
        let known = self.catalogue.tenant(id).await?;
        let schema = Arc::clone(schema);
        let (settings, storage) = (self.settings.clone(), self.storage.clone());
        let tail_bytes = Arc::clone(&self.tail_bytes);
        blocking(move || Tenant::open(id, &settings, &storage, &schema, known, &tail_bytes)).await
    }

    /// How many days a tenant's rows are kept, in tables without a number of their own.
    fn retention_days(&self, tenant: &Tenant) -> u32 {
        let configured = self.settings.tenant_retention_days.get(&tenant.id).copied();
        configured.or_else(|| tenant.retention_days()).unwrap_or(self.settings.retention_days)
    }

    /// A tenant; of one that was not there when the lake was opened, nothing is known.
    fn tenant(&self, id: TenantId) -> Result<Arc<Tenant>, LakeError> {
        let mut tenants = self.tenants();
        if let Some(tenant) = tenants.get(&id) {
            return Ok(Arc::clone(tenant));
        }
        let known = TenantEntry::default();
        let tenant = Tenant::open(id, &self.settings, &self.storage, &self.schema, known, &self.tail_bytes)?;
        let tenant = Arc::new(tenant);
        tenants.insert(id, Arc::clone(&tenant));
        Ok(tenant)
    }

    fn room_on_disk(&self) -> Result<(), IngestError> {
        let folder = &self.settings.folder;
        let free_bytes = self
            .settings
            .free_space
            .free_bytes(folder)
            .map_err(|source| IngestError::Storage(LakeError::Io { path: folder.clone(), source }))?;
        let needed_bytes = self.settings.free_bytes;
        if free_bytes < needed_bytes {
            return Err(IngestError::DiskFull { free_bytes, needed_bytes });
        }
        Ok(())
    }

    /// Whether all tails together are half of what they may be.
    fn is_filling(&self) -> bool {
        self.tail_bytes.load(Ordering::Relaxed) >= self.settings.tail_bytes / 2
    }

    async fn flush(&self, tenant: &Tenant) -> Result<(), LakeError> {
        tenant.flush(&*self.catalogue, self.settings.remembered_batches, self.clock.now()).await
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    async fn tidy(&self, tenant: &Tenant) -> Result<usize, LakeError> {
        let gone = self.retain(tenant).await? + self.compact(tenant).await?;
        self.clear(tenant).await?;
        Ok(gone)
    }

    /// Removes files that nobody needs, as far as that has not been done.
    async fn clear(&self, tenant: &Tenant) -> Result<(), LakeError> {
        tenant.sweep(&*self.catalogue, self.clock.now()).await?;
        self.storage.empty_trash().await
    }

    async fn retain(&self, tenant: &Tenant) -> Result<usize, LakeError> {
        let days = self.retention_days(tenant);
        let grace = self.settings.retention_grace;
        tenant.retain(&*self.catalogue, days, grace, self.clock.now()).await
    }

    async fn compact(&self, tenant: &Tenant) -> Result<usize, LakeError> {
        let mut gone = 0;
        while !self.is_closing() {
            let now = self.clock.now();
            match tenant.compact(&*self.catalogue, &self.settings, &self.reader, now).await? {
                0 => break,
                fewer => gone += fewer,
            }
        }
        Ok(gone)
    }

    async fn flush_if_due(&self, tenant: &Tenant) -> Result<(), LakeError> {
        let now = self.clock.now();
        let (bytes, oldest) = (tenant.waiting(), tenant.oldest(now));
        let due = bytes >= self.settings.flush_bytes
            || (bytes > 0 && self.is_filling())
            || oldest.is_some_and(|oldest| now.since(oldest) >= self.settings.flush_interval);
        if due { self.flush(tenant).await } else { Ok(()) }
    }

    /// Does what there is to do for all tenants.
    async fn look_around(&self) {
        let mut tenants: Vec<_> = self.tenants().values().cloned().collect();
        // Those with most to write first: they give back the most memory.
        tenants.sort_by_key(|tenant| std::cmp::Reverse(tenant.waiting()));
        for tenant in tenants {
            if self.is_closing() {
                return;
            }
            // What is too old goes first: it makes room for the rest.
            let work = async {
                self.retain(&tenant).await?;
                self.flush_if_due(&tenant).await?;
                self.compact(&tenant).await?;
                self.clear(&tenant).await
            };
            if let Err(error) = work.await {
                let error: &dyn std::error::Error = &error;
                tracing::error!(tenant = %tenant.id, error, "files of the lake could not be made or put together");
            }
        }
    }
}

/// The work in the background. Ends when nobody has the lake any more.
async fn run(shared: Weak<Shared>, full: Arc<Notify>) {
    loop {
        drop(tokio::time::timeout(LOOK, full.notified()).await);
        let Some(shared) = shared.upgrade() else { return };
        if shared.is_closing() {
            return;
        }
        shared.look_around().await;
    }
}
