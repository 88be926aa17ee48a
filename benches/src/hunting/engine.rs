//! Our engine, in a process of its own: prints what `peer.py` prints.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type};
use serde_json::{Value, json};
use wardenry_kql_engine::sources::parquet::ParquetTable;
use wardenry_kql_engine::{Engine, Limits, MemoryTables, ResultColumn, RunOptions};
use wardenry_kql_values::{ScalarType, UNIX_EPOCH};

use super::generator::TABLES;
use super::queries::Query;
use crate::{process, report};

/// 2026-07-01T00:00:00Z, in ticks since 0001-01-01.
const NOW: i64 = 639_184_608_000_000_000;

pub(crate) async fn answer(data: &Path, queries: &Path, runs: u32) -> Result<()> {
    let mut tables = MemoryTables::new();
    for (name, _) in TABLES {
        let file = data.join(format!("{name}.parquet"));
        let table = ParquetTable::open(&file)?;
        let columns = Arc::clone(table.columns());
        let columns: Vec<(&str, ScalarType)> =
            columns.iter().map(|(name, scalar_type)| (&**name, *scalar_type)).collect();
        tables.insert_provider(name, &columns, Arc::new(table));
    }
    let engine = Engine::new();
    answer_all(queries, runs, async |query: &Query| run(&engine, &tables, &query.kql).await).await
}

/// Answers the queries of a file, each so often, and prints the answers.
pub(crate) async fn answer_all(
    queries: &Path,
    runs: u32,
    run: impl AsyncFn(&Query) -> Result<Vec<Vec<Value>>>,
) -> Result<()> {
    for query in Query::parse(&std::fs::read_to_string(queries)?, None)? {
        let mut seconds = Vec::new();
        let mut rows = Vec::new();
        let mut failure = None;
        for _ in 0..runs {
            let start = Instant::now();
            match run(&query).await {
                Ok(found) => rows = found,
                Err(error) => failure = Some(format!("{error:#}")),
            }
            seconds.push(start.elapsed().as_secs_f64());
        }
        report::line(&match failure {
            Some(failure) => json!({"name": query.name, "failure": failure}).to_string(),
            None => json!({"name": query.name, "seconds": seconds, "rows": rows}).to_string(),
        });
    }
    report::line(&json!({"peak_bytes": process::peak_memory(std::process::id())?}).to_string());
    Ok(())
}

async fn run(engine: &Engine, tables: &MemoryTables, text: &str) -> Result<Vec<Vec<Value>>> {
    let limits = Limits { memory_bytes: 8 << 30, ..Limits::default() };
    let options = RunOptions { limits, ..RunOptions::at(NOW) };
    let mut run = engine.run(text, tables, &options).await?;
    let mut stream = run.results.pop().context("a query has a result")?;
    let columns = stream.columns().to_vec();
    let mut batches = Vec::new();
    while let Some(batch) = stream.next().await {
        batches.push(batch?);
    }
    Ok(cells(&columns, &batches))
}

/// Rows as the other engines' rows show them.
pub(crate) fn cells(columns: &[ResultColumn], batches: &[RecordBatch]) -> Vec<Vec<Value>> {
    let row = |batch: &RecordBatch, row: usize| {
        columns.iter().enumerate().map(|(index, column)| cell(batch, index, column, row)).collect()
    };
    batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |at| row(batch, at))).collect()
}

/// A cell as the other engines' rows show it.
fn cell(batch: &RecordBatch, index: usize, column: &ResultColumn, row: usize) -> Value {
    let array = batch.column(index);
    if array.is_null(row) {
        return Value::Null;
    }
    match column.scalar_type {
        ScalarType::Bool => array.as_boolean().value(row).into(),
        ScalarType::Int => array.as_primitive::<Int32Type>().value(row).into(),
        ScalarType::Long | ScalarType::Timespan => array.as_primitive::<Int64Type>().value(row).into(),
        ScalarType::Datetime => ((array.as_primitive::<Int64Type>().value(row) - UNIX_EPOCH) / 10).into(),
        ScalarType::Real => array.as_primitive::<Float64Type>().value(row).into(),
        _ => array.as_string_view().value(row).into(),
    }
}
