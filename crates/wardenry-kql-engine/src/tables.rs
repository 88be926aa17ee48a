use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema as ArrowSchema};
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use wardenry_kql_functions::layout;
use wardenry_kql_semantics::Schema;
use wardenry_kql_values::ScalarType;

use crate::RunError;

/// The tables that a query may read: what they are called, and where their rows are.
pub trait Tables: Schema + Send + Sync {
    /// The rows of a table. Its columns have the names that [`Schema::table`] tells, and the types of
    /// [`wardenry_kql_functions::layout`]. Any of them may be null.
    fn provider(&self, name: &str) -> Option<Arc<dyn TableProvider>>;

    /// The column of the provider that tells when a row came in, a datetime. `ingestion_time()` reads it; it is not one of the
    /// columns that [`Schema::table`] tells, so that a query neither sees it nor can name it. Without one `ingestion_time()` is
    /// null over the table's rows.
    fn ingestion_time(&self, name: &str) -> Option<Arc<str>> {
        let _ = name;
        None
    }
}

/// Tables in memory.
#[derive(Debug, Default)]
pub struct MemoryTables {
    tables: BTreeMap<Arc<str>, Stored>,
}

#[derive(Debug)]
struct Stored {
    columns: Arc<[(Arc<str>, ScalarType)]>,
    ingestion_time: Option<Arc<str>>,
    provider: Arc<dyn TableProvider>,
}

impl MemoryTables {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a table, or replaces it. The batches have the columns in order, in the layout of their types.
    pub fn insert(
        &mut self,
        name: &str,
        columns: &[(&str, ScalarType)],
        batches: Vec<RecordBatch>,
    ) -> Result<(), RunError> {
        let fields: Vec<_> = columns
            .iter()
            .map(|(name, scalar_type)| Field::new(*name, layout::arrow_type(*scalar_type), true))
            .collect();
        let schema = Arc::new(ArrowSchema::new(fields));
        let failed = |source| RunError::Read { source };
        let batches = batches
            .into_iter()
            .map(|batch| RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| failed(error.into()))?;
        let provider = MemTable::try_new(schema, vec![batches]).map_err(|error| failed(error.into()))?;
        self.insert_provider(name, columns, Arc::new(provider));
        Ok(())
    }

    /// Adds a table whose rows come from elsewhere.
    pub fn insert_provider(
        &mut self,
        name: &str,
        columns: &[(&str, ScalarType)],
        provider: Arc<dyn TableProvider>,
    ) {
        let columns = columns.iter().map(|(name, scalar_type)| (Arc::from(*name), *scalar_type)).collect();
        self.tables.insert(name.into(), Stored { columns, ingestion_time: None, provider });
    }

    /// Makes a datetime column of a table the one that `ingestion_time()` reads, see [`Tables::ingestion_time`]. Does nothing
    /// if the table has no such column.
    pub fn set_ingestion_time(&mut self, name: &str, column: &str) {
        let Some(table) = self.tables.get_mut(name) else { return };
        let is_it =
            |(its, of_type): &(Arc<str>, ScalarType)| **its == *column && *of_type == ScalarType::Datetime;
        if table.columns.iter().any(is_it) {
            table.columns = table.columns.iter().filter(|its| !is_it(its)).cloned().collect();
            table.ingestion_time = Some(column.into());
        }
    }
}

impl Schema for MemoryTables {
    fn table(&self, name: &str) -> Option<Arc<[(Arc<str>, ScalarType)]>> {
        self.tables.get(name).map(|table| Arc::clone(&table.columns))
    }

    fn table_names(&self) -> Vec<Arc<str>> {
        self.tables.keys().cloned().collect()
    }
}

impl Tables for MemoryTables {
    fn provider(&self, name: &str) -> Option<Arc<dyn TableProvider>> {
        self.tables.get(name).map(|table| Arc::clone(&table.provider))
    }

    fn ingestion_time(&self, name: &str) -> Option<Arc<str>> {
        self.tables.get(name)?.ingestion_time.clone()
    }
}
