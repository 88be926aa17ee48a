//! The tables of one tenant, as a query sees them.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use wardenry_kql_engine::Tables;
use wardenry_kql_semantics::Schema;
use wardenry_kql_values::ScalarType;

use crate::schema::{self, INGESTION_TIME};
use crate::tail::TailBatches;

/// The tables of one tenant at one moment: what was acknowledged before is in them, what comes later is not.
///
/// All documented tables are there, with rows or without, and [`QUARANTINE`](crate::QUARANTINE).
#[derive(Clone, Debug)]
pub struct LakeTables {
    pub(crate) tables: Arc<BTreeMap<Arc<str>, TailBatches>>,
}

impl Schema for LakeTables {
    fn table(&self, name: &str) -> Option<Arc<[(Arc<str>, ScalarType)]>> {
        let (table, all) = schema::meant(name)?;
        Some(Arc::clone(if all { &table.all } else { &table.columns }))
    }

    fn table_names(&self) -> Vec<Arc<str>> {
        schema::listed().map(|table| Arc::clone(&table.name)).collect()
    }
}

impl Tables for LakeTables {
    fn provider(&self, name: &str) -> Option<Arc<dyn TableProvider>> {
        let (table, _) = schema::meant(name)?;
        let batches = self.tables.get(&table.name).map(|batches| batches.to_vec()).unwrap_or_default();
        let provider = MemTable::try_new(Arc::clone(&table.arrow), vec![batches]).ok()?;
        Some(Arc::new(provider))
    }

    fn ingestion_time(&self, name: &str) -> Option<Arc<str>> {
        schema::meant(name).map(|_| INGESTION_TIME.into())
    }
}
