//! The tables of the lake.
//!
//! The documented tables come from `wardenry-kql-semantics`, so that a column that is added there is a column of the lake. A table has two
//! columns more than documented, which only the files show: [`UNMAPPED`] and [`INGESTION_TIME`].

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use arrow::datatypes::{Field, Schema as ArrowSchema, SchemaRef};
use wardenry_kql_functions::layout;
use wardenry_kql_semantics::Schema as _;
use wardenry_kql_semantics::hunting::HuntingSchema;
use wardenry_kql_values::ScalarType;

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

/// The column by which rows are sorted and put into days, in tables that have it. Others go by the time of ingestion.
const TIME: &str = "Timestamp";

type Columns = Arc<[(Arc<str>, ScalarType)]>;

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: Arc<str>,
    /// As documented.
    pub(crate) columns: Columns,
    /// With [`UNMAPPED`].
    pub(crate) all: Columns,
    /// The place of each documented column.
    places: HashMap<Arc<str>, usize>,
    /// The place of the column by which rows are sorted, in [`Self::arrow`].
    pub(crate) time: usize,
    /// Whether that is a column of the table, and not the time of ingestion.
    pub(crate) has_time: bool,
    /// In the layout of the engine: the documented columns, [`UNMAPPED`], [`INGESTION_TIME`].
    pub(crate) arrow: SchemaRef,
}

impl Table {
    fn new(name: &str, columns: Columns) -> Self {
        let own = columns.iter().map(|(name, scalar_type)| (&**name, *scalar_type));
        let hidden = [(UNMAPPED, ScalarType::Dynamic), (INGESTION_TIME, ScalarType::Datetime)];
        let fields = own
            .chain(hidden)
            .map(|(name, scalar_type)| Field::new(name, layout::arrow_type(scalar_type), true));
        let arrow = Arc::new(ArrowSchema::new(fields.collect::<Vec<_>>()));
        let time = columns
            .iter()
            .position(|(name, scalar_type)| **name == *TIME && *scalar_type == ScalarType::Datetime);
        let unmapped = (Arc::from(UNMAPPED), ScalarType::Dynamic);
        Self {
            name: name.into(),
            all: columns.iter().cloned().chain([unmapped]).collect(),
            places: columns.iter().zip(0..).map(|((name, _), place)| (Arc::clone(name), place)).collect(),
            time: time.unwrap_or(columns.len() + 1),
            has_time: time.is_some(),
            columns,
            arrow,
        }
    }

    /// The place of a documented column.
    pub(crate) fn place(&self, column: &str) -> Option<usize> {
        self.places.get(column).copied()
    }
}

static TABLES: LazyLock<BTreeMap<Arc<str>, Arc<Table>>> = LazyLock::new(|| {
    let documented = HuntingSchema.table_names().into_iter().filter_map(|name| {
        let columns = HuntingSchema.table(&name)?;
        Some((Arc::clone(&name), Arc::new(Table::new(&name, columns))))
    });
    documented.chain([(Arc::from(QUARANTINE), quarantine())]).collect()
});

fn quarantine() -> Arc<Table> {
    let columns = QUARANTINE_COLUMNS.map(|(name, scalar_type)| (Arc::from(name), scalar_type));
    Arc::new(Table::new(QUARANTINE, columns.into()))
}

/// A table by its exact name.
pub(crate) fn table(name: &str) -> Option<&'static Arc<Table>> {
    TABLES.get(name)
}

/// The tables that wildcards find.
pub(crate) fn listed() -> impl Iterator<Item = &'static Arc<Table>> {
    TABLES.values().filter(|table| *table.name != *QUARANTINE)
}

/// What a query means by a name: a table, and whether it wants [`UNMAPPED`] of it.
pub(crate) fn meant(name: &str) -> Option<(&'static Arc<Table>, bool)> {
    if let Some(table) = table(name) {
        return Some((table, false));
    }
    table(name.strip_suffix(ALL_SUFFIX)?).map(|table| (table, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_documented_name_is_one_of_ours() {
        for table in listed() {
            assert!(!table.name.ends_with(ALL_SUFFIX), "{}", table.name);
            for ours in [UNMAPPED, INGESTION_TIME] {
                assert_eq!(table.place(ours), None, "{}", table.name);
            }
        }
    }

    #[test]
    fn tables_are_in_the_layout_of_the_engine() {
        let table = table("DeviceInfo").expect("it is documented");
        let columns = table.all.iter().map(|(name, scalar_type)| (&**name, layout::arrow_type(*scalar_type)));
        let fields =
            table.arrow.fields().iter().map(|field| (field.name().as_str(), field.data_type().clone()));
        let hidden = (INGESTION_TIME, layout::arrow_type(ScalarType::Datetime));
        assert_eq!(fields.collect::<Vec<_>>(), columns.chain([hidden]).collect::<Vec<_>>());
    }
}
