//! What a query reads, and how: a lake must not be slower than its files.

use serde_json::json;
use wardenry_core::time::Clock as _;

use crate::support::{ALDER, World, at, batch};

/// An event every minute of three days from midnight on 1 February, in files of six hours; the last three hours are in memory.
async fn three_days() -> World {
    let world = World::with(|settings| settings.compacted_rows = 0).await;
    world.clock.advance(at("2026-02-03T23:59:00Z").since(world.clock.now()));
    for part in 0..12_u32 {
        let (day, start) = (part / 4 + 1, part % 4 * 6);
        let event = |minute: u32| {
            json!({
                "Timestamp": format!("2026-02-{day:02}T{:02}:{:02}:00Z", start + minute / 60, minute % 60),
                "DeviceName": format!("ws-{}", minute % 7),
                "ActionType": if minute.is_multiple_of(2) { "Even" } else { "Odd" },
                "ProcessId": part * 360 + minute,
                "ProcessCommandLine": format!("run {:x}", (part * 360 + minute) * 7_919),
            })
        };
        let stored = if part == 11 { 180 } else { 360 };
        world.lake.ingest(ALDER, batch("DeviceEvents", (0..stored).map(event))).await.unwrap();
        world.lake.flush(ALDER).await.unwrap();
        if stored < 360 {
            world.lake.ingest(ALDER, batch("DeviceEvents", (stored..360).map(event))).await.unwrap();
        }
    }
    world
}

const MINUTES: usize = 3 * 24 * 60;

/// Files are within a time span, apart from it, or partly in it, and so are rows in memory.
#[tokio::test]
async fn times_are_exact_to_the_row() {
    let world = three_days().await;
    for (condition, expected) in [
        ("Timestamp >= datetime(2026-02-01)", MINUTES),
        ("Timestamp > datetime(2026-02-01)", MINUTES - 1),
        ("Timestamp between (datetime(2026-02-01T05:59:00Z) .. datetime(2026-02-01T06:00:00Z))", 2),
        ("Timestamp > datetime(2026-02-01T05:59:00Z) and Timestamp < datetime(2026-02-01T12:00:00Z)", 360),
        ("Timestamp >= datetime(2026-02-03T20:30:00Z)", 210),
        ("Timestamp > datetime(2026-02-03T21:00:00Z)", 179),
        ("Timestamp == datetime(2026-02-03T21:00:00Z)", 1),
        ("datetime(2026-02-02) > Timestamp", 1440),
        ("Timestamp > ago(1h)", 60),
        ("Timestamp > datetime(2026-02-04)", 0),
        ("Timestamp < datetime(2026-02-02) or Timestamp > datetime(2026-02-03)", 1440 + 1439),
        ("Timestamp != datetime(2026-02-02)", MINUTES - 1),
        ("not(Timestamp > datetime(2026-02-02))", 1441),
        ("Timestamp >= datetime(2026-02-02) and ActionType == 'Odd'", 1440),
        ("Timestamp > datetime(2026-02-02T10:00:00Z) and Timestamp < datetime(2026-02-02T09:00:00Z)", 0),
        ("ingestion_time() >= datetime(2026-02-03T23:59:00Z)", MINUTES),
    ] {
        for (rest, expected) in [
            ("count", expected.to_string()),
            ("summarize by ProcessId | count", expected.to_string()),
            ("project ProcessId | summarize sum(1)", expected.to_string()),
        ] {
            let query = format!("DeviceEvents | where {condition} | {rest}");
            assert_eq!(world.query(ALDER, &query).await.trim(), expected, "{query}");
        }
    }
}

/// The same machinery works over the files as if there were no rows in memory.
#[tokio::test]
async fn plans_are_those_over_files() {
    let world = three_days().await;
    let all_days = "where Timestamp >= datetime(2026-02-01)";
    for (query, expected, unexpected) in [
        // Answered by the catalogue.
        ("count".to_owned(), "4320 as ", "DataSourceExec"),
        (format!("{all_days} | count"), "4320 as ", "DataSourceExec"),
        // Nobody looks at times if all of them are wanted.
        (format!("{all_days} | summarize count() by DeviceName"), "GroupExec: keys=[", "Timestamp"),
        ("where Timestamp > ago(35h) | summarize count() by DeviceName".to_owned(), "as kept", "FilterExec"),
        (
            "summarize count() by DeviceName".to_owned(),
            "projection=[encoded(text_key(DeviceName",
            "FilterExec",
        ),
        ("where ActionType == 'Odd' | count".to_owned(), "as kept", "RepartitionExec"),
        ("top 3 by Timestamp desc".to_owned(), "reverse_row_groups=true", "FilterExec"),
        ("top 3 by Timestamp desc".to_owned(), "DynamicFilter", "FilterExec"),
        (
            format!("{all_days} | where ActionType == 'Odd' | take 3"),
            "limit=3, file_type=parquet",
            "Timestamp >",
        ),
        (
            "where ProcessCommandLine has 'run' | join kind=inner (DeviceEvents | where ActionType == 'Odd') on DeviceName | count"
                .to_owned(),
            "Odd AND DynamicFilter",
            "SortExec",
        ),
    ] {
        let plan = world.plan(ALDER, &format!("DeviceEvents | {query}")).await;
        assert!(plan.contains(expected), "{query}: {plan}");
        assert!(!plan.contains(unexpected), "{query}: {plan}");
    }
}

#[tokio::test]
async fn the_newest_rows_are_in_the_newest_files() {
    let world = three_days().await;
    let read = async |query: &str| {
        let tables = world.lake.tables(ALDER).await.unwrap();
        world.scanned_bytes(&tables, &format!("DeviceEvents | {query}")).await
    };
    let all = read("summarize max(ProcessCommandLine), max(Timestamp)").await;
    for query in [
        "top 5 by Timestamp desc | project Timestamp, ProcessCommandLine",
        "top 5 by Timestamp asc | project Timestamp, ProcessCommandLine",
        "where ActionType == 'Odd' | order by Timestamp desc | take 5 | project ProcessCommandLine",
    ] {
        let some = read(query).await;
        // Of the twelve files as many as there are threads may be open before it shows that the others are not needed.
        assert!(some < all, "{query}: {some} of {all}");
    }
    let newest = "DeviceEvents | top 2 by Timestamp desc | project Timestamp";
    assert_eq!(
        world.query(ALDER, newest).await,
        "2026-02-03T23:59:00.0000000Z\n2026-02-03T23:58:00.0000000Z\n"
    );
}
