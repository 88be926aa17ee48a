use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::min_max::{max_udaf, min_udaf};
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Aggregate, AggregateUDF, Expr, Limit, LogicalPlan, cast, lit};
use wardenry_kql_functions::aggregates;
use wardenry_kql_semantics::checked::{self, AggregateCall, Rel};
use wardenry_kql_values::ScalarType;

use super::expr::{constant, or_else};
use super::{Lowered, Lowerer, column_expr, column_name, named, plan_error};
use crate::RunError;
use crate::normalise::group_key;

impl Lowerer<'_> {
    pub(super) fn summarize(
        &mut self,
        input: &Rel,
        keys: &[checked::Expr],
        aggregates: &[AggregateCall],
        rel: &Rel,
    ) -> Result<Lowered, RunError> {
        let lowered = self.rel(input)?;
        let (lowered, keys) = self.windows(lowered, input, keys)?;
        let mut columns = Vec::with_capacity(keys.len());
        for key in keys.iter() {
            columns.push(group_key(self.expr(key)?, key.scalar_type));
        }
        let outputs: Vec<Arc<str>> = rel.columns.iter().map(|column| column_name(column.id)).collect();
        self.aggregate(lowered, input, columns, aggregates, &outputs)
    }

    /// Groups rows by keys; the columns of the result are the keys and the aggregates, named by `outputs`.
    pub(crate) fn aggregate(
        &mut self,
        mut lowered: Lowered,
        input: &Rel,
        keys: Vec<Expr>,
        aggregates: &[AggregateCall],
        outputs: &[Arc<str>],
    ) -> Result<Lowered, RunError> {
        if !lowered.order.is_empty() && aggregates.iter().any(|call| minds_order(call.function)) {
            lowered = self.in_order(lowered, input)?;
        }
        lowered.order = Vec::new();
        let key_names: Vec<_> = keys.iter().map(|_| self.hidden()).collect();
        let lowered = lowered.with_hidden(keys.into_iter().zip(key_names.iter().cloned()).collect())?;
        let group_by: Vec<_> =
            lowered.groups.iter().chain(&key_names).map(|name| column_expr(name)).collect();
        let mut calls = Vec::with_capacity(aggregates.len());
        let mut results = Vec::with_capacity(aggregates.len());
        for call in aggregates {
            let (expr, finish) = self.aggregate_call(call)?;
            let name = self.hidden();
            calls.push(expr.alias(name.as_ref()));
            results.push(finish.apply(column_expr(&name)));
        }
        let one_row = group_by.is_empty();
        let aggregate = Aggregate::try_new(Arc::new(lowered.plan), group_by, calls).map_err(plan_error)?;
        let mut plan = LogicalPlan::Aggregate(aggregate);
        if one_row {
            // Without keys there is one row even of no rows, so that no filter may go below. DataFusion moves one that reads
            // no column, but never across a limit.
            let fetch = Some(Box::new(lit(1_i64)));
            plan = LogicalPlan::Limit(Limit { skip: None, fetch, input: Arc::new(plan) });
        }
        let columns = lowered
            .groups
            .iter()
            .map(|group| column_expr(group))
            .chain(
                key_names
                    .iter()
                    .map(|name| column_expr(name))
                    .chain(results)
                    .zip(outputs)
                    .map(|(expr, name)| named(expr, name)),
            )
            .collect();
        let plan = super::project(plan, columns)?;
        Ok(Lowered { plan, order: Vec::new(), groups: lowered.groups, levels: lowered.levels.spread() })
    }

    /// An aggregation, and what remains to be done with its result.
    fn aggregate_call(&mut self, call: &AggregateCall) -> Result<(Expr, Finish), RunError> {
        let first = call.arguments.first();
        let first_type = first.map(|argument| argument.scalar_type);
        let is_whole = matches!(
            first_type,
            Some(ScalarType::Int | ScalarType::Long | ScalarType::Datetime | ScalarType::Timespan)
        );
        Ok(match (call.function, first) {
            ("count", None) => (native(count_udaf(), lit(1_i64), None), Finish::Nothing),
            ("countif", Some(condition)) => {
                let condition = self.truth(condition)?;
                (native(count_udaf(), lit(1_i64), Some(condition)), Finish::Nothing)
            }
            ("sum", Some(term)) if is_whole => {
                let term = as_long(self.expr(term)?, term.scalar_type);
                (native(sum_udaf(), term, None), Finish::Zero)
            }
            ("sumif", Some(term)) if is_whole && call.arguments.len() == 2 => {
                let condition = self.truth(&call.arguments[1])?;
                let term = as_long(self.expr(term)?, term.scalar_type);
                (native(sum_udaf(), term, Some(condition)), Finish::Zero)
            }
            ("min", Some(term)) if is_whole => (native(min_udaf(), self.expr(term)?, None), Finish::Nothing),
            ("max", Some(term)) if is_whole => (native(max_udaf(), self.expr(term)?, None), Finish::Nothing),
            _ => (self.kernel_aggregate(call)?, Finish::Nothing),
        })
    }

    fn kernel_aggregate(&mut self, call: &AggregateCall) -> Result<Expr, RunError> {
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(self.expr(argument)?);
        }
        let types: Vec<_> = call.arguments.iter().map(|argument| argument.scalar_type).collect();
        let constants: Vec<_> =
            arguments.iter().zip(&types).map(|(argument, of)| constant(argument, *of)).collect();
        let site = aggregates::AggregateCall {
            name: call.function,
            argument_types: &types,
            constants: &constants,
            result_type: call.scalar_type,
            context: self.functions,
        };
        let function = aggregates::aggregate(&site)
            .map_err(|source| RunError::Function { source, span: call.span })?
            .ok_or_else(|| RunError::Unsupported { what: format!("`{}`", call.function), span: call.span })?;
        Ok(Expr::AggregateFunction(AggregateFunction::new_udf(
            function,
            arguments,
            false,
            None,
            Vec::new(),
            None,
        )))
    }
}

/// What turns DataFusion's result into KQL's.
enum Finish {
    Nothing,
    /// A sum of nothing is 0.
    Zero,
}

impl Finish {
    fn apply(&self, result: Expr) -> Expr {
        match self {
            Self::Nothing => result,
            Self::Zero => or_else(result, lit(0_i64)),
        }
    }
}

fn native(function: Arc<AggregateUDF>, argument: Expr, filter: Option<Expr>) -> Expr {
    Expr::AggregateFunction(AggregateFunction::new_udf(
        function,
        vec![argument],
        false,
        filter.map(Box::new),
        Vec::new(),
        None,
    ))
}

fn as_long(expr: Expr, scalar_type: ScalarType) -> Expr {
    if scalar_type == ScalarType::Int { cast(expr, DataType::Int64) } else { expr }
}

/// Whether a result shows in which order the rows came.
fn minds_order(function: &str) -> bool {
    function.starts_with("make_") || function.starts_with("take_any") || function.starts_with("any")
}
