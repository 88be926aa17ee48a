//! What more rows and more tenants cost.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use tokio::process::Command;
use tokio::task::JoinSet;
use wardenry_hunting::Ingest;

use super::events::{self, Lines};
use super::{ingest, peers, stored, world};
use crate::hunting::{self, Query, Results};
use crate::{process, report};

/// Those of the queries that people run most.
const QUERIES: [&str; 6] =
    ["has-rare-term", "latest-rows", "hash-lookup", "by-hour", "by-device", "time-range"];

/// Rows, and tables, of the lakes.
pub(crate) async fn rows(
    folder: &Path,
    counts: &[u64],
    tables: &[&str],
    runs: u32,
    rare: Vec<Query>,
) -> Result<()> {
    let typical = hunting::queries(None)?.into_iter().filter(|query| QUERIES.contains(&&*query.name));
    let queries: Vec<Query> = rare.into_iter().chain(typical).collect();
    let mut table = vec![vec!["rows".to_owned(), "open, ms".to_owned(), "resident, MiB".to_owned()]];
    table[0].extend(queries.iter().map(|query| query.name.clone()));
    table[0].push("peak, MiB".to_owned());
    for count in counts {
        let lake = stored::make(folder, tables, *count).await?;
        let place = tempfile::tempdir()?;
        let chosen = place.path().join("queries.toml");
        std::fs::write(&chosen, Query::write(&queries)?)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("lake-engine").arg(&lake).arg(&chosen).arg(runs.to_string());
        let text = peers::output("wardenry", command).await?;
        let results = Results::parse(&text)?;
        let mut row = vec![count.to_string()];
        row.extend(opened(&text)?);
        for query in &queries {
            let answer = results.answers.get(&query.name).context("a query has no answer")?;
            row.push(hunting::seconds(answer));
        }
        row.push((results.peak_bytes >> 20).to_string());
        table.push(row);
    }
    report::line("growth: seconds of queries by process events in the lake, the best of the runs");
    report::table(&table);
    Ok(())
}

/// Milliseconds until a lake was open, and the memory it then took.
fn opened(text: &str) -> Result<[String; 2]> {
    let last: serde_json::Value = serde_json::from_str(text.lines().last().context("nothing was printed")?)?;
    let seconds = last["open_seconds"].as_f64().context("nothing was opened")?;
    Ok([format!("{:.0}", seconds * 1000.0), last["resident_mib"].to_string()])
}

/// The same events for one tenant and spread over many, in batches of a hundred.
pub(crate) async fn tenants(counts: &[u32], lines: &Lines) -> Result<()> {
    let title = [
        "tenants",
        "events/s",
        "memory grew by, MiB",
        "open, ms",
        "resident, MiB",
        "flushed, open, ms",
        "resident, MiB",
    ];
    let mut table = vec![title.map(str::to_owned).to_vec()];
    for count in counts {
        let folder = tempfile::tempdir()?;
        let before = process::resident_kib(std::process::id())?;
        let lake = world::open(folder.path(), events::now(), |_| ()).await?;
        let ingest = Ingest::new(lake.clone());
        let mut of_tenants: Vec<Vec<Vec<u8>>> = vec![Vec::new(); *count as usize];
        for (number, batch) in lines.batches(100).enumerate() {
            let number = u32::try_from(number)? % count;
            // The records name their tenant.
            let text = String::from_utf8(batch.to_vec())?;
            let text = text.replace(&world::tenant(1).to_string(), &world::tenant(number + 1).to_string());
            of_tenants[number as usize].push(text.into_bytes());
        }
        let began = Instant::now();
        // As many at a time as the endpoint lets in.
        let places = Arc::new(tokio::sync::Semaphore::new(8));
        let mut senders = JoinSet::new();
        for (number, bodies) in (1..).zip(of_tenants) {
            let (ingest, places) = (ingest.clone(), Arc::clone(&places));
            senders.spawn(async move {
                for body in bodies {
                    let _place = places.acquire().await?;
                    ingest::send(&ingest, world::tenant(number), vec![body], 1).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(sent) = senders.join_next().await {
            sent??;
        }
        let seconds = began.elapsed().as_secs_f64();
        let grown = process::resident_kib(std::process::id())?.saturating_sub(before) / 1024;
        #[expect(clippy::cast_precision_loss, reason = "there are not that many events")]
        let rate = lines.count() as f64 / seconds;
        let mut row = vec![count.to_string(), format!("{rate:.0}"), grown.to_string()];
        lake.clone().close().await;
        drop((ingest, lake));
        row.extend(reopened(folder.path()).await?);
        let lake = world::open(folder.path(), events::now(), |_| ()).await?;
        for number in 1..=*count {
            lake.flush(world::tenant(number)).await?;
        }
        lake.close().await;
        row.extend(reopened(folder.path()).await?);
        table.push(row);
    }
    report::line(&format!(
        "growth: {} events, in batches of 100, by tenants; opened with all in the journal, and with all in files",
        lines.count()
    ));
    report::table(&table);
    Ok(())
}

async fn reopened(folder: &Path) -> Result<[String; 2]> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("lake-engine").arg(folder).arg("/dev/null").arg("1");
    opened(&peers::output("wardenry", command).await?)
}
