use std::collections::VecDeque;

use arrow::array::{Array, ArrayRef, Int64Array, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::SchemaRef;
use std::sync::Arc;

use crate::RunError;

/// Takes the rows that an operator puts out, in their order.
pub(crate) struct Output {
    schema: SchemaRef,
    /// The number of the next row, for operators whose output is ordered.
    ordinal: Option<i64>,
    batch_rows: usize,
    ready: VecDeque<RecordBatch>,
}

impl Output {
    pub(super) fn new(schema: SchemaRef, ordinal: bool, batch_rows: usize) -> Self {
        Self { schema, ordinal: ordinal.then_some(0), batch_rows: batch_rows.max(1), ready: VecDeque::new() }
    }

    pub(super) fn pop(&mut self) -> Option<RecordBatch> {
        self.ready.pop_front()
    }

    /// Bytes of rows that have been put out and not yet been taken over.
    pub(super) fn memory_size(&self) -> usize {
        self.ready.iter().map(RecordBatch::get_array_memory_size).sum()
    }

    /// Puts out rows of an input (or of several, concatenated), by index, or all of them, with the columns that the operator made for
    /// them: as many values in each as there are indices.
    pub(crate) fn rows(
        &mut self,
        passed: &RecordBatch,
        indices: Option<&UInt32Array>,
        produced: Vec<ArrayRef>,
    ) -> Result<(), RunError> {
        let rows = indices.map_or(passed.num_rows(), Array::len);
        let mut columns = Vec::with_capacity(self.schema.fields().len());
        for column in passed.columns() {
            columns.push(match indices {
                None => Arc::clone(column),
                Some(indices) => take(column, indices, None)
                    .map_err(|error| RunError::internal("rows of an operator", error))?,
            });
        }
        columns.extend(produced);
        self.put(columns, rows)
    }

    /// Puts out rows of an operator that passes no columns on.
    pub(crate) fn columns(&mut self, produced: Vec<ArrayRef>, rows: usize) -> Result<(), RunError> {
        self.put(produced, rows)
    }

    fn put(&mut self, mut columns: Vec<ArrayRef>, rows: usize) -> Result<(), RunError> {
        if rows == 0 {
            return Ok(());
        }
        if let Some(next) = &mut self.ordinal {
            let end = *next + i64::try_from(rows).unwrap_or(i64::MAX);
            columns.push(Arc::new(Int64Array::from_iter_values(*next..end)));
            *next = end;
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
            .map_err(|error| RunError::internal("rows of an operator", error))?;
        let mut start = 0;
        while start < rows {
            let length = self.batch_rows.min(rows - start);
            self.ready.push_back(batch.slice(start, length));
            start += length;
        }
        Ok(())
    }
}
