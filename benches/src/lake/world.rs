//! Lakes as the measurements need them.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use arrow::array::RecordBatch;
use wardenry_core::id::TenantId;
use wardenry_core::time::{ManualClock, Timestamp};
use wardenry_kql_engine::{Engine, Limits, ResultColumn, RunOptions};
use wardenry_kql_values::UNIX_EPOCH;
use wardenry_lake::{Lake, LakeSettings, LakeTables};

use super::catalogue::FolderCatalogue;

/// The tenants of a measurement, by their number.
pub(crate) fn tenant(number: u32) -> TenantId {
    TenantId::from_guid(uuid::Uuid::from_u128(0x5eed_0000_0000_4000_8000_0000_0000_0000 + u128::from(number)))
}

/// Opens a lake, as the server does but for the list of its files and a clock that stands still.
pub(crate) async fn open(
    folder: &Path,
    now: Timestamp,
    change: impl FnOnce(&mut LakeSettings),
) -> Result<Lake> {
    let catalogue = FolderCatalogue::open(&folder.join("catalogue"))?;
    let mut settings = LakeSettings::at(folder.join("lake"));
    change(&mut settings);
    let clock = ManualClock::starting_at(now);
    Ok(Lake::open(settings, Arc::new(catalogue), Arc::new(clock)).await?)
}

/// Runs a query: the columns and the rows of its result.
pub(crate) async fn query(
    engine: &Engine,
    tables: &LakeTables,
    now: Timestamp,
    text: &str,
) -> Result<(Vec<ResultColumn>, Vec<RecordBatch>)> {
    let limits = Limits { memory_bytes: 8 << 30, ..Limits::default() };
    let options = RunOptions { limits, ..RunOptions::at(now.unix_ticks() + UNIX_EPOCH) };
    let mut run = engine.run(text, tables, &options).await?;
    let mut stream = run.results.pop().context("a query has a result")?;
    let columns = stream.columns().to_vec();
    let mut batches = Vec::new();
    while let Some(batch) = stream.next().await {
        batches.push(batch?);
    }
    Ok((columns, batches))
}

/// Bytes of all files with one of the endings below a folder.
pub(crate) fn bytes_of(folder: &Path, endings: &[&str]) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            bytes += bytes_of(&path, endings)?;
        } else if path.extension().is_some_and(|its| endings.iter().any(|ending| its == *ending)) {
            bytes += path.metadata()?.len();
        }
    }
    Ok(bytes)
}
