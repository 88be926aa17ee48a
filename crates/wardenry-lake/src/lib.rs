//! The hunting tables of every tenant.
//!
//! [`Lake::ingest`] takes events: when it returns they are on the disk, in a journal, and every query that begins afterwards sees them.
//! From time to time the rows of a tenant become Parquet files, one a table and day; small files are put together; what is older than
//! the retention goes. [`Lake::tables`] is a snapshot for one query: the tables of one tenant and no other's, which
//! `wardenry-kql-engine` runs KQL over.
//!
//! The schema is data: the documented tables of `wardenry-kql-semantics`, and those of the operator ([`TableDefinition`]). What an event has beyond the columns of its table is kept in the
//! column [`UNMAPPED`]; an event that does not fit is kept in the table [`QUARANTINE`] with the reason.
//!
//! The crate knows neither HTTP nor identities nor SQL: what it knows of its files is kept behind
//! [`Catalogue`](wardenry_lake_catalogue::Catalogue). How it all works, and what survives what: `docs/lake.md`.

mod batch;
mod change;
mod coerce;
mod compaction;
mod data_file;
mod definition;
mod disk;
mod durable;
mod entry;
mod error;
mod flush;
mod interval;
mod journal;
mod lake;
mod load;
mod provider;
mod quarantine;
mod redefinition;
mod rows;
mod schema;
mod settings;
mod storage;
mod tables;
mod tail;
mod tenant;
mod term_filter;
mod terms;
mod writing;

pub use batch::{Batch, Outcome, QuarantineCode, Quarantined, Record};
pub use data_file::LostRows;
pub use definition::{
    DefinedTables, DefinitionError, MAX_COLUMN_NAME_BYTES, MAX_DEFINED_COLUMNS, MAX_DEFINED_TABLES,
    MAX_TABLE_NAME_BYTES, TableDefinition,
};
pub use disk::{Disk, FreeSpace};
pub use error::{IngestError, LakeError};
pub use lake::Lake;
pub use schema::{ALL_SUFFIX, INGESTION_TIME, QUARANTINE, UNMAPPED};
pub use settings::LakeSettings;
pub use storage::ObjectStorage;
pub use tables::LakeTables;
