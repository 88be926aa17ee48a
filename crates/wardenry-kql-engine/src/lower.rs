//! From the checked query to a DataFusion plan.
//!
//! Every column of a relation is a column of the plan, named by its id (`c17`), whatever its name in the query is. Beside them
//! a plan may have hidden columns: those by which its rows are ordered, and the keys of an enclosing scope.

use std::sync::Arc;

use arrow::datatypes::{Field, SchemaRef};
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, SortExpr};
use datafusion::physical_expr::PhysicalExpr;
use wardenry_kql_functions::{Context, layout};
use wardenry_kql_semantics::checked::{self, Column, ColumnId, Rel, ScopeId};
use wardenry_kql_values::Value;

use crate::RunError;
use crate::transform::{RowOrder, TransformNode, TransformSpec};

/// A relation as a plan.
#[derive(Clone, Debug)]
pub(crate) struct Lowered {
    /// Has a column for each of the relation's, and the hidden ones below.
    pub(crate) plan: LogicalPlan,
    /// In which order the rows are meant to be, by hidden columns. They are put in that order only where it shows.
    pub(crate) order: Vec<SortExpr>,
    /// Hidden columns: rows that differ in them belong to different runs of a subquery. Empty outside of subqueries.
    pub(crate) groups: Vec<Arc<str>>,
}

/// Lowers relations and expressions. One for each query.
pub(crate) struct Lowerer<'a> {
    pub(crate) functions: &'a Context,
    hidden: u32,
}

impl Lowerer<'_> {
    /// Lowers a relation.
    pub(crate) fn rel(&mut self, rel: &Rel) -> Result<Lowered, RunError> {
        crate::operators::lower(self, rel)
    }

    /// Lowers the body of a subquery that runs over `scope`: for each group of rows with equal `groups` of it, where these
    /// are columns of `rows`. The groups are columns of the result, too.
    pub(crate) fn body(&mut self, body: &Rel, scope: ScopeId, rows: Lowered) -> Result<Lowered, RunError> {
        let _ = (scope, rows);
        Err(RunError::Unsupported { what: "this subquery".to_owned(), span: body.span })
    }

    /// Lowers an expression over the columns of a plan.
    pub(crate) fn expr(&mut self, expr: &checked::Expr) -> Result<Expr, RunError> {
        Err(RunError::Unsupported { what: "this expression".to_owned(), span: expr.span })
    }

    /// The value of an expression that reads no column, for example the count of `take`.
    pub(crate) fn constant(&mut self, expr: &checked::Expr) -> Result<Value, RunError> {
        Err(RunError::Unsupported { what: "this expression".to_owned(), span: expr.span })
    }

    /// An expression that an operator evaluates by itself, over batches with these columns in this order.
    pub(crate) fn bound(
        &mut self,
        expr: &checked::Expr,
        columns: &[Column],
    ) -> Result<(Arc<dyn PhysicalExpr>, SchemaRef), RunError> {
        let _ = columns;
        Err(RunError::Unsupported { what: "this expression".to_owned(), span: expr.span })
    }

    /// A new name for a hidden column.
    pub(crate) fn hidden(&mut self) -> Arc<str> {
        self.hidden += 1;
        format!("h{}", self.hidden).into()
    }

    /// Puts an operator of our own on top of a plan.
    pub(crate) fn transform(&mut self, input: Lowered, spec: TransformSpec) -> Result<Lowered, RunError> {
        let Lowered { plan, order: input_order, groups } = input;
        let order = if spec.order == RowOrder::Loses { Vec::new() } else { input_order.clone() };
        let ordered = match spec.order {
            RowOrder::Loses | RowOrder::Reads => false,
            RowOrder::Keeps => !input_order.is_empty(),
            RowOrder::Makes => true,
        };
        let ordinal = ordered.then(|| self.hidden());
        let passed = groups.iter().cloned().chain(spec.passed.iter().map(|id| column_name(*id))).collect();
        let produced = spec.produced.iter().map(field).collect();
        let node = TransformNode::try_new(
            spec.factory,
            plan,
            spec.arguments,
            groups.iter().map(|group| column_expr(group)).collect(),
            order,
            passed,
            produced,
            ordinal.clone(),
            spec.gather,
            spec.input_rows,
        )
        .map_err(|error| RunError::internal("lowering", error))?;
        let plan = LogicalPlan::Extension(Extension { node: Arc::new(node) });
        let order = ordinal.iter().map(|name| column_expr(name).sort(true, true)).collect();
        Ok(Lowered { plan, order, groups })
    }
}

/// The plan's name of a column.
pub(crate) fn column_name(id: ColumnId) -> Arc<str> {
    format!("c{}", id.0).into()
}

pub(crate) fn column_expr(name: &str) -> Expr {
    Expr::Column(datafusion::common::Column::new_unqualified(name))
}

/// A column as a field of a plan.
pub(crate) fn field(column: &Column) -> Field {
    Field::new(column_name(column.id).as_ref(), layout::arrow_type(column.scalar_type), true)
}
