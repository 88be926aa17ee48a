//! A clock that is set to another time.

use std::time::Duration;

use serde_json::json;
use wardenry_lake::QuarantineCode;

use crate::support::{ALDER, World, at, batch, named};

const DAY: Duration = Duration::from_secs(86_400);

async fn file(world: &World, device: &str, time: &str) {
    world.event(device, time).await;
    world.lake.flush(ALDER).await.unwrap();
}

async fn three_days(change: impl FnOnce(&mut wardenry_lake::LakeSettings)) -> World {
    let world = World::with(change).await;
    for (device, day) in [("a", "2026-01-20"), ("b", "2026-01-31"), ("c", "2026-02-03")] {
        file(&world, device, &format!("{day}T07:00:00Z")).await;
    }
    world
}

#[tokio::test]
async fn a_clock_that_is_a_year_ahead_for_a_while_costs_no_rows() {
    let mut world = three_days(|_| ()).await;
    world.clock.advance(365 * DAY);
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 0);
    assert_eq!(world.devices().await, "a b c");
    // A start does not know what the clock said before.
    world.reopen().await;
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 0);
    // What comes meanwhile is kept, as too old.
    let event = json!({"Timestamp": "2026-02-03T08:00:00Z", "DeviceName": "d"});
    let outcome = world.lake.ingest(ALDER, batch("DeviceEvents", [event])).await.unwrap();
    assert_eq!(outcome.quarantined[0].code, QuarantineCode::TooOld);
    world.clock.set(at("2026-02-03T09:00:00Z"));
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 0);
    assert_eq!(world.devices().await, "a b c");
    world.event("d", "2026-02-03T08:00:00Z").await;
    assert_eq!(world.devices().await, "a b c d");
}

#[tokio::test]
async fn many_days_go_after_the_wait_or_when_somebody_has_asked_for_it() {
    let world = three_days(|settings| settings.retention_grace = Duration::ZERO).await;
    world.clock.advance(30 * DAY);
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 2);
    assert_eq!(world.devices().await, "c");

    let world = three_days(|_| ()).await;
    world.lake.set_retention(ALDER, Some(1)).await.unwrap();
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 2);
    assert_eq!(world.devices().await, "c");
    // The permission was for that once.
    world.clock.advance(365 * DAY);
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 0);
}

/// The ids that are remembered are those of the last batches, not those of the latest times.
#[tokio::test]
async fn batches_are_known_again_after_the_clock_was_set_back() {
    let mut world = World::with(|settings| settings.remembered_batches = 2).await;
    let send = async |world: &World, id: &str| {
        let events = named(id, batch("DeviceEvents", [json!({"DeviceName": id})]));
        world.lake.ingest(ALDER, events).await.unwrap().repeated
    };
    assert!(!send(&world, "a").await && !send(&world, "b").await);
    world.lake.flush(ALDER).await.unwrap();
    world.clock.set(at("2026-02-03T03:00:00Z"));
    assert!(!send(&world, "c").await && !send(&world, "d").await);
    world.lake.flush(ALDER).await.unwrap();
    for _ in 0..2 {
        world.reopen().await;
        assert!(send(&world, "c").await && send(&world, "d").await);
    }
    assert_eq!(world.devices().await, "a b c d");
}

/// `ingestion_time()` is what the clock said; rows are found, sorted and put together whatever it was.
#[tokio::test]
async fn rows_are_in_the_order_of_their_own_times() {
    let mut world = World::with(|settings| settings.compacted_files = 2).await;
    file(&world, "b", "2026-02-03T07:00:00Z").await;
    world.clock.set(at("2026-02-03T05:00:00Z"));
    file(&world, "a", "2026-02-03T04:00:00Z").await;
    let found = async |world: &World| {
        let query = "DeviceEvents | sort by Timestamp asc | project DeviceName, Came = ingestion_time()";
        world.query(ALDER, query).await
    };
    let expected = "a,2026-02-03T05:00:00.0000000Z\nb,2026-02-03T08:00:00.0000000Z\n";
    assert_eq!(found(&world).await, expected);
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 1);
    world.reopen().await;
    assert_eq!(found(&world).await, expected);
    // An event that is a day ahead of the clock as it is now is not believed.
    world.clock.set(at("2026-02-01T05:00:00Z"));
    let event = json!({"Timestamp": "2026-02-03T08:00:00Z"});
    let outcome = world.lake.ingest(ALDER, batch("DeviceEvents", [event])).await.unwrap();
    assert_eq!(outcome.quarantined[0].code, QuarantineCode::InTheFuture);
}
