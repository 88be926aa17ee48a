//! What the row formats have in common: records become batches.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use wardenry_kql_values::ScalarType;

use crate::FileError;
use crate::column_builder::{ColumnBuilder, WrongType};

/// Rows of a batch.
const ROWS: usize = 8_192;
/// Text of a batch: wide rows make batches of fewer rows.
const BYTES: usize = 8 << 20;
/// Columns of a file. More are no table, but a file of another kind.
pub(crate) const COLUMNS: usize = 10_000;
/// Bytes of one record.
pub(crate) const RECORD_BYTES: usize = 64 << 20;

/// The columns that a query wants of a file.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// In the layout of the engine.
    pub(crate) schema: SchemaRef,
    pub(crate) columns: Vec<(Arc<str>, ScalarType)>,
}

/// Takes batches; breaks when nobody wants more.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(RecordBatch) -> ControlFlow<()>;

/// Collects rows and hands them on as batches.
pub(crate) struct Batches<'a> {
    schema: SchemaRef,
    builders: Vec<ColumnBuilder>,
    rows: usize,
    bytes: usize,
    /// Rows that turned out to be broken when some of their cells had been taken.
    broken: Vec<usize>,
    sink: Sink<'a>,
}

impl<'a> Batches<'a> {
    pub(crate) fn new(wanted: &Wanted, sink: Sink<'a>) -> Self {
        let builders =
            wanted.columns.iter().map(|(_, scalar_type)| ColumnBuilder::new(*scalar_type)).collect();
        Self { schema: Arc::clone(&wanted.schema), builders, rows: 0, bytes: 0, broken: Vec::new(), sink }
    }

    /// Adds a row of `bytes` bytes: `append` gives each column its cell. Where a cell is not of the column's type the row
    /// is left out, and the first such column is returned.
    pub(crate) fn push_row(
        &mut self,
        bytes: usize,
        mut append: impl FnMut(usize, &mut ColumnBuilder) -> Result<(), WrongType>,
    ) -> Option<usize> {
        let mut wrong = None;
        for (index, builder) in self.builders.iter_mut().enumerate() {
            if append(index, builder).is_err() {
                builder.append_missing();
                wrong = wrong.or(Some(index));
            }
        }
        if wrong.is_some() {
            self.broken.push(self.rows);
        }
        self.rows += 1;
        self.bytes += bytes;
        wrong
    }

    pub(crate) fn flush_if_full(&mut self) -> ControlFlow<()> {
        if self.rows >= ROWS || self.bytes >= BYTES { self.flush() } else { ControlFlow::Continue(()) }
    }

    /// Hands on what is there.
    pub(crate) fn flush(&mut self) -> ControlFlow<()> {
        let columns = self.builders.iter_mut().map(ColumnBuilder::finish).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        let mut batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
            .expect("the builders are those of the schema, and each has a cell a row");
        if !self.broken.is_empty() {
            let mut kept = vec![true; self.rows];
            for row in self.broken.drain(..) {
                kept[row] = false;
            }
            batch = filter_record_batch(&batch, &kept.into()).expect("the mask is as long as the batch");
        }
        (self.rows, self.bytes) = (0, 0);
        if batch.num_rows() == 0 { ControlFlow::Continue(()) } else { (self.sink)(batch) }
    }
}

/// The fault of a record, with its place.
pub(crate) fn record(path: &Path, line: u64, problem: impl Into<String>) -> FileError {
    FileError::Record { path: path.to_owned(), line, problem: problem.into() }
}

/// A text as an error message may show it.
pub(crate) fn shown(text: &str) -> String {
    const CHARACTERS: usize = 40;
    let mut short = String::new();
    for character in text.chars().take(CHARACTERS) {
        match character {
            '"' | '\'' => short.push(character),
            _ => short.extend(character.escape_debug()),
        }
    }
    if text.chars().nth(CHARACTERS).is_some() { format!("`{short}…`") } else { format!("`{short}`") }
}
