//! From the tail to files.
//!
//! The rows that there are, and the place in the journal up to which they reach, are set apart together. Their files are written
//! (see [`crate::storage`]); then one transaction of the catalogue adds the files and moves the place. Whatever ends the
//! process on the way, the next start finds either the rows in the journal, and removes the files, or the files, and skips the journal.

use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, sort_to_indices, take_record_batch};
use arrow::datatypes::Int64Type;
use arrow::error::ArrowError;
use wardenry_core::time::Timestamp;
use wardenry_kql_values::UNIX_EPOCH;
use wardenry_lake_catalogue::{Catalogue, FileEntry, Flush};

use crate::change::{Change, remove};
use crate::data_file;
use crate::error::LakeError;
use crate::schema::Table;
use crate::storage::TenantStorage;
use crate::tenant::Tenant;
use crate::writing;

impl Tenant {
    /// Makes files of all rows that are not yet in any.
    pub(crate) async fn flush(
        &self,
        catalogue: &dyn Catalogue,
        remembered_batches: u32,
        now: Timestamp,
    ) -> Result<(), LakeError> {
        let mut work = self.work(catalogue, now).await?;
        let frozen = self.freeze().await?;
        if frozen.sequence == work.sequence {
            return Ok(());
        }
        let (tables, storage) = (frozen.tables.clone(), self.storage.clone());
        let schema = Arc::clone(&self.schema);
        let written = blocking(move || {
            let mut entries = Vec::new();
            for (name, batches) in tables {
                let Some(table) = schema.table(&name) else { continue };
                match write_days(&storage, table, &batches, now) {
                    Ok(written) => entries.extend(written),
                    Err(error) => {
                        remove(&storage, &entries);
                        return Err(error);
                    }
                }
            }
            Ok(entries)
        });
        let added = written.await?;
        let flush = Flush {
            previous: work.sequence,
            sequence: frozen.sequence,
            files: added.clone(),
            batches: frozen.batches.clone(),
            remembered_batches,
        };
        let done = catalogue.record_flush(self.id, &flush).await;
        self.settle(catalogue, &mut work, Change::Flush { frozen, added }, done, now).await
    }
}

/// Runs what waits for the disk where it holds up nothing else.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LakeError> + Send + 'static,
) -> Result<T, LakeError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(LakeError::Closing))
}

/// Writes rows to one file for each of their days.
pub(crate) fn write_days(
    storage: &TenantStorage,
    table: &Arc<Table>,
    batches: &[RecordBatch],
    now: Timestamp,
) -> Result<Vec<FileEntry>, LakeError> {
    let sorted = sorted(table, batches)
        .map_err(|source| LakeError::Rows { action: "sorted", source: source.into() })?;
    let mut entries = Vec::new();
    let mut start = 0;
    while start < sorted.num_rows() {
        let (first, day) = time(&sorted, table, start);
        let mut end = start + 1;
        // Sorted: the day ends where another begins.
        while end < sorted.num_rows() && time(&sorted, table, end).1 == day {
            end += 1;
        }
        let rows = sorted.slice(start, end - start);
        let last = time(&sorted, table, end - 1).0;
        match write_day(storage, table, day, &rows, now) {
            Ok((name, bytes)) => entries.push(FileEntry {
                table: (&*table.name).into(),
                day,
                name,
                rows: rows.num_rows() as u64,
                bytes,
                first,
                last,
            }),
            Err(error) => {
                remove(storage, &entries);
                return Err(error);
            }
        }
        start = end;
    }
    Ok(entries)
}

fn sorted(table: &Table, batches: &[RecordBatch]) -> Result<RecordBatch, ArrowError> {
    let all = concat_batches(&table.arrow, batches)?;
    let order: UInt32Array = sort_to_indices(all.column(table.time), None, None)?;
    take_record_batch(&all, &order)
}

/// The time of a row, and its day.
fn time(rows: &RecordBatch, table: &Table, row: usize) -> (Timestamp, i32) {
    let times = rows.column(table.time).as_primitive::<Int64Type>();
    let ticks = if times.is_null(row) { UNIX_EPOCH } else { times.value(row) };
    let at = Timestamp::from_unix_ticks(ticks - UNIX_EPOCH);
    (at, data_file::day_of(at))
}

fn write_day(
    storage: &TenantStorage,
    table: &Table,
    day: i32,
    rows: &RecordBatch,
    now: Timestamp,
) -> Result<(Box<str>, u64), LakeError> {
    let name = storage.fresh_name(now);
    let location = storage.location(&table.name, day, &name);
    let written = writing::write(storage, &location, table, rows);
    if written.is_err() {
        // Of the two, either may be there. What stays is removed at the next start.
        drop(storage.remove(&location));
    }
    written.map(|bytes| (name, bytes))
}
