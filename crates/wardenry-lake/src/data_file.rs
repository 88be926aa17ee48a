//! The files of the lake, and where they lie.

use std::collections::{HashSet, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use wardenry_core::time::Timestamp;
use wardenry_kql_engine::sources::parquet::{ParquetFile, ParquetReader, ParquetTableError};
use wardenry_lake_catalogue::FileEntry;

use crate::terms::Terms;

const EXTENSION: &str = "parquet";
/// See [`crate::terms`].
const TERMS: &str = "terms";
/// What is being written has this at the end of its name.
const UNFINISHED: &str = "new";
const SECS_PER_DAY: i64 = 86_400;

/// A file that the catalogue knows.
///
/// Snapshots share it. When the catalogue has let go of it, it is removed with the last of them.
#[derive(Debug)]
pub(crate) struct DataFile {
    pub(crate) entry: FileEntry,
    path: PathBuf,
    opened: Mutex<Option<Arc<ParquetFile>>>,
    terms: OnceLock<Option<Terms>>,
    obsolete: AtomicBool,
    left_alone: AtomicBool,
}

impl DataFile {
    pub(crate) fn new(tenant_folder: &Path, entry: FileEntry) -> Self {
        let path = path(tenant_folder, &entry.table, entry.day, &entry.name);
        Self {
            entry,
            path,
            opened: Mutex::default(),
            terms: OnceLock::new(),
            obsolete: AtomicBool::new(false),
            left_alone: AtomicBool::new(false),
        }
    }

    fn opened(&self) -> MutexGuard<'_, Option<Arc<ParquetFile>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For each row group, whether a column may have a text with all of the terms. `None` if that is not known.
    pub(crate) fn may_have(&self, column: &str, terms: &[String], group_rows: &[u64]) -> Option<Vec<bool>> {
        let path = self.path.with_extension(TERMS);
        let known =
            self.terms.get_or_init(|| Terms::open(&path).filter(|known| known.group_rows() == group_rows));
        known.as_ref()?.may_have(&path, column, terms)
    }

    /// The file could not be read, or one that it was to be put together with: it is not tried again before the next start.
    pub(crate) fn leave_alone(&self) {
        self.left_alone.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_left_alone(&self) -> bool {
        self.left_alone.load(Ordering::Relaxed)
    }

    /// The file goes when nothing uses it any more.
    pub(crate) fn retire(&self) {
        self.obsolete.store(true, Ordering::Release);
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
    pub(crate) fn new(metadata_bytes: usize, most: usize) -> Result<Self, ParquetTableError> {
        Ok(Self { parquet: ParquetReader::new(Some(metadata_bytes))?, opened: Arc::default(), most })
    }

    /// What is in a file. Looks at it if that is not remembered.
    pub(crate) fn open(&self, file: &Arc<DataFile>) -> Result<Arc<ParquetFile>, ParquetTableError> {
        if let Some(opened) = &*file.opened() {
            return Ok(Arc::clone(opened));
        }
        let opened = Arc::new(ParquetFile::open(&file.path)?);
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
            && let Err(error) = fs::remove_file(&self.path)
        {
            // The next start removes it.
            tracing::warn!(path = %self.path.display(), %error, "a file that is no longer needed stays");
        }
        if self.obsolete.load(Ordering::Acquire) {
            // Most files have none, and what stays is removed at the next start.
            drop(fs::remove_file(self.path.with_extension(TERMS)));
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
fn day_name(day: i32) -> String {
    let at = Timestamp::from_unix_secs(i64::from(day) * SECS_PER_DAY).calendar();
    format!("{:04}-{:02}-{:02}", at.year(), u8::from(at.month()), at.day())
}

/// The folder of a table's day.
pub(crate) fn day_folder(tenant_folder: &Path, table: &str, day: i32) -> PathBuf {
    tenant_folder.join(table).join(day_name(day))
}

fn path(tenant_folder: &Path, table: &str, day: i32, name: &str) -> PathBuf {
    day_folder(tenant_folder, table, day).join(name)
}

/// A name that no file of a folder has, and the paths for it.
#[derive(Debug)]
pub(crate) struct FreshName {
    pub(crate) name: Box<str>,
    /// Where to write.
    pub(crate) unfinished: PathBuf,
    /// Where it belongs when it is written.
    pub(crate) path: PathBuf,
    /// Where what is known of its terms belongs.
    pub(crate) terms: PathBuf,
}

pub(crate) fn fresh_name(folder: &Path, now: Timestamp) -> FreshName {
    let stem = now.unix_ticks();
    let mut number = 0_u32;
    loop {
        let name = format!("{stem:020}-{number}.{EXTENSION}");
        let path = folder.join(&name);
        let unfinished = path.with_extension(UNFINISHED);
        let terms = path.with_extension(TERMS);
        if ![&path, &unfinished, &terms].into_iter().any(|path| path.exists()) {
            return FreshName { name: name.into(), unfinished, path, terms };
        }
        number += 1;
    }
}

/// Removes what a process that was cut off has left behind: files that are unfinished, or that the catalogue does not know.
pub(crate) fn remove_leftovers(tenant_folder: &Path, known: &[DataFile]) -> io::Result<u64> {
    let known: HashSet<&Path> = known.iter().map(|file| &*file.path).collect();
    let mut removed = 0;
    for day in
        folders(tenant_folder)?.iter().map(|table| folders(table)).collect::<io::Result<Vec<_>>>()?.concat()
    {
        let mut kept = 0;
        for entry in fs::read_dir(&day)? {
            let path = entry?.path();
            let ours =
                path.extension().is_some_and(|its| its == EXTENSION || its == UNFINISHED || its == TERMS);
            let of = path.with_extension(EXTENSION);
            let is_known = known.contains(&*of) && path.extension().is_some_and(|its| its != UNFINISHED);
            if ours && !is_known {
                fs::remove_file(&path)?;
                removed += 1;
            } else {
                kept += 1;
            }
        }
        if kept == 0 {
            fs::remove_dir(&day)?;
        }
    }
    Ok(removed)
}

/// The folders in a folder; none if there is no such folder.
fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    Ok(found)
}
