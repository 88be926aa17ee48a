use std::borrow::Cow;
use std::fmt;

use serde_json::Value as Json;
use wardenry_kql_engine::render::{self, Renderer as _};
use wardenry_kql_engine::{Engine, MemoryTables, QueryError, QueryStream, RunError, RunOptions};
use wardenry_kql_values::{ScalarType, datetime, timespan};

use crate::DocumentError;

/// The column of a `data` block that `ingestion_time()` reads.
const INGESTION_TIME: &str = "$IngestionTime";

/// A table of a document, or a result in that form. Displayed, it is the text of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Names and types.
    pub columns: Vec<(String, ScalarType)>,
    /// Cells as `--output json` writes them.
    pub rows: Vec<Vec<Json>>,
}

impl Table {
    /// Reads the text of a block. `line` is that of the fence above it.
    pub(crate) fn parse(content: &str, line: usize) -> Result<Self, DocumentError> {
        let mut lines = (line + 1..).zip(content.lines());
        let Some((number, head)) = lines.next() else {
            return Err(DocumentError::new(line, "the table has no columns"));
        };
        let columns = split(head)
            .iter()
            .map(|text| column(text.trim()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|message| DocumentError::new(number, message))?;
        let mut rows = Vec::new();
        for (line, text) in lines {
            let failed = |message: String| DocumentError::new(line, message);
            let cells = split(text);
            let (found, wanted) = (cells.len(), columns.len());
            if found != wanted {
                return Err(failed(format!("the row has {found} cells and the table {wanted} columns")));
            }
            let row = cells.iter().zip(&columns).map(|(text, (_, of_type))| cell(text.trim(), *of_type));
            rows.push(row.collect::<Result<_, _>>().map_err(failed)?);
        }
        Ok(Self { columns, rows })
    }

    /// Reads a result to its end.
    pub(crate) async fn collect(result: &mut QueryStream) -> Result<Self, RunError> {
        let columns =
            result.columns().iter().map(|column| (column.name.to_string(), column.scalar_type)).collect();
        let mut text = Vec::new();
        let mut writer = render::Json::default();
        writer.begin(result.columns(), &mut text);
        while let Some(batch) = result.next().await {
            writer.rows(&batch?, &mut text);
        }
        writer.end(&result.statistics(), &mut text);
        let document: Json = serde_json::from_slice(&text).unwrap_or_default();
        let rows = document["rows"].as_array().into_iter().flatten();
        Ok(Self { columns, rows: rows.map(|row| row.as_array().cloned().unwrap_or_default()).collect() })
    }

    /// Adds the table to those that a query may read.
    ///
    /// The rows come from a `datatable`: what it takes for a value is what queries mean by it. A datetime column
    /// `$IngestionTime` is not visible to queries; `ingestion_time()` reads it.
    pub(crate) async fn insert(&self, name: &str, tables: &mut MemoryTables) -> Result<(), QueryError> {
        let columns: Vec<_> = self
            .columns
            .iter()
            .map(|(name, of_type)| format!("[{}]:{of_type}", Json::from(name.as_str())))
            .collect();
        let values = self.rows.iter().flatten().zip(self.columns.iter().cycle());
        let values: Vec<_> = values.map(|(cell, (_, of_type))| literal(cell, *of_type)).collect();
        let query = format!("datatable({})[{}]", columns.join(", "), values.join(", "));
        let mut run = Engine::new().run(&query, &MemoryTables::new(), &RunOptions::at(crate::NOW)).await?;
        let mut batches = Vec::new();
        for result in &mut run.results {
            while let Some(batch) = result.next().await {
                batches.push(batch?);
            }
        }
        let columns: Vec<_> = self.columns.iter().map(|(name, of_type)| (name.as_str(), *of_type)).collect();
        tables.insert(name, &columns, batches)?;
        tables.set_ingestion_time(name, INGESTION_TIME);
        Ok(())
    }

    /// Whether both have the same columns and rows. Numbers [`agree`].
    pub(crate) fn is_same(&self, other: &Self, ordered: bool) -> bool {
        if self.columns != other.columns || self.rows.len() != other.rows.len() {
            return false;
        }
        let (mut left, mut right): (Vec<_>, Vec<_>) =
            (self.rows.iter().collect(), other.rows.iter().collect());
        let same = |left: &[&Vec<Json>], right: &[&Vec<Json>]| {
            left.iter().zip(right).all(|(left, right)| {
                left.len() == right.len() && left.iter().zip(*right).all(|(left, right)| agree(left, right))
            })
        };
        if !ordered {
            let text = |row: &&Vec<Json>| row.iter().map(ToString::to_string).collect::<Vec<_>>();
            left.sort_by_cached_key(text);
            right.sort_by_cached_key(text);
        }
        same(&left, &right)
    }
}

/// Aligned by characters, nulls as `null`, texts quoted where they would be read as something else.
impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = self.columns.iter().map(|(name, of_type)| format!("{name}:{of_type}")).collect();
        let rows = self.rows.iter().map(|row| {
            row.iter().zip(&self.columns).map(|(cell, (_, of_type))| shown(cell, *of_type)).collect()
        });
        let lines: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
        let mut widths = vec![0; self.columns.len()];
        for line in &lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for line in &lines {
            let cells: Vec<_> =
                line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            writeln!(formatter, "{}", cells.join(" | ").trim_end())?;
        }
        Ok(())
    }
}

/// Equal; numbers within 1e-9 of their size, also inside of arrays and objects.
pub fn agree(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            // Integers beyond 2^53 must not be taken for their neighbours.
            if let (Some(left), Some(right)) = (left.as_i64(), right.as_i64()) {
                return left == right;
            }
            let (Some(left), Some(right)) = (left.as_f64(), right.as_f64()) else { return left == right };
            (left - right).abs() <= 1e-9 * left.abs().max(right.abs())
        }
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| agree(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, left)| right.get(name).is_some_and(|right| agree(left, right)))
        }
        _ => left == right,
    }
}

fn column(text: &str) -> Result<(String, ScalarType), String> {
    let (name, of_type) = text.rsplit_once(':').ok_or_else(|| format!("the column `{text}` has no type"))?;
    let of_type = ScalarType::parse(of_type).ok_or_else(|| format!("there is no type `{of_type}`"))?;
    Ok((name.to_owned(), of_type))
}

/// Cells of a line; a `|` in a JSON string does not part them.
fn split(line: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for character in line.chars() {
        match character {
            '|' if !quoted => {
                cells.push(std::mem::take(&mut cell));
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && character == '\\' && !escaped;
        cell.push(character);
    }
    cells.push(cell);
    cells
}

fn cell(text: &str, of_type: ScalarType) -> Result<Json, String> {
    let wrong = || format!("`{text}` is no {of_type}");
    if of_type == ScalarType::String {
        let is_quoted = text.starts_with('"');
        return if is_quoted {
            serde_json::from_str(text).map_err(|_| wrong())
        } else {
            Ok(Json::from(text))
        };
    }
    if text == "null" {
        return Ok(Json::Null);
    }
    let json = || serde_json::from_str::<Json>(text).map_err(|_| wrong());
    match of_type {
        ScalarType::Datetime => Ok(Json::from(datetime::text(datetime::parse(text).ok_or_else(wrong)?))),
        ScalarType::Timespan => Ok(Json::from(timespan::text(timespan::parse(text).ok_or_else(wrong)?))),
        ScalarType::Guid | ScalarType::Decimal => Ok(Json::from(text)),
        ScalarType::Real if matches!(text, "NaN" | "Infinity" | "-Infinity") => Ok(Json::from(text)),
        ScalarType::Dynamic => json(),
        ScalarType::Bool => json().and_then(|json| if json.is_boolean() { Ok(json) } else { Err(wrong()) }),
        _ => json().and_then(|json| if json.is_number() { Ok(json) } else { Err(wrong()) }),
    }
}

/// The text that [`cell`] reads as this.
fn shown(cell: &Json, of_type: ScalarType) -> String {
    match cell {
        Json::String(text) if of_type == ScalarType::String => {
            let is_plain = text.trim() == text && !text.contains(['"', '|', '\n', '\r', '\t']);
            let text = if is_plain { Cow::from(text) } else { Cow::from(cell.to_string()) };
            text.into_owned()
        }
        Json::String(text) if of_type != ScalarType::Dynamic => text.clone(),
        _ => cell.to_string(),
    }
}

/// The value as a query writes it.
fn literal(cell: &Json, of_type: ScalarType) -> String {
    match (cell, of_type) {
        (Json::String(_), ScalarType::String) => cell.to_string(),
        (Json::Null, _) => format!("{of_type}(null)"),
        (Json::String(text), ScalarType::Real) => match text.as_str() {
            "NaN" => "real(nan)".to_owned(),
            "-Infinity" => "real(-inf)".to_owned(),
            _ => "real(+inf)".to_owned(),
        },
        (
            Json::String(text),
            ScalarType::Datetime | ScalarType::Timespan | ScalarType::Guid | ScalarType::Decimal,
        ) => format!("{of_type}({text})"),
        (cell, _) => format!("{of_type}({cell})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_written_as_it_is_read() {
        let text = "s:string | n:long | r:real   | d:dynamic       | t:datetime                   | x:timespan\n\
                    a b      | 1      | 0.5      | {\"a\":[1,\"b|c\"]} | 2024-02-03T04:05:06.0000000Z | 1.02:03:04\n         \
                    | null   | Infinity | null            | null                         | null\n\
                    \"c | d\"  | -3     | NaN      | \"s\"             | null                         | -00:00:00.1000000\n";
        let table = Table::parse(text, 0).expect("a table");
        assert_eq!(Table::parse(&table.to_string(), 0), Ok(table.clone()));
        assert_eq!(table.rows[1][0], Json::from(""));
        assert_eq!(table.rows[2][0], Json::from("c | d"));
        assert_eq!(table.rows[2][5], Json::from("-00:00:00.1000000"));
    }

    #[test]
    fn numbers_agree_within_their_precision() {
        let json = |text: &str| serde_json::from_str::<Json>(text).expect("JSON");
        assert!(agree(&json("[0.1, {\"a\": 3}]"), &json("[0.10000000000000001, {\"a\": 3.0}]")));
        assert!(!agree(&json("9007199254740993"), &json("9007199254740992")));
        assert!(!agree(&json("[1]"), &json("[1, 2]")));
        assert!(!agree(&json("1"), &json("\"1\"")));
    }

    #[test]
    fn rows_are_a_multiset_unless_their_order_counts() {
        let [left, right, other] = ["x:long\n1\n2\n2\n", "x:long\n2\n1\n2\n", "x:long\n1\n1\n2\n"]
            .map(|text| Table::parse(text, 0).expect("a table"));
        assert!(left.is_same(&right, false));
        assert!(!left.is_same(&right, true));
        assert!(!left.is_same(&other, false));
    }
}
