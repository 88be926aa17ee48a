//! Small files become one, old ones go, and what is in use stays.

use std::fs;
use std::time::Duration;

use crate::support::{ALDER, World};

const DAY: Duration = Duration::from_secs(86_400);

/// Makes a file with one event.
async fn file(world: &World, device: &str, time: &str) {
    world.event(device, time).await;
    world.lake.flush(ALDER).await.unwrap();
}

#[tokio::test]
async fn small_files_of_a_day_become_one() {
    let mut world = World::with(|settings| settings.compacted_files = 3).await;
    for device in ["a", "b"] {
        file(&world, device, "2026-02-03T07:00:00Z").await;
    }
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 0);
    file(&world, "c", "2026-02-03T06:00:00Z").await;
    // Of a day that is over, two are enough.
    for device in ["d", "e"] {
        file(&world, device, "2026-02-02T07:00:00Z").await;
    }
    assert_eq!(world.files().len(), 5);
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 3);
    assert_eq!(world.files().len(), 2);
    assert_eq!(world.devices().await, "a b c d e");
    world.reopen().await;
    assert_eq!((world.files().len(), &*world.devices().await), (2, "a b c d e"));
}

#[tokio::test]
async fn a_file_stays_as_long_as_a_snapshot_needs_it() {
    let world = World::with(|settings| settings.compacted_files = 2).await;
    for device in ["a", "b"] {
        file(&world, device, "2026-02-03T07:00:00Z").await;
    }
    let before = world.lake.tables(ALDER).await.unwrap();
    world.lake.tidy(ALDER).await.unwrap();
    assert_eq!(world.files().len(), 3);
    assert_eq!(world.query_over(&before, "DeviceEvents | where DeviceName has 'b' | count").await, "1\n");
    assert_eq!(world.devices().await, "a b");
    drop(before);
    assert_eq!(world.files().len(), 1);
}

#[tokio::test]
async fn days_go_when_they_are_older_than_rows_are_kept() {
    let mut world = World::new().await;
    file(&world, "old", "2026-01-10T07:00:00Z").await;
    file(&world, "new", "2026-02-03T07:00:00Z").await;
    world.clock.advance(6 * DAY);
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 0);
    world.clock.advance(DAY);
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 1);
    assert_eq!((&*world.devices().await, world.files().len()), ("new", 1));
    world.lake.set_retention(ALDER, Some(6)).await.unwrap();
    world.reopen().await;
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 1);
    assert_eq!((&*world.devices().await, world.files().len()), ("", 0));
}

#[tokio::test]
async fn what_a_process_left_behind_is_removed_at_the_next_start() {
    let mut world = World::new().await;
    file(&world, "a", "2026-02-03T07:00:00Z").await;
    let kept = world.files();
    let day = world.tenant_folder().join("DeviceEvents/2026-02-03");
    fs::write(day.join("00000000000000000001-0.new"), "cut off").unwrap();
    fs::write(day.join("00000000000000000001-0.parquet"), "not in the catalogue").unwrap();
    fs::create_dir_all(world.tenant_folder().join("DeviceInfo/2026-02-03")).unwrap();
    fs::write(world.tenant_folder().join("DeviceInfo/2026-02-03/1.parquet"), "").unwrap();
    world.reopen().await;
    assert_eq!(world.files(), kept);
    assert_eq!(world.devices().await, "a");
}

/// The work in the background and somebody who asks for it, for example.
#[tokio::test]
async fn files_are_put_together_once_whoever_does_it() {
    let world = World::with(|settings| settings.compacted_files = 2).await;
    for device in ["a", "b"] {
        file(&world, device, "2026-02-03T07:00:00Z").await;
    }
    let tidied = tokio::join!(world.lake.tidy(ALDER), world.lake.tidy(ALDER), world.lake.tidy(ALDER));
    assert_eq!(tidied.0.unwrap() + tidied.1.unwrap() + tidied.2.unwrap(), 1);
    assert_eq!((world.files().len(), &*world.devices().await), (1, "a b"));
}
