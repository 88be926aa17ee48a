use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use wardenry_core::entropy::{Entropy, SystemEntropy};
use wardenry_core::id::TenantId;

use crate::definition::DefinedTables;
use crate::disk::{Disk, FreeSpace};
use crate::storage::ObjectStorage;

/// Where the lake is, and what it may use up.
#[derive(Clone, Debug)]
pub struct LakeSettings {
    /// The folder. Nothing else may be in it.
    pub folder: PathBuf,
    /// What has the data files instead of the folder, which then has the journals alone.
    pub objects: Option<ObjectStorage>,
    /// Names files.
    pub entropy: Arc<dyn Entropy>,
    /// Tables besides the documented ones.
    pub tables: DefinedTables,
    /// How many days rows are kept, unless a table or a tenant has a number of its own.
    pub retention_days: u32,
    /// How long files stay of which many days are too old at once, in case the clock is wrong. Counted by a clock that nobody sets.
    pub retention_grace: Duration,
    /// The numbers of some tenants. They count before those of [`crate::Lake::set_retention`].
    pub tenant_retention_days: BTreeMap<TenantId, u32>,
    /// How many bytes all rows may take that are not yet in files. Beyond it [`crate::IngestError::Busy`].
    pub tail_bytes: usize,
    /// At how many bytes the rows of one tenant are written to files.
    pub flush_bytes: usize,
    /// After how long rows are written to files, however few they are.
    pub flush_interval: Duration,
    /// How many records a batch may have.
    pub batch_records: usize,
    /// How many bytes of JSON a batch may have.
    pub batch_bytes: usize,
    /// How many bytes of JSON a record may have before it goes into quarantine.
    pub record_bytes: usize,
    /// How many records of a tenant go into quarantine in a day. Others that do not fit are refused.
    pub quarantine_per_day: u64,
    /// How many batches with an id are remembered for each tenant.
    pub remembered_batches: u32,
    /// Ingest is refused when fewer bytes are free on the disk.
    pub free_bytes: u64,
    /// Who says how many are.
    pub free_space: Arc<dyn FreeSpace>,
    /// How many bytes of files' metadata are remembered between queries.
    pub metadata_bytes: usize,
    /// Of how many files is remembered which columns they have, some 20 KiB each.
    pub remembered_files: usize,
    /// How many rows, and how many bytes in files, are put together into one file at a time.
    pub compacted_rows: u64,
    pub compacted_bytes: u64,
    /// So many files of a day are put together, or fewer once the day is over.
    pub compacted_files: usize,
}

impl LakeSettings {
    /// The defaults, in a folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            objects: None,
            entropy: Arc::new(SystemEntropy),
            tables: DefinedTables::default(),
            retention_days: 30,
            retention_grace: Duration::from_secs(12 * 3600),
            tenant_retention_days: BTreeMap::new(),
            tail_bytes: 256 << 20,
            flush_bytes: 32 << 20,
            flush_interval: Duration::from_secs(600),
            batch_records: 100_000,
            batch_bytes: 64 << 20,
            record_bytes: 1 << 20,
            quarantine_per_day: 10_000,
            remembered_batches: 10_000,
            free_bytes: 1 << 30,
            free_space: Arc::new(Disk),
            metadata_bytes: 64 << 20,
            remembered_files: 4096,
            compacted_rows: 1_000_000,
            compacted_bytes: 64 << 20,
            compacted_files: 8,
        }
    }
}
