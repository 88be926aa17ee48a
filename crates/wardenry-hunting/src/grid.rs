//! The form of an answer for a page: columns and rows, and behind them what the query used and the chart that it asks for.

use datafusion::arrow::array::RecordBatch;
use serde_json::{Value, json};
use wardenry_diagnostic::Diagnostic;
use wardenry_kql_engine::render::{Json, Renderer};
use wardenry_kql_engine::{ResultColumn, Statistics};
use wardenry_kql_functions::dynamic::{Cell, Cells};
use wardenry_kql_semantics::checked::Render;

use crate::chart::{self, Plot};

/// The points of a chart on a page: each is a few dozen bytes of SVG.
const MAX_POINTS: usize = 10_000;
const CHART_SIZE: (u32, u32) = (960, 400);

/// `{"columns": …, "rows": …, "shown": …, "statistics": …, "chart": …, "notices": …}`.
///
/// `columns` and `rows` are those of [`Json`]; `shown` says how many rows there are in it, of `statistics.rows`.
/// `chart` is null, `{"svg": …}` or `{"reason": …}`, and is drawn of all rows.
pub(crate) struct Grid {
    json: Json,
    columns: Vec<ResultColumn>,
    /// How many rows may still be written.
    room: usize,
    shown: usize,
    render: Option<Render>,
    plot: Option<Result<Plot, String>>,
    notices: Value,
}

impl Grid {
    /// At most `rows` rows are written.
    pub(crate) fn new(rows: usize, render: Option<&Render>, query: &str, notices: &[Diagnostic]) -> Self {
        Self {
            json: Json::default(),
            columns: Vec::new(),
            room: rows,
            shown: 0,
            render: render.filter(|render| &*render.kind != "table").cloned(),
            plot: None,
            notices: wardenry_diagnostic::json::render(query, notices),
        }
    }
}

impl Renderer for Grid {
    fn begin(&mut self, columns: &[ResultColumn], out: &mut Vec<u8>) {
        self.columns = columns.to_vec();
        self.plot = self.render.as_ref().map(|render| Plot::new(render, columns, MAX_POINTS));
        self.json.begin(columns, out);
    }

    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        if let Some(Ok(plot)) = &mut self.plot
            && let Err(reason) = Batch::new(batch, &self.columns).and_then(|batch| plot.add(&batch))
        {
            self.plot = Some(Err(reason));
        }
        let written = self.room.min(batch.num_rows());
        if written > 0 {
            self.json.rows(&batch.slice(0, written), out);
        }
        self.room -= written;
        self.shown += written;
    }

    fn end(&mut self, statistics: &Statistics, out: &mut Vec<u8>) {
        self.json.end(statistics, out);
        // Room for the members behind: the object is closed again below.
        out.truncate(out.trim_ascii_end().len() - 1);
        let (width, height) = CHART_SIZE;
        let chart = match self.plot.take() {
            None => Value::Null,
            Some(Ok(plot)) => json!({ "svg": plot.finish().to_svg(width, height) }),
            Some(Err(reason)) => json!({ "reason": reason }),
        };
        let milliseconds = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
        let statistics = json!({
            "rows": statistics.rows,
            "bytes": statistics.bytes,
            "elapsed_ms": milliseconds(statistics.elapsed),
            "cpu_ms": statistics.cpu.map(milliseconds),
            "peak_memory_bytes": statistics.peak_memory,
            "scanned_bytes": statistics.scanned_bytes,
        });
        let rest = [
            ("shown", json!(self.shown)),
            ("statistics", statistics),
            ("chart", chart),
            ("notices", self.notices.take()),
        ];
        for (name, value) in rest {
            out.extend_from_slice(format!(",\"{name}\":{value}").as_bytes());
        }
        out.push(b'}');
    }
}

/// Rows of a result as a chart reads them.
struct Batch<'a> {
    rows: usize,
    columns: Vec<Cells<'a>>,
}

impl<'a> Batch<'a> {
    fn new(batch: &'a RecordBatch, columns: &[ResultColumn]) -> Result<Self, String> {
        let cells = batch.columns().iter().zip(columns);
        let cells = cells.map(|(array, column)| Cells::new(array.as_ref(), column.scalar_type));
        match cells.collect() {
            Ok(columns) => Ok(Self { rows: batch.num_rows(), columns }),
            Err(error) => {
                tracing::error!("a result is not in the layout of its types: {error}");
                Err("the result cannot be read".to_owned())
            }
        }
    }
}

impl chart::Grid for Batch<'_> {
    fn rows(&self) -> usize {
        self.rows
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.columns[column].get(row)
    }
}
