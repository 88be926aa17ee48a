//! Rows that come in bulk, past the journal.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, new_null_array};
use arrow::datatypes::FieldRef;
use arrow::error::ArrowError;
use wardenry_core::time::Timestamp;
use wardenry_lake_catalogue::Catalogue;

use crate::error::LakeError;
use crate::flush::{blocking, write_days};
use crate::rows::ticks;
use crate::schema::{INGESTION_TIME, LakeSchema, Table};
use crate::tenant::Tenant;

impl Tenant {
    pub(crate) async fn load(
        &self,
        catalogue: &dyn Catalogue,
        table: Arc<Table>,
        rows: RecordBatch,
        now: Timestamp,
    ) -> Result<(), LakeError> {
        let mut work = self.work(catalogue, now).await?;
        let storage = self.storage.clone();
        let added = blocking(move || write_days(&storage, &table, &[rows], now)).await?;
        self.exchange(catalogue, &mut work, Vec::new(), added, now).await
    }
}

/// A table, and rows with all of its columns.
pub(crate) fn whole(
    schema: &LakeSchema,
    table: &str,
    rows: &RecordBatch,
    now: Timestamp,
) -> Result<(Arc<Table>, RecordBatch), ArrowError> {
    let unknown = |what: String| ArrowError::SchemaError(format!("there is no {what}"));
    let table = schema.table(table).ok_or_else(|| unknown(format!("table {table}")))?;
    for field in rows.schema().fields() {
        let name = field.name();
        table.arrow.field_with_name(name).map_err(|_| unknown(format!("column {name} of {}", table.name)))?;
    }
    let column = |field: &FieldRef| match rows.column_by_name(field.name()) {
        Some(column) => Arc::clone(column),
        None if *field.name() == *INGESTION_TIME => {
            Arc::new(Int64Array::from_value(ticks(now), rows.num_rows())) as ArrayRef
        }
        None => new_null_array(field.data_type(), rows.num_rows()),
    };
    let columns = table.arrow.fields().iter().map(column).collect();
    Ok((Arc::clone(table), RecordBatch::try_new(Arc::clone(&table.arrow), columns)?))
}
