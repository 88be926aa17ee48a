//! What there is of one tenant, and how batches get into it.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arrow::error::ArrowError;
use tokio::sync::{OwnedMutexGuard, oneshot};
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;
use wardenry_lake_catalogue::{Catalogue, StoredBatch, TenantEntry};

use crate::batch::Outcome;
use crate::change::Change;
use crate::data_file::{DataFile, FileReader, day_of};
use crate::entry::{self, Entry};
use crate::error::{IngestError, LakeError};
use crate::journal::Journal;
use crate::provider::TableSnapshot;
use crate::quarantine::Quarantine;
use crate::rows::{Rows, Written};
use crate::schema::{LakeSchema, QUARANTINE};
use crate::settings::LakeSettings;
use crate::storage::{Storage, TenantStorage};
use crate::tables::LakeTables;
use crate::tail::Tail;

/// One tenant's part of the lake.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) id: TenantId,
    pub(crate) storage: TenantStorage,
    pub(crate) schema: Arc<LakeSchema>,
    journal_folder: PathBuf,
    journal: Arc<tokio::sync::Mutex<Journal>>,
    /// Batches that wait for the journal. Whoever gets it next writes all of them.
    queue: Mutex<Vec<Waiting>>,
    rows: Mutex<TenantRows>,
    pub(crate) quarantine: Quarantine,
    /// Held while files are made, put together or let go of: one at a time.
    pub(crate) work: tokio::sync::Mutex<Work>,
    /// The bytes of all tails of the lake.
    tail_bytes: Arc<AtomicUsize>,
}

/// What whoever makes files keeps in mind.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// Up to this number the journal is in files.
    pub(crate) sequence: u64,
    /// What the catalogue was told last, if it has not said whether it did it.
    pub(crate) unsettled: Option<Change>,
    /// Since when more days than usual are too old, see [`Tenant::retain`].
    pub(crate) many_old_since: Option<Instant>,
    /// Whether what a process has left behind that was cut off has been removed.
    pub(crate) is_swept: bool,
}

/// A batch on its way.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) id: Option<Box<str>>,
    pub(crate) received: Timestamp,
    /// As the journal has it.
    pub(crate) bytes: Vec<u8>,
    pub(crate) rows: Rows,
    pub(crate) answer: oneshot::Sender<Result<Outcome, IngestError>>,
}

#[derive(Debug)]
struct TenantRows {
    tables: BTreeMap<Arc<str>, TableRows>,
    batches: Remembered,
    /// The batches with an id that are not yet in the catalogue.
    unflushed: Vec<StoredBatch>,
    /// What the tails take in memory.
    tail_bytes: usize,
    /// When the oldest row came that is not yet in a file.
    oldest: Option<Timestamp>,
    /// The time of the last batch with an id. They are forgotten in this order, so it only goes on, whatever the clock does.
    last_received: Timestamp,
    retention_days: Option<u32>,
    /// Whether somebody has changed it and old files have not gone since.
    retention_changed: bool,
}

#[derive(Debug, Default)]
struct TableRows {
    files: Vec<Arc<DataFile>>,
    tail: Tail,
}

/// What is to become files.
#[derive(Debug)]
pub(crate) struct Frozen {
    pub(crate) sequence: u64,
    pub(crate) tables: Vec<(Arc<str>, Vec<arrow::array::RecordBatch>)>,
    pub(crate) batches: Vec<StoredBatch>,
}

impl Tenant {
    /// Reads what there is: the catalogue's files, and what the journal has besides.
    pub(crate) fn open(
        id: TenantId,
        settings: &LakeSettings,
        storage: &Storage,
        schema: &Arc<LakeSchema>,
        known: TenantEntry,
        tail_bytes: &Arc<AtomicUsize>,
    ) -> Result<Self, LakeError> {
        let lake = &settings.folder;
        let storage = TenantStorage::new(storage, id);
        let files: Vec<_> = known.files.into_iter().map(|entry| DataFile::new(&storage, entry)).collect();
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| LakeError::Io { path, source }
        };
        swept(id, storage.sweep_folder(&files)?);
        lost(id, &storage.check_folder(&files)?);
        let is_swept = storage.is_swept_first();
        let mut rows = TenantRows {
            tables: BTreeMap::new(),
            batches: Remembered::new(settings.remembered_batches),
            unflushed: Vec::new(),
            tail_bytes: 0,
            oldest: None,
            last_received: Timestamp::from_unix_ticks(i64::MIN),
            retention_days: known.retention_days,
            retention_changed: false,
        };
        let quarantine = Quarantine::new(settings.quarantine_per_day);
        for file in files {
            if *file.entry.table == *QUARANTINE {
                quarantine.add(file.entry.day, file.entry.rows);
            }
            rows.tables.entry(file.entry.table.as_ref().into()).or_default().files.push(Arc::new(file));
        }
        for batch in known.batches {
            rows.last_received = rows.last_received.max(batch.received);
            rows.batches.insert(batch.id, batch.rows);
        }
        let journal_folder = lake.join("journal").join(id.to_string());
        let mut failure = None;
        let (journal, unreadable) = Journal::open(&journal_folder, known.sequence, |number, bytes| {
            let Some(entry) = entry::decode(bytes) else {
                tracing::error!(tenant = %id, number, "a batch in the journal is of an unknown form");
                return;
            };
            if let Err(error) = rows.replay(schema, &quarantine, entry) {
                failure.get_or_insert(error);
            }
        })
        .map_err(io(&journal_folder))?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        if unreadable.damaged_bytes > 0 {
            let bytes = unreadable.damaged_bytes;
            tracing::error!(tenant = %id, bytes, "the journal is damaged, and what was there is lost; copies of its parts end with .damaged");
        }
        if unreadable.torn_bytes > 0 {
            let bytes = unreadable.torn_bytes;
            tracing::warn!(tenant = %id, bytes, "the journal ended within a batch that was cut short before it was acknowledged, or damaged");
        }
        tail_bytes.fetch_add(rows.tail_bytes, Ordering::Relaxed);
        Ok(Self {
            id,
            storage,
            schema: Arc::clone(schema),
            journal_folder,
            journal: Arc::new(tokio::sync::Mutex::new(journal)),
            queue: Mutex::default(),
            rows: Mutex::new(rows),
            quarantine,
            work: tokio::sync::Mutex::new(Work { sequence: known.sequence, is_swept, ..Work::default() }),
            tail_bytes: Arc::clone(tail_bytes),
        })
    }

    fn rows(&self) -> MutexGuard<'_, TenantRows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores a batch; its `answer` tells when that has happened. Goes on when the caller no longer waits.
    pub(crate) fn store(self: &Arc<Self>, waiting: Waiting) {
        self.queue().push(waiting);
        let tenant = Arc::clone(self);
        drop(tokio::spawn(async move {
            let journal = Arc::clone(&tenant.journal).lock_owned().await;
            let waiting = std::mem::take(&mut *tenant.queue());
            // The one before may have written this batch along with its own.
            if !waiting.is_empty() {
                drop(tokio::task::spawn_blocking(move || tenant.write(journal, waiting)));
            }
        }));
    }

    /// Writes batches with one wait for the disk, makes them visible, and answers.
    fn write(&self, mut journal: OwnedMutexGuard<Journal>, waiting: Vec<Waiting>) {
        let mut ids = HashSet::new();
        let (fresh, repeated): (Vec<_>, Vec<_>) = {
            let rows = self.rows();
            waiting.into_iter().partition(|waiting| {
                let id = waiting.id.as_deref();
                id.is_none_or(|id| rows.batches.rows(id).is_none() && ids.insert(Box::<str>::from(id)))
            })
        };
        let written = journal.append(fresh.iter().map(|waiting| &*waiting.bytes));
        let mut rows = self.rows();
        let before = rows.tail_bytes;
        for waiting in fresh {
            let outcome = match &written {
                Ok(()) => rows.add(waiting.id, waiting.received, waiting.rows).map_err(IngestError::Storage),
                Err(error) => Err(unwritten(error)),
            };
            // A sender that has gone away does not want to know.
            drop(waiting.answer.send(outcome));
        }
        for waiting in repeated {
            let stored = waiting.id.and_then(|id| rows.batches.rows(&id));
            let outcome = match (stored, &written) {
                (Some(stored), _) => Ok(Outcome { stored, repeated: true, quarantined: Vec::new() }),
                // The first one of that name was to be written just now.
                (None, Err(error)) => Err(unwritten(error)),
                (None, Ok(())) => Err(unwritten(&io::Error::other("a batch of the same id has failed"))),
            };
            drop(waiting.answer.send(outcome));
        }
        let after = rows.tail_bytes;
        drop(rows);
        self.tail_bytes.fetch_add(after.saturating_sub(before), Ordering::Relaxed);
    }

    pub(crate) fn snapshot(&self, reader: &FileReader) -> LakeTables {
        let rows = self.rows();
        let snapshot =
            |table: &TableRows| TableSnapshot { files: table.files.clone(), tail: table.tail.batches() };
        let tables = rows.tables.iter().map(|(name, table)| (Arc::clone(name), snapshot(table)));
        LakeTables {
            schema: Arc::clone(&self.schema),
            tables: Arc::new(tables.collect()),
            reader: reader.clone(),
        }
    }

    /// Whether a table has rows.
    pub(crate) fn has_rows(&self, table: &str) -> bool {
        self.rows().tables.get(table).is_some_and(|rows| !rows.files.is_empty() || rows.tail.bytes() > 0)
    }

    /// The files of each table.
    pub(crate) fn files(&self) -> Vec<Vec<Arc<DataFile>>> {
        self.rows().tables.values().map(|table| table.files.clone()).collect()
    }

    pub(crate) fn retention_days(&self) -> Option<u32> {
        self.rows().retention_days
    }

    pub(crate) fn set_retention_days(&self, days: Option<u32>) {
        let mut rows = self.rows();
        rows.retention_days = days;
        rows.retention_changed = true;
    }

    /// Whether somebody has changed how long rows are kept since this was last asked.
    pub(crate) fn take_retention_changed(&self) -> bool {
        std::mem::take(&mut self.rows().retention_changed)
    }

    /// How many bytes wait for a file.
    pub(crate) fn waiting(&self) -> usize {
        self.rows().tail_bytes
    }

    /// When the oldest row came that is not yet in a file. If the clock was set back since, now.
    pub(crate) fn oldest(&self, now: Timestamp) -> Option<Timestamp> {
        let mut rows = self.rows();
        rows.oldest = rows.oldest.map(|oldest| oldest.min(now));
        rows.oldest
    }

    /// Waits until nothing is being written for this tenant. More may come afterwards.
    pub(crate) async fn quiet(&self) {
        drop(self.work.lock().await);
        loop {
            let journal = self.journal.lock().await;
            if self.queue().is_empty() {
                return;
            }
            // Whoever brought those in the queue is behind us in the queue for the journal.
            drop(journal);
            tokio::task::yield_now().await;
        }
    }

    /// Removes what a process has left behind that was cut off, if that was not done when the lake was opened.
    pub(crate) async fn sweep(&self, catalogue: &dyn Catalogue, now: Timestamp) -> Result<(), LakeError> {
        // Nothing is on its way, and it is known what the catalogue has.
        let mut work = self.work(catalogue, now).await?;
        if !work.is_swept {
            let files: Vec<_> = self.files().into_iter().flatten().collect();
            let known = files.iter().map(|file| file.location().clone()).collect();
            let sweep = self.storage.sweep_store(&known).await?;
            swept(self.id, sweep.removed);
            if !self.storage.is_folder() {
                let is_lost = |file: &&DataFile| file.compare(sweep.found.get(file.location()).copied());
                lost(self.id, &files.iter().map(|file| &**file).filter(is_lost).collect::<Vec<_>>());
            }
            work.is_swept = true;
        }
        Ok(())
    }

    /// Sets apart all rows that are not in files. What comes later is not among them.
    pub(crate) async fn freeze(&self) -> Result<Frozen, LakeError> {
        let mut journal = self.journal.lock().await;
        journal.rotate().map_err(|source| LakeError::Io { path: self.journal_folder.clone(), source })?;
        let mut rows = self.rows();
        let tables = rows
            .tables
            .iter_mut()
            .map(|(name, table)| (Arc::clone(name), table.tail.freeze()))
            .filter(|(_, batches)| !batches.is_empty())
            .collect();
        Ok(Frozen { sequence: journal.last(), tables, batches: rows.unflushed.clone() })
    }

    /// The rows that were set apart are in files, and the catalogue knows it.
    pub(crate) async fn flushed(&self, frozen: &Frozen, files: Vec<DataFile>, now: Timestamp) {
        let before = {
            let mut rows = self.rows();
            let before = rows.tail_bytes;
            for (name, _) in &frozen.tables {
                rows.tables.entry(Arc::clone(name)).or_default().tail.flushed();
            }
            for file in files {
                let table = rows.tables.entry(file.entry.table.as_ref().into()).or_default();
                table.files.push(Arc::new(file));
            }
            rows.unflushed.drain(..frozen.batches.len());
            rows.tail_bytes = rows.tables.values().map(|table| table.tail.bytes()).sum();
            rows.oldest = rows.tables.values().any(|table| table.tail.bytes() > 0).then_some(now);
            before.saturating_sub(rows.tail_bytes)
        };
        self.tail_bytes.fetch_sub(before, Ordering::Relaxed);
        for path in self.journal.lock().await.forget(frozen.sequence) {
            if let Err(error) = std::fs::remove_file(&path) {
                // Nothing in it is read again.
                tracing::warn!(path = %path.display(), %error, "a part of the journal that is no longer needed stays");
            }
        }
    }

    /// Puts files in place of others.
    pub(crate) fn replace(&self, removed: &[Arc<DataFile>], added: Vec<DataFile>) {
        let mut rows = self.rows();
        for table in rows.tables.values_mut() {
            table.files.retain(|file| !removed.iter().any(|gone| Arc::ptr_eq(gone, file)));
        }
        for file in added {
            let table = rows.tables.entry(file.entry.table.as_ref().into()).or_default();
            table.files.push(Arc::new(file));
        }
        drop(rows);
        for file in removed {
            file.retire();
        }
    }
}

/// Says once which files of a tenant are lost: their rows cannot be read, all others can.
fn lost(tenant: TenantId, files: &[&DataFile]) {
    let Some(first) = files.iter().find_map(|file| file.lost()) else { return };
    let rows: u64 = files.iter().map(|file| file.entry.rows).sum();
    let first: &dyn std::error::Error = &first;
    tracing::error!(
        %tenant,
        files = files.len(),
        rows,
        first,
        "data files are missing or cut short; queries that need them fail, and all others are answered"
    );
}

fn swept(tenant: TenantId, files: u64) {
    if files > 0 {
        tracing::info!(%tenant, files, "removed what was left over of files");
    }
}

/// The same failure for each batch that was to be written.
fn unwritten(error: &io::Error) -> IngestError {
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        return IngestError::DiskFull { free_bytes: 0, needed_bytes: 1 };
    }
    let source = io::Error::new(error.kind(), error.to_string());
    IngestError::Storage(LakeError::Io { path: PathBuf::from("the journal"), source })
}

impl TenantRows {
    fn replay(
        &mut self,
        schema: &LakeSchema,
        quarantine: &Quarantine,
        entry: Entry,
    ) -> Result<(), LakeError> {
        let written: Vec<_> =
            entry.records.iter().zip(&entry.json).map(|(record, json)| Written { record, json }).collect();
        let rows =
            Rows::of(schema, entry.id.as_deref(), &written, &entry.rules, || true).map_err(unreadable)?;
        quarantine.add(day_of(entry.rules.now), rows.in_quarantine());
        self.add(entry.id, entry.rules.now, rows).map(drop)
    }

    fn add(&mut self, id: Option<Box<str>>, received: Timestamp, rows: Rows) -> Result<Outcome, LakeError> {
        for (name, batch) in rows.tables {
            let tail = &mut self.tables.entry(name).or_default().tail;
            let before = tail.bytes();
            tail.push(batch).map_err(unreadable)?;
            self.tail_bytes = self.tail_bytes.saturating_sub(before).saturating_add(tail.bytes());
        }
        self.oldest.get_or_insert(received);
        if let Some(id) = id {
            let next = Timestamp::from_unix_ticks(self.last_received.unix_ticks().saturating_add(1));
            self.last_received = received.max(next);
            let received = self.last_received;
            self.unflushed.push(StoredBatch { id: id.clone(), received, rows: rows.stored });
            self.batches.insert(id, rows.stored);
        }
        Ok(Outcome { stored: rows.stored, repeated: false, quarantined: rows.quarantined })
    }
}

fn unreadable(source: ArrowError) -> LakeError {
    LakeError::Rows { action: "put together", source: source.into() }
}

/// The last batches with an id, and how many rows each brought.
#[derive(Debug)]
struct Remembered {
    rows: HashMap<Box<str>, u64>,
    order: VecDeque<Box<str>>,
    most: usize,
}

impl Remembered {
    fn new(most: u32) -> Self {
        Self { rows: HashMap::new(), order: VecDeque::new(), most: most.max(1) as usize }
    }

    fn rows(&self, id: &str) -> Option<u64> {
        self.rows.get(id).copied()
    }

    fn insert(&mut self, id: Box<str>, rows: u64) {
        if self.rows.insert(id.clone(), rows).is_none() {
            self.order.push_back(id);
        }
        while self.order.len() > self.most {
            if let Some(oldest) = self.order.pop_front() {
                self.rows.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_as_old_as_the_clock_has_said_since_it_was_set_back() {
        let folder = tempfile::tempdir().unwrap();
        let id = TenantId::from_guid(uuid::Uuid::from_u128(1));
        let settings = LakeSettings::at(folder.path());
        let storage = Storage::open(&settings).unwrap();
        let schema = Arc::new(LakeSchema::new(&settings.tables));
        let tenant =
            Tenant::open(id, &settings, &storage, &schema, TenantEntry::default(), &Arc::default()).unwrap();
        let at = Timestamp::from_unix_secs;
        tenant.rows().oldest = Some(at(1000));
        let found = [1200, 900, 950].map(|now| tenant.oldest(at(now)));
        assert_eq!(found, [Some(at(1000)), Some(at(900)), Some(at(900))]);
    }
}
