//! Files that somebody or something has changed.

use std::fs;

use serde_json::json;
use wardenry_kql_engine::render::{Csv, Renderer as _};
use wardenry_kql_engine::{Engine, QueryError, RunOptions};
use wardenry_lake::Lake;

use crate::support::{ALDER, BIRCH, World, batch};

/// A file of twenty events of one device, and the journal has one of another.
async fn with_a_file() -> World {
    let world = World::with(|settings| settings.compacted_files = 2).await;
    let events =
        (0..20).map(|n| json!({"Timestamp": "2026-02-03T07:00:00Z", "DeviceName": "a", "ReportId": n}));
    world.lake.ingest(ALDER, batch("DeviceEvents", events)).await.unwrap();
    let theirs = json!({"Timestamp": "2026-02-03T07:00:00Z", "DeviceName": "theirs"});
    world.lake.ingest(BIRCH, batch("DeviceEvents", [theirs])).await.unwrap();
    world.lake.flush(ALDER).await.unwrap();
    world.lake.flush(BIRCH).await.unwrap();
    world
}

const EVERYTHING: &str = "DeviceEvents | summarize count(), sum(ReportId), dcount(DeviceName)";

/// The answer, or `None` where the query failed without blaming its author.
async fn answer(lake: &Lake, text: &str) -> Option<String> {
    let tables = lake.tables(ALDER).await.unwrap();
    let run = Engine::new().run(text, &tables, &RunOptions::at(0)).await;
    let mut run = match run {
        Ok(run) => run,
        Err(QueryError::Run(_)) => return None,
        Err(QueryError::Diagnostics(found)) => panic!("{found:?}"),
    };
    let mut rows = Vec::new();
    let result = run.results.first_mut().unwrap();
    let mut csv = Csv::default();
    csv.begin(result.columns(), &mut rows);
    rows.clear();
    while let Some(batch) = result.next().await {
        csv.rows(&batch.ok()?, &mut rows);
    }
    Some(String::from_utf8(rows).unwrap())
}

#[tokio::test]
async fn a_file_that_is_cut_short_or_gone_fails_its_queries_and_no_others() {
    let mut world = with_a_file().await;
    let path = world.tenant_folder().join(&world.files()[0]);
    let whole = fs::read(&path).unwrap();
    for length in [0, 1, 4, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        world.reopen().await;
        assert_eq!(answer(&world.lake, EVERYTHING).await, None, "{length}");
        assert_eq!(world.query(ALDER, "DeviceInfo | count").await, "0\n");
        assert_eq!(world.query(BIRCH, "DeviceEvents | project DeviceName").await, "theirs\n");
    }
    fs::remove_file(&path).unwrap();
    world.reopen().await;
    assert_eq!(answer(&world.lake, EVERYTHING).await, None);
    // Ingest goes on, and so do queries that do not need the file.
    world.event("b", "2026-02-01T07:00:00Z").await;
    let others = "DeviceEvents | where Timestamp < datetime(2026-02-02) | project DeviceName";
    assert_eq!(answer(&world.lake, others).await.as_deref(), Some("b\n"));
    // Put back from a backup, it is read again.
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, whole).unwrap();
    world.reopen().await;
    assert_eq!(answer(&world.lake, "DeviceEvents | count").await.as_deref(), Some("21\n"));
}

/// One file that cannot be read does not keep the others from being put together.
#[tokio::test]
async fn a_damaged_file_is_left_alone() {
    let mut world = with_a_file().await;
    let path = world.tenant_folder().join(&world.files()[0]);
    fs::write(&path, "damaged").unwrap();
    world.reopen().await;
    world.event("b", "2026-02-03T07:00:00Z").await;
    world.lake.flush(ALDER).await.unwrap();
    assert!(world.lake.tidy(ALDER).await.is_err());
    for day in ["2026-02-01", "2026-02-01"] {
        world.event("c", &format!("{day}T07:00:00Z")).await;
        world.lake.flush(ALDER).await.unwrap();
    }
    assert_eq!(world.files().len(), 4);
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 1);
    assert_eq!(world.files().len(), 3);
}

/// Damage in the middle of the journal costs what was there and nothing behind it.
#[tokio::test]
async fn damage_in_the_middle_of_the_journal_costs_one_batch() {
    let mut world = World::new().await;
    for device in ["a", "b", "c", "d"] {
        world.event(device, "2026-02-03T07:00:00Z").await;
    }
    let segment = world.segments().remove(0);
    let whole = fs::read(&segment).unwrap();
    let second = whole.len() / 4..whole.len() / 2;
    for at in second.step_by(5) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&segment, bytes).unwrap();
        world.reopen().await;
        assert_eq!(world.devices().await, "a c d", "{at}");
    }
    world.event("e", "2026-02-03T07:00:00Z").await;
    world.reopen().await;
    assert_eq!(world.devices().await, "a c d e");
}
