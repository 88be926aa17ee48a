//! What the lake knows of its files, and the trait behind which that is stored.
//!
//! Apart from `wardenry-lake`, so that the storage crate can implement [`Catalogue`] without the query engine. Plain data in,
//! plain data out. A file of the lake exists when the catalogue says so: what lies in the folder besides is left over from
//! something that was cut short.

use std::error::Error;
use std::fmt::Debug;

use async_trait::async_trait;
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;

/// A file of rows of one tenant, one table and one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// The table.
    pub table: Box<str>,
    /// The day of the rows, in days since 1970-01-01.
    pub day: i32,
    /// The name of the file in the folder of its tenant, table and day. Unique there.
    pub name: Box<str>,
    pub rows: u64,
    pub bytes: u64,
    /// The first and the last time in the column by which the rows are sorted.
    pub first: Timestamp,
    pub last: Timestamp,
}

/// What is left of a batch once its rows are in files, so that it is not stored again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBatch {
    pub id: Box<str>,
    pub received: Timestamp,
    /// How many of its records became rows.
    pub rows: u64,
}

/// The rows of the journal up to some place have become files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flush {
    /// Everything up to this number of the journal was in files before.
    pub previous: u64,
    /// Everything up to this number of the journal is in files now.
    pub sequence: u64,
    pub files: Vec<FileEntry>,
    /// The batches with an id among them.
    pub batches: Vec<StoredBatch>,
    /// How many of the tenant's batches to remember at most: the last ones received.
    pub remembered_batches: u32,
}

/// Everything that the catalogue knows of a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantEntry {
    /// Everything up to this number of the journal is in files.
    pub sequence: u64,
    /// How many days rows are kept, if not as long as elsewhere.
    pub retention_days: Option<u32>,
    /// By table, day and name.
    pub files: Vec<FileEntry>,
    /// From the first received to the last.
    pub batches: Vec<StoredBatch>,
}

/// A table that the operator has defined, as rows were last taken in for it. The same for all tenants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableEntry {
    pub name: Box<str>,
    /// The column by which its rows are sorted and put into days, if that is one of its own.
    pub time: Option<Box<str>>,
    /// Names and KQL types.
    pub columns: Vec<(Box<str>, Box<str>)>,
}

/// A storage operation failed.
#[derive(Debug, thiserror::Error)]
#[error("the catalogue failed while {action}")]
pub struct CatalogueError {
    /// What was being done, for example `listing files`.
    pub action: &'static str,
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}

/// Keeps what the lake knows of its files.
///
/// Each method is one transaction: it happens completely or not at all, and what it did survives the loss of power once it has
/// returned. Every method but [`tenants`](Self::tenants) and those for [`TableEntry`] concerns one tenant and can neither see nor touch
/// what is another's.
#[async_trait]
pub trait Catalogue: Debug + Send + Sync {
    /// All tenants of which anything is known, in order.
    async fn tenants(&self) -> Result<Vec<TenantId>, CatalogueError>;

    /// Everything about a tenant; nothing is known of a new one.
    async fn tenant(&self, tenant: TenantId) -> Result<TenantEntry, CatalogueError>;

    /// Adds files and batches, moves the place up to which the journal is in files, and forgets the batches that are too many. Fails,
    /// without any change, if that place is not the one before: rows must not become files twice.
    async fn record_flush(&self, tenant: TenantId, flush: &Flush) -> Result<(), CatalogueError>;

    /// Puts files in place of others, or of nothing, or nothing in place of files. Fails, without any change, if one of
    /// `removed` is not there.
    async fn replace_files(
        &self,
        tenant: TenantId,
        removed: &[FileEntry],
        added: &[FileEntry],
    ) -> Result<(), CatalogueError>;

    /// Sets how many days a tenant's rows are kept; `None` as long as elsewhere.
    async fn set_retention(&self, tenant: TenantId, days: Option<u32>) -> Result<(), CatalogueError>;

    /// The tables that the operator has defined, by name.
    async fn defined_tables(&self) -> Result<Vec<TableEntry>, CatalogueError>;

    /// Remembers these tables and no others.
    async fn set_defined_tables(&self, tables: &[TableEntry]) -> Result<(), CatalogueError>;
}
