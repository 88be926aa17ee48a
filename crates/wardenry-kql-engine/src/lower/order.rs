//! The order of rows, and operators that count rows.

use std::sync::Arc;

use datafusion::functions::math::random;
use datafusion::logical_expr::expr::{WindowFunction, WindowFunctionParams};
use datafusion::logical_expr::{
    Distinct, EmptyRelation, Expr, Limit, LogicalPlan, Sort, WindowFunctionDefinition, lit,
};
use datafusion::logical_expr::{Window, WindowFrame};
use wardenry_kql_semantics::checked::{self, Rel, SortKey};

use super::{Lowered, Lowerer, column_expr, column_name, plan_error};
use crate::RunError;
use crate::in_order::InOrder;
use crate::normalise::sort_key;

impl Lowerer<'_> {
    pub(super) fn sort(&mut self, input: &Rel, keys: &[SortKey]) -> Result<Lowered, RunError> {
        let lowered = self.rel(input)?;
        self.ordered(lowered, keys)
    }

    /// Says that rows are ordered by these keys from here on.
    pub(crate) fn ordered(&mut self, lowered: Lowered, keys: &[SortKey]) -> Result<Lowered, RunError> {
        let lowered = Lowered { order: Vec::new(), ..lowered };
        let mut added = Vec::with_capacity(keys.len());
        let mut order = Vec::with_capacity(keys.len());
        for key in keys {
            let expr = self.expr(&key.expr)?;
            // A constant orders nothing.
            if matches!(expr, Expr::Literal(..)) {
                continue;
            }
            let name = self.hidden();
            let normal = sort_key(expr, key.expr.scalar_type, key.descending, key.nulls_first);
            added.push((normal, Arc::clone(&name)));
            order.push(column_expr(&name).sort(!key.descending, key.nulls_first));
        }
        let lowered = lowered.with_hidden(added)?;
        Ok(Lowered { order, ..lowered })
    }

    pub(super) fn top(
        &mut self,
        input: &Rel,
        count: &checked::Expr,
        keys: &[SortKey],
    ) -> Result<Lowered, RunError> {
        let count = self.row_count(count)?;
        let sorted = self.sort(input, keys)?;
        self.first(sorted, count)
    }

    pub(super) fn take(&mut self, input: &Rel, count: &checked::Expr) -> Result<Lowered, RunError> {
        let count = self.row_count(count)?;
        let lowered = self.rel(input)?;
        self.first(lowered, count)
    }

    /// The first rows of each group, in their order if they have one.
    pub(crate) fn first(&mut self, lowered: Lowered, count: usize) -> Result<Lowered, RunError> {
        if !lowered.groups.is_empty() {
            return self.first_of_groups(lowered, count);
        }
        // DataFusion cannot sort for the first 0 rows.
        if count == 0 {
            let schema = Arc::clone(lowered.plan.schema());
            let plan = LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: false, schema });
            return Ok(Lowered { plan, ..lowered });
        }
        let Lowered { plan, order, groups, levels } = lowered;
        let input = Arc::new(if order.is_empty() {
            plan
        } else {
            LogicalPlan::Sort(Sort { expr: order.clone(), input: Arc::new(plan), fetch: Some(count) })
        });
        let fetch = Some(Box::new(lit(i64::try_from(count).unwrap_or(i64::MAX))));
        let plan = LogicalPlan::Limit(Limit { skip: None, fetch, input });
        Ok(Lowered { plan, order, groups, levels })
    }

    fn first_of_groups(&mut self, lowered: Lowered, count: usize) -> Result<Lowered, RunError> {
        let number = self.hidden();
        let function = datafusion::functions_window::row_number::row_number_udwf();
        let order_by = lowered.order.clone();
        let window = Expr::WindowFunction(Box::new(WindowFunction {
            fun: WindowFunctionDefinition::WindowUDF(function),
            params: WindowFunctionParams {
                args: Vec::new(),
                partition_by: lowered.groups.iter().map(|group| column_expr(group)).collect(),
                window_frame: WindowFrame::new(if order_by.is_empty() { None } else { Some(false) }),
                order_by,
                filter: None,
                null_treatment: None,
                distinct: false,
            },
        }))
        .alias(number.as_ref());
        let columns = super::all_columns(&lowered.plan);
        let window = Window::try_new(vec![window], Arc::new(lowered.plan)).map_err(plan_error)?;
        let lowered = Lowered { plan: LogicalPlan::Window(window), ..lowered };
        let limit = u64::try_from(count).unwrap_or(u64::MAX);
        let filtered = lowered.filter(column_expr(&number).lt_eq(lit(limit)))?;
        let plan = super::project(filtered.plan, columns)?;
        Ok(Lowered { plan, ..filtered })
    }

    /// Keeps an order; rows that have none get the one in which they come.
    pub(super) fn serialize(&mut self, input: &Rel, rel: &Rel) -> Result<Lowered, RunError> {
        let lowered = self.rel(input)?;
        if lowered.order.is_empty() { self.in_order(lowered, rel) } else { Ok(lowered) }
    }

    /// Rows that come one after the other, in their order, to whatever stands on top.
    pub(crate) fn in_order(&mut self, lowered: Lowered, rel: &Rel) -> Result<Lowered, RunError> {
        self.transform(lowered, InOrder::spec(rel.columns.iter().map(|column| column.id).collect()))
    }

    pub(super) fn sample(&mut self, input: &Rel, count: &checked::Expr) -> Result<Lowered, RunError> {
        let count = self.row_count(count)?;
        let lowered = self.rel(input)?;
        let name = self.hidden();
        let lowered = Lowered { order: Vec::new(), ..lowered };
        let mut lowered = lowered.with_hidden(vec![(random().call(Vec::new()), Arc::clone(&name))])?;
        lowered.order = vec![column_expr(&name).sort(true, true)];
        let sampled = self.first(lowered, count)?;
        Ok(Lowered { order: Vec::new(), ..sampled })
    }

    pub(super) fn sample_distinct(
        &mut self,
        input: &Rel,
        count: &checked::Expr,
        of: &checked::Expr,
        rel: &Rel,
    ) -> Result<Lowered, RunError> {
        let count = self.row_count(count)?;
        let lowered = self.rel(input)?;
        let of = crate::normalise::group_key(self.expr(of)?, of.scalar_type);
        let Some(column) = rel.columns.first() else {
            return Err(RunError::internal("lowering", "sample-distinct without a column"));
        };
        let lowered = Lowered { order: Vec::new(), ..lowered };
        let lowered = lowered.project([(of, column_name(column.id))])?;
        let plan = LogicalPlan::Distinct(Distinct::All(Arc::new(lowered.plan)));
        self.first(Lowered { plan, ..lowered }, count)
    }
}
