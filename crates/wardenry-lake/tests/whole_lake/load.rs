//! Rows that come in bulk.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use wardenry_kql_values::UNIX_EPOCH;

use crate::support::{ALDER, BIRCH, World, at};

fn rows(columns: [(&str, ArrayRef); 2]) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

fn times(texts: [&str; 3]) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(texts.map(|text| at(text).unix_ticks() + UNIX_EPOCH)))
}

fn devices() -> ArrayRef {
    Arc::new(StringViewArray::from_iter_values(["a", "b", "c"]))
}

/// They are in files of their days and in nobody else's tables, also after the next start.
#[tokio::test]
async fn rows_in_bulk_are_files_at_once() {
    let mut world = World::new().await;
    let times = times(["2026-02-01T10:00:00Z", "2026-02-02T10:00:00Z", "2026-02-01T11:00:00Z"]);
    let rows = rows([("DeviceName", devices()), ("Timestamp", times)]);
    world.lake.load(ALDER, "DeviceEvents", &rows).await.unwrap();
    for _ in 0..2 {
        assert_eq!((world.devices().await, world.segments()), ("a b c".to_owned(), Vec::new()));
        let days: Vec<_> =
            world.files().iter().map(|path| path.rsplit_once('/').unwrap().0.to_owned()).collect();
        assert_eq!(days, ["DeviceEvents/2026-02-01", "DeviceEvents/2026-02-02"]);
        assert_eq!(world.query(BIRCH, "DeviceEvents | count").await.trim(), "0");
        world.reopen().await;
    }
    let query = "DeviceEvents | where isnull(FileSize) and ingestion_time() == datetime(2026-02-03T08:00:00Z) | count";
    assert_eq!(world.query(ALDER, query).await.trim(), "3");
}

#[tokio::test]
async fn rows_that_do_not_fit_are_refused() {
    let world = World::new().await;
    let times = || times(["2026-02-01T10:00:00Z"; 3]);
    for (table, columns) in [
        ("NoSuchTable", [("DeviceName", devices()), ("Timestamp", times())]),
        ("DeviceEvents", [("NoSuchColumn", devices()), ("Timestamp", times())]),
        ("DeviceEvents", [("FileSize", devices()), ("Timestamp", times())]),
    ] {
        assert!(world.lake.load(ALDER, table, &rows(columns)).await.is_err(), "{table}");
    }
    assert_eq!(world.files(), Vec::<String>::new());
}
