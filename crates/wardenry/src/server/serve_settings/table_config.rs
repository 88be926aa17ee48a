//! `[[table]]` of the configuration file: a hunting table that the operator defines.

use serde::Deserialize;
use wardenry_kql_values::ScalarType;
use wardenry_lake::{DefinedTables, DefinitionError, TableDefinition};

use super::bounded::Bounded;

/// All tables of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<TableConfig>")]
pub(crate) struct TableConfigs(pub(crate) DefinedTables);

impl TryFrom<Vec<TableConfig>> for TableConfigs {
    type Error = DefinitionError;

    fn try_from(tables: Vec<TableConfig>) -> Result<Self, DefinitionError> {
        DefinedTables::new(tables.into_iter().map(|table| table.0).collect()).map(Self)
    }
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Written")]
struct TableConfig(TableDefinition);

/// A table as it stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    /// In the order in which results have them.
    columns: Vec<Column>,
    time: Option<String>,
    retention_days: Option<Bounded<1, 36_500>>,
}

impl TryFrom<Written> for TableConfig {
    type Error = DefinitionError;

    fn try_from(written: Written) -> Result<Self, DefinitionError> {
        let columns = written.columns.into_iter().map(|Column(name, of_type)| (name, of_type)).collect();
        let definition = TableDefinition::new(&written.name, columns, written.time.as_deref())?;
        Ok(Self(definition.kept_for(written.retention_days.map(Bounded::to))))
    }
}

/// `Name: type`, as KQL writes columns.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Column(String, ScalarType);

impl TryFrom<String> for Column {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (name, of_type) = text
            .split_once(':')
            .ok_or_else(|| format!("a column is written `Name: type`, unlike '{}'", text.escape_debug()))?;
        let of_type = of_type.trim();
        let found = ScalarType::parse(of_type).ok_or_else(|| {
            let known = ScalarType::ALL.map(ScalarType::name).join(", ");
            format!("'{}' is none of the types {known}", of_type.escape_debug())
        })?;
        Ok(Self(name.trim().to_owned(), found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct File {
        table: TableConfigs,
    }

    const PROXY: &str = "
        [[table]]
        name = 'ProxyEvents'
        time = 'At'
        retention_days = 7
        columns = [
            'At: datetime',
            'Url:string',
        ]
    ";

    #[test]
    fn a_table_is_what_the_file_says() {
        let file: File = toml::from_str(PROXY).unwrap();
        let columns = vec![("At".to_owned(), ScalarType::Datetime), ("Url".to_owned(), ScalarType::String)];
        let expected = TableDefinition::new("ProxyEvents", columns, Some("At")).unwrap().kept_for(Some(7));
        assert_eq!(file.table.0, DefinedTables::new(vec![expected]).unwrap());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (from, to, line, expected) in [
            ("At: datetime", "At datetime", 6, "a column is written `Name: type`, unlike 'At datetime'"),
            ("Url:string", "Url: text", 6, "'text' is none of the types bool, int,"),
            ("'At'", "'Url'", 2, "is to go by the time in Url"),
            ("ProxyEvents", "DeviceEvents", 2, "a table named DeviceEvents is there already"),
            ("= 7", "= 0", 5, "it must be from 1 to 36500, and is 0"),
            ("time =", "tme =", 4, "unknown field `tme`"),
        ] {
            let error = toml::from_str::<File>(&PROXY.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            assert!(error.contains(&format!("line {line},")), "{error}");
        }
        let error = toml::from_str::<File>(&PROXY.repeat(2)).unwrap_err().to_string();
        assert!(error.contains("a table named ProxyEvents is there already"), "{error}");
    }
}
