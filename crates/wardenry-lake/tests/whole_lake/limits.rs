//! What the lake may use up.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use wardenry_lake::{FreeSpace, IngestError, Outcome, QuarantineCode, Quarantined};

use crate::support::{ALDER, BIRCH, World, batch, named};

#[derive(Debug)]
struct SetFree(AtomicU64);

impl FreeSpace for SetFree {
    fn free_bytes(&self, _: &Path) -> io::Result<u64> {
        Ok(self.0.load(Ordering::SeqCst))
    }
}

#[tokio::test]
async fn a_full_disk_refuses_ingest_until_there_is_room_and_queries_go_on() {
    let free = Arc::new(SetFree(AtomicU64::new(1000)));
    let world = World::with(|settings| {
        settings.free_bytes = 500;
        settings.free_space = Arc::clone(&free) as _;
    })
    .await;
    world.event("a", "2026-02-03T07:00:00Z").await;
    free.0.store(499, Ordering::SeqCst);
    let refused = world.lake.ingest(ALDER, batch("DeviceEvents", [json!({})])).await.unwrap_err();
    assert_eq!(refused.to_string(), "the disk is full: 499 bytes are left, and 500 must be");
    assert_eq!(world.devices().await, "a");
    free.0.store(500, Ordering::SeqCst);
    world.event("b", "2026-02-03T07:00:00Z").await;
    assert_eq!(world.devices().await, "a b");
}

#[tokio::test]
async fn more_than_fits_in_memory_is_refused_until_it_is_in_files() {
    let world = World::with(|settings| settings.tail_bytes = 150_000).await;
    let event = || json!({"Timestamp": "2026-02-03T07:00:00Z", "DeviceName": "x".repeat(20_000)});
    let mut stored = 0;
    let refused = loop {
        match world.lake.ingest(ALDER, batch("DeviceEvents", [event()])).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 100);
    };
    assert!(matches!(refused, IngestError::Busy { .. }), "{refused:?}");
    world.lake.flush(ALDER).await.unwrap();
    world.lake.ingest(ALDER, batch("DeviceEvents", [event()])).await.unwrap();
    assert_eq!(world.query(ALDER, "DeviceEvents | count").await, format!("{}\n", stored + 1));
}

#[tokio::test]
async fn the_quarantine_of_a_day_is_full_at_some_time_and_stays_so_over_a_start() {
    let mut world = World::with(|settings| settings.quarantine_per_day = 3).await;
    let bad = |n: u32| json!({"DeviceName": "bad", "ReportId": format!("no {n}")});
    let codes = |outcome: &Outcome| outcome.quarantined.iter().map(|it| it.code.name()).collect::<Vec<_>>();
    // Sent again it is not stored again, and takes no room.
    for repeated in [false, true, true] {
        let outcome =
            world.lake.ingest(ALDER, named("b1", batch("DeviceEvents", [bad(1), bad(2)]))).await.unwrap();
        assert_eq!(outcome.repeated, repeated);
    }
    let good = json!({"DeviceName": "good"});
    let outcome = world.lake.ingest(ALDER, batch("DeviceEvents", [bad(3), good, bad(4)])).await.unwrap();
    assert_eq!((outcome.stored, codes(&outcome)), (1, vec!["WrongType", "QuarantineFull"]));
    assert_eq!(
        outcome.quarantined[1],
        Quarantined {
            index: 2,
            code: QuarantineCode::QuarantineFull,
            reason: "ReportId is of type long, and \"no 4\" is no such value (WrongType); it is not kept, because too many \
                     were put into quarantine today"
                .to_owned(),
        }
    );
    let kept = "WardenryQuarantine | sort by Timestamp asc, Record asc | project RecordIndex, Code, tostring(parse_json(Record).ReportId)";
    let rows = "0,WrongType,no 1\n1,WrongType,no 2\n0,WrongType,no 3\n";
    for flushed in [false, true] {
        if flushed {
            world.lake.flush(ALDER).await.unwrap();
        }
        world.reopen().await;
        assert_eq!(world.query(ALDER, kept).await, rows);
        assert_eq!(world.devices().await, "good");
        let outcome = world.lake.ingest(ALDER, batch("DeviceEvents", [bad(5)])).await.unwrap();
        assert_eq!(codes(&outcome), ["QuarantineFull"], "{flushed}");
    }
    let theirs = world.lake.ingest(BIRCH, batch("DeviceEvents", [bad(6)])).await.unwrap();
    assert_eq!(codes(&theirs), ["WrongType"]);
    world.clock.advance(Duration::from_secs(86_400));
    let outcome = world.lake.ingest(ALDER, batch("DeviceEvents", [bad(7)])).await.unwrap();
    assert_eq!(codes(&outcome), ["WrongType"]);
}

#[tokio::test]
async fn batches_and_records_have_a_size() {
    let world = World::with(|settings| {
        (settings.batch_records, settings.batch_bytes, settings.record_bytes) = (3, 1000, 500);
    })
    .await;
    let refusal = async |batch| world.lake.ingest(ALDER, batch).await.unwrap_err().to_string();
    let small = || json!({"DeviceName": "a"});
    assert_eq!(
        refusal(batch("DeviceEvents", [small(), small(), small(), small()])).await,
        "the batch has 4 records, and may have 3"
    );
    let large = json!({"DeviceName": "x".repeat(984)});
    assert_eq!(refusal(batch("DeviceEvents", [large])).await, "the batch has 1001 bytes, and may have 1000");
    assert_eq!(
        refusal(named(&"i".repeat(257), batch("DeviceEvents", [small()]))).await,
        "the batch has 257 bytes in its id, and may have 256"
    );
    let record = json!({"DeviceName": "x".repeat(484)});
    let outcome = world.lake.ingest(ALDER, batch("DeviceEvents", [record, small()])).await.unwrap();
    let codes: Vec<_> = outcome.quarantined.iter().map(|record| record.code).collect();
    assert_eq!((outcome.stored, codes), (1, vec![QuarantineCode::TooLarge]));
}

/// More files than are remembered are read all the same.
#[tokio::test]
async fn files_that_are_not_remembered_are_looked_at_again() {
    let world = World::with(|settings| settings.remembered_files = 1).await;
    for (device, day) in [("a", 1), ("b", 2), ("c", 3)] {
        world.event(device, &format!("2026-02-0{day}T07:00:00Z")).await;
    }
    world.lake.flush(ALDER).await.unwrap();
    for _ in 0..2 {
        assert_eq!(world.devices().await, "a b c");
    }
}
