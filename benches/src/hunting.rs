//! How fast hunting queries run, beside the engines that people would take instead.
//!
//! Each engine runs in a process of its own over the same files, all queries one after the other, several times each; the best
//! time of each counts. Ours is this program, called again. Rows are compared before times are.

mod engine;
pub(crate) mod generator;
mod queries;
mod results;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

use crate::report;
use results::Answer;

pub(crate) use engine::{answer as answer_as_engine, answer_all, cells};
pub(crate) use queries::Query;
pub(crate) use results::Results;

/// The measured queries in KQL.
pub(crate) fn texts() -> Result<Vec<String>> {
    Ok(queries(None)?.into_iter().map(|query| query.kql).collect())
}

/// The measured queries, or those whose name contains a text.
pub(crate) fn queries(only: Option<&str>) -> Result<Vec<Query>> {
    Query::parse(QUERIES, only)
}

const QUERIES: &str = include_str!("../hunting/queries.toml");
const PEER: &str = include_str!("../hunting/peer.py");
const REQUIREMENTS: &str = include_str!("../hunting/requirements.txt");
const PEERS: [&str; 3] = ["duckdb", "clickhouse", "polars"];

/// What to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HuntingOptions {
    /// Process events; the other tables are in proportion.
    pub(crate) rows: u64,
    pub(crate) runs: u32,
    /// Where the tables are kept between runs.
    pub(crate) folder: PathBuf,
    /// Only queries whose name contains this.
    pub(crate) only: Option<String>,
}

pub(crate) async fn run(options: &HuntingOptions) -> Result<()> {
    let queries = queries(options.only.as_deref())?;
    ensure!(!queries.is_empty(), "no query has such a name");
    let HuntingOptions { rows, runs, folder, .. } = options;
    let data = tables_of(folder, *rows)?;
    let ours = ["hunting-engine".as_ref(), data.as_os_str()];
    compare(&install(folder).await?, &data, *rows, *runs, &queries, &ours).await
}

/// The folder of the tables with so many process events, made when they are missing.
pub(crate) fn tables_of(folder: &Path, rows: u64) -> Result<PathBuf> {
    let data = folder.join(format!("tables-{rows}"));
    report::note(&format!("tables of {rows} process events in {}", data.display()));
    generator::write(&data, rows)?;
    Ok(data)
}

/// Runs queries in all engines and prints the comparison. `data` is what the others read; `ours` are the arguments with which this
/// program is our engine, to which queries and runs are added.
pub(crate) async fn compare(
    python: &Path,
    data: &Path,
    rows: u64,
    runs: u32,
    queries: &[Query],
    ours: &[&OsStr],
) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let chosen = folder.path().join("queries.toml");
    std::fs::write(&chosen, Query::write(queries)?)?;
    let script = folder.path().join("peer.py");
    std::fs::write(&script, PEER)?;

    let mut engine = Command::new(std::env::current_exe()?);
    engine.args(ours).arg(&chosen).arg(runs.to_string());
    let mut all: BTreeMap<&str, Results> = BTreeMap::new();
    all.insert("wardenry", collect("wardenry", engine).await?);
    for peer in PEERS {
        let mut command = Command::new(python);
        command.arg("-I").arg(&script).arg(peer).arg(data).arg(&chosen).arg(runs.to_string());
        all.insert(peer, collect(peer, command).await?);
    }
    print(rows, runs, queries, &all);
    Ok(())
}

/// Runs an engine and takes what it prints.
async fn collect(name: &str, mut command: Command) -> Result<Results> {
    report::note(&format!("running {name}"));
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().await?;
    ensure!(output.status.success(), "{name} ended with {}", output.status);
    Results::parse(&String::from_utf8(output.stdout)?).with_context(|| name.to_owned())
}

/// A Python with the peers, installed once for each set of versions.
pub(crate) async fn install(folder: &Path) -> Result<PathBuf> {
    let digest = REQUIREMENTS.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let environment = folder.join(format!("python-{digest:016x}"));
    let python = environment.join("bin/python");
    let mark = environment.join("finished");
    if mark.exists() {
        return Ok(python);
    }
    report::note("installing the other engines (some hundred megabytes)");
    std::fs::create_dir_all(&environment)?;
    let requirements = environment.join("requirements.txt");
    std::fs::write(&requirements, REQUIREMENTS)?;
    let venv = Command::new("python3").arg("-m").arg("venv").arg(&environment).status().await?;
    ensure!(venv.success(), "python3 with venv is needed");
    let pip = Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(&requirements)
        .status()
        .await?;
    ensure!(pip.success(), "the other engines could not be installed");
    std::fs::write(mark, "")?;
    Ok(python)
}

/// The table: seconds of each engine, and ours in relation to the best of the others.
fn print(process_events: u64, runs: u32, queries: &[Query], all: &BTreeMap<&str, Results>) {
    let mut rows = vec![
        ["query", "wardenry", "duckdb", "clickhouse", "polars", "to the best", "rows"]
            .map(str::to_owned)
            .to_vec(),
    ];
    let mut ratios = Vec::new();
    let mut above = 0;
    let none = Answer::default();
    let answer = |engine: &str, query: &Query| all[engine].answers.get(&query.name).unwrap_or(&none);
    for query in queries {
        let ours = answer("wardenry", query);
        let mut row = vec![query.name.clone()];
        row.push(seconds(ours));
        let mut best: Option<f64> = None;
        let mut agree = Vec::new();
        for peer in PEERS {
            let theirs = answer(peer, query);
            row.push(seconds(theirs));
            // An answer that differs from the others' is no answer.
            if let Some(time) = theirs.best() {
                let same = query.approximate || results::same_rows(&ours.rows, &theirs.rows);
                agree.push(if same { "=" } else { "≠" });
                if same {
                    best = Some(best.map_or(time, |best: f64| best.min(time)));
                }
            } else {
                agree.push("–");
            }
        }
        match (ours.best(), best) {
            (Some(ours), Some(best)) => {
                let ratio = ours / best;
                above += usize::from(ratio > 2.0);
                ratios.push(ratio);
                row.push(format!("{ratio:.2}"));
            }
            _ => row.push("–".to_owned()),
        }
        row.push(agree.concat());
        rows.push(row);
    }
    report::line(&format!(
        "seconds, the best of {runs} runs, over {process_events} process events; rows: equal to each of the others or not"
    ));
    report::table(&rows);
    if !ratios.is_empty() {
        #[expect(clippy::cast_precision_loss, reason = "there are few queries")]
        let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
        report::line(&format!(
            "geometric mean of the ratios: {mean:.2} over {} queries; above 2: {above}",
            ratios.len()
        ));
    }
    let peaks = all.iter().map(|(name, results)| format!("{name} {} MiB", results.peak_bytes >> 20));
    report::line(&format!("peak memory: {}", peaks.collect::<Vec<_>>().join(", ")));
    for (name, results) in all {
        for (query, answer) in &results.answers {
            if let Some(failure) = &answer.failure {
                report::line(&format!("{name} failed in {query}: {failure}"));
            }
        }
    }
}

pub(crate) fn seconds(answer: &Answer) -> String {
    answer.best().map_or_else(|| "–".to_owned(), |seconds| format!("{seconds:.3}"))
}
