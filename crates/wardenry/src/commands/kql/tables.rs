//! The tables that a command names: files and folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use wardenry_kql_engine::MemoryTables;
use wardenry_kql_files::{FileTable, Format, MixedColumn, OpenOptions, Progress, TypeNote};
use wardenry_kql_values::ScalarType;

use crate::failure::Failure;
use crate::output;

#[derive(Debug, Clone, clap::Args)]
pub(super) struct TableArgs {
    /// A table and the file or folder that holds its rows: CSV, TSV, JSON, JSON lines (also .gz, .zst) or Parquet. Without a
    /// name it is called like the file. Repeatable.
    #[arg(long, short, value_name = "[NAME=]PATH", value_parser = parse_table, help_heading = "Tables")]
    pub(super) table: Vec<(String, PathBuf)>,

    /// A folder in which every file and every folder is a table, named like it.
    #[arg(long, value_name = "DIR", help_heading = "Tables")]
    pub(super) tables: Option<PathBuf>,

    /// Leave out records of CSV and JSON files that cannot be read, and count them, instead of failing at the first.
    #[arg(long, help_heading = "Tables")]
    pub(super) skip_broken: bool,
}

fn parse_table(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => Ok((name.to_owned(), path.into())),
        None => match name_of(Path::new(text)) {
            Some(name) => Ok((name, text.into())),
            None => Err("write NAME=PATH, for example Events=events.csv".to_owned()),
        },
        Some(_) => Err("write NAME=PATH, for example Events=events.csv".to_owned()),
    }
}

/// Opened tables, and how far the reading of each has come.
pub(super) struct OpenTables {
    pub(super) tables: MemoryTables,
    progress: Vec<Arc<Progress>>,
    bytes: u64,
    /// The names of all tables in the folder of `--tables`.
    in_folder: Vec<String>,
}

impl TableArgs {
    /// Opens the tables. Of those in the folder of `--tables` only the ones that `text` may mean, because the types of CSV and
    /// JSON files are found by reading them.
    pub(super) async fn open(&self, text: &str) -> Result<OpenTables, Failure> {
        let mut paths: BTreeMap<String, PathBuf> = BTreeMap::new();
        let mut names = Vec::new();
        if let Some(folder) = &self.tables {
            let found = in_folder(folder)?;
            names.extend(found.iter().map(|(name, _)| name.clone()));
            let wildcard = text.contains('*') || text.contains("search") || text.contains("find");
            // Names in another case, too: then the checker knows what is meant, and says so.
            let lower = text.to_lowercase();
            paths.extend(
                found.into_iter().filter(|(name, _)| wildcard || lower.contains(&name.to_lowercase())),
            );
        }
        paths.extend(self.table.iter().cloned());
        let options = OpenOptions { skip_broken: self.skip_broken, columns: None };
        let mut open =
            OpenTables { tables: MemoryTables::new(), progress: Vec::new(), bytes: 0, in_folder: names };
        let mut notes = Vec::new();
        for (name, path) in paths {
            let table = wardenry_kql_files::open(&path, &options).await;
            let mut table = table.map_err(|error| with_hint_at_similar(Failure::from(error), &path))?;
            notes.append(&mut table.notes);
            open.add(&name, table);
        }
        say_notes(&notes, text);
        Ok(open)
    }
}

/// Says which columns that the query mentions have another type than most of their values.
fn say_notes(notes: &[TypeNote], text: &str) {
    for note in notes {
        let column = match note {
            TypeNote::Mixed { column: mixed, .. } => &*mixed.column,
            TypeNote::Differs { column, .. } => &**column,
            TypeNote::NoRows { .. } => "",
        };
        if !text.contains(column) {
            continue;
        }
        output::warning(&note.to_string());
        match note {
            TypeNote::Mixed { column: MixedColumn { column, mostly, .. }, path } => {
                let convert = format!("to{mostly}({column})");
                output::hint(&match Format::of(path) {
                    Some(Format::Csv | Format::Tsv) => format!(
                        "call it `{column}:{mostly}` in the header, with --skip-broken to leave such records out; or use {convert}"
                    ),
                    _ => format!("use {convert}, which is null for such values"),
                });
            }
            TypeNote::Differs { column, scalar_type, .. } if *scalar_type == ScalarType::String => {
                output::hint(&format!("give it a type in each header, such as `{column}:long`"));
            }
            TypeNote::Differs { .. } => {}
            TypeNote::NoRows { .. } => {
                output::hint(
                    "give columns their types in the header, such as `Timestamp:datetime` or `Bytes:long`",
                );
            }
        }
    }
}

/// A file that is not there may be there in another case.
fn with_hint_at_similar(failure: Failure, path: &Path) -> Failure {
    let (Some(name), false) = (path.file_name(), path.exists()) else { return failure };
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => return failure,
    };
    let names =
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.file_name()));
    match names.filter(|other| other.eq_ignore_ascii_case(name)).min() {
        Some(other) => failure.hint(format!("there is a file {}", path.with_file_name(other).display())),
        None => failure,
    }
}

impl OpenTables {
    fn add(&mut self, name: &str, table: FileTable) {
        let columns: Vec<(&str, ScalarType)> =
            table.columns.iter().map(|(name, scalar_type)| (&**name, *scalar_type)).collect();
        self.tables.insert_provider(name, &columns, table.provider);
        self.bytes += table.size_bytes;
        self.progress.push(table.progress);
    }

    /// What to do about a table that is not there.
    pub(super) fn hint_at_missing(&self) -> String {
        const SHOWN: usize = 10;
        if self.in_folder.is_empty() {
            return "a table is a file or a folder: name it with --table NAME=PATH".to_owned();
        }
        let shown = self.in_folder.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        match self.in_folder.len().saturating_sub(SHOWN) {
            0 => format!("the folder has {shown}"),
            more => format!("the folder has {shown} and {}", output::counted(more, "more table")),
        }
    }

    /// A bar on standard error, for as long as it is kept; none where there is nothing to see.
    pub(super) fn progress_bar(&self) -> Option<Bar> {
        const WORTH_A_BAR: u64 = 64 << 20;
        if self.bytes < WORTH_A_BAR || !std::io::IsTerminal::is_terminal(&std::io::stderr()) {
            return None;
        }
        let bar = ProgressBar::new(self.bytes);
        let style = ProgressStyle::with_template("{elapsed} {wide_bar} {bytes}/{total_bytes}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let (ticking, progress) = (bar.clone(), self.progress.clone());
        let task = tokio::spawn(async move {
            loop {
                ticking.set_position(progress.iter().map(|progress| progress.bytes_read()).sum());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        Some(Bar { bar, task })
    }

    /// Says how many records were left out.
    pub(super) fn warn_of_skipped(&self) {
        let skipped: u64 = self.progress.iter().map(|progress| progress.records_skipped()).sum();
        match skipped {
            0 => {}
            1 => output::warning("1 broken record was left out"),
            more => output::warning(&format!("{more} broken records were left out")),
        }
    }
}

pub(super) struct Bar {
    bar: ProgressBar,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.task.abort();
        self.bar.finish_and_clear();
    }
}

/// A file's name up to the first dot.
fn name_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.split('.').next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

fn in_folder(folder: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| anyhow::Error::new(error).context(format!("cannot read {}", folder.display())))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let is_table = path.is_dir() || Format::of(&path).is_some();
        if let (true, Some(name)) = (is_table, name_of(&path)) {
            found.push((name, path));
        }
    }
    found.sort();
    Ok(found)
}
