//! The list of the lake's files, in files of its own.
//!
//! The server keeps it in SQL. Here each tenant has a JSON file, which is replaced as a whole and synced, so that a lake that took
//! minutes to fill is there for the next measurement, and a change costs about what a transaction does.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use serde_json::{Value, json};
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;
use wardenry_lake_catalogue::{
    Catalogue, CatalogueError, FileEntry, Flush, StoredBatch, TableEntry, TenantEntry,
};

#[derive(Debug)]
pub(crate) struct FolderCatalogue {
    folder: PathBuf,
    tenants: Mutex<BTreeMap<TenantId, TenantEntry>>,
}

impl FolderCatalogue {
    /// Reads what is there; an empty list otherwise.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let mut tenants = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let id = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".json")?.parse().ok());
            if let Some(id) = id {
                let value: Value = serde_json::from_slice(&fs::read(&path)?)?;
                tenants.insert(id, read(&value).with_context(|| path.display().to_string())?);
            }
        }
        Ok(Self { folder: folder.to_owned(), tenants: Mutex::new(tenants) })
    }

    fn tenants(&self) -> MutexGuard<'_, BTreeMap<TenantId, TenantEntry>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(
        &self,
        tenant: TenantId,
        action: &'static str,
        change: impl FnOnce(&mut TenantEntry) -> Result<(), &'static str>,
    ) -> Result<(), CatalogueError> {
        let mut tenants = self.tenants();
        let entry = tenants.entry(tenant).or_default();
        change(entry).map_err(|problem| CatalogueError { action, source: problem.into() })?;
        entry.files.sort_by(|a, b| (&a.table, a.day, &a.name).cmp(&(&b.table, b.day, &b.name)));
        let path = self.folder.join(format!("{tenant}.json"));
        self.replace(&path, &written(entry))
            .map_err(|error| CatalogueError { action, source: Box::new(error) })
    }

    fn replace(&self, path: &Path, value: &Value) -> io::Result<()> {
        let unfinished = path.with_extension("new");
        let mut file = File::create(&unfinished)?;
        file.write_all(value.to_string().as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        File::open(&self.folder)?.sync_all()
    }
}

#[async_trait]
impl Catalogue for FolderCatalogue {
    async fn tenants(&self) -> Result<Vec<TenantId>, CatalogueError> {
        Ok(self.tenants().keys().copied().collect())
    }

    async fn tenant(&self, tenant: TenantId) -> Result<TenantEntry, CatalogueError> {
        Ok(self.tenants().get(&tenant).cloned().unwrap_or_default())
    }

    async fn record_flush(&self, tenant: TenantId, flush: &Flush) -> Result<(), CatalogueError> {
        self.change(tenant, "recording files", |entry| {
            if entry.sequence != flush.previous {
                return Err("the rows are in files already");
            }
            entry.sequence = flush.sequence;
            entry.files.extend(flush.files.iter().cloned());
            entry.batches.extend(flush.batches.iter().cloned());
            let most = usize::try_from(flush.remembered_batches).unwrap_or(usize::MAX);
            entry.batches.drain(..entry.batches.len().saturating_sub(most));
            Ok(())
        })
    }

    async fn replace_files(
        &self,
        tenant: TenantId,
        removed: &[FileEntry],
        added: &[FileEntry],
    ) -> Result<(), CatalogueError> {
        self.change(tenant, "replacing files", |entry| {
            if !removed.iter().all(|file| entry.files.contains(file)) {
                return Err("a file is not there");
            }
            entry.files.retain(|file| !removed.contains(file));
            entry.files.extend(added.iter().cloned());
            Ok(())
        })
    }

    async fn set_retention(&self, tenant: TenantId, days: Option<u32>) -> Result<(), CatalogueError> {
        self.change(tenant, "setting a retention", |entry| {
            entry.retention_days = days;
            Ok(())
        })
    }

    async fn defined_tables(&self) -> Result<Vec<TableEntry>, CatalogueError> {
        Ok(Vec::new())
    }

    /// No measurement defines any.
    async fn set_defined_tables(&self, _tables: &[TableEntry]) -> Result<(), CatalogueError> {
        Ok(())
    }
}

fn written(entry: &TenantEntry) -> Value {
    let file = |file: &FileEntry| {
        let (first, last) = (file.first.unix_ticks(), file.last.unix_ticks());
        json!([file.table, file.day, file.name, file.rows, file.bytes, first, last])
    };
    let batch = |batch: &StoredBatch| json!([batch.id, batch.received.unix_ticks(), batch.rows]);
    json!({
        "sequence": entry.sequence,
        "retention_days": entry.retention_days,
        "files": entry.files.iter().map(file).collect::<Vec<_>>(),
        "batches": entry.batches.iter().map(batch).collect::<Vec<_>>(),
    })
}

fn read(value: &Value) -> Result<TenantEntry> {
    type File = (Box<str>, i32, Box<str>, u64, u64, i64, i64);
    let files: Vec<File> = serde_json::from_value(value["files"].clone())?;
    let batches: Vec<(Box<str>, i64, u64)> = serde_json::from_value(value["batches"].clone())?;
    let at = Timestamp::from_unix_ticks;
    let file = |(table, day, name, rows, bytes, first, last): File| FileEntry {
        table,
        day,
        name,
        rows,
        bytes,
        first: at(first),
        last: at(last),
    };
    Ok(TenantEntry {
        sequence: value["sequence"].as_u64().context("there is no sequence")?,
        retention_days: serde_json::from_value(value["retention_days"].clone())?,
        files: files.into_iter().map(file).collect(),
        batches: batches
            .into_iter()
            .map(|(id, received, rows)| StoredBatch { id, received: at(received), rows })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let at = Timestamp::from_unix_secs;
        let file = FileEntry {
            table: "DeviceEvents".into(),
            day: 20_000,
            name: "a.parquet".into(),
            rows: 3,
            bytes: 4,
            first: at(5),
            last: at(6),
        };
        let entry = TenantEntry {
            sequence: 7,
            retention_days: Some(8),
            files: vec![file],
            batches: vec![StoredBatch { id: "b".into(), received: at(9), rows: 10 }],
        };
        assert_eq!(read(&written(&entry)).expect("it is sound"), entry);
    }
}
