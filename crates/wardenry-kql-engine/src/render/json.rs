use arrow::array::RecordBatch;

use super::Renderer;
use super::cell::{Cells, Style, text};
use crate::{ResultColumn, Statistics};

const STYLE: Style = Style { short_datetimes: false, numeric_bools: false };

/// `{"columns": [{"name", "type"}], "rows": [[…]]}`, a row a line.
///
/// Datetimes have seven digits and `Z`, dynamic values are nested JSON, special reals are texts.
#[derive(Debug, Default)]
pub struct Json {
    columns: Vec<ResultColumn>,
    rows: u64,
}

impl Renderer for Json {
    fn begin(&mut self, columns: &[ResultColumn], out: &mut Vec<u8>) {
        self.columns = columns.to_vec();
        out.extend_from_slice(b"{\"columns\": [");
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(b", ");
            }
            out.extend_from_slice(b"{\"name\": ");
            text(&column.name, out);
            out.extend_from_slice(b", \"type\": ");
            text(column.scalar_type.name(), out);
            out.push(b'}');
        }
        out.extend_from_slice(b"],\n\"rows\": [");
    }

    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        let cells: Vec<_> = batch
            .columns()
            .iter()
            .zip(&self.columns)
            .map(|(array, column)| Cells::new(array, column.scalar_type))
            .collect();
        for row in 0..batch.num_rows() {
            out.extend_from_slice(if self.rows == 0 { b"\n[".as_slice() } else { b",\n[" });
            self.rows += 1;
            for (index, cell) in cells.iter().enumerate() {
                if index > 0 {
                    out.extend_from_slice(b", ");
                }
                cell.json(row, STYLE, out);
            }
            out.push(b']');
        }
    }

    fn end(&mut self, _: &Statistics, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.rows == 0 { b"]}\n".as_slice() } else { b"\n]}\n" });
    }
}
