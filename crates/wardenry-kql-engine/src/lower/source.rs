//! Where rows come from.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, new_empty_array};
use arrow::datatypes::Schema;
use datafusion::catalog::TableProvider;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::common::{Column as PlanColumn, DFSchema, TableReference};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::{EmptyRelation, Expr, LogicalPlan, TableScanBuilder};
use datafusion::scalar::ScalarValue;
use wardenry_kql_functions::layout;
use wardenry_kql_semantics::checked::{self, ColumnId, Rel, SharedId};
use wardenry_kql_values::Value;

use super::{Lowered, Lowerer, Shared, column_expr, column_name, field, named, plan_error, project};
use crate::range::Progression;
use crate::{RunError, literal};

impl Lowerer<'_> {
    pub(super) fn table(&mut self, name: &Arc<str>, rel: &Rel) -> Result<Lowered, RunError> {
        let provider = self
            .external
            .get(name)
            .cloned()
            .or_else(|| self.tables.provider(name))
            .ok_or_else(|| RunError::internal("lowering", format!("the table {name} has gone")))?;
        let schema = provider.schema();
        let mut columns = Vec::with_capacity(rel.columns.len());
        for column in &rel.columns {
            let stored = schema
                .field_with_name(&column.name)
                .map_err(|error| RunError::internal("lowering", error))?
                .data_type();
            if *stored != layout::arrow_type(column.scalar_type) {
                return Err(RunError::internal(
                    "lowering",
                    format!("{name}.{} is stored as {stored}", column.name),
                ));
            }
            columns.push((column.name.as_ref(), column_name(column.id)));
        }
        scan(name, provider, columns)
    }

    pub(super) fn values(&mut self, rows: &[Vec<Value>], rel: &Rel) -> Result<Lowered, RunError> {
        if rel.columns.is_empty() {
            let schema = Arc::new(DFSchema::empty());
            let empty = EmptyRelation { produce_one_row: !rows.is_empty(), schema };
            return Ok(Lowered::unordered(LogicalPlan::EmptyRelation(empty)));
        }
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(rel.columns.len());
        for (index, column) in rel.columns.iter().enumerate() {
            let null = Value::null(column.scalar_type);
            let values = rows.iter().map(|row| literal::scalar(row.get(index).unwrap_or(&null)));
            arrays.push(if rows.is_empty() {
                new_empty_array(&layout::arrow_type(column.scalar_type))
            } else {
                ScalarValue::iter_to_array(values).map_err(plan_error)?
            });
        }
        let schema = Arc::new(Schema::new(rel.columns.iter().map(field).collect::<Vec<_>>()));
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)
            .map_err(|error| RunError::internal("lowering", error))?;
        let table = MemTable::try_new(schema, vec![vec![batch]]).map_err(plan_error)?;
        let names: Vec<_> = rel.columns.iter().map(|column| column_name(column.id)).collect();
        scan("values", Arc::new(table), names.iter().map(|name| (name.as_ref(), Arc::clone(name))))
    }

    pub(super) fn range(
        &mut self,
        from: &checked::Expr,
        to: &checked::Expr,
        step: &checked::Expr,
        rel: &Rel,
    ) -> Result<Lowered, RunError> {
        let (from, to, step) = (self.constant(from)?, self.constant(to)?, self.constant(step)?);
        let Some(column) = rel.columns.first() else {
            return Err(RunError::internal("lowering", "a range without a column"));
        };
        let progression =
            Progression::new(field(column), &from, &to, &step).ok_or_else(|| RunError::Operator {
                operator: "range",
                message: "the step must not be zero".to_owned(),
                span: rel.span,
            })?;
        let ascending = progression.is_ascending();
        let name = column_name(column.id);
        let table = StreamingTable::try_new(progression.schema(), vec![Arc::new(progression)])
            .map_err(plan_error)?
            .with_sort_order(vec![column_expr(&name).sort(ascending, true)]);
        let lowered = scan("range", Arc::new(table), [(name.as_ref(), Arc::clone(&name))])?;
        // The numbers come in order, and are meant to.
        let order = self.hidden();
        let mut lowered = lowered.with_hidden(vec![(column_expr(&name), Arc::clone(&order))])?;
        lowered.order = vec![column_expr(&order).sort(ascending, true)];
        Ok(lowered)
    }

    /// Columns of a shared relation, `columns`, as those of `rel`.
    pub(super) fn shared_rel(
        &mut self,
        id: SharedId,
        columns: &[ColumnId],
        rel: &Rel,
    ) -> Result<Lowered, RunError> {
        let names: Vec<_> = columns.iter().map(|id| column_name(*id)).collect();
        let renamed = names.iter().zip(rel.columns.iter().map(|column| column_name(column.id)));
        let shared = self.shared;
        match shared.get(&id) {
            Some(Shared::Rows(provider)) => {
                scan("shared", Arc::clone(provider), renamed.map(|(name, new)| (name.as_ref(), new)))
            }
            Some(Shared::Inline(body)) => {
                self.rel(body)?.project(renamed.map(|(name, new)| (column_expr(name), new)))
            }
            None => Err(RunError::internal("lowering", format!("{id:?} of {:?} has not been run", rel.span))),
        }
    }
}

/// The columns of a table, under other names.
fn scan<'n>(
    name: &str,
    provider: Arc<dyn TableProvider>,
    columns: impl IntoIterator<Item = (&'n str, Arc<str>)>,
) -> Result<Lowered, RunError> {
    let table = TableReference::bare(name);
    let exprs = columns
        .into_iter()
        .map(|(stored, name)| named(Expr::Column(PlanColumn::new(Some(table.clone()), stored)), &name))
        .collect();
    let scan = TableScanBuilder::new(table, provider_as_source(provider)).build().map_err(plan_error)?;
    Ok(Lowered::unordered(project(LogicalPlan::TableScan(scan), exprs)?))
}
