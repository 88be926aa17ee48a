//! The tables of one tenant, as a query sees them.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use wardenry_kql_engine::Tables;
use wardenry_kql_semantics::Schema;
use wardenry_kql_values::ScalarType;

use crate::data_file::FileReader;
use crate::provider::{LakeTable, TableSnapshot};
use crate::schema::{INGESTION_TIME, LakeSchema};

/// The tables of one tenant at one moment: what was acknowledged before is in them, what comes later is not.
///
/// All documented and defined tables are there, with rows or without, and [`QUARANTINE`](crate::QUARANTINE). As long as this, or a query over it,
/// lives, no file that it needs is removed.
#[derive(Clone, Debug)]
pub struct LakeTables {
    pub(crate) schema: Arc<LakeSchema>,
    pub(crate) tables: Arc<BTreeMap<Arc<str>, TableSnapshot>>,
    pub(crate) reader: FileReader,
}

impl LakeTables {
    /// The column that tells the time of a table's rows, if it has one: they are sorted, kept and let go of by it.
    pub fn time_column(&self, name: &str) -> Option<Arc<str>> {
        self.schema.meant(name)?.0.time_column().cloned()
    }
}

impl Schema for LakeTables {
    fn table(&self, name: &str) -> Option<Arc<[(Arc<str>, ScalarType)]>> {
        let (table, all) = self.schema.meant(name)?;
        Some(Arc::clone(if all { &table.all } else { &table.columns }))
    }

    fn table_names(&self) -> Vec<Arc<str>> {
        self.schema.listed().map(|table| Arc::clone(&table.name)).collect()
    }
}

impl Tables for LakeTables {
    fn provider(&self, name: &str) -> Option<Arc<dyn TableProvider>> {
        let (table, _) = self.schema.meant(name)?;
        let snapshot = self.tables.get(&table.name).cloned().unwrap_or_default();
        Some(Arc::new(LakeTable::new(table, snapshot, &self.reader)))
    }

    fn ingestion_time(&self, name: &str) -> Option<Arc<str>> {
        self.schema.meant(name).map(|_| INGESTION_TIME.into())
    }
}
