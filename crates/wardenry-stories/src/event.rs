use serde_json::{Map, Value};

use crate::calendar;

/// A row of a hunting table.
///
/// Columns that have nothing to say are left out; they are null, or empty where they hold texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The table's name, such as `DeviceProcessEvents`.
    pub table: &'static str,
    /// When it happened, in milliseconds since 1970; the same as the column `Timestamp`.
    pub timestamp: i64,
    columns: Vec<(&'static str, Value)>,
}

impl Event {
    pub(crate) fn new(table: &'static str, timestamp: i64) -> Self {
        let mut columns = Vec::with_capacity(56);
        columns.push(("Timestamp", Value::String(calendar::text(timestamp))));
        Self { table, timestamp, columns }
    }

    /// Adds a column.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.columns.push((name, value.into()));
        self
    }

    /// Adds a column that holds a time.
    pub(crate) fn with_time(self, name: &'static str, milliseconds: i64) -> Self {
        self.with(name, calendar::text(milliseconds))
    }

    /// Adds a column that holds JSON as a text.
    pub(crate) fn with_json_text(self, name: &'static str, value: &Value) -> Self {
        self.with(name, value.to_string())
    }

    /// Adds columns of texts.
    pub(crate) fn with_texts<const N: usize>(mut self, columns: [(&'static str, &str); N]) -> Self {
        self.columns.extend(columns.map(|(name, text)| (name, Value::from(text))));
        self
    }

    /// The columns with a value, in no particular order; each at most once.
    pub fn columns(&self) -> &[(&'static str, Value)] {
        &self.columns
    }

    /// The row as the `properties` of a record that is brought in.
    pub fn into_properties(self) -> Map<String, Value> {
        self.columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
