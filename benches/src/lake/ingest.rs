//! How fast events become durable, and how much room they take, beside others that load the same lines.
//!
//! Ours goes the way of the endpoint, from the bytes of a body on: records are read and checked, the batch is synced in the journal,
//! acknowledged and visible. HTTP and TLS are left out, as the others are called within their process as well. The others read the
//! lines from files, insert a batch in a transaction, and sync.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use tokio::process::Command;
use tokio::task::JoinSet;
use wardenry_core::calls::INGEST_EVENTS;
use wardenry_core::catalogue::DirectoryRole;
use wardenry_core::id::TenantId;
use wardenry_hunting::ingest::Encoding;
use wardenry_hunting::{EventWriter, Ingest};
use wardenry_kql_engine::Engine;
use wardenry_lake::LakeTables;
use wardenry_oauth::session_caller::SessionUser;

use super::events::{self, Lines, TABLE};
use super::{peers, world};
use crate::process::CpuTimer;
use crate::report;

/// Batches as agents and forwarders send them, and large ones. The largest fit the endpoint's limit of a body.
pub(crate) const BATCHES: [usize; 2] = [1_000, 5_000];

/// How many batches are on their way at the same time.
const IN_FLIGHT: usize = 4;

/// What one engine needed.
#[derive(Debug, Deserialize)]
struct Loaded {
    /// Until everything was acknowledged.
    seconds: f64,
    cpu_seconds: f64,
    /// Until everything was in files and these were put together, with the time before.
    settled_seconds: f64,
    settled_cpu_seconds: f64,
    bytes: u64,
    rows: u64,
}

pub(crate) async fn run(folder: &Path, python: &Path, lines: &Lines) -> Result<()> {
    let files = folder.join("events");
    let whole = lines.write(&files, &BATCHES)?;
    #[expect(clippy::cast_precision_loss, reason = "there are not that many events")]
    let (count, per_event) = (lines.count() as f64, lines.bytes().len() as f64 / lines.count() as f64);
    report::line(&format!(
        "ingest: {count} events of {TABLE}, {per_event:.0} bytes of JSON each; \"settled\" is with everything in files that were put together"
    ));
    let mut table = vec![
        [
            "",
            "events/s",
            "to ours",
            "per CPU s",
            "to ours",
            "settled, per CPU s",
            "to ours",
            "bytes/event",
            "to ours",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for batch in BATCHES {
        let ours = wardenry(lines, batch).await?;
        let mut all = vec![("wardenry", ours)];
        for peer in peers::INGEST {
            all.push((peer, theirs(python, peer, &files.join(batch.to_string())).await?));
        }
        add(&mut table, &format!("batches of {batch}"), count, &all)?;
    }
    // Everything in one statement; ours has no such way, and is there for comparison with its large batches.
    let mut all = vec![("wardenry", wardenry(lines, BATCHES[BATCHES.len() - 1]).await?)];
    for peer in peers::INGEST {
        all.push((peer, theirs(python, peer, &whole).await?));
    }
    add(&mut table, "in one statement", count, &all)?;
    report::table(&table);
    std::fs::remove_dir_all(&files)?;
    Ok(())
}

fn add(table: &mut Vec<Vec<String>>, title: &str, count: f64, all: &[(&str, Loaded)]) -> Result<()> {
    #[expect(clippy::cast_precision_loss, reason = "a file is not that large")]
    let figures = |loaded: &Loaded| {
        [
            count / loaded.seconds,
            count / loaded.cpu_seconds,
            count / loaded.settled_cpu_seconds,
            loaded.bytes as f64 / count,
        ]
    };
    let ours = figures(&all.first().context("ours is the first")?.1);
    table.push(vec![title.to_owned()]);
    for (name, loaded) in all {
        ensure!(approximately(count, loaded.rows), "{name} has {} rows", loaded.rows);
        let mut row = vec![format!("  {name}")];
        for (figure, ours) in figures(loaded).into_iter().zip(ours) {
            row.extend([format!("{figure:.0}"), format!("{:.2}", figure / ours)]);
        }
        table.push(row);
        report::note(&format!("{title}, {name}: settled after {:.1} s", loaded.settled_seconds));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "there are not that many events")]
fn approximately(count: f64, rows: u64) -> bool {
    (count - rows as f64).abs() < 0.5
}

/// The right to send events into a tenant.
pub(crate) fn writer(tenant: TenantId) -> Result<EventWriter> {
    let roles = [DirectoryRole::GlobalAdministrator];
    let user = SessionUser { tenant, id: uuid::Uuid::from_u128(1), name: "measurement", roles: &roles };
    Ok(EventWriter::of(&user.at_home(&INGEST_EVENTS))?)
}

async fn wardenry(lines: &Lines, batch: usize) -> Result<Loaded> {
    let folder = tempfile::tempdir()?;
    let (tenant, now) = (world::tenant(1), events::now());
    let lake = world::open(folder.path(), now, |_| ()).await?;
    let ingest = Ingest::new(lake.clone());
    let bodies: Vec<Vec<u8>> = lines.batches(batch).map(<[u8]>::to_vec).collect();
    let cpu = CpuTimer::start(std::process::id())?;
    let began = Instant::now();
    send(&ingest, tenant, bodies, IN_FLIGHT).await?;
    let (seconds, cpu_seconds) = (began.elapsed(), cpu.elapsed()?);
    lake.flush(tenant).await?;
    lake.tidy(tenant).await?;
    let (settled, settled_cpu) = (began.elapsed(), cpu.elapsed()?);
    let rows = count(&Engine::new(), &lake.tables(tenant).await?).await?;
    lake.close().await;
    Ok(Loaded {
        seconds: seconds.as_secs_f64(),
        cpu_seconds: cpu_seconds.as_secs_f64(),
        settled_seconds: settled.as_secs_f64(),
        settled_cpu_seconds: settled_cpu.as_secs_f64(),
        bytes: world::bytes_of(&folder.path().join("lake/tables"), &["parquet", "terms"])?,
        rows,
    })
}

/// Sends bodies, some at a time, and gives the time until each was acknowledged. What is refused for now is sent again, as senders do.
pub(crate) async fn send(
    ingest: &Ingest,
    tenant: TenantId,
    bodies: Vec<Vec<u8>>,
    in_flight: usize,
) -> Result<Vec<Duration>> {
    let writer = writer(tenant)?;
    let bodies = Arc::new(std::sync::Mutex::new(bodies.into_iter()));
    let mut senders = JoinSet::new();
    for _ in 0..in_flight {
        let (ingest, bodies) = (ingest.clone(), Arc::clone(&bodies));
        senders.spawn(async move {
            let mut times = Vec::new();
            loop {
                let next = bodies.lock().ok().and_then(|mut bodies| bodies.next());
                let Some(body) = next else { return anyhow::Ok(times) };
                let began = Instant::now();
                store(&ingest, &writer, &body).await?;
                times.push(began.elapsed());
            }
        });
    }
    let mut times = Vec::new();
    while let Some(sent) = senders.join_next().await {
        times.extend(sent??);
    }
    Ok(times)
}

/// Stores one body; waits and tries again when there is too much.
pub(crate) async fn store(ingest: &Ingest, writer: &EventWriter, body: &[u8]) -> Result<u64> {
    loop {
        let turn = ingest.turn(writer).await?;
        match ingest.store(writer, turn, None, Encoding::Identity, body.to_vec()).await {
            Ok(outcome) => {
                ensure!(outcome.quarantined.is_empty(), "quarantined: {:?}", outcome.quarantined.first());
                return Ok(outcome.stored);
            }
            Err(wardenry_hunting::ingest::IngestError::Lake(wardenry_lake::IngestError::Busy { .. })) => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The rows that a query sees.
pub(crate) async fn count(engine: &Engine, tables: &LakeTables) -> Result<u64> {
    let (_, batches) = world::query(engine, tables, events::now(), &format!("{TABLE} | count")).await?;
    let column = batches.first().context("a count has a row")?.column(0);
    let value = arrow::array::AsArray::as_primitive::<arrow::datatypes::Int64Type>(column).value(0);
    Ok(u64::try_from(value)?)
}

async fn theirs(python: &Path, peer: &str, source: &Path) -> Result<Loaded> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(python);
    peers::script(&mut command, folder.path(), &["load", peer])?;
    command.arg(source).arg(folder.path().join("database"));
    let text = peers::output(peer, command).await?;
    serde_json::from_str(&text).with_context(|| format!("{peer} printed {text}"))
}
