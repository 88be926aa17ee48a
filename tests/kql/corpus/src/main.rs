//! Takes collections of real queries through the engine, and says how far each comes.
//!
//! `cargo run -p wardenry-kql-corpus -- FOLDER` reads every `.kql` file below the folder, parses it, checks it against the
//! tables of advanced hunting, plans it and runs it over small generated tables. It prints how many pass each stage and why the
//! others do not; `--json` prints a line for each query, for whoever compares them with another judge. Where a query reads addresses
//! with `externaldata`, it gets generated rows, as if an operator had allowed them.

mod generated;
mod outcome;
mod report;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use wardenry_kql_engine::Engine;

use crate::generated::{GeneratedExternal, GeneratedTables};

/// Take real queries through parser, checker, planner and engine.
#[derive(Debug, Parser)]
struct Args {
    /// Folders with .kql files.
    #[arg(required = true)]
    folders: Vec<PathBuf>,

    /// Rows of each generated table.
    #[arg(long, default_value_t = 200)]
    rows: usize,

    /// A JSON line for each query instead of the summary.
    #[arg(long)]
    json: bool,

    /// Every failure with its reason, as the table of docs/kql-corpus.md.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,

    /// Only files whose name contains this.
    #[arg(long)]
    only: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::note(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<()> {
    let mut files = Vec::new();
    for folder in &args.folders {
        collect(folder, &mut files)?;
    }
    files.sort();
    if let Some(only) = &args.only {
        files.retain(|file| file.to_string_lossy().contains(only.as_str()));
    }
    ensure!(!files.is_empty(), "there is no .kql file");
    let tables = GeneratedTables::new(args.rows)?;
    let engine = Engine::new().with_external(Arc::new(GeneratedExternal));
    let mut outcomes = Vec::with_capacity(files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let outcome = outcome::of(&engine, &tables, name, &text).await;
        if args.json {
            report::line(&outcome.json());
        }
        outcomes.push(outcome);
    }
    if args.markdown {
        report::markdown(&outcomes);
    } else if !args.json {
        report::summary(&outcomes);
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "kql") {
            files.push(path);
        }
    }
    Ok(())
}
