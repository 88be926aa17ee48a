//! Files as tables.
//!
//! [`open`] takes a file or a folder and gives a [`FileTable`]: its columns with KQL types, and a provider that streams
//! its rows in the engine's layout. CSV and JSON are read row by row, in bounded memory; Parquet is left to the
//! engine, which pushes filters into it.
//!
//! | name | format |
//! | --- | --- |
//! | `.csv`, `.tsv` | RFC 4180 with a header, or with semicolons or tabs instead of commas; a header cell may say its type, `Count:long`; other types are inferred from all rows |
//! | `.jsonl`, `.ndjson` | one JSON object a line |
//! | `.json` | an array of objects, or objects one after the other |
//! | `.parquet` | Parquet with any codec |
//!
//! All but Parquet may end in `.gz` or `.zst`. In a folder, all files of the commonest of these formats make one table.

mod cell;
mod column_builder;
mod csv_file;
mod delimiter;
mod discover;
mod error;
mod geo_database;
mod infer;
mod input;
mod json_file;
mod mixed;
mod provider;
mod reader;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::catalog::TableProvider;
use wardenry_kql_engine::sources::parquet::ParquetTable;
use wardenry_kql_values::ScalarType;

pub use discover::Format;
pub use error::FileError;
pub use geo_database::{GeoDatabaseError, MaxMindDatabase};
pub use mixed::{MixedColumn, Place, TypeNote};

use crate::discover::Discovered;
use crate::provider::RowFiles;

/// How to read files whose content leaves room for it.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Leave out records that cannot be read, and count them, instead of failing at the first.
    pub skip_broken: bool,
    /// The columns of a CSV file without a header.
    pub columns: Option<Vec<(Arc<str>, ScalarType)>>,
}

/// A table made of files.
#[derive(Clone, Debug)]
pub struct FileTable {
    pub columns: Arc<[(Arc<str>, ScalarType)]>,
    pub provider: Arc<dyn TableProvider>,
    /// Bytes on disk.
    pub size_bytes: u64,
    pub progress: Arc<Progress>,
    /// What may be unexpected about the types of CSV and JSON files.
    pub notes: Vec<TypeNote>,
}

/// How far the reading of a table has come. Parquet files do not count here.
#[derive(Debug, Default)]
pub struct Progress {
    bytes_read: AtomicU64,
    records_skipped: AtomicU64,
}

impl Progress {
    /// Bytes read from disk by queries so far, before decompression.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// Broken records that queries left out so far.
    pub fn records_skipped(&self) -> u64 {
        self.records_skipped.load(Ordering::Relaxed)
    }

    fn add_bytes(&self, bytes: u64) {
        self.bytes_read.fetch_add(bytes, Ordering::Relaxed);
    }

    fn add_skipped(&self) {
        self.records_skipped.fetch_add(1, Ordering::Relaxed);
    }
}

/// Opens a file, or all files of a folder, as one table.
///
/// CSV and JSON files are read through once to find the columns and their types, unless the header says all of them.
///
/// # Errors
///
/// If there is no such file, no file of a known format in the folder, or the files cannot be read as one table.
pub async fn open(path: &Path, options: &OpenOptions) -> Result<FileTable, FileError> {
    let Discovered { files, format, size_bytes } = discover::discover(path)?;
    let progress = Arc::new(Progress::default());
    if format == Format::Parquet {
        let table = tokio::task::spawn_blocking(move || ParquetTable::open_files(&files))
            .await
            .map_err(|_| FileError::Interrupted { path: path.to_owned() })??;
        let columns = Arc::clone(table.columns());
        return Ok(FileTable { columns, provider: Arc::new(table), size_bytes, progress, notes: Vec::new() });
    }
    let options = Arc::new(options.clone());
    let (table, notes) = {
        let (options, progress) = (Arc::clone(&options), Arc::clone(&progress));
        tokio::task::spawn_blocking(move || RowFiles::open(files, format, options, progress))
            .await
            .map_err(|_| FileError::Interrupted { path: path.to_owned() })??
    };
    let columns = Arc::clone(table.columns());
    Ok(FileTable { columns, provider: Arc::new(table), size_bytes, progress, notes })
}
