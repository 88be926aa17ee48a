//! How soon what was sent is found: an acknowledged batch is visible, so that is the time to the acknowledgement.
//!
//! Whether it is visible is looked at after each batch: a query that begins after the acknowledgement has to count its rows.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use tokio::process::Command;
use tokio::task::JoinSet;
use wardenry_hunting::Ingest;
use wardenry_kql_engine::Engine;

use super::events::{self, Lines};
use super::{ingest, peers, world};
use crate::report;

/// Events of a batch, and batches on their way at the same time.
const CASES: [(usize, usize); 5] = [(1, 1), (100, 1), (100, 8), (1_000, 1), (1_000, 4)];
const BATCHES: usize = 200;

/// Seconds, one a batch.
#[derive(Debug, Default, Deserialize)]
struct Seen {
    stored: Vec<f64>,
    counted: Vec<f64>,
}

pub(crate) async fn run(folder: &Path, python: &Path, lines: &Lines) -> Result<()> {
    report::line(&format!(
        "freshness: {BATCHES} batches, a count after each one's acknowledgement; milliseconds, the median and the 99th percentile"
    ));
    let title = ["", "events", "in flight", "sent to visible", "99 %", "the count", "99 %"];
    let mut table = vec![title.map(str::to_owned).to_vec()];
    for (events, in_flight) in CASES {
        let most = BATCHES.min(lines.count() / events);
        let bodies: Vec<_> = lines.batches(events).take(most).map(<[u8]>::to_vec).collect();
        add(&mut table, "wardenry", events, in_flight, wardenry(bodies, in_flight).await?);
        if in_flight > 1 {
            continue;
        }
        let files = folder.join("fresh");
        std::fs::create_dir_all(&files)?;
        for (number, batch) in lines.batches(events).take(most).enumerate() {
            std::fs::write(files.join(format!("{number:06}.jsonl")), batch)?;
        }
        for peer in peers::INGEST {
            let place = tempfile::tempdir()?;
            let mut command = Command::new(python);
            peers::script(&mut command, place.path(), &["freshness", peer])?;
            command.arg(&files).arg(place.path().join("database"));
            let text = peers::output(peer, command).await?;
            let seen = serde_json::from_str(&text).with_context(|| format!("{peer} printed {text}"))?;
            add(&mut table, peer, events, in_flight, seen);
        }
        std::fs::remove_dir_all(&files)?;
    }
    report::table(&table);
    Ok(())
}

fn add(table: &mut Vec<Vec<String>>, name: &str, events: usize, in_flight: usize, seen: Seen) {
    let mut row = vec![name.to_owned(), events.to_string(), in_flight.to_string()];
    for mut times in [seen.stored, seen.counted] {
        times.sort_by(f64::total_cmp);
        for percent in [50, 99] {
            let time = times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
            row.push(time.map_or_else(|| "–".to_owned(), |seconds| format!("{:.2}", seconds * 1000.0)));
        }
    }
    table.push(row);
}

async fn wardenry(bodies: Vec<Vec<u8>>, in_flight: usize) -> Result<Seen> {
    let folder = tempfile::tempdir()?;
    let tenant = world::tenant(1);
    let lake = world::open(folder.path(), events::now(), |_| ()).await?;
    let (ingest, writer) = (Ingest::new(lake.clone()), ingest::writer(tenant)?);
    let acknowledged = Arc::new(AtomicU64::new(0));
    let bodies = Arc::new(std::sync::Mutex::new(bodies.into_iter()));
    let mut senders = JoinSet::new();
    for _ in 0..in_flight {
        let (ingest, lake) = (ingest.clone(), lake.clone());
        let (bodies, acknowledged) = (Arc::clone(&bodies), Arc::clone(&acknowledged));
        senders.spawn(async move {
            let (engine, mut seen) = (Engine::new(), Seen::default());
            loop {
                let next = bodies.lock().ok().and_then(|mut bodies| bodies.next());
                let Some(body) = next else { return anyhow::Ok(seen) };
                let began = Instant::now();
                let stored = ingest::store(&ingest, &writer, &body).await?;
                let sent = began.elapsed();
                let expected = acknowledged.fetch_add(stored, Ordering::SeqCst) + stored;
                let began = Instant::now();
                let found = ingest::count(&engine, &lake.tables(tenant).await?).await?;
                ensure!(found >= expected, "of {expected} acknowledged events a query sees {found}");
                let times = [sent, began.elapsed()].map(|time: Duration| time.as_secs_f64());
                seen.stored.push(times[0]);
                seen.counted.push(times[1]);
            }
        });
    }
    let mut all = Seen::default();
    while let Some(seen) = senders.join_next().await {
        let seen = seen??;
        all.stored.extend(seen.stored);
        all.counted.extend(seen.counted);
    }
    lake.close().await;
    Ok(all)
}
