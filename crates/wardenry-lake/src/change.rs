//! Changes to the list of files, which the catalogue makes or does not make.
//!
//! The catalogue may say that it failed after it has done what it was told. Until it can be asked what it holds, a change is neither made
//! nor undone, and nothing else is begun.

use std::sync::Arc;

use tokio::sync::MutexGuard;
use wardenry_core::time::Timestamp;
use wardenry_lake_catalogue::{Catalogue, CatalogueError, FileEntry, TenantEntry};

use crate::data_file::DataFile;
use crate::error::LakeError;
use crate::storage::TenantStorage;
use crate::tenant::{Frozen, Tenant, Work};

/// Something that the catalogue was told to do.
#[derive(Debug)]
pub(crate) enum Change {
    /// Rows of the journal are in files.
    Flush { frozen: Frozen, added: Vec<FileEntry> },
    /// Files take the place of others.
    Exchange { removed: Vec<Arc<DataFile>>, added: Vec<FileEntry> },
}

impl Change {
    fn added(&self) -> &[FileEntry] {
        match self {
            Self::Flush { added, .. } | Self::Exchange { added, .. } => added,
        }
    }

    fn has_happened(&self, found: &TenantEntry) -> bool {
        match self {
            Self::Flush { frozen, .. } => found.sequence == frozen.sequence,
            Self::Exchange { removed, added } => {
                removed.iter().all(|file| !found.files.contains(&file.entry))
                    && added.iter().all(|file| found.files.contains(file))
            }
        }
    }
}

impl Tenant {
    /// The right to change the list of files, once it is known what became of the last change.
    pub(crate) async fn work(
        &self,
        catalogue: &dyn Catalogue,
        now: Timestamp,
    ) -> Result<MutexGuard<'_, Work>, LakeError> {
        let mut work = self.work.lock().await;
        self.find_out(catalogue, &mut work, now).await?;
        Ok(work)
    }

    /// Ends a change: `done` is what the catalogue has said.
    pub(crate) async fn settle(
        &self,
        catalogue: &dyn Catalogue,
        work: &mut Work,
        change: Change,
        done: Result<(), CatalogueError>,
        now: Timestamp,
    ) -> Result<(), LakeError> {
        let Err(error) = done else {
            self.has_happened(work, change, now).await;
            return Ok(());
        };
        work.unsettled = Some(change);
        // Without an answer it stays open, and this failure is what to tell.
        match self.find_out(catalogue, work, now).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(error.into()),
        }
    }

    /// Asks the catalogue whether the last change has happened, if that is open.
    async fn find_out(
        &self,
        catalogue: &dyn Catalogue,
        work: &mut Work,
        now: Timestamp,
    ) -> Result<bool, LakeError> {
        if work.unsettled.is_none() {
            return Ok(true);
        }
        let found = catalogue.tenant(self.id).await.map_err(LakeError::Uncertain)?;
        let Some(change) = work.unsettled.take() else { return Ok(true) };
        let has_happened = change.has_happened(&found);
        if has_happened {
            self.has_happened(work, change, now).await;
        } else {
            remove(&self.storage, change.added());
        }
        Ok(has_happened)
    }

    async fn has_happened(&self, work: &mut Work, change: Change, now: Timestamp) {
        let files = |added: Vec<FileEntry>| {
            added.into_iter().map(|entry| DataFile::new(&self.storage, entry)).collect::<Vec<_>>()
        };
        match change {
            Change::Flush { frozen, added } => {
                work.sequence = frozen.sequence;
                self.flushed(&frozen, files(added), now).await;
            }
            Change::Exchange { removed, added } => self.replace(&removed, files(added)),
        }
    }
}

/// Removes files that have not become part of the lake. What stays is removed at the next start.
pub(crate) fn remove(storage: &TenantStorage, entries: &[FileEntry]) {
    for entry in entries {
        let location = storage.location(&entry.table, entry.day, &entry.name);
        if let Err(error) = storage.remove(&location) {
            tracing::warn!(file = %location, %error, "a file that is not needed stays");
        }
    }
}
