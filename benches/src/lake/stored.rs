//! The tables of the hunting measurement in a lake: all but the last hundredth in files, the rest not yet.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use serde_json::{Map, Value, json};
use wardenry_core::time::Timestamp;
use wardenry_kql_engine::Engine;
use wardenry_kql_values::UNIX_EPOCH;
use wardenry_lake::{Batch, Lake, LakeSettings, Record};
use wardenry_stories::time_text;

use super::world;
use crate::hunting::{self, Query, generator};
use crate::{process, report};

/// One row of so many is not yet in a file, and at most so many are: memory holds about as many before they go into files.
const OF_TAIL: u64 = 100;
const TAIL_ROWS: u64 = 100_000;
/// Rows that are brought in together, at most.
const LOADED_ROWS: usize = 1 << 20;

/// The end of the month of which the tables tell.
fn now() -> Timestamp {
    Timestamp::from_unix_secs(generator::START / 1_000_000 + 30 * 86_400)
}

/// As the defaults are, but for rows that are to stay where they are.
fn settings(settings: &mut LakeSettings) {
    settings.tail_bytes = 2 << 30;
    settings.flush_bytes = 1 << 30;
}

/// The folder of the files of a lake.
pub(crate) fn files_of(lake: &Path) -> PathBuf {
    lake.join("lake/tables").join(world::tenant(1).to_string())
}

/// The folder of a lake with so many process events, made when it is missing.
pub(crate) async fn make(folder: &Path, tables: &[&str], rows: u64) -> Result<PathBuf> {
    let path = folder.join(format!("lake-{}-{rows}", tables.len()));
    let mark = path.join("finished");
    if mark.exists() {
        return Ok(path);
    }
    report::note(&format!("a lake with {rows} process events in {}", path.display()));
    if path.exists() {
        std::fs::remove_dir_all(&path)?;
    }
    let lake = world::open(&path, now(), settings).await?;
    for (table, share) in generator::TABLES {
        if tables.contains(&table) {
            fill(&lake, table, share(rows)).await.with_context(|| table.to_owned())?;
        }
    }
    lake.close().await;
    std::fs::write(mark, "")?;
    Ok(path)
}

async fn fill(lake: &Lake, table: &'static str, total: u64) -> Result<()> {
    let in_files = total - (total / OF_TAIL).min(TAIL_ROWS);
    // Made up on another thread than the one that writes.
    let (made, mut batches) = tokio::sync::mpsc::channel(4);
    let maker = tokio::task::spawn_blocking(move || {
        let mut at = 0;
        while at < in_files {
            let end = (at + generator::BATCH).min(in_files);
            if made.blocking_send(generator::batch(table, at, end, total)).is_err() {
                break;
            }
            at = end;
        }
    });
    let (mut day, mut waiting, mut rows) = (None, Vec::new(), 0);
    while let Some(batch) = batches.recv().await {
        let mut batch = in_layout(&batch?)?;
        while batch.num_rows() > 0 {
            let times = batch.column(0).as_primitive::<Int64Type>();
            let day_of = |row: usize| (times.value(row) - UNIX_EPOCH).div_euclid(864_000_000_000);
            let first = day_of(0);
            let same = (0..batch.num_rows()).take_while(|row| day_of(*row) == first).count();
            if day != Some(first) || rows >= LOADED_ROWS {
                load(lake, table, &mut waiting).await?;
                (day, rows) = (Some(first), 0);
            }
            waiting.push(batch.slice(0, same));
            rows += same;
            batch = batch.slice(same, batch.num_rows() - same);
        }
    }
    load(lake, table, &mut waiting).await?;
    maker.await?;
    let mut at = in_files;
    while at < total {
        let end = (at + 10_000).min(total);
        let batch = generator::batch(table, at, end, total)?;
        let record = |properties| Record { table: table.into(), received: None, properties, refused: None };
        let records = events(&batch)?.into_iter().map(record).collect();
        lake.ingest(world::tenant(1), Batch { id: None, records }).await?;
        at = end;
    }
    Ok(())
}

async fn load(lake: &Lake, table: &str, waiting: &mut Vec<RecordBatch>) -> Result<()> {
    if let Some(first) = waiting.first() {
        let rows = concat_batches(&first.schema(), &*waiting)?;
        lake.load(world::tenant(1), table, &rows).await?;
        waiting.clear();
    }
    Ok(())
}

/// Rows of the generator as the engine has them in memory.
fn in_layout(rows: &RecordBatch) -> Result<RecordBatch> {
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns()).map(|(field, column)| {
        let column = match column.data_type() {
            DataType::Utf8 => cast(column, &DataType::Utf8View)?,
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                let ticks: Int64Array =
                    column.as_primitive::<TimestampMicrosecondType>().unary(|at| at * 10 + UNIX_EPOCH);
                Arc::new(ticks) as ArrayRef
            }
            _ => Arc::clone(column),
        };
        Ok((field.name().clone(), column))
    });
    Ok(RecordBatch::try_from_iter(columns.collect::<Result<Vec<_>>>()?)?)
}

/// Rows of the generator as events.
fn events(rows: &RecordBatch) -> Result<Vec<Map<String, Value>>> {
    let schema = rows.schema();
    let mut events = vec![Map::new(); rows.num_rows()];
    for (field, column) in schema.fields().iter().zip(rows.columns()) {
        for (row, event) in events.iter_mut().enumerate() {
            event.insert(field.name().clone(), value(column, row)?);
        }
    }
    Ok(events)
}

fn value(column: &ArrayRef, row: usize) -> Result<Value> {
    Ok(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into(),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let at = column.as_primitive::<TimestampMicrosecondType>().value(row);
            let seconds = time_text(at.div_euclid(1_000_000) * 1000);
            seconds.replace(".000Z", &format!(".{:06}Z", at.rem_euclid(1_000_000))).into()
        }
        other => anyhow::bail!("the generator has no {other}"),
    })
}

/// Our engine over a lake, in a process of its own: prints what the other engines print, and how long opening the lake took.
pub(crate) async fn answer(lake: &Path, queries: &Path, runs: u32) -> Result<()> {
    let began = Instant::now();
    let lake = world::open(lake, now(), settings).await?;
    let tables = lake.tables(world::tenant(1)).await?;
    let opened = began.elapsed();
    let resident = process::resident_kib(std::process::id())? / 1024;
    report::note(&format!("opened in {:.0} ms, {resident} MiB resident", opened.as_secs_f64() * 1000.0));
    let engine = Engine::new();
    hunting::answer_all(queries, runs, async |query: &Query| {
        let (columns, batches) = world::query(&engine, &tables, now(), &query.kql).await?;
        Ok(hunting::cells(&columns, &batches))
    })
    .await?;
    report::line(&json!({"open_seconds": opened.as_secs_f64(), "resident_mib": resident}).to_string());
    lake.close().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same rows, whichever way they go into the lake.
    #[test]
    fn an_event_is_its_row() {
        let rows = generator::batch("DeviceNetworkEvents", 7, 8, 1_000_003).expect("rows are made");
        let event = events(&rows).expect("events are made").remove(0);
        let ticks = in_layout(&rows).expect("it has a layout").column(0).as_primitive::<Int64Type>().value(0);
        let text = event["Timestamp"].as_str().expect("a time is a text");
        let parsed = Timestamp::parse(text).expect("it is a time");
        assert_eq!(parsed.unix_ticks() + UNIX_EPOCH, ticks);
        assert_eq!(event["ReportId"], 7);
    }
}
