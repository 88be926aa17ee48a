//! A lake to test on.

use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;
use wardenry_core::id::TenantId;
use wardenry_core::time::{Clock as _, ManualClock, Timestamp};
use wardenry_kql_engine::render::{Csv, Renderer as _};
use wardenry_kql_engine::{Engine, RunOptions};
use wardenry_kql_values::UNIX_EPOCH;
use wardenry_lake::{Batch, Lake, LakeSettings, Record};
use wardenry_store::SqliteStore;

pub(crate) const ALDER: TenantId = TenantId::from_guid(uuid::uuid!("11111111-1111-4111-8111-111111111111"));
pub(crate) const BIRCH: TenantId = TenantId::from_guid(uuid::uuid!("22222222-2222-4222-8222-222222222222"));

pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) lake: Lake,
}

impl World {
    /// At eight o'clock on 3 February 2026.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::starting_at(at("2026-02-03T08:00:00Z")));
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let settings = LakeSettings::at(folder.path().join("lake"));
        let lake = Lake::open(settings, Arc::new(store), Arc::clone(&clock) as _).await.unwrap();
        Self { folder, clock, lake }
    }

    /// The rows of a query as CSV without a header, times in full.
    pub(crate) async fn query(&self, tenant: TenantId, text: &str) -> String {
        let tables = self.lake.tables(tenant).await.unwrap();
        let options = RunOptions::at(self.clock.now().unix_ticks() + UNIX_EPOCH);
        let mut run = Engine::new().run(text, &tables, &options).await.unwrap();
        let stream = run.results.first_mut().unwrap();
        let (mut csv, mut out) = (Csv::default(), Vec::new());
        csv.begin(stream.columns(), &mut out);
        out.clear();
        while let Some(batch) = stream.next().await {
            csv.rows(&batch.unwrap(), &mut out);
        }
        String::from_utf8(out).unwrap()
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn batch(table: &str, events: impl IntoIterator<Item = Value>) -> Batch {
    let record = |event| {
        let Value::Object(properties) = event else { panic!("events are objects") };
        Record { table: table.into(), received: None, properties }
    };
    Batch { id: None, records: events.into_iter().map(record).collect() }
}
