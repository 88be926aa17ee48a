//! The tables of the lake.
//!
//! The documented tables come from `wardenry-kql-semantics`, so that a column that is added there is a column of the lake; others come from
//! the operator ([`crate::definition`]). A table has two columns more than documented or defined, which only the files show: [`UNMAPPED`]
//! and [`INGESTION_TIME`].

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use arrow::datatypes::{Field, Schema as ArrowSchema, SchemaRef};
use wardenry_kql_functions::layout;
use wardenry_kql_semantics::Schema as _;
use wardenry_kql_semantics::hunting::HuntingSchema;
use wardenry_kql_values::ScalarType;

use crate::definition::{DefinedTables, TableDefinition};

/// The column with the members of an event for which its table has no column, as one dynamic value.
///
/// The documented tables do not show it: they have exactly the documented columns, so that results, `getschema` and saved queries
/// are as elsewhere. Under a table's name with [`ALL_SUFFIX`] the same rows have it as their last column.
pub const UNMAPPED: &str = "Unmapped";

/// `DeviceEvents_All` is `DeviceEvents` with the column [`UNMAPPED`]. Wildcards (`union Device*`) do not find these names.
pub const ALL_SUFFIX: &str = "_All";

/// The column with the time at which a row came in, which `ingestion_time()` reads. No query can name it.
pub const INGESTION_TIME: &str = "$IngestionTime";

/// The table with the records that did not fit. It has to be named: wildcards do not find it.
pub const QUARANTINE: &str = "WardenryQuarantine";

/// Its columns.
const QUARANTINE_COLUMNS: [(&str, ScalarType); 7] = [
    ("Timestamp", ScalarType::Datetime),
    ("BatchId", ScalarType::String),
    ("RecordIndex", ScalarType::Int),
    ("TableName", ScalarType::String),
    ("Code", ScalarType::String),
    ("Reason", ScalarType::String),
    // A text, because it may be cut off.
    ("Record", ScalarType::String),
];

/// The column by which rows are sorted and put into days, in tables that have it and name no other. Others go by the time of ingestion.
pub(crate) const TIME: &str = "Timestamp";

pub(crate) type Columns = Arc<[(Arc<str>, ScalarType)]>;

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: Arc<str>,
    /// As documented or defined.
    pub(crate) columns: Columns,
    /// With [`UNMAPPED`].
    pub(crate) all: Columns,
    /// The place of each of these columns.
    places: HashMap<Arc<str>, usize>,
    /// The place of the column by which rows are sorted, in [`Self::arrow`].
    pub(crate) time: usize,
    /// Whether that is a column of the table, and not the time of ingestion.
    pub(crate) has_time: bool,
    /// How many days rows are kept, if that is the table's own number and not that of its tenant.
    pub(crate) retention_days: Option<u32>,
    /// In the layout of the engine: the columns, [`UNMAPPED`], [`INGESTION_TIME`].
    pub(crate) arrow: SchemaRef,
}

impl Table {
    fn new(name: &str, columns: Columns, time: &str) -> Self {
        let own = columns.iter().map(|(name, scalar_type)| (&**name, *scalar_type));
        let hidden = [(UNMAPPED, ScalarType::Dynamic), (INGESTION_TIME, ScalarType::Datetime)];
        let fields = own
            .chain(hidden)
            .map(|(name, scalar_type)| Field::new(name, layout::arrow_type(scalar_type), true));
        let arrow = Arc::new(ArrowSchema::new(fields.collect::<Vec<_>>()));
        let time = columns
            .iter()
            .position(|(name, scalar_type)| **name == *time && *scalar_type == ScalarType::Datetime);
        let unmapped = (Arc::from(UNMAPPED), ScalarType::Dynamic);
        Self {
            name: name.into(),
            all: columns.iter().cloned().chain([unmapped]).collect(),
            places: columns.iter().zip(0..).map(|((name, _), place)| (Arc::clone(name), place)).collect(),
            time: time.unwrap_or(columns.len() + 1),
            has_time: time.is_some(),
            retention_days: None,
            columns,
            arrow,
        }
    }

    fn defined(definition: &TableDefinition) -> Self {
        let columns = Arc::clone(definition.columns());
        let time = definition.time().unwrap_or_default();
        Self { retention_days: definition.retention_days(), ..Self::new(definition.name(), columns, time) }
    }

    /// The column by which rows are sorted, if it is one of the table's own.
    pub(crate) fn time_column(&self) -> Option<&Arc<str>> {
        self.columns.get(self.time).map(|(name, _)| name).filter(|_| self.has_time)
    }

    /// The place of a column.
    pub(crate) fn place(&self, column: &str) -> Option<usize> {
        self.places.get(column).copied()
    }
}

static DOCUMENTED: LazyLock<BTreeMap<Arc<str>, Arc<Table>>> = LazyLock::new(|| {
    let documented = HuntingSchema.table_names().into_iter().filter_map(|name| {
        let columns = HuntingSchema.table(&name)?;
        Some((Arc::clone(&name), Arc::new(Table::new(&name, columns, TIME))))
    });
    documented.collect()
});

/// All tables of a lake, the same for all its tenants.
#[derive(Debug)]
pub(crate) struct LakeSchema {
    /// Documented and defined ones.
    tables: BTreeMap<Arc<str>, Arc<Table>>,
    pub(crate) quarantine: Arc<Table>,
}

impl LakeSchema {
    pub(crate) fn new(defined: &DefinedTables) -> Self {
        let mut tables = DOCUMENTED.clone();
        for definition in defined {
            tables.insert(definition.name().into(), Arc::new(Table::defined(definition)));
        }
        let columns = QUARANTINE_COLUMNS.map(|(name, scalar_type)| (Arc::from(name), scalar_type));
        Self { tables, quarantine: Arc::new(Table::new(QUARANTINE, columns.into(), TIME)) }
    }

    /// A table that takes events, by its exact name.
    pub(crate) fn open_table(&self, name: &str) -> Option<&Arc<Table>> {
        self.tables.get(name)
    }

    /// A table by its exact name.
    pub(crate) fn table(&self, name: &str) -> Option<&Arc<Table>> {
        if *name == *QUARANTINE { Some(&self.quarantine) } else { self.tables.get(name) }
    }

    /// The tables that wildcards find.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.tables.values()
    }

    /// What a query means by a name: a table, and whether it wants [`UNMAPPED`] of it.
    pub(crate) fn meant(&self, name: &str) -> Option<(&Arc<Table>, bool)> {
        if let Some(table) = self.table(name) {
            return Some((table, false));
        }
        self.table(name.strip_suffix(ALL_SUFFIX)?).map(|table| (table, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_documented_name_is_one_of_ours() {
        for table in DOCUMENTED.values() {
            assert!(!table.name.ends_with(ALL_SUFFIX), "{}", table.name);
            for ours in [UNMAPPED, INGESTION_TIME] {
                assert_eq!(table.place(ours), None, "{}", table.name);
            }
        }
    }

    #[test]
    fn tables_are_in_the_layout_of_the_engine() {
        let table = DOCUMENTED.get("DeviceInfo").expect("it is documented");
        let columns = table.all.iter().map(|(name, scalar_type)| (&**name, layout::arrow_type(*scalar_type)));
        let fields =
            table.arrow.fields().iter().map(|field| (field.name().as_str(), field.data_type().clone()));
        let hidden = (INGESTION_TIME, layout::arrow_type(ScalarType::Datetime));
        assert_eq!(fields.collect::<Vec<_>>(), columns.chain([hidden]).collect::<Vec<_>>());
    }
}
