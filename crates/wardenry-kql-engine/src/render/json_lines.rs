use arrow::array::RecordBatch;

use super::Renderer;
use super::cell::{Cells, Style, text};
use crate::{ResultColumn, Statistics};

const STYLE: Style = Style { short_datetimes: false, numeric_bools: false };

/// A JSON object a line for each row, its members in the order of the columns.
#[derive(Debug, Default)]
pub struct JsonLines {
    columns: Vec<ResultColumn>,
}

impl Renderer for JsonLines {
    fn begin(&mut self, columns: &[ResultColumn], _: &mut Vec<u8>) {
        self.columns = columns.to_vec();
    }

    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        let cells: Vec<_> = batch
            .columns()
            .iter()
            .zip(&self.columns)
            .map(|(array, column)| (&column.name, Cells::new(array, column.scalar_type)))
            .collect();
        for row in 0..batch.num_rows() {
            out.push(b'{');
            for (index, (name, cell)) in cells.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                text(name, out);
                out.push(b':');
                cell.json(row, STYLE, out);
            }
            out.extend_from_slice(b"}\n");
        }
    }

    fn end(&mut self, _: &Statistics, _: &mut Vec<u8>) {}
}
