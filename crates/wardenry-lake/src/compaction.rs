//! Small files become one, old ones go.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use datafusion::execution::context::SessionContext;
use wardenry_core::time::Timestamp;
use wardenry_lake_catalogue::{Catalogue, FileEntry};

use crate::change::Change;
use crate::data_file::{DataFile, FileReader, day_of};
use crate::error::LakeError;
use crate::flush::{blocking, write_days};
use crate::provider::{LakeTable, TableSnapshot};
use crate::settings::LakeSettings;
use crate::tenant::{Tenant, Work};

/// So many days are too old at once where the server runs all the time, or was off for a day.
const USUALLY_OLD_DAYS: i32 = 2;

impl Tenant {
    /// Puts small files of a day together, if there are enough of them. Gives how many files are gone.
    pub(crate) async fn compact(
        &self,
        catalogue: &dyn Catalogue,
        settings: &LakeSettings,
        reader: &FileReader,
        now: Timestamp,
    ) -> Result<usize, LakeError> {
        // Chosen with the right to change them: another may be putting the same ones together.
        let mut work = self.work(catalogue, now).await?;
        let Some(files) = next_job(self.files(), settings, day_of(now)) else { return Ok(0) };
        self.merge(catalogue, &mut work, &files, reader, now).await?;
        Ok(files.len() - 1)
    }

    async fn merge(
        &self,
        catalogue: &dyn Catalogue,
        work: &mut Work,
        files: &[Arc<DataFile>],
        reader: &FileReader,
        now: Timestamp,
    ) -> Result<(), LakeError> {
        let Some(table) = files.first().and_then(|file| self.schema.table(&file.entry.table)).cloned() else {
            return Ok(());
        };
        let snapshot = TableSnapshot { files: files.to_vec(), tail: Vec::new() };
        let provider = LakeTable::new(&table, snapshot, reader);
        let read = async {
            let rows = SessionContext::new().read_table(Arc::new(provider))?;
            rows.collect().await
        };
        let batches = match read.await {
            Ok(batches) => batches,
            Err(source) => {
                if !self.storage.storage().may_recover().await {
                    // They would fail every time, and keep all others waiting.
                    for file in files {
                        file.leave_alone();
                    }
                }
                return Err(LakeError::Rows { action: "read", source: source.into() });
            }
        };
        let storage = self.storage.clone();
        let added = blocking(move || write_days(&storage, &table, &batches, now)).await?;
        self.exchange(catalogue, work, files.to_vec(), added, now).await
    }

    /// Lets go of the days that are older than rows are kept: `days`, where their table has no number of its own. Gives how many files
    /// are gone.
    ///
    /// Usually one more day is too old every day. When there are many at once, the clock may have been set to a wrong time: they go after
    /// `grace`, if they still are too old then, unless somebody has changed how long rows are kept.
    pub(crate) async fn retain(
        &self,
        catalogue: &dyn Catalogue,
        days: u32,
        grace: Duration,
        now: Timestamp,
    ) -> Result<usize, LakeError> {
        let today = day_of(now);
        let mut work = self.work(catalogue, now).await?;
        let first_kept = |file: &DataFile| {
            let own = self.schema.table(&file.entry.table).and_then(|table| table.retention_days);
            today.saturating_sub(i32::try_from(own.unwrap_or(days)).unwrap_or(i32::MAX))
        };
        let old = |file: &Arc<DataFile>| file.entry.day < first_kept(file);
        let files: Vec<_> = self.files().into_iter().flatten().filter(old).collect();
        let too_old_by = files.iter().map(|file| first_kept(file).saturating_sub(file.entry.day)).max();
        if too_old_by.is_none_or(|days| days <= USUALLY_OLD_DAYS) {
            work.many_old_since = None;
        } else if !self.take_retention_changed() {
            if work.many_old_since.is_none() {
                tracing::warn!(
                    tenant = %self.id,
                    files = files.len(),
                    clock = %now,
                    wait_secs = grace.as_secs(),
                    "many days are too old at once; they go after a wait, in case the clock is wrong"
                );
            }
            if work.many_old_since.get_or_insert_with(Instant::now).elapsed() < grace {
                return Ok(0);
            }
        }
        let count = files.len();
        if count > 0 {
            self.exchange(catalogue, &mut work, files, Vec::new(), now).await?;
            work.many_old_since = None;
        }
        Ok(count)
    }

    pub(crate) async fn exchange(
        &self,
        catalogue: &dyn Catalogue,
        work: &mut Work,
        removed: Vec<Arc<DataFile>>,
        added: Vec<FileEntry>,
        now: Timestamp,
    ) -> Result<(), LakeError> {
        let gone: Vec<FileEntry> = removed.iter().map(|file| file.entry.clone()).collect();
        let done = catalogue.replace_files(self.id, &gone, &added).await;
        self.settle(catalogue, work, Change::Exchange { removed, added }, done, now).await
    }
}

/// Files of one table and one day that should be one, if there are any.
fn next_job(
    tables: Vec<Vec<Arc<DataFile>>>,
    settings: &LakeSettings,
    today: i32,
) -> Option<Vec<Arc<DataFile>>> {
    for files in tables {
        let mut days: BTreeMap<i32, Vec<Arc<DataFile>>> = BTreeMap::new();
        for file in files {
            let small = !file.is_left_alone()
                && file.entry.rows < settings.compacted_rows / 2
                && file.entry.bytes < settings.compacted_bytes / 2;
            if small {
                days.entry(file.entry.day).or_default().push(file);
            }
        }
        for (day, mut files) in days {
            let enough = if day < today { 2 } else { settings.compacted_files.max(2) };
            files.sort_by_key(|file| file.entry.rows);
            let (mut rows, mut bytes) = (0, 0);
            let fitting = files.iter().take_while(|file| {
                rows += file.entry.rows;
                bytes += file.entry.bytes;
                rows <= settings.compacted_rows && bytes <= settings.compacted_bytes
            });
            let fitting = fitting.count();
            if fitting >= enough {
                files.truncate(fitting);
                return Some(files);
            }
        }
    }
    None
}
