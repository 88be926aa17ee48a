//! The tables of advanced hunting, as the vendor documents them.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use wardenry_kql_values::ScalarType;

use crate::Schema;

const TABLES: &str = include_str!("hunting/tables.txt");

type Column = (Arc<str>, ScalarType);
type Columns = Arc<[Column]>;

static BY_NAME: LazyLock<BTreeMap<Arc<str>, Columns>> = LazyLock::new(|| {
    let mut tables = BTreeMap::new();
    let mut current: Option<(Arc<str>, Vec<Column>)> = None;
    for line in TABLES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("    ") {
            Some(column) => {
                let (name, scalar_type) = column.split_once(": ").expect("a column has a type");
                let scalar_type = ScalarType::parse(scalar_type).expect("the types are KQL's");
                let (_, columns) = current.as_mut().expect("columns stand below a table");
                columns.push((name.into(), scalar_type));
            }
            None => {
                tables.extend(current.take().map(|(name, columns)| (name, columns.into())));
                current = Some((line.into(), Vec::new()));
            }
        }
    }
    tables.extend(current.map(|(name, columns)| (name, columns.into())));
    tables
});

/// The documented tables, and no others.
#[derive(Clone, Copy, Debug, Default)]
pub struct HuntingSchema;

impl Schema for HuntingSchema {
    fn table(&self, name: &str) -> Option<Columns> {
        BY_NAME.get(name).cloned()
    }

    fn table_names(&self) -> Vec<Arc<str>> {
        BY_NAME.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_table_begins_as_documented_and_has_distinct_columns() {
        assert_eq!(BY_NAME.len(), 65);
        for (table, columns) in BY_NAME.iter() {
            let names: BTreeSet<_> = columns.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), columns.len(), "{table}");
        }
        let events = HuntingSchema.table("DeviceProcessEvents").expect("it is documented");
        assert_eq!(events[0], ("Timestamp".into(), ScalarType::Datetime));
        assert_eq!(HuntingSchema.table("deviceprocessevents"), None);
    }
}
