use arrow::array::RecordBatch;

use super::Renderer;
use super::cell::{Cells, Style};
use crate::{ResultColumn, Statistics};

const STYLE: Style = Style { short_datetimes: false, numeric_bools: false };

/// Comma-separated values with a line of names first, as RFC 4180 has it, but lines end with a line feed alone.
///
/// Nulls are empty, dynamic values are JSON text.
#[derive(Debug, Default)]
pub struct Csv {
    columns: Vec<ResultColumn>,
    cell: Vec<u8>,
}

impl Renderer for Csv {
    fn begin(&mut self, columns: &[ResultColumn], out: &mut Vec<u8>) {
        self.columns = columns.to_vec();
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            quoted(column.name.as_bytes(), out);
        }
        out.push(b'\n');
    }

    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        let cells: Vec<_> = batch
            .columns()
            .iter()
            .zip(&self.columns)
            .map(|(array, column)| Cells::new(array, column.scalar_type))
            .collect();
        for row in 0..batch.num_rows() {
            for (index, cell) in cells.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                self.cell.clear();
                cell.plain(row, STYLE, &mut self.cell);
                quoted(&self.cell, out);
            }
            out.push(b'\n');
        }
    }

    fn end(&mut self, _: &Statistics, _: &mut Vec<u8>) {}
}

fn quoted(cell: &[u8], out: &mut Vec<u8>) {
    let plain = !cell.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    if plain {
        out.extend_from_slice(cell);
        return;
    }
    out.push(b'"');
    for byte in cell {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
}
