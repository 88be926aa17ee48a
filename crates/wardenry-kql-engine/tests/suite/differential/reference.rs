//! A second, slow opinion: queries run row by row, as the language's reference says and nothing else.
//!
//! It knows the operators whose answer DataFusion would otherwise judge itself, and enough functions to write conditions.
//! What it does not know it says so, and nobody compares.

#[path = "reference/evaluate.rs"]
mod evaluate;
#[path = "reference/operators.rs"]
mod operators;

use serde_json::Value as Json;
use wardenry_kql_values::{ScalarType, datetime, timespan};

use super::outcome::Outcome;
use super::query::Query;
use super::tables::Data;

/// A value. Text has no null.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Bool(bool),
    /// `int` and `long`.
    Whole(i64),
    /// Ticks.
    Time(i64),
    Real(f64),
    Text(String),
    /// Not looked into.
    Other(String),
    /// Of a set or a list, in no order.
    Many(Vec<Cell>),
}

/// It is not known what a query gives.
#[derive(Debug)]
pub(crate) struct Unknown;

pub(crate) struct Expected {
    columns: Vec<(String, ScalarType)>,
    rows: Vec<Vec<Cell>>,
}

pub(crate) fn outcome(query: &Query, data: &Data) -> Result<Expected, Unknown> {
    let (columns, rows) = operators::run(query, data)?;
    Ok(Expected { columns, rows })
}

fn cell(value: &Json, of: ScalarType) -> Cell {
    match (value, of) {
        (Json::Null, _) => Cell::Null,
        (Json::Bool(value), ScalarType::Bool) => Cell::Bool(*value),
        (Json::String(text), ScalarType::String) => Cell::Text(text.clone()),
        (Json::String(text), ScalarType::Datetime) => datetime::parse(text).map_or(Cell::Null, Cell::Time),
        (Json::String(text), ScalarType::Timespan) => timespan::parse(text).map_or(Cell::Null, Cell::Time),
        (Json::Number(value), ScalarType::Int | ScalarType::Long) => {
            value.as_i64().map_or(Cell::Null, Cell::Whole)
        }
        (value, ScalarType::Real) => match value {
            Json::String(text) => Cell::Real(match text.as_str() {
                "NaN" => f64::NAN,
                "Infinity" => f64::INFINITY,
                _ => f64::NEG_INFINITY,
            }),
            value => value.as_f64().map_or(Cell::Null, Cell::Real),
        },
        (Json::Array(items), _) => Cell::Other(in_no_order(items)),
        (other, _) => Cell::Other(other.to_string()),
    }
}

pub(crate) fn same(expected: &Expected, found: &Outcome, ordered: bool) -> Result<(), String> {
    let Outcome::Rows { columns, rows } = found else { return Ok(()) };
    let types: Vec<_> = columns
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|column| {
            Some((column["name"].as_str()?.to_owned(), ScalarType::parse(column["type"].as_str()?)?))
        })
        .collect();
    if types.iter().map(|(name, _)| name).ne(expected.columns.iter().map(|(name, _)| name)) {
        return Err(format!("  columns {types:?} instead of {:?}", expected.columns));
    }
    let mut left: Vec<_> = rows
        .iter()
        .map(|row| {
            let cells = row.as_array().into_iter().flatten().zip(&types);
            cells.map(|(value, (_, of))| text(&cell(value, *of))).collect::<Vec<_>>().join(" | ")
        })
        .collect();
    let mut right: Vec<_> =
        expected.rows.iter().map(|row| row.iter().map(text).collect::<Vec<_>>().join(" | ")).collect();
    if !ordered {
        left.sort();
        right.sort();
    }
    if left == right {
        return Ok(());
    }
    // Only what differs.
    let kept: Vec<_> = left.iter().filter(|row| !right.contains(row)).collect();
    let missing: Vec<_> = right.iter().filter(|row| !left.contains(row)).collect();
    Err(format!("  {} rows instead of {}\n  found {kept:?}\n  expected {missing:?}", left.len(), right.len()))
}

/// Sets and lists are compared whatever their order.
fn in_no_order(items: &[Json]) -> String {
    let mut items: Vec<_> = items.iter().map(item_text).collect();
    items.sort();
    items.join(",")
}

fn item_text(item: &Json) -> String {
    match item {
        Json::String(item) => text(&Cell::Text(item.clone())),
        Json::Number(number) if number.is_i64() => text(&Cell::Whole(number.as_i64().unwrap_or(0))),
        other => other.to_string(),
    }
}

/// Reals in fewer digits, so that rounding does not show.
fn text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "null".to_owned(),
        Cell::Bool(value) => value.to_string(),
        Cell::Whole(value) | Cell::Time(value) => value.to_string(),
        Cell::Real(value) => format!("{:.9e}", value + 0.0),
        Cell::Text(value) => format!("{value:?}"),
        Cell::Other(value) => value.clone(),
        Cell::Many(values) => {
            let mut values: Vec<_> = values.iter().map(text).collect();
            values.sort();
            values.join(",")
        }
    }
}
