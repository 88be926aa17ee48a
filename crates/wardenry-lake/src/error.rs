use std::path::PathBuf;
use std::time::Duration;

use wardenry_lake_catalogue::CatalogueError;

/// The lake cannot be opened, read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LakeError {
    #[error("{} cannot be used", .path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The object store does not do what it is asked. Ingest goes on until the rows that wait for a file fill their memory.
    #[error("{name} cannot be used; is it reachable, and are its settings and keys right?")]
    Store {
        /// What the settings call the store.
        name: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The files of another lake are there, which this one would remove.
    #[error(
        "{name} has the files of another lake: choose another prefix, or remove the object {mark} there if the other lake is gone"
    )]
    StoreTaken { name: String, mark: &'static str },
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// Rows could not be brought into, or read from, the form in which they are stored.
    #[error("rows could not be {action}")]
    Rows {
        /// What was to be done with them, for example `read`.
        action: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The operator's tables are not those by which rows were taken in.
    #[error("the table {table} has rows that its definition does not fit: {reason}")]
    Redefined {
        table: String,
        /// A clause.
        reason: String,
    },
    /// The work was cut off, because the process is ending.
    #[error("the lake is closing")]
    Closing,
    /// The catalogue did not say whether it did what it was told, and cannot be asked. Queries and ingest go on, and so does the making of
    /// files as soon as it answers.
    #[error("it is not known what the catalogue holds")]
    Uncertain(#[source] CatalogueError),
}

/// A batch was not stored.
///
/// After [`Storage`](Self::Storage) it is open whether it was: sent again with the same id, it is stored once.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// Too little room is left on the disk. Ingest goes on by itself when there is more.
    #[error("the disk is full: {free_bytes} bytes are left, and {needed_bytes} must be")]
    DiskFull { free_bytes: u64, needed_bytes: u64 },
    /// More is waiting to be written than may be.
    #[error("too much is waiting to be written")]
    Busy {
        /// After this time it is worth trying again.
        retry_after: Duration,
    },
    /// The batch can never be stored.
    #[error("the batch has {found} {unit}, and may have {allowed}")]
    TooLarge { found: usize, allowed: usize, unit: &'static str },
    #[error("the batch could not be stored")]
    Storage(#[source] LakeError),
}
