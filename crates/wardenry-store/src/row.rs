//! Reading columns as the types of the model, and saying which one was odd.

use std::error::Error;

use serde::de::DeserializeOwned;
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{ColumnIndex, Decode, Row, Type};
use uuid::Uuid;
use wardenry_core::secret::SecretDigest;
use wardenry_core::time::Timestamp;

/// A value in the database is not what its column promises: damage, or a change from outside.
#[derive(Debug, thiserror::Error)]
#[error("the value in column {column} of table {table} cannot be read")]
pub struct UnreadableValue {
    pub table: &'static str,
    pub column: &'static str,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

/// The number is outside the range that the column promises.
#[derive(Debug, thiserror::Error)]
#[error("the number is out of range")]
struct OutOfRange;

/// The text is none of those that the column may hold.
#[derive(Debug, thiserror::Error)]
#[error("the text is none of those that may stand here")]
struct UnknownText;

/// The columns of one table in a row of a result. A row of a join is read through one view per table.
#[derive(Clone, Copy)]
pub(crate) struct TableRow<'r> {
    table: &'static str,
    row: &'r SqliteRow,
}

impl<'r> TableRow<'r> {
    /// `table` is the name for error messages.
    pub(crate) fn new(table: &'static str, row: &'r SqliteRow) -> Self {
        Self { table, row }
    }

    /// A value in one of the forms that SQL knows; `Option` for a column that may be null.
    pub(crate) fn get<T>(self, column: &'static str) -> Result<T, UnreadableValue>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite>,
        &'static str: ColumnIndex<SqliteRow>,
    {
        self.row.try_get(column).map_err(|error| self.unreadable(column, error))
    }

    /// A GUID as the id type `T`.
    pub(crate) fn id<T>(self, column: &'static str, from_guid: fn(Uuid) -> T) -> Result<T, UnreadableValue> {
        self.get(column).map(from_guid)
    }

    /// An instant, stored as ticks.
    pub(crate) fn time(self, column: &'static str) -> Result<Timestamp, UnreadableValue> {
        self.get(column).map(Timestamp::from_unix_ticks)
    }

    /// A keyed hash of 32 bytes.
    pub(crate) fn digest(self, column: &'static str) -> Result<SecretDigest, UnreadableValue> {
        let bytes: &[u8] = self.get(column)?;
        bytes.try_into().map(SecretDigest::from_bytes).map_err(|error| self.unreadable(column, error))
    }

    /// A whole number of a smaller range than SQL's.
    pub(crate) fn number<T: TryFrom<i64>>(self, column: &'static str) -> Result<Option<T>, UnreadableValue> {
        let number: Option<i64> = self.get(column)?;
        number.map(T::try_from).transpose().map_err(|_| self.unreadable(column, OutOfRange))
    }

    /// One of several known texts.
    pub(crate) fn known<T>(
        self,
        column: &'static str,
        meaning: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, UnreadableValue> {
        meaning(self.get(column)?).ok_or_else(|| self.unreadable(column, UnknownText))
    }

    /// One of several known texts, or null.
    pub(crate) fn known_or_null<T>(
        self,
        column: &'static str,
        meaning: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, UnreadableValue> {
        let text: Option<&str> = self.get(column)?;
        text.map(|text| meaning(text).ok_or_else(|| self.unreadable(column, UnknownText))).transpose()
    }

    /// A column that holds JSON text.
    pub(crate) fn json<T: DeserializeOwned>(self, column: &'static str) -> Result<T, UnreadableValue> {
        serde_json::from_str(self.get(column)?).map_err(|error| self.unreadable(column, error))
    }

    /// The error for a value that can be read but makes no sense where it stands.
    pub(crate) fn unreadable(
        self,
        column: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> UnreadableValue {
        UnreadableValue { table: self.table, column, source: source.into() }
    }
}
