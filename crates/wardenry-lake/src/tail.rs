//! Rows that are not yet in files.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch};
use arrow::compute::concat_batches;
use arrow::error::ArrowError;

/// The rows of one table that are not yet in files.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    /// Those that are being written to files. They stay until the catalogue has the files.
    flushing: Vec<RecordBatch>,
    /// Those that came since.
    fresh: Vec<RecordBatch>,
}

/// Batches of up to so many rows are put together.
const MERGED_ROWS: usize = 8192;

impl Tail {
    /// Adds rows. Small batches are put together as the digits of a counter are, so that there are few of them however many come,
    /// and each row is copied a few times at most.
    pub(crate) fn push(&mut self, batch: RecordBatch) -> Result<(), ArrowError> {
        self.fresh.push(batch);
        while let [.., before, last] = &*self.fresh {
            let rows = before.num_rows() + last.num_rows();
            if before.num_rows() > 2 * last.num_rows() || rows > MERGED_ROWS {
                break;
            }
            let merged = merged(before, last)?;
            self.fresh.truncate(self.fresh.len() - 2);
            self.fresh.push(merged);
        }
        Ok(())
    }

    /// All rows, in the order in which they came.
    pub(crate) fn batches(&self) -> Vec<RecordBatch> {
        self.flushing.iter().chain(&self.fresh).cloned().collect()
    }

    /// Sets apart what there is, to be written to files: gives all that has been set apart.
    pub(crate) fn freeze(&mut self) -> Vec<RecordBatch> {
        self.flushing.append(&mut self.fresh);
        self.flushing.clone()
    }

    /// Drops what was set apart: it is in files.
    pub(crate) fn flushed(&mut self) {
        self.flushing.clear();
    }

    pub(crate) fn bytes(&self) -> usize {
        self.flushing.iter().chain(&self.fresh).map(RecordBatch::get_array_memory_size).sum()
    }
}

fn merged(before: &RecordBatch, last: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let together = concat_batches(&last.schema(), [before, last])?;
    // Texts would stay in the buffers in which they came, one for each batch.
    let compact = |array: &ArrayRef| match array.as_string_view_opt() {
        Some(texts) if texts.data_buffers().len() > 1 => Arc::new(texts.gc()) as ArrayRef,
        _ => Arc::clone(array),
    };
    RecordBatch::try_new(together.schema(), together.columns().iter().map(compact).collect())
}
