//! A result as columns of text, for people.

use arrow::array::RecordBatch;
use wardenry_kql_engine::render::Renderer;
use wardenry_kql_engine::{ResultColumn, Statistics};
use wardenry_kql_functions::dynamic::{Cell, Cells};
use wardenry_kql_values::{boolean, datetime, guid, real, timespan};

use crate::output::{Column, Columns, safe};

pub(super) struct TableText {
    width: Option<usize>,
    columns: Vec<ResultColumn>,
    text: Columns,
}

impl TableText {
    /// For a terminal of this width; without one nothing is cut.
    pub(super) fn new(width: Option<usize>) -> Self {
        Self { width, columns: Vec::new(), text: Columns::new(width, Vec::new()) }
    }
}

impl Renderer for TableText {
    fn begin(&mut self, columns: &[ResultColumn], _: &mut Vec<u8>) {
        self.columns = columns.to_vec();
        let heading = |column: &ResultColumn| Column::new(&column.name, column.scalar_type.is_number());
        self.text = Columns::new(self.width, columns.iter().map(heading).collect());
    }

    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        let columns = batch.columns().iter().zip(&self.columns);
        let cells: Vec<_> =
            columns.map(|(array, column)| Cells::new(array, column.scalar_type).ok()).collect();
        for row in 0..batch.num_rows() {
            let texts = cells
                .iter()
                .map(|cells| cells.as_ref().map_or_else(String::new, |cells| text(cells.get(row))))
                .collect();
            self.text.row(texts, out);
        }
    }

    fn end(&mut self, statistics: &Statistics, out: &mut Vec<u8>) {
        self.text.end(statistics.rows, out);
    }
}

/// A cell as people read it; a null is empty.
fn text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Bool(value) => boolean::text(value).to_lowercase(),
        Cell::Long(value) => value.to_string(),
        Cell::Real(value) => real::text(value),
        Cell::Decimal(value) => value.text(),
        Cell::String(value) => safe(value),
        Cell::Datetime(value) => datetime::result_text(value),
        Cell::Timespan(value) => timespan::text(value),
        Cell::Guid(value) => guid::text(value),
        Cell::Dynamic(value) => match value.as_str() {
            Some(text) => safe(&text),
            None => safe(&value.compact()),
        },
    }
}
