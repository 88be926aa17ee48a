//! Files that somebody or something has changed.

use std::fs;

use serde_json::json;
use wardenry_kql_engine::render::{Csv, Renderer as _};
use wardenry_kql_engine::{Engine, QueryError, RunError, RunOptions};
use wardenry_lake::{Lake, LostRows};

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
    result(lake, text).await.ok()
}

async fn result(lake: &Lake, text: &str) -> Result<String, RunError> {
    let tables = lake.tables(ALDER).await.unwrap();
    let mut run = match Engine::new().run(text, &tables, &RunOptions::at(0)).await {
        Ok(run) => run,
        Err(QueryError::Run(error)) => return Err(error),
        Err(QueryError::Diagnostics(found)) => panic!("{found:?}"),
    };
    let mut rows = Vec::new();
    let result = run.results.first_mut().unwrap();
    let mut csv = Csv::default();
    csv.begin(result.columns(), &mut rows);
    rows.clear();
    while let Some(batch) = result.next().await {
        csv.rows(&batch?, &mut rows);
    }
    Ok(String::from_utf8(rows).unwrap())
}

/// What a query says about lost rows.
pub(crate) async fn lost(lake: &Lake, text: &str) -> String {
    match result(lake, text).await {
        Err(RunError::Read { source }) => source.downcast::<LostRows>().unwrap().to_string(),
        other => panic!("{other:?}"),
    }
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

/// Also counts, which would need no look into the file.
#[tokio::test]
async fn whoever_needs_a_lost_file_learns_which_day_of_which_table_is_lost() {
    let mut world = with_a_file().await;
    let name = world.files()[0].clone();
    let path = world.tenant_folder().join(&name);
    let whole = fs::read(&path).unwrap();
    let damaged = vec![7; whole.len()];
    for (bytes, problem) in [
        (None, "is missing"),
        (Some(&whole[..whole.len() - 1]), "is not as long as it was"),
        (Some(&damaged[..]), "cannot be read"),
    ] {
        match bytes {
            None => fs::remove_file(&path).unwrap(),
            Some(bytes) => {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, bytes).unwrap();
            }
        }
        world.reopen().await;
        let expected =
            format!("rows of DeviceEvents of 2026-02-03 cannot be read: the file {ALDER}/{name} {problem}");
        assert_eq!(lost(&world.lake, EVERYTHING).await, expected);
        if problem != "cannot be read" {
            assert_eq!(lost(&world.lake, "DeviceEvents | count").await, expected);
            // It is not tried to put it together with others.
            assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 0);
        }
        let others = "DeviceEvents | where Timestamp < datetime(2026-02-02) | count";
        assert_eq!(answer(&world.lake, others).await.as_deref(), Some("0\n"));
    }
}

/// One file that cannot be read does not keep the others from being put together.
#[tokio::test]
async fn a_damaged_file_is_left_alone() {
    let mut world = with_a_file().await;
    let path = world.tenant_folder().join(&world.files()[0]);
    let length = fs::metadata(&path).unwrap().len();
    // Of the same length, or the start would notice.
    fs::write(&path, vec![7; usize::try_from(length).unwrap()]).unwrap();
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
