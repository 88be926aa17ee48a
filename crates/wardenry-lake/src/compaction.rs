//! Small files become one, old ones go.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::execution::context::SessionContext;
use wardenry_core::time::Timestamp;
use wardenry_lake_catalogue::{Catalogue, FileEntry, TenantEntry};

use crate::data_file::{DataFile, FileReader, day_of};
use crate::error::LakeError;
use crate::flush::{blocking, write_days};
use crate::provider::{LakeTable, TableSnapshot};
use crate::schema;
use crate::settings::LakeSettings;
use crate::tenant::Tenant;

impl Tenant {
    /// Puts small files of a day together until there are few. Gives how many files are gone.
    pub(crate) async fn compact(
        &self,
        catalogue: &dyn Catalogue,
        settings: &LakeSettings,
        reader: &FileReader,
        now: Timestamp,
    ) -> Result<usize, LakeError> {
        let mut gone = 0;
        while let Some(files) = next_job(self.files(), settings, day_of(now)) {
            self.merge(catalogue, &files, reader, now).await?;
            gone += files.len() - 1;
        }
        Ok(gone)
    }

    async fn merge(
        &self,
        catalogue: &dyn Catalogue,
        files: &[Arc<DataFile>],
        reader: &FileReader,
        now: Timestamp,
    ) -> Result<(), LakeError> {
        let mut work = self.work.lock().await;
        if work.uncertain {
            return Err(LakeError::Uncertain);
        }
        let Some(table) = files.first().and_then(|file| schema::table(&file.entry.table)) else {
            return Ok(());
        };
        let snapshot = TableSnapshot { files: files.to_vec(), tail: Vec::new() };
        let provider = LakeTable::new(table, snapshot, reader);
        let read = async {
            let rows = SessionContext::new().read_table(Arc::new(provider))?;
            rows.collect().await
        };
        let batches =
            read.await.map_err(|source| LakeError::Rows { action: "read", source: source.into() })?;
        let folder = self.folder.clone();
        let added = blocking(move || write_days(&folder, table, &batches, now)).await?;
        let removed: Vec<FileEntry> = files.iter().map(|file| file.entry.clone()).collect();
        self.exchange(catalogue, &mut work, files, &removed, added).await
    }

    /// Lets go of the days that are older than rows are kept. Gives how many files are gone.
    pub(crate) async fn retain(
        &self,
        catalogue: &dyn Catalogue,
        days: u32,
        now: Timestamp,
    ) -> Result<usize, LakeError> {
        let first_kept = day_of(now).saturating_sub(i32::try_from(days).unwrap_or(i32::MAX));
        let mut work = self.work.lock().await;
        if work.uncertain {
            return Err(LakeError::Uncertain);
        }
        let old = |file: &Arc<DataFile>| file.entry.day < first_kept;
        let files: Vec<_> = self.files().into_iter().flatten().filter(old).collect();
        if !files.is_empty() {
            let removed: Vec<FileEntry> = files.iter().map(|file| file.entry.clone()).collect();
            self.exchange(catalogue, &mut work, &files, &removed, Vec::new()).await?;
        }
        Ok(files.len())
    }

    async fn exchange(
        &self,
        catalogue: &dyn Catalogue,
        work: &mut crate::tenant::Work,
        files: &[Arc<DataFile>],
        removed: &[FileEntry],
        added: Vec<FileEntry>,
    ) -> Result<(), LakeError> {
        let done = catalogue.replace_files(self.id, removed, &added).await;
        let has_happened = |found: &TenantEntry| removed.iter().all(|file| !found.files.contains(file));
        self.settle(catalogue, work, done, &added, has_happened).await?;
        self.replace(files, added.into_iter().map(|entry| DataFile::new(&self.folder, entry)).collect());
        Ok(())
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
            let small = file.entry.rows < settings.compacted_rows / 2
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
