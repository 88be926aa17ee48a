//! Results as text.
//!
//! A [`Renderer`] is told the columns, then batches, then the end, and appends to a buffer each time: nothing of a result
//! is held back, so that a server can send while a query runs.

pub(crate) mod cell;
mod csv;
mod defender;
mod graph;
mod json;
mod json_lines;

use arrow::array::RecordBatch;

use crate::{ResultColumn, Statistics};

pub use csv::Csv;
pub use defender::Defender;
pub use graph::Graph;
pub use json::Json;
pub use json_lines::JsonLines;

/// Writes a result in one form. The calls come in the order of the methods; `rows` as often as there are batches.
pub trait Renderer: Send {
    fn begin(&mut self, columns: &[ResultColumn], out: &mut Vec<u8>);

    /// Rows of a [`crate::QueryStream`].
    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>);

    fn end(&mut self, statistics: &Statistics, out: &mut Vec<u8>);
}
