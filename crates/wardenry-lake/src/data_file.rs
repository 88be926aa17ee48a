//! The files that the catalogue knows.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use datafusion::common::DataFusionError;
use datafusion::object_store::path::Path as StorePath;
use datafusion::object_store::{self, ObjectStore, ObjectStoreExt as _};
use tokio::sync::OnceCell;
use wardenry_core::time::Timestamp;
use wardenry_kql_engine::sources::parquet::{ParquetFile, ParquetReader, ParquetTableError};
use wardenry_lake_catalogue::FileEntry;

use crate::storage::{TenantStorage, beside};
use crate::terms::{Question, Terms};
use crate::writing::FEW_ROWS;

const SECS_PER_DAY: i64 = 86_400;

/// A file that the catalogue knows.
///
/// Snapshots share it. When the catalogue has let go of it, it is removed with the last of them.
#[derive(Debug)]
pub(crate) struct DataFile {
    pub(crate) entry: FileEntry,
    storage: TenantStorage,
    location: StorePath,
    opened: Mutex<Option<Arc<ParquetFile>>>,
    terms: OnceCell<Option<Terms>>,
    obsolete: AtomicBool,
    left_alone: AtomicBool,
    /// What is wrong with it, if it is not as the catalogue knows it.
    lost: OnceLock<&'static str>,
}

/// The catalogue knows rows that cannot be read, because their file is missing or damaged.
#[derive(Debug, thiserror::Error)]
#[error("rows of {table} of {day} cannot be read: the file {file} {problem}")]
pub struct LostRows {
    pub table: Box<str>,
    /// As a date.
    pub day: String,
    pub file: String,
    /// A clause about the file.
    pub problem: &'static str,
    #[source]
    pub source: Option<ParquetTableError>,
}

impl DataFile {
    pub(crate) fn new(storage: &TenantStorage, entry: FileEntry) -> Self {
        let location = storage.location(&entry.table, entry.day, &entry.name);
        Self {
            entry,
            storage: storage.clone(),
            location,
            opened: Mutex::default(),
            terms: OnceCell::new(),
            obsolete: AtomicBool::new(false),
            left_alone: AtomicBool::new(false),
            lost: OnceLock::new(),
        }
    }

    pub(crate) fn location(&self) -> &StorePath {
        &self.location
    }

    fn opened(&self) -> MutexGuard<'_, Option<Arc<ParquetFile>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of the file's terms, see [`Terms::answers`]. `None` if nothing is.
    pub(crate) async fn answers(
        &self,
        questions: &[Question<'_>],
        group_rows: &[u64],
    ) -> Option<Vec<Option<Vec<bool>>>> {
        if self.entry.rows < FEW_ROWS as u64 {
            return None;
        }
        let (store, location) = (self.storage.store(), beside(&self.location));
        // A failure is not remembered: the next query asks again.
        let known = self.terms.get_or_try_init(|| async {
            let terms = read(&**store, &location).await?.and_then(|bytes| Terms::parse(&bytes));
            Ok::<_, object_store::Error>(terms.filter(|known| known.group_rows() == group_rows))
        });
        known.await.ok()?.as_ref()?.answers(&**store, &location, questions).await
    }

    /// The file could not be read, or one that it was to be put together with: it is not tried again before the next start.
    pub(crate) fn leave_alone(&self) {
        self.left_alone.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_left_alone(&self) -> bool {
        self.left_alone.load(Ordering::Relaxed)
    }

    /// Compares the file's length with what is there, nothing or so many bytes. Whether it is lost.
    pub(crate) fn compare(&self, found: Option<u64>) -> bool {
        let problem = match found {
            Some(bytes) if bytes == self.entry.bytes => return false,
            Some(_) => "is not as long as it was",
            None => "is missing",
        };
        self.lost.get_or_init(|| problem);
        self.leave_alone();
        true
    }

    /// Why its rows cannot be read, if that is known.
    pub(crate) fn lost(&self) -> Option<LostRows> {
        self.lost.get().map(|problem| self.lost_rows(problem, None))
    }

    /// What a failure to look into the file means: that of a store may pass.
    fn unreadable(&self, error: ParquetTableError) -> DataFusionError {
        if self.storage.is_folder() {
            DataFusionError::External(Box::new(self.lost_rows("cannot be read", Some(error))))
        } else {
            DataFusionError::External(Box::new(error))
        }
    }

    fn lost_rows(&self, problem: &'static str, source: Option<ParquetTableError>) -> LostRows {
        LostRows {
            table: self.entry.table.clone(),
            day: day_name(self.entry.day),
            file: self.location.to_string(),
            problem,
            source,
        }
    }

    /// The file goes when nothing uses it any more.
    pub(crate) fn retire(&self) {
        self.storage.retire(&self.location);
        self.obsolete.store(true, Ordering::Release);
    }
}

/// All of an object, if there is one.
async fn read(store: &dyn ObjectStore, location: &StorePath) -> object_store::Result<Option<Vec<u8>>> {
    match store.get(location).await {
        Ok(found) => found.bytes().await.map(|bytes| Some(bytes.into())),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads files, and remembers what is in those that were read last.
#[derive(Clone, Debug)]
pub(crate) struct FileReader {
    pub(crate) parquet: ParquetReader,
    /// The files of which is remembered what is in them, and how many they may be.
    opened: Arc<Mutex<VecDeque<Weak<DataFile>>>>,
    most: usize,
}

impl FileReader {
    pub(crate) fn new(
        store: Arc<dyn ObjectStore>,
        metadata_bytes: usize,
        most: usize,
    ) -> Result<Self, ParquetTableError> {
        let parquet = ParquetReader::over(store, Some(metadata_bytes))?;
        Ok(Self { parquet, opened: Arc::default(), most })
    }

    /// What is in a file. Looks at it if that is not remembered.
    pub(crate) async fn open(&self, file: &Arc<DataFile>) -> Result<Arc<ParquetFile>, DataFusionError> {
        if let Some(lost) = file.lost() {
            return Err(DataFusionError::External(Box::new(lost)));
        }
        let remembered = file.opened().clone();
        if let Some(opened) = remembered {
            return Ok(opened);
        }
        let opened = self.parquet.open(file.location.clone(), file.entry.bytes).await;
        let opened = Arc::new(opened.map_err(|error| file.unreadable(error))?);
        *file.opened() = Some(Arc::clone(&opened));
        let mut queue = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        queue.push_back(Arc::downgrade(file));
        while queue.len() > self.most {
            if let Some(oldest) = queue.pop_front().and_then(|oldest| oldest.upgrade()) {
                *oldest.opened() = None;
            }
        }
        Ok(opened)
    }
}

impl Drop for DataFile {
    fn drop(&mut self) {
        if self.obsolete.load(Ordering::Acquire)
            && let Err(error) = self.storage.remove(&self.location)
        {
            // The next start removes it.
            tracing::warn!(file = %self.location, %error, "a file that is no longer needed stays");
        }
    }
}

/// Days since 1970-01-01 of an instant.
pub(crate) fn day_of(at: Timestamp) -> i32 {
    i32::try_from(at.unix_secs().div_euclid(SECS_PER_DAY)).unwrap_or(if at.unix_secs() < 0 {
        i32::MIN
    } else {
        i32::MAX
    })
}

/// The name of a day's folder, such as `2026-02-03`.
pub(crate) fn day_name(day: i32) -> String {
    let at = Timestamp::from_unix_secs(i64::from(day) * SECS_PER_DAY).calendar();
    format!("{:04}-{:02}-{:02}", at.year(), u8::from(at.month()), at.day())
}
