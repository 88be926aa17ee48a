//! The files of the lake in an object store.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use datafusion::object_store::ObjectStoreExt as _;
use datafusion::object_store::path::Path as StorePath;
use serde_json::json;
use wardenry_kql_engine::{Engine, QueryError, RunError, RunOptions};
use wardenry_lake::{IngestError, Lake, LakeError, ObjectStorage};

use crate::damage::lost;
use crate::object_stores::Objects;
use crate::recovery::Failing;
use crate::support::{ALDER, World, batch, named};

const DAY: Duration = Duration::from_secs(86_400);
const PREFIX: &str = "some/lake";

impl Objects {
    fn storage(&self) -> ObjectStorage {
        ObjectStorage { store: self.store(), prefix: PREFIX.into(), name: "s3://events/some/lake".into() }
    }

    /// The objects of the tenant, relative to its part, in order.
    async fn of_tenant(&self) -> Vec<String> {
        let tenant = format!("{PREFIX}/{ALDER}/");
        let all = self.all().await;
        all.iter().filter_map(|path| path.strip_prefix(&tenant)).map(str::to_owned).collect()
    }

    async fn world(&self) -> World {
        World::with(|settings| {
            settings.objects = Some(self.storage());
            settings.compacted_files = 3;
        })
        .await
    }
}

/// Makes a file with one event.
async fn file(world: &World, device: &str, time: &str) {
    world.event(device, time).await;
    world.lake.flush(ALDER).await.unwrap();
}

/// Whether a query fails, and without blaming its author.
async fn is_unreadable(world: &World, text: &str) -> bool {
    let tables = world.lake.tables(ALDER).await.unwrap();
    match Engine::new().run(text, &tables, &RunOptions::at(0)).await {
        Err(QueryError::Run(error)) => matches!(error, RunError::Read { .. }),
        Err(QueryError::Diagnostics(found)) => panic!("{found:?}"),
        Ok(mut run) => {
            let result = run.results.first_mut().unwrap();
            while let Some(batch) = result.next().await {
                if let Err(error) = batch {
                    return matches!(error, RunError::Read { .. });
                }
            }
            false
        }
    }
}

#[tokio::test]
async fn files_lie_in_the_store_and_the_journal_on_the_disk() {
    let objects = Objects::start().await;
    let mut world = objects.world().await;
    file(&world, "a", "2026-02-03T07:00:00Z").await;
    file(&world, "b", "2026-02-02T07:00:00Z").await;
    world.event("c", "2026-02-03T07:30:00Z").await;
    assert_eq!((world.files().len(), world.segments().len()), (0, 1));
    let stored = objects.of_tenant().await;
    let days: Vec<_> = stored.iter().map(|path| path.rsplit_once('/').unwrap().0).collect();
    assert_eq!(days, ["DeviceEvents/2026-02-02", "DeviceEvents/2026-02-03"]);
    for _ in 0..2 {
        assert_eq!(world.devices().await, "a b c");
        let query = "DeviceEvents | where Timestamp < datetime(2026-02-03) | project DeviceName";
        assert_eq!(world.query(ALDER, query).await, "b\n");
        world.reopen().await;
    }
}

#[tokio::test]
async fn files_are_put_together_and_go_as_they_do_in_a_folder() {
    let objects = Objects::start().await;
    let mut world = objects.world().await;
    for device in ["a", "b", "c"] {
        file(&world, device, "2026-02-03T07:00:00Z").await;
    }
    let before = world.lake.tables(ALDER).await.unwrap();
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 2);
    // The snapshot still uses the three.
    assert_eq!(objects.of_tenant().await.len(), 4);
    assert_eq!(world.query_over(&before, "DeviceEvents | where DeviceName has 'b' | count").await, "1\n");
    drop(before);
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 0);
    assert_eq!(objects.of_tenant().await.len(), 1);
    world.reopen().await;
    assert_eq!(world.devices().await, "a b c");
    world.lake.set_retention(ALDER, Some(3)).await.unwrap();
    world.clock.advance(4 * DAY);
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 1);
    assert_eq!((objects.of_tenant().await, &*world.devices().await), (Vec::new(), ""));
}

/// More than one part, read by ranges, with a file beside it that says which terms are where.
#[tokio::test]
async fn a_large_file_is_sent_in_parts_and_read_in_part() {
    let objects = Objects::start().await;
    let mut world = World::with(|settings| {
        settings.objects = Some(objects.storage());
        (settings.flush_bytes, settings.tail_bytes) = (1 << 30, 2 << 30);
    })
    .await;
    for part in 0..3_u64 {
        let events = (0..100_000).map(|n| {
            let n = part * 100_000 + n;
            let rare = if n == 150_000 { "Needle" } else { "hay" };
            json!({
                "Timestamp": format!("2026-02-03T0{part}:{:02}:{:02}Z", n / 60 % 60, n % 60),
                "ProcessCommandLine": format!("run -{rare} {:x} {:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15), n * n * n),
            })
        });
        world.lake.ingest(ALDER, batch("DeviceEvents", events)).await.unwrap();
    }
    world.lake.flush(ALDER).await.unwrap();
    let stored = objects.of_tenant().await;
    let endings: Vec<_> = stored.iter().map(|path| path.rsplit_once('.').unwrap().1).collect();
    assert_eq!(endings, ["parquet", "terms"]);
    let size = objects.store().head(&StorePath::from(format!("{PREFIX}/{ALDER}/{}", stored[0]))).await;
    let size = size.unwrap().size;
    assert!(size > 8 << 20, "{size} bytes are not two parts");
    world.reopen().await;
    for (condition, expected) in [
        ("ProcessCommandLine has 'needle'", "1\n"),
        ("ProcessCommandLine has 'needles'", "0\n"),
        ("ProcessCommandLine has 'hay' and Timestamp < datetime(2026-02-03T01:00:00Z)", "100000\n"),
    ] {
        let query = format!("DeviceEvents | where {condition} | count");
        assert_eq!(world.query(ALDER, &query).await, expected, "{condition}");
    }
    let tables = world.lake.tables(ALDER).await.unwrap();
    let query = "DeviceEvents | where ProcessCommandLine has 'needle' | summarize max(ProcessCommandLine)";
    let read = world.scanned_bytes(&tables, query).await;
    assert!(read > 0 && read < size / 2, "{read} of {size}");
}

#[tokio::test]
async fn what_a_process_left_behind_is_removed() {
    let objects = Objects::start().await;
    let mut world = objects.world().await;
    file(&world, "a", "2026-02-03T07:00:00Z").await;
    let kept = objects.of_tenant().await;
    let put = async |name: &str| {
        let location = StorePath::from(format!("{PREFIX}/{name}"));
        objects.store().put(&location, "left behind".into()).await.unwrap();
    };
    put(&format!("{ALDER}/DeviceEvents/2026-02-03/00000000000000000001-0.parquet")).await;
    put(&format!("{ALDER}/DeviceInfo/2026-02-03/00000000000000000001-0.terms")).await;
    put("of somebody else.parquet").await;
    world.reopen().await;
    // What is being read, and what comes in meanwhile, is no leftover.
    file(&world, "b", "2026-02-03T07:00:00Z").await;
    assert_eq!(objects.of_tenant().await.len(), 4);
    world.lake.tidy(ALDER).await.unwrap();
    let left = objects.of_tenant().await;
    assert_eq!((left.len(), kept.iter().all(|path| left.contains(path))), (2, true), "{left:?}");
    assert!(objects.all().await.contains(&format!("{PREFIX}/of somebody else.parquet")));
    assert_eq!(world.devices().await, "a b");
}

/// The process ends after the file is in the store and before the catalogue knows it.
#[tokio::test]
async fn rows_are_there_once_when_the_catalogue_does_not_get_to_know_a_file() {
    let objects = Objects::start().await;
    let mut world = objects.world().await;
    let catalogue = Failing::over(&mut world).await;
    world.event("a", "2026-02-03T07:00:00Z").await;
    catalogue.fail_before();
    assert!(world.lake.flush(ALDER).await.is_err());
    assert_eq!(objects.of_tenant().await.len(), 1);
    // As if it had been killed: nobody removes the file.
    world.reopen().await;
    assert_eq!(world.devices().await, "a");
    world.lake.tidy(ALDER).await.unwrap();
    assert_eq!(objects.of_tenant().await.len(), 0);
    world.lake.flush(ALDER).await.unwrap();
    world.reopen().await;
    assert_eq!((&*world.devices().await, objects.of_tenant().await.len()), ("a", 1));
}

#[tokio::test]
async fn a_store_that_is_away_stops_neither_ingest_nor_other_queries_and_all_recovers() {
    let mut objects = Objects::start().await;
    let mut world = World::with(|settings| {
        settings.objects = Some(objects.storage());
        settings.tail_bytes = 400_000;
        settings.compacted_files = 2;
    })
    .await;
    file(&world, "a", "2026-02-02T07:00:00Z").await;
    file(&world, "b", "2026-02-02T07:00:00Z").await;
    objects.stop();
    world.event("c", "2026-02-03T07:00:00Z").await;
    assert!(is_unreadable(&world, "DeviceEvents | count").await);
    let today = "DeviceEvents | where Timestamp > datetime(2026-02-03) | project DeviceName";
    assert_eq!(world.query(ALDER, today).await, "c\n");
    for _ in 0..2 {
        assert!(world.lake.flush(ALDER).await.is_err());
        assert!(world.lake.tidy(ALDER).await.is_err());
    }
    // The work in the background may still be trying.
    world.lake.clone().close().await;
    // Also a start does not need the store. What was acknowledged is in the journal.
    world.reopen().await;
    assert_eq!(world.query(ALDER, today).await, "c\n");
    let event = || json!({"Timestamp": "2026-02-03T07:00:00Z", "DeviceName": "d".repeat(20_000)});
    let mut stored = 0;
    let refused = loop {
        match world.lake.ingest(ALDER, batch("DeviceEvents", [event()])).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 100);
    };
    assert!(stored > 0 && matches!(refused, IngestError::Busy { .. }), "{stored} {refused:?}");
    objects.resume();
    world.lake.flush(ALDER).await.unwrap();
    // The work in the background may have been first.
    world.lake.tidy(ALDER).await.unwrap();
    world.lake.ingest(ALDER, named("e", batch("DeviceEvents", [event()]))).await.unwrap();
    let query = "DeviceEvents | summarize count(), dcount(DeviceName)";
    assert_eq!(world.query(ALDER, query).await, format!("{},4\n", stored + 4));
    world.reopen().await;
    assert_eq!(world.query(ALDER, query).await, format!("{},4\n", stored + 4));
    assert_eq!(objects.of_tenant().await.len(), 2);
}

/// Its files would be leftovers to the other.
#[tokio::test]
async fn two_lakes_do_not_share_a_place() {
    let objects = Objects::start().await;
    let world = objects.world().await;
    file(&world, "a", "2026-02-03T07:00:00Z").await;
    let other = tempfile::tempdir().unwrap();
    let mut settings = world.settings.clone();
    settings.folder = other.path().join("lake");
    let open = async || {
        Lake::open(settings.clone(), Arc::new(world.store.clone()), Arc::clone(&world.clock) as _).await
    };
    let refused = open().await.unwrap_err();
    assert!(matches!(refused, LakeError::StoreTaken { .. }), "{refused:?}");
    assert_eq!(
        refused.to_string(),
        "s3://events/some/lake has the files of another lake: choose another prefix, or remove the object wardenry-lake there if the \
         other lake is gone"
    );
    assert_eq!(objects.of_tenant().await.len(), 1);
    // Moved to another machine with its folder, it is the same lake.
    fs::copy(world.settings.folder.join("storage-name"), settings.folder.join("storage-name")).unwrap();
    open().await.unwrap();
}

#[tokio::test]
async fn an_object_that_is_gone_is_noticed_and_costs_its_rows_alone() {
    let objects = Objects::start().await;
    let mut world = objects.world().await;
    file(&world, "a", "2026-02-02T07:00:00Z").await;
    file(&world, "b", "2026-02-03T07:00:00Z").await;
    let gone = objects.of_tenant().await.remove(0);
    objects.store().delete(&StorePath::from(format!("{PREFIX}/{ALDER}/{gone}"))).await.unwrap();
    world.reopen().await;
    world.lake.tidy(ALDER).await.unwrap();
    let expected = format!(
        "rows of DeviceEvents of 2026-02-02 cannot be read: the file {PREFIX}/{ALDER}/{gone} is missing"
    );
    assert_eq!(lost(&world.lake, "DeviceEvents | count").await, expected);
    let others = "DeviceEvents | where Timestamp > datetime(2026-02-03) | project DeviceName";
    assert_eq!(world.query(ALDER, others).await, "b\n");
}
