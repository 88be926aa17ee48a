use arrow::array::RecordBatch;
use wardenry_kql_values::ScalarType;

use super::Renderer;
use super::cell::text;
use super::defender::{objects, schema};
use crate::{ResultColumn, Statistics};

const CONTEXT: &str =
    "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.security.huntingQueryResults";

/// The answer of Graph's `runHuntingQuery`: `schema` and `results`, with annotations of those types that OData would not guess.
#[derive(Debug)]
pub struct Graph {
    context: String,
    columns: Vec<ResultColumn>,
    rows: u64,
}

impl Default for Graph {
    fn default() -> Self {
        Self::new(CONTEXT)
    }
}

impl Graph {
    /// With another `@odata.context`, for a server with another name.
    pub fn new(context: &str) -> Self {
        Self { context: context.to_owned(), columns: Vec::new(), rows: 0 }
    }
}

impl Renderer for Graph {
    fn begin(&mut self, columns: &[ResultColumn], out: &mut Vec<u8>) {
        self.columns = columns.to_vec();
        out.extend_from_slice(b"{\"@odata.context\":");
        text(&self.context, out);
        out.extend_from_slice(b",\"schema\":[");
        schema(columns, "name", "type", out);
        out.extend_from_slice(b"],\"results\":[");
    }

    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        objects(batch, &self.columns, &mut self.rows, annotate, out);
    }

    fn end(&mut self, _: &Statistics, out: &mut Vec<u8>) {
        out.extend_from_slice(b"]}");
    }
}

/// Seen of bool; of long by the rules of OData's minimal metadata.
fn annotate(column: &ResultColumn, out: &mut Vec<u8>) {
    let odata_type = match column.scalar_type {
        ScalarType::Bool => "#SByte",
        ScalarType::Long => "#Int64",
        _ => return,
    };
    text(&format!("{}@odata.type", column.name), out);
    out.push(b':');
    text(odata_type, out);
    out.push(b',');
}
