use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use wardenry_kql_functions::GeoDatabase;
use wardenry_kql_values::Value;

/// What a query may use up. Each limit has an error of its own.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Rows of a result.
    pub rows: u64,
    /// Bytes of a result, as it lies in memory.
    pub result_bytes: u64,
    /// From the call to the last row.
    pub run_time: Duration,
    /// Bytes that operators may hold at a time. Sorts and aggregations write to files before they fail.
    pub memory_bytes: usize,
    /// Bytes of those files.
    pub spill_bytes: u64,
    /// Bytes of a compiled regular expression.
    pub regex_bytes: usize,
}

/// Those of the hunting APIs where they are known (rows, run time), and what a small machine bears.
impl Default for Limits {
    fn default() -> Self {
        Self {
            rows: 100_000,
            result_bytes: 512 << 20,
            run_time: Duration::from_secs(180),
            memory_bytes: 2 << 30,
            spill_bytes: 16 << 30,
            regex_bytes: 10 << 20,
        }
    }
}

/// How a query is run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    pub limits: Limits,
    /// The instant that `now()` gives, in ticks since 0001-01-01.
    pub now: i64,
    /// For `rand()` and `sample`.
    pub seed: u64,
    /// Threads' worth of work at a time. `None` is one for each core.
    pub partitions: Option<usize>,
    /// Where operators write what does not fit in memory. `None` is the system's folder for temporary files.
    pub temporary_folder: Option<PathBuf>,
    /// Ends the query; so does dropping its stream.
    pub cancellation: CancellationToken,
    /// Rows of a batch. No result depends on it.
    pub batch_rows: usize,
    /// Whether plans are improved before they run. No result depends on it: the tests run queries both ways.
    pub optimise: bool,
    /// What `geo_info_from_ip_address()` asks. Without one it knows nothing, and a notice says so.
    pub geo_database: Option<Arc<dyn GeoDatabase>>,
    /// The values of what `declare query_parameters` declares.
    pub parameters: BTreeMap<Box<str>, Value>,
}

impl RunOptions {
    /// The usual limits, at an instant in ticks since 0001-01-01.
    pub fn at(now: i64) -> Self {
        Self {
            limits: Limits::default(),
            now,
            seed: 0,
            partitions: None,
            temporary_folder: None,
            cancellation: CancellationToken::new(),
            batch_rows: 8192,
            optimise: true,
            geo_database: None,
            parameters: BTreeMap::new(),
        }
    }
}
