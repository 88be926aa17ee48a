//! The others, as Python runs them.

use std::collections::HashSet;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tokio::process::Command;
use wardenry_kql_semantics::Schema as _;
use wardenry_kql_semantics::hunting::HuntingSchema;

use super::events::TABLE;
use crate::report;

/// Those that store events.
pub(crate) const INGEST: [&str; 2] = ["duckdb", "clickhouse"];

const SCRIPT: &str = include_str!("../../lake/peer.py");

/// Has a command run the script with some arguments; the columns of the table are among them.
pub(crate) fn script(command: &mut Command, folder: &Path, arguments: &[&str]) -> Result<()> {
    let path = folder.join("peer.py");
    std::fs::write(&path, SCRIPT)?;
    let columns = HuntingSchema.table(TABLE).context("the table is documented")?;
    // Two columns of the documented table differ in letter case alone, which DuckDB does not have; events have the first.
    let mut names = HashSet::new();
    let columns: Vec<Value> = columns
        .iter()
        .filter(|(name, _)| names.insert(name.to_lowercase()))
        .map(|(name, scalar_type)| serde_json::json!([name, scalar_type.to_string()]))
        .collect();
    let file = folder.join("columns.json");
    std::fs::write(&file, Value::Array(columns).to_string())?;
    command.arg("-I").arg(path).arg(file).args(arguments);
    Ok(())
}

/// Runs a command and takes what it prints.
pub(crate) async fn output(name: &str, mut command: Command) -> Result<String> {
    report::note(&format!("running {name}"));
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().await?;
    ensure!(output.status.success(), "{name} ended with {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}
