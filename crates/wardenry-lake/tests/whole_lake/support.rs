//! A lake to test on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use wardenry_core::id::TenantId;
use wardenry_core::time::{Clock as _, ManualClock, Timestamp};
use wardenry_kql_engine::render::{Csv, Renderer as _};
use wardenry_kql_engine::{Engine, QueryStream, RunOptions};
use wardenry_kql_values::UNIX_EPOCH;
use wardenry_lake::{Batch, Lake, LakeError, LakeSettings, LakeTables, Record};
use wardenry_store::SqliteStore;

pub(crate) const ALDER: TenantId = TenantId::from_guid(uuid::uuid!("11111111-1111-4111-8111-111111111111"));
pub(crate) const BIRCH: TenantId = TenantId::from_guid(uuid::uuid!("22222222-2222-4222-8222-222222222222"));

pub(crate) struct World {
    _folder: TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: SqliteStore,
    pub(crate) settings: LakeSettings,
    pub(crate) lake: Lake,
}

impl World {
    /// At eight o'clock on 3 February 2026.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut LakeSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::starting_at(at("2026-02-03T08:00:00Z")));
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let mut settings = LakeSettings::at(folder.path().join("lake"));
        settings.free_bytes = 0;
        change(&mut settings);
        let lake = open(&settings, &store, &clock).await;
        Self { _folder: folder, clock, store, settings, lake }
    }

    /// Forgets everything that is not on the disk.
    pub(crate) async fn reopen(&mut self) {
        self.lake = open(&self.settings, &self.store, &self.clock).await;
    }

    /// Opens the lake again, unless it refuses.
    pub(crate) async fn try_reopen(&mut self) -> Result<(), LakeError> {
        let (store, clock) = (Arc::new(self.store.clone()), Arc::clone(&self.clock));
        self.lake = Lake::open(self.settings.clone(), store, clock as _).await?;
        Ok(())
    }

    /// The rows of a query as CSV without a header, times in full.
    pub(crate) async fn query(&self, tenant: TenantId, text: &str) -> String {
        self.query_over(&self.lake.tables(tenant).await.unwrap(), text).await
    }

    pub(crate) async fn query_over(&self, tables: &LakeTables, text: &str) -> String {
        let options = RunOptions::at(self.clock.now().unix_ticks() + UNIX_EPOCH);
        let mut run = Engine::new().run(text, tables, &options).await.unwrap();
        rows_of(run.results.first_mut().unwrap()).await
    }

    /// How many bytes of files a query reads.
    pub(crate) async fn scanned_bytes(&self, tables: &LakeTables, text: &str) -> u64 {
        let options = RunOptions::at(self.clock.now().unix_ticks() + UNIX_EPOCH);
        let mut run = Engine::new().run(text, tables, &options).await.unwrap();
        let result = run.results.first_mut().unwrap();
        rows_of(result).await;
        result.statistics().scanned_bytes
    }

    /// How a query would be run by two threads.
    pub(crate) async fn plan(&self, tenant: TenantId, text: &str) -> String {
        let options =
            RunOptions { partitions: Some(2), ..RunOptions::at(self.clock.now().unix_ticks() + UNIX_EPOCH) };
        let tables = self.lake.tables(tenant).await.unwrap();
        let mut plans = Engine::new().explain(text, &tables, &options).await.unwrap();
        plans.remove(0).physical
    }

    /// Stores an event of a device.
    pub(crate) async fn event(&self, device: &str, time: &str) {
        let event = json!({"Timestamp": time, "DeviceName": device});
        self.lake.ingest(ALDER, batch("DeviceEvents", [event])).await.unwrap();
    }

    /// The devices of all events, in order.
    pub(crate) async fn devices(&self) -> String {
        let query = "DeviceEvents | sort by DeviceName asc | project DeviceName";
        self.query(ALDER, query).await.lines().collect::<Vec<_>>().join(" ")
    }

    /// The paths of all data files, relative to the tenant's folder, in order.
    pub(crate) fn files(&self) -> Vec<String> {
        let tenant = self.tenant_folder();
        let mut found = Vec::new();
        collect(&tenant, &mut found);
        found.sort();
        let relative = |path: PathBuf| path.strip_prefix(&tenant).unwrap().to_str().unwrap().to_owned();
        found.into_iter().map(relative).collect()
    }

    pub(crate) fn tenant_folder(&self) -> PathBuf {
        self.settings.folder.join("tables").join(ALDER.to_string())
    }

    /// The segments of the journal, in order.
    pub(crate) fn segments(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        collect(&self.settings.folder.join("journal").join(ALDER.to_string()), &mut found);
        found.sort();
        found
    }
}

/// The rows of a result as CSV without a header, times in full.
pub(crate) async fn rows_of(result: &mut QueryStream) -> String {
    let (mut csv, mut out) = (Csv::default(), Vec::new());
    csv.begin(result.columns(), &mut out);
    out.clear();
    while let Some(batch) = result.next().await {
        csv.rows(&batch.unwrap(), &mut out);
    }
    String::from_utf8(out).unwrap()
}

async fn open(settings: &LakeSettings, store: &SqliteStore, clock: &Arc<ManualClock>) -> Lake {
    Lake::open(settings.clone(), Arc::new(store.clone()), Arc::clone(clock) as _).await.unwrap()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path);
        }
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn batch(table: &str, events: impl IntoIterator<Item = Value>) -> Batch {
    let record = |event| {
        let Value::Object(properties) = event else { panic!("events are objects") };
        Record { table: table.into(), received: None, properties, refused: None }
    };
    Batch { id: None, records: events.into_iter().map(record).collect() }
}

pub(crate) fn named(id: &str, batch: Batch) -> Batch {
    Batch { id: Some(id.into()), ..batch }
}
