//! Tables that the operator defines.
//!
//! A definition is data, checked when it is made: what the lake gets fits its folders, its files and the tools that read them.

use std::collections::HashSet;
use std::sync::Arc;

use wardenry_kql_semantics::Schema as _;
use wardenry_kql_semantics::hunting::HuntingSchema;
use wardenry_kql_values::ScalarType;

use crate::schema::{ALL_SUFFIX, Columns, TIME, UNMAPPED};

/// The most tables that an operator can define.
pub const MAX_DEFINED_TABLES: usize = 200;
/// The most columns of a defined table.
pub const MAX_DEFINED_COLUMNS: usize = 300;
/// The longest name of a defined table. It is the name of a folder.
pub const MAX_TABLE_NAME_BYTES: usize = 64;
/// The longest name of a defined column.
pub const MAX_COLUMN_NAME_BYTES: usize = 128;

/// Names that begin so are for tables of our own, in any letter case.
const OWN_PREFIX: &str = "wardenry";

/// A table that the operator defines, for all tenants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDefinition {
    name: Box<str>,
    columns: Columns,
    time: Option<Box<str>>,
    retention_days: Option<u32>,
}

/// Why a table cannot be defined so. Sentences for the operator, without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DefinitionError {
    #[error(
        "'{name}' cannot be the name of a {of}: letters, digits and underscores can, with no digit in front, and at most \
         {most} of them"
    )]
    Name { name: String, of: &'static str, most: usize },
    #[error("a table named {0} is there already; names that differ in letter case only count as the same")]
    TableExists(String),
    #[error("the name {0} is kept for tables of the server's own")]
    Reserved(String),
    #[error("the table {table} has the column {column} twice, or under a name that the lake uses itself")]
    ColumnExists { table: String, column: String },
    #[error("the table {table} has {found} columns; it needs one, and can have {most}", most = MAX_DEFINED_COLUMNS)]
    Columns { table: String, found: usize },
    #[error(
        "the column {column} of the table {table} cannot be of type decimal; real and string are the nearest"
    )]
    Decimal { table: String, column: String },
    #[error(
        "the table {table} is to go by the time in {column}, and has no column of that name and of type datetime"
    )]
    Time { table: String, column: String },
    #[error("there are {0} tables, and there can be {most}", most = MAX_DEFINED_TABLES)]
    TooMany(usize),
}

impl TableDefinition {
    /// `time` is the column by which rows are sorted, kept and let go of. Where none is named it is `Timestamp`, and in tables without a
    /// datetime of that name the time of ingestion.
    pub fn new(
        name: &str,
        columns: Vec<(String, ScalarType)>,
        time: Option<&str>,
    ) -> Result<Self, DefinitionError> {
        check_name(name, "table", MAX_TABLE_NAME_BYTES)?;
        let lower = name.to_ascii_lowercase();
        if lower.starts_with(OWN_PREFIX) || lower.ends_with(&ALL_SUFFIX.to_ascii_lowercase()) {
            return Err(DefinitionError::Reserved(name.to_owned()));
        }
        if HuntingSchema.table_names().iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Err(DefinitionError::TableExists(name.to_owned()));
        }
        if columns.is_empty() || columns.len() > MAX_DEFINED_COLUMNS {
            return Err(DefinitionError::Columns { table: name.to_owned(), found: columns.len() });
        }
        let mut names = HashSet::from([UNMAPPED.to_ascii_lowercase()]);
        for (column, of_type) in &columns {
            check_name(column, "column", MAX_COLUMN_NAME_BYTES)?;
            let (table, column) = (name.to_owned(), column.clone());
            if *of_type == ScalarType::Decimal {
                return Err(DefinitionError::Decimal { table, column });
            }
            // Tools that read the files do not tell letter cases apart.
            if !names.insert(column.to_ascii_lowercase()) {
                return Err(DefinitionError::ColumnExists { table, column });
            }
        }
        let is_time = |wanted: &str| {
            columns.iter().any(|(column, of_type)| column == wanted && *of_type == ScalarType::Datetime)
        };
        if let Some(column) = time.filter(|column| !is_time(column)) {
            return Err(DefinitionError::Time { table: name.to_owned(), column: column.to_owned() });
        }
        let time = time.or_else(|| is_time(TIME).then_some(TIME)).map(Into::into);
        let columns = columns.into_iter().map(|(column, of_type)| (column.into(), of_type)).collect();
        Ok(Self { name: name.into(), columns, time, retention_days: None })
    }

    /// With a number of days of its own for which rows are kept, whatever their tenant's is.
    #[must_use]
    pub fn kept_for(self, retention_days: Option<u32>) -> Self {
        Self { retention_days, ..self }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The column by which rows are sorted, if it is one of the table's own.
    pub(crate) fn time(&self) -> Option<&str> {
        self.time.as_deref()
    }

    pub(crate) fn retention_days(&self) -> Option<u32> {
        self.retention_days
    }

    /// The type of a column.
    pub(crate) fn column(&self, name: &str) -> Option<ScalarType> {
        self.columns.iter().find(|(column, _)| **column == *name).map(|(_, of_type)| *of_type)
    }
}

fn check_name(name: &str, of: &'static str, most: usize) -> Result<(), DefinitionError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    if begins && name.len() <= most && name.bytes().all(fits) {
        return Ok(());
    }
    Err(DefinitionError::Name { name: name.chars().take(2 * most).collect(), of, most })
}

/// The tables that the operator defines. No two have the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DefinedTables(Arc<[TableDefinition]>);

impl DefinedTables {
    pub fn new(definitions: Vec<TableDefinition>) -> Result<Self, DefinitionError> {
        if definitions.len() > MAX_DEFINED_TABLES {
            return Err(DefinitionError::TooMany(definitions.len()));
        }
        let mut names = HashSet::new();
        for definition in &definitions {
            // Two folders of these names would be one on some file systems.
            if !names.insert(definition.name.to_ascii_lowercase()) {
                return Err(DefinitionError::TableExists(definition.name.to_string()));
            }
        }
        Ok(Self(definitions.into()))
    }

    pub fn iter(&self) -> std::slice::Iter<'_, TableDefinition> {
        self.0.iter()
    }

    pub(crate) fn find(&self, name: &str) -> Option<&TableDefinition> {
        self.iter().find(|definition| *definition.name == *name)
    }
}

impl<'d> IntoIterator for &'d DefinedTables {
    type Item = &'d TableDefinition;
    type IntoIter = std::slice::Iter<'d, TableDefinition>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn define(
        name: &str,
        columns: &[(&str, ScalarType)],
        time: Option<&str>,
    ) -> Result<TableDefinition, DefinitionError> {
        let columns = columns.iter().map(|(name, of_type)| ((*name).to_owned(), *of_type)).collect();
        TableDefinition::new(name, columns, time)
    }

    #[test]
    fn a_table_goes_by_the_column_that_it_names_or_by_the_usual_one_or_by_ingestion() {
        let columns =
            [("Timestamp", ScalarType::Datetime), ("At", ScalarType::Datetime), ("N", ScalarType::Long)];
        let time = |columns, time| define("ProxyEvents", columns, time).map(|found| found.time);
        assert_eq!(time(&columns, Some("At")), Ok(Some("At".into())));
        assert_eq!(time(&columns, None), Ok(Some("Timestamp".into())));
        assert_eq!(time(&columns[1..], None), Ok(None));
        assert_eq!(time(&[("Timestamp", ScalarType::String)], None), Ok(None));
        let refused = |column: &str| {
            Err(DefinitionError::Time { table: "ProxyEvents".to_owned(), column: column.to_owned() })
        };
        assert_eq!(time(&columns, Some("N")), refused("N"));
        assert_eq!(time(&columns, Some("at")), refused("at"));
    }

    #[test]
    fn names_and_types_that_cannot_be_are_refused() {
        let refused = |name: &str, columns: &[&str]| {
            let columns: Vec<_> = columns.iter().map(|name| (*name, ScalarType::String)).collect();
            define(name, &columns, None).expect_err("it cannot be").to_string()
        };
        let long = "a".repeat(65);
        for name in ["", "1a", "a-b", "../x", "a b", "Ä", &long] {
            assert!(refused(name, &["A"]).contains("cannot be the name of a table"), "{name}");
        }
        for name in ["deviceevents", "DeviceEvents"] {
            assert!(refused(name, &["A"]).contains("is there already"), "{name}");
        }
        for name in ["WardenryQuarantine", "wardenry_x", "Proxy_All", "Proxy_all"] {
            assert!(refused(name, &["A"]).contains("is kept for tables of the server's own"), "{name}");
        }
        assert!(refused("T", &[]).contains("has 0 columns"));
        assert!(refused("T", &["a"; 301]).contains("has 301 columns"));
        assert!(refused("T", &["$IngestionTime"]).contains("cannot be the name of a column"));
        for columns in [&["A", "a"][..], &["unmapped"]] {
            assert!(refused("T", columns).contains("twice, or under a name"), "{columns:?}");
        }
        let decimal = define("T", &[("A", ScalarType::Decimal)], None).unwrap_err();
        assert_eq!(decimal, DefinitionError::Decimal { table: "T".to_owned(), column: "A".to_owned() });
    }

    #[test]
    fn two_tables_of_a_name_are_refused_and_so_are_too_many() {
        let table = |name: &str| define(name, &[("A", ScalarType::Long)], None).unwrap();
        let twice = DefinedTables::new(vec![table("Proxy"), table("proxy")]);
        assert_eq!(twice, Err(DefinitionError::TableExists("proxy".to_owned())));
        let many = (0..=200).map(|n| table(&format!("T{n}"))).collect();
        assert_eq!(DefinedTables::new(many), Err(DefinitionError::TooMany(201)));
    }
}
