use arrow::array::RecordBatch;
use wardenry_kql_values::{ScalarType, timespan};

use super::Renderer;
use super::cell::{Cells, Style, text};
use crate::{ResultColumn, Statistics};

pub(super) const STYLE: Style = Style { short_datetimes: true, numeric_bools: true };

/// The answer of the Defender hunting API: `Schema`, `Results`, `Stats`.
///
/// A bool is 0 or 1 of type `SByte`; a datetime has no fraction where it is zero; dynamic values are nested JSON. The members come
/// in this order because the statistics are only known at the end.
#[derive(Debug, Default)]
pub struct Defender {
    columns: Vec<ResultColumn>,
    rows: u64,
}

impl Renderer for Defender {
    fn begin(&mut self, columns: &[ResultColumn], out: &mut Vec<u8>) {
        self.columns = columns.to_vec();
        out.extend_from_slice(b"{\"Schema\":[");
        schema(columns, "Name", "Type", out);
        out.extend_from_slice(b"],\"Results\":[");
    }

    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        objects(batch, &self.columns, &mut self.rows, |_, _| {}, out);
    }

    fn end(&mut self, statistics: &Statistics, out: &mut Vec<u8>) {
        let seconds = statistics.elapsed.as_secs_f64();
        // Without a measurement, the time that has passed stands in for the processor time. What the system did for the query is not
        // told apart from what it did itself.
        let cpu = statistics.cpu.unwrap_or(statistics.elapsed);
        let ticks = i64::try_from(cpu.as_nanos() / 100).unwrap_or(i64::MAX);
        let cpu = timespan::text(ticks);
        let memory = statistics.peak_memory;
        let (rows, bytes) = (statistics.rows, statistics.bytes);
        let statistics = format!(
            "],\"Stats\":{{\"ExecutionTime\":{seconds},\"resource_usage\":{{\"cache\":{{\"memory\":{{\"hits\":0,\
             \"misses\":0,\"total\":0}},\"disk\":{{\"hits\":0,\"misses\":0,\"total\":0}}}},\"cpu\":{{\"user\":\"{cpu}\",\
             \"kernel\":\"00:00:00\",\"total cpu\":\"{cpu}\"}},\"memory\":{{\"peak_per_node\":{memory}}}}},\
             \"dataset_statistics\":[{{\"table_row_count\":{rows},\"table_size\":{bytes}}}]}}}}"
        );
        out.extend_from_slice(statistics.as_bytes());
    }
}

/// The columns with their .NET types.
pub(super) fn schema(columns: &[ResultColumn], name: &str, of_type: &str, out: &mut Vec<u8>) {
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.push(b'{');
        text(name, out);
        out.push(b':');
        text(&column.name, out);
        out.push(b',');
        text(of_type, out);
        out.push(b':');
        text(net_type(column.scalar_type), out);
        out.push(b'}');
    }
}

/// A row an object; `annotate` may put a member before that of a cell.
pub(super) fn objects(
    batch: &RecordBatch,
    columns: &[ResultColumn],
    written: &mut u64,
    annotate: impl Fn(&ResultColumn, &mut Vec<u8>),
    out: &mut Vec<u8>,
) {
    let cells: Vec<_> = batch
        .columns()
        .iter()
        .zip(columns)
        .map(|(array, column)| (column, Cells::new(array, column.scalar_type)))
        .collect();
    for row in 0..batch.num_rows() {
        if *written > 0 {
            out.push(b',');
        }
        *written += 1;
        out.push(b'{');
        for (index, (column, cell)) in cells.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            if !cell.is_null(row) {
                annotate(column, out);
            }
            text(&column.name, out);
            out.push(b':');
            cell.json(row, STYLE, out);
        }
        out.push(b'}');
    }
}

/// The short .NET name of a type.
pub(super) const fn net_type(scalar_type: ScalarType) -> &'static str {
    match scalar_type {
        ScalarType::Bool => "SByte",
        ScalarType::Int => "Int32",
        ScalarType::Long => "Int64",
        ScalarType::Real => "Double",
        ScalarType::Decimal => "SqlDecimal",
        ScalarType::String => "String",
        ScalarType::Datetime => "DateTime",
        ScalarType::Timespan => "TimeSpan",
        ScalarType::Guid => "Guid",
        ScalarType::Dynamic => "Object",
    }
}
