//! What is there after a process has ended without warning.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use async_trait::async_trait;
use serde_json::json;
use tokio::sync::Notify;

use wardenry_core::id::TenantId;
use wardenry_lake::{IngestError, Lake, LakeError};
use wardenry_lake_catalogue::{Catalogue, CatalogueError, FileEntry, Flush, TableEntry, TenantEntry};
use wardenry_store::SqliteStore;

use crate::support::{ALDER, World, batch, named};

#[tokio::test]
async fn what_was_acknowledged_is_there_once_wherever_it_was() {
    let mut world = World::new().await;
    let events = |id: &str| named(id, batch("DeviceEvents", [json!({"DeviceName": id})]));
    world.lake.ingest(ALDER, events("a")).await.unwrap();
    world.lake.flush(ALDER).await.unwrap();
    world.lake.ingest(ALDER, events("b")).await.unwrap();
    for _ in 0..2 {
        world.reopen().await;
        assert_eq!(world.devices().await, "a b");
        for id in ["a", "b"] {
            let again = world.lake.ingest(ALDER, events(id)).await.unwrap();
            assert_eq!((again.stored, again.repeated), (1, true), "{id}");
        }
    }
    world.lake.ingest(ALDER, events("c")).await.unwrap();
    world.lake.flush(ALDER).await.unwrap();
    world.reopen().await;
    assert_eq!(world.devices().await, "a b c");
}

/// The outcome of a batch does not change when the journal is read under other settings and at another time.
#[tokio::test]
async fn records_stay_where_they_were_put() {
    let mut world = World::new().await;
    let events = [json!({"Timestamp": "2026-01-10T00:00:00Z"}), json!({"ReportId": "x"})];
    world.lake.ingest(ALDER, batch("DeviceEvents", events)).await.unwrap();
    world.settings.retention_days = 1;
    world.settings.record_bytes = 1;
    world.reopen().await;
    let query = "union withsource = T DeviceEvents, WardenryQuarantine | summarize count() by T, Code | sort by T asc";
    assert_eq!(world.query(ALDER, query).await, "DeviceEvents,,1\nWardenryQuarantine,WrongType,1\n");
}

#[tokio::test]
async fn many_senders_share_the_wait_for_the_disk_and_none_is_lost() {
    let mut world = World::new().await;
    let sends = (0..200).map(|n| {
        let lake = world.lake.clone();
        // Each id comes twice.
        let id = format!("{:03}", n / 2);
        tokio::spawn(async move {
            let events = named(&id, batch("DeviceEvents", [json!({"DeviceName": id})]));
            lake.ingest(ALDER, events).await.unwrap()
        })
    });
    let (mut fresh, mut repeated) = (0, 0);
    for send in sends.collect::<Vec<_>>() {
        if send.await.unwrap().repeated { repeated += 1 } else { fresh += 1 }
    }
    assert_eq!((fresh, repeated), (100, 100));
    world.reopen().await;
    assert_eq!(world.query(ALDER, "DeviceEvents | summarize count(), dcount(DeviceName)").await, "100,100\n");
}

/// Cuts and changes in the last write: what was written before is there.
#[tokio::test]
async fn a_torn_last_write_costs_nothing_else() {
    let mut world = World::new().await;
    for device in ["a", "b", "c"] {
        world.event(device, "2026-02-03T07:00:00Z").await;
    }
    let segment = world.segments().remove(0);
    let whole = fs::read(&segment).unwrap();
    let last = whole.len() / 3 * 2;
    for cut in (last..whole.len()).step_by(7) {
        fs::write(&segment, &whole[..cut]).unwrap();
        world.reopen().await;
        assert_eq!(world.devices().await, "a b", "{cut}");
    }
    for flipped in (last..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[flipped] ^= 1;
        fs::write(&segment, bytes).unwrap();
        world.reopen().await;
        assert_eq!(world.devices().await, "a b", "{flipped}");
    }
    // And it goes on from there.
    world.event("d", "2026-02-03T07:00:00Z").await;
    world.reopen().await;
    assert_eq!(world.devices().await, "a b d");
}

/// Fails when it is told to.
#[derive(Debug)]
pub(crate) struct Failing {
    store: SqliteStore,
    when: AtomicU8,
    /// How often it does not tell what it holds.
    silent: AtomicU8,
}

const NEVER: u8 = 0;
const BEFORE: u8 = 1;
const AFTER: u8 = 2;

impl Failing {
    fn failure() -> CatalogueError {
        CatalogueError { action: "being tested", source: "it fails".into() }
    }

    /// Opens the lake of a world with such a catalogue.
    pub(crate) async fn over(world: &mut World) -> Arc<Self> {
        let (when, silent) = (AtomicU8::new(NEVER), AtomicU8::new(0));
        let catalogue = Arc::new(Self { store: world.store.clone(), when, silent });
        let (settings, clock) = (world.settings.clone(), Arc::clone(&world.clock));
        world.lake = Lake::open(settings, Arc::clone(&catalogue) as _, clock as _).await.unwrap();
        catalogue
    }

    /// The next thing that it is told to do.
    pub(crate) fn fail_before(&self) {
        self.when.store(BEFORE, Ordering::SeqCst);
    }

    fn check(&self, when: u8) -> Result<(), CatalogueError> {
        let fails = self.when.compare_exchange(when, NEVER, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        if fails { Err(Self::failure()) } else { Ok(()) }
    }
}

#[async_trait]
impl Catalogue for Failing {
    async fn tenants(&self) -> Result<Vec<TenantId>, CatalogueError> {
        self.store.tenants().await
    }

    async fn tenant(&self, tenant: TenantId) -> Result<TenantEntry, CatalogueError> {
        let silent = |left: u8| left.checked_sub(1);
        if self.silent.fetch_update(Ordering::SeqCst, Ordering::SeqCst, silent).is_ok() {
            return Err(Self::failure());
        }
        self.store.tenant(tenant).await
    }

    async fn record_flush(&self, tenant: TenantId, flush: &Flush) -> Result<(), CatalogueError> {
        self.check(BEFORE)?;
        self.store.record_flush(tenant, flush).await?;
        self.check(AFTER)
    }

    async fn replace_files(
        &self,
        tenant: TenantId,
        removed: &[FileEntry],
        added: &[FileEntry],
    ) -> Result<(), CatalogueError> {
        self.check(BEFORE)?;
        self.store.replace_files(tenant, removed, added).await?;
        self.check(AFTER)
    }

    async fn set_retention(&self, tenant: TenantId, days: Option<u32>) -> Result<(), CatalogueError> {
        self.store.set_retention(tenant, days).await
    }

    async fn defined_tables(&self) -> Result<Vec<TableEntry>, CatalogueError> {
        self.store.defined_tables().await
    }

    async fn set_defined_tables(&self, tables: &[TableEntry]) -> Result<(), CatalogueError> {
        self.store.set_defined_tables(tables).await
    }
}

#[tokio::test]
async fn rows_are_there_once_whenever_the_catalogue_fails() {
    for when in [BEFORE, AFTER] {
        let mut world = World::with(|settings| settings.compacted_files = 2).await;
        let catalogue = Failing::over(&mut world).await;
        world.event("a", "2026-02-03T07:00:00Z").await;
        catalogue.when.store(when, Ordering::SeqCst);
        assert_eq!(world.lake.flush(ALDER).await.is_err(), when == BEFORE);
        world.event("b", "2026-02-03T07:00:00Z").await;
        assert_eq!(world.devices().await, "a b");
        world.lake.flush(ALDER).await.unwrap();
        world.event("c", "2026-02-03T07:00:00Z").await;
        world.lake.flush(ALDER).await.unwrap();
        assert_eq!(world.devices().await, "a b c");
        catalogue.when.store(when, Ordering::SeqCst);
        assert_eq!(world.lake.tidy(ALDER).await.is_err(), when == BEFORE);
        assert_eq!(world.devices().await, "a b c");
        world.lake.tidy(ALDER).await.unwrap();
        assert_eq!((&*world.devices().await, world.files().len()), ("a b c", 1));
        world.reopen().await;
        assert_eq!((&*world.devices().await, world.files().len()), ("a b c", 1));
    }
}

/// A catalogue that fails and then does not tell whether it has: nothing is lost or doubled, and it goes on when it answers again.
#[tokio::test]
async fn what_the_catalogue_did_is_asked_until_it_answers() {
    for when in [BEFORE, AFTER] {
        let mut world = World::with(|settings| settings.compacted_files = 2).await;
        let catalogue = Failing::over(&mut world).await;
        world.event("a", "2026-02-03T07:00:00Z").await;
        let fail = || {
            catalogue.when.store(when, Ordering::SeqCst);
            catalogue.silent.store(2, Ordering::SeqCst);
        };
        fail();
        assert!(world.lake.flush(ALDER).await.is_err());
        world.event("b", "2026-02-03T07:00:00Z").await;
        assert_eq!(world.devices().await, "a b");
        let unknown = world.lake.flush(ALDER).await.unwrap_err();
        assert!(matches!(unknown, LakeError::Uncertain(_)), "{unknown:?}");
        world.lake.flush(ALDER).await.unwrap();
        assert_eq!(
            (&*world.devices().await, world.files().len()),
            ("a b", if when == AFTER { 2 } else { 1 })
        );
        world.event("c", "2026-02-03T07:00:00Z").await;
        world.lake.flush(ALDER).await.unwrap();
        fail();
        assert!(world.lake.tidy(ALDER).await.is_err());
        assert!(matches!(world.lake.tidy(ALDER).await, Err(LakeError::Uncertain(_))));
        world.lake.tidy(ALDER).await.unwrap();
        assert_eq!((&*world.devices().await, world.files().len()), ("a b c", 1));
        world.reopen().await;
        assert_eq!((&*world.devices().await, world.files().len()), ("a b c", 1));
    }
}

/// Keeps whoever adds files waiting.
#[derive(Debug)]
struct Slow {
    store: SqliteStore,
    asked: Notify,
    goes_on: Notify,
}

#[async_trait]
impl Catalogue for Slow {
    async fn tenants(&self) -> Result<Vec<TenantId>, CatalogueError> {
        self.store.tenants().await
    }

    async fn tenant(&self, tenant: TenantId) -> Result<TenantEntry, CatalogueError> {
        self.store.tenant(tenant).await
    }

    async fn record_flush(&self, tenant: TenantId, flush: &Flush) -> Result<(), CatalogueError> {
        self.asked.notify_one();
        self.goes_on.notified().await;
        self.store.record_flush(tenant, flush).await
    }

    async fn replace_files(
        &self,
        tenant: TenantId,
        removed: &[FileEntry],
        added: &[FileEntry],
    ) -> Result<(), CatalogueError> {
        self.store.replace_files(tenant, removed, added).await
    }

    async fn set_retention(&self, tenant: TenantId, days: Option<u32>) -> Result<(), CatalogueError> {
        self.store.set_retention(tenant, days).await
    }

    async fn defined_tables(&self) -> Result<Vec<TableEntry>, CatalogueError> {
        self.store.defined_tables().await
    }

    async fn set_defined_tables(&self, tables: &[TableEntry]) -> Result<(), CatalogueError> {
        self.store.set_defined_tables(tables).await
    }
}

#[tokio::test]
async fn closing_waits_for_what_is_being_written_also_when_nobody_else_does() {
    let world = World::new().await;
    world.event("a", "2026-02-03T07:00:00Z").await;
    let catalogue =
        Arc::new(Slow { store: world.store.clone(), asked: Notify::new(), goes_on: Notify::new() });
    let lake = Lake::open(world.settings.clone(), Arc::clone(&catalogue) as _, Arc::clone(&world.clock) as _)
        .await
        .unwrap();
    let flushing = tokio::spawn({
        let lake = lake.clone();
        async move { lake.flush(ALDER).await }
    });
    catalogue.asked.notified().await;
    flushing.abort();
    assert!(flushing.await.unwrap_err().is_cancelled());
    let other = lake.clone();
    let closing = tokio::spawn(lake.close());
    catalogue.goes_on.notify_one();
    closing.await.unwrap();
    assert_eq!(world.store.tenant(ALDER).await.unwrap().files.len(), 1);
    let late = other.ingest(ALDER, batch("DeviceEvents", [json!({})])).await.unwrap_err();
    assert!(matches!(late, IngestError::Storage(LakeError::Closing)), "{late:?}");
}
