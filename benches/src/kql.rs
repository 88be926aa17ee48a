//! How fast queries are read, checked and planned.
//!
//! All texts are parsed over and over for some seconds. Those that are right by the tables of advanced hunting are then
//! checked, and planned over empty tables; the median and the 99th percentile are over queries, of each the median of its runs.

mod texts;

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use wardenry_kql_engine::{Engine, MemoryTables, QueryError, RunOptions};
use wardenry_kql_semantics::hunting::HuntingSchema;
use wardenry_kql_semantics::{CheckOptions, Schema as _, check};
use wardenry_kql_syntax::parse;
use wardenry_kql_values::ScalarType;

use crate::report;
use crate::spread::Spread;

/// How often each query is checked, and how often it is planned.
const RUNS: usize = 15;
/// 2026-07-01T00:00:00Z, in ticks since 0001-01-01.
const NOW: i64 = 639_184_608_000_000_000;

/// What to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KqlOptions {
    /// A file or a folder; `None`: the queries of this repository.
    pub(crate) texts: Option<PathBuf>,
    pub(crate) seconds: u32,
}

pub(crate) async fn run(options: &KqlOptions) -> Result<()> {
    let texts = match &options.texts {
        Some(path) => texts::below(path)?,
        None => texts::of_this_repository()?,
    };
    let bytes: usize = texts.iter().map(String::len).sum();
    ensure!(bytes > 0, "there is no query");
    let valid: Vec<&str> = texts.iter().map(String::as_str).filter(|text| is_valid(text)).collect();
    report::line(&format!(
        "{} queries with {bytes} bytes, {} of them right by the tables of advanced hunting",
        texts.len(),
        valid.len()
    ));
    let rate = read_rate(&texts, bytes, Duration::from_secs(options.seconds.into()));
    report::line(&format!("read: {rate:.0} MB/s (aim: over 50)"));
    if valid.is_empty() {
        return Ok(());
    }
    let checks = valid.iter().map(|text| check_seconds(text));
    print("checked", "", checks.collect());
    let tables = empty_tables()?;
    let engine = Engine::new();
    let mut plans = Vec::new();
    let mut failures = 0;
    for text in &valid {
        match plan_seconds(&engine, &tables, text).await {
            Ok(seconds) => plans.push(seconds),
            Err(error) => {
                failures += 1;
                report::note(&format!("{error}, in {}", text.lines().last().unwrap_or_default()));
            }
        }
    }
    if failures > 0 {
        report::line(&format!("{failures} queries could not be planned over empty tables"));
    }
    print("read, checked and planned", " (aim: under 2 ms)", plans);
    Ok(())
}

/// Megabytes a second.
fn read_rate(texts: &[String], bytes: usize, time: Duration) -> f64 {
    let start = Instant::now();
    let mut rounds = 0_u32;
    while start.elapsed() < time || rounds == 0 {
        for text in texts {
            black_box(parse(black_box(text)));
        }
        rounds += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "the texts are no exabytes")]
    let megabytes = bytes as f64 * f64::from(rounds) / 1e6;
    megabytes / start.elapsed().as_secs_f64()
}

fn is_valid(text: &str) -> bool {
    let parsed = parse(text);
    let checked = check(&parsed.query, &HuntingSchema, &CheckOptions::default());
    !parsed.has_errors() && !checked.has_errors()
}

fn check_seconds(text: &str) -> f64 {
    let query = parse(text).query;
    median((0..RUNS).map(|_| {
        let start = Instant::now();
        black_box(check(black_box(&query), &HuntingSchema, &CheckOptions::default()));
        start.elapsed().as_secs_f64()
    }))
}

/// From the text to the plan that would run.
async fn plan_seconds(engine: &Engine, tables: &MemoryTables, text: &str) -> Result<f64, QueryError> {
    let options = RunOptions::at(NOW);
    let mut seconds = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let start = Instant::now();
        black_box(engine.explain(text, tables, &options).await?);
        seconds.push(start.elapsed().as_secs_f64());
    }
    Ok(median(seconds))
}

fn median(seconds: impl IntoIterator<Item = f64>) -> f64 {
    Spread::of(seconds).median
}

/// The documented tables without rows.
fn empty_tables() -> Result<MemoryTables> {
    let mut tables = MemoryTables::new();
    for name in HuntingSchema.table_names() {
        let columns = HuntingSchema.table(&name).unwrap_or_default();
        let columns: Vec<(&str, ScalarType)> =
            columns.iter().map(|(name, scalar_type)| (&**name, *scalar_type)).collect();
        tables.insert(&name, &columns, Vec::new())?;
    }
    Ok(tables)
}

fn print(what: &str, aim: &str, mut seconds: Vec<f64>) {
    if seconds.is_empty() {
        return;
    }
    seconds.sort_by(f64::total_cmp);
    // By nearest rank.
    let rank = (seconds.len() * 99).div_ceil(100);
    let high = seconds[rank - 1] * 1e3;
    let middle = median(seconds) * 1e3;
    report::line(&format!("{what}: median {middle:.3} ms, 99th percentile {high:.3} ms{aim}"));
}
