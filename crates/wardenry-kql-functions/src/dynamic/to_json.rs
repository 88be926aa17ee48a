//! `dynamic_to_json`: the canonical JSON text. [dynamic-to-json-function.md]

use wardenry_kql_values::{datetime, guid, real, timespan};

use super::cells::Cell;
use super::per_row;
use crate::ScalarFunction;

pub(super) const DYNAMIC_TO_JSON: ScalarFunction =
    ScalarFunction { names: &["dynamic_to_json"], bind: |call| Ok(per_row::text(call, write)) };

/// A dynamic value as JSON with sorted names; any other value as `tostring` shows it.
fn write(cells: &[Cell<'_>], out: &mut String) {
    match cells.first() {
        None | Some(Cell::Null) => {}
        Some(Cell::Dynamic(value)) => out.push_str(&value.canonical()),
        Some(Cell::Bool(value)) => out.push_str(if *value { "True" } else { "False" }),
        Some(Cell::Long(value)) => out.push_str(&value.to_string()),
        Some(Cell::Real(value)) => real::write(out, *value),
        Some(Cell::Decimal(value)) => value.write(out),
        Some(Cell::String(value)) => out.push_str(value),
        Some(Cell::Datetime(ticks)) => datetime::write(out, *ticks),
        Some(Cell::Timespan(ticks)) => timespan::write(out, *ticks),
        Some(Cell::Guid(bits)) => guid::write(out, *bits),
    }
}
