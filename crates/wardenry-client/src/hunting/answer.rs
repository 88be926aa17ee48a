//! Reading an answer of either shape.
//!
//! The rows are read straight into place by their columns; a hundred thousand objects with their names are never held.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{ColumnType, HuntingColumn, HuntingResult, HuntingStatistics};

/// Members in the Defender shape's spelling and in the Graph shape's; each may come before the others.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(alias = "schema", rename = "Schema")]
    schema: Vec<Column>,
    #[serde(borrow, alias = "results", rename = "Results")]
    results: &'a RawValue,
    #[serde(alias = "stats", rename = "Stats")]
    statistics: Option<Map<String, Value>>,
}

/// One sample of the Graph documentation spells the members as the Defender shape does.
#[derive(Deserialize)]
struct Column {
    #[serde(alias = "name", rename = "Name")]
    name: String,
    #[serde(alias = "type", rename = "Type")]
    wire_type: String,
}

pub(super) fn read(body: &[u8]) -> Result<HuntingResult, serde_json::Error> {
    let answer: Answer<'_> = serde_json::from_slice(body)?;
    let columns: Vec<HuntingColumn> = answer
        .schema
        .into_iter()
        .map(|Column { name, wire_type }| HuntingColumn {
            column_type: ColumnType::from_wire(&wire_type),
            name,
            wire_type,
        })
        .collect();
    let places = columns.iter().enumerate().map(|(index, column)| (&*column.name, index)).collect();
    let rows = Rows { places: &places, columns: &columns };
    let rows = rows.deserialize(&mut serde_json::Deserializer::from_str(answer.results.get()))?;
    Ok(HuntingResult { columns, rows, statistics: answer.statistics.map(statistics) })
}

fn statistics(all: Map<String, Value>) -> HuntingStatistics {
    let usage = &all.get("resource_usage").cloned().unwrap_or_default();
    HuntingStatistics {
        execution_secs: all.get("ExecutionTime").and_then(Value::as_f64),
        cpu: usage["cpu"]["total cpu"].as_str().map(str::to_owned),
        peak_memory_bytes: usage["memory"]["peak_per_node"].as_u64(),
        all,
    }
}

/// Where each column's values go.
#[derive(Clone, Copy)]
struct Rows<'c> {
    places: &'c HashMap<&'c str, usize>,
    columns: &'c [HuntingColumn],
}

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = Vec<Vec<Value>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = Vec<Vec<Value>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows")
    }

    /// No rows, as some services say it.
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = elements.next_element_seed(Row(self))? {
            rows.push(row);
        }
        Ok(rows)
    }
}

struct Row<'c>(Rows<'c>);

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = Vec<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = Vec<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row as an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let Rows { places, columns } = self.0;
        let mut row = vec![Value::Null; columns.len()];
        while let Some(place) = members.next_key_seed(Place(places))? {
            // What the schema does not name is an annotation, such as `IsX@odata.type`.
            match place {
                Some(index) => row[index] = normal(members.next_value()?, columns[index].column_type),
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(row)
    }
}

/// A member's column, found without keeping the name.
struct Place<'c>(&'c HashMap<&'c str, usize>);

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Place<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.get(name).copied())
    }
}

/// Bools travel as 0 and 1 or as themselves; whole numbers may travel as texts, by OData's rules for readers without
/// 64-bit numbers. Everything else stays as it came.
fn normal(value: Value, column_type: ColumnType) -> Value {
    match (column_type, &value) {
        (ColumnType::Bool, Value::Number(number)) => match number.as_i64() {
            Some(0) => false.into(),
            Some(1) => true.into(),
            _ => value,
        },
        (ColumnType::Int | ColumnType::Long, Value::String(text)) => {
            text.parse::<i64>().map_or(value, Value::from)
        }
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn column(name: &str, wire_type: &str, column_type: ColumnType) -> HuntingColumn {
        HuntingColumn { name: name.to_owned(), wire_type: wire_type.to_owned(), column_type }
    }

    #[test]
    fn both_shapes_give_the_same_rows() {
        let defender = json!({
            "Stats": {
                "ExecutionTime": 0.41,
                "resource_usage": {"cpu": {"total cpu": "00:00:00.0312500"}, "memory": {"peak_per_node": 6_291_456}},
                "dataset_statistics": [{"table_row_count": 1, "table_size": 64}],
            },
            "Schema": [{"Name": "Timestamp", "Type": "DateTime"}, {"Name": "IsX", "Type": "SByte"},
                       {"Name": "N", "Type": "Int64"}, {"Name": "Extra", "Type": "Object"}],
            "Results": [
                {"Timestamp": "2026-02-03T07:14:30.4Z", "IsX": 1, "N": 7, "Extra": {"k": [1]}},
                {"IsX": false, "Timestamp": null, "N": 9_007_199_254_740_993_i64, "Extra": "text"},
            ],
        });
        // Rows before their schema, annotations, numbers as texts.
        let graph = json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#x",
            "results": [
                {"Timestamp": "2026-02-03T07:14:30.4Z", "IsX@odata.type": "#SByte", "IsX": true, "N": "7",
                 "Extra": {"k": [1]}},
                {"IsX": 0, "N@odata.type": "#Int64", "N": 9_007_199_254_740_993_i64, "Extra": "text"},
            ],
            "schema": [{"name": "Timestamp", "type": "DateTime"}, {"name": "IsX", "type": "SByte"},
                       {"name": "N", "type": "Int64"}, {"name": "Extra", "type": "Object"}],
        });
        let columns = vec![
            column("Timestamp", "DateTime", ColumnType::Datetime),
            column("IsX", "SByte", ColumnType::Bool),
            column("N", "Int64", ColumnType::Long),
            column("Extra", "Object", ColumnType::Dynamic),
        ];
        let rows = vec![
            vec![json!("2026-02-03T07:14:30.4Z"), json!(true), json!(7), json!({"k": [1]})],
            vec![Value::Null, json!(false), json!(9_007_199_254_740_993_i64), json!("text")],
        ];
        let statistics = HuntingStatistics {
            execution_secs: Some(0.41),
            cpu: Some("00:00:00.0312500".to_owned()),
            peak_memory_bytes: Some(6_291_456),
            all: defender["Stats"].as_object().unwrap().clone(),
        };
        let expected = HuntingResult { columns, rows, statistics: Some(statistics) };
        assert_eq!(read(defender.to_string().as_bytes()).unwrap(), expected);
        let expected = HuntingResult { statistics: None, ..expected };
        assert_eq!(read(graph.to_string().as_bytes()).unwrap(), expected);
    }

    #[test]
    fn no_rows_and_nothing_else_are_told_apart() {
        for body in [r#"{"Schema":[],"Results":null}"#, r#"{"schema":[],"results":[],"later":{"a":1}}"#] {
            assert_eq!(read(body.as_bytes()).unwrap(), HuntingResult::default(), "{body}");
        }
        for body in [
            "{}",
            r#"{"Schema":[]}"#,
            r#"{"Schema":[],"Results":[7]}"#,
            r#"{"Schema":[],"Results":{}}"#,
            "[",
            "",
        ] {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn types_are_known_by_all_their_names() {
        for (name, expected) in [
            ("SByte", "bool"),
            ("System.Boolean", "bool"),
            ("Int32", "int"),
            ("int64", "long"),
            ("Double", "real"),
            ("System.Data.SqlTypes.SqlDecimal", "decimal"),
            ("String", "string"),
            ("DateTime", "datetime"),
            ("TimeSpan", "timespan"),
            ("Guid", "guid"),
            ("Object", "dynamic"),
            ("dynamic", "dynamic"),
            ("Geography", "unknown"),
        ] {
            assert_eq!(ColumnType::from_wire(name).name(), expected, "{name}");
        }
    }
}
