//! Unions, as which a table comes that is partly in files and partly in memory.
//!
//! Rules of DataFusion and [`crate::grouping`] look for a scan right below the operator that they are about. Here what works on one row
//! at a time, and the first phase of an aggregation, move below unions, and what is to be sorted is told the order through them:
//! then each part of a table is read as if it were the whole.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, ExecutionPlan, ReplaceChildrenOptions, SortOrderPushdownResult,
    replace_children_if_necessary,
};

/// Moves filters, projections and first phases of aggregations below unions. To run before filters are pushed into scans, and after
/// counts are taken from statistics.
#[derive(Debug)]
pub(crate) struct BelowUnions;

impl PhysicalOptimizerRule for BelowUnions {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        moved(&plan, false)
    }

    fn name(&self) -> &'static str {
        "below_unions"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// `first_wanted` says that only the first rows in some order are wanted of what a plan gives: DataFusion sorts them before it makes columns
/// of them, where the order is still one of stored columns, see [`OrderedUnions`].
fn moved(plan: &Arc<dyn ExecutionPlan>, first_wanted: bool) -> Result<Arc<dyn ExecutionPlan>> {
    let by_row = plan.is::<ProjectionExec>() || plan.is::<FilterExec>();
    let of_inputs = is_top(plan) || (first_wanted && by_row);
    let inputs = plan.children().into_iter().map(|input| moved(input, of_inputs));
    let plan = replace_children_if_necessary(Arc::clone(plan), inputs.collect::<Result<_>>()?)?;
    if first_wanted { Ok(plan) } else { Ok(below_union(&plan)?.unwrap_or(plan)) }
}

fn is_top(plan: &Arc<dyn ExecutionPlan>) -> bool {
    plan.downcast_ref::<SortExec>().is_some_and(|sort| sort.fetch().is_some())
}

/// A union of what an operator makes of each input of the union that it stands on.
fn below_union(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let movable = plan.downcast_ref::<ProjectionExec>().is_some_and(is_distinct)
        || plan.downcast_ref::<FilterExec>().is_some_and(|filter| filter.fetch().is_none())
        || plan.downcast_ref::<AggregateExec>().is_some_and(|it| *it.mode() == AggregateMode::Partial);
    if !movable {
        return Ok(None);
    }
    let [child] = plan.children()[..] else { return Ok(None) };
    if !child.is::<UnionExec>() || !is_uniform(child) {
        return Ok(None);
    }
    let inputs = child.children().into_iter().map(|input| {
        let moved = with_child(plan, Arc::clone(input))?;
        Ok(below_union(&moved)?.unwrap_or(moved))
    });
    UnionExec::try_new(inputs.collect::<Result<_>>()?).map(Some)
}

/// Whether a projection gives nothing twice. A union does not know that two columns are equal in all its inputs, so that the order by one
/// would no longer be the order by the other.
fn is_distinct(projection: &ProjectionExec) -> bool {
    let columns = projection.expr();
    let is_new = |(place, column): (usize, &ProjectionExpr)| {
        let same = |earlier: &ProjectionExpr| *earlier.expr == *column.expr;
        !columns[..place].iter().any(same)
    };
    columns.iter().enumerate().all(is_new)
}

/// Whether the columns of all inputs of a union have the names that they have in the union.
fn is_uniform(union: &Arc<dyn ExecutionPlan>) -> bool {
    let schema = union.schema();
    let names = || schema.fields().iter().map(|field| field.name());
    union.children().iter().all(|input| input.schema().fields().iter().map(|field| field.name()).eq(names()))
}

fn with_child(
    plan: &Arc<dyn ExecutionPlan>,
    child: Arc<dyn ExecutionPlan>,
) -> Result<Arc<dyn ExecutionPlan>> {
    Arc::clone(plan).replace_children(vec![child], recompute())
}

fn recompute() -> ReplaceChildrenOptions {
    ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute)
}

/// Tells the inputs of a union of which only the first rows in some order are wanted, so that they begin with the most promising files.
/// To run before DataFusion tells scans.
#[derive(Debug)]
pub(crate) struct OrderedUnions;

impl PhysicalOptimizerRule for OrderedUnions {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            let sort = plan.downcast_ref::<SortExec>().filter(|sort| sort.input().is::<UnionExec>());
            let Some(sort) = sort.filter(|_| is_top(&plan)) else { return Ok(Transformed::no(plan)) };
            let inputs = sort.input().children().into_iter().map(|input| {
                Ok(match input.try_pushdown_sort(sort.expr())? {
                    SortOrderPushdownResult::Inexact { inner } => inner,
                    // Rows are sorted above the union anyway.
                    SortOrderPushdownResult::Exact { .. } | SortOrderPushdownResult::Unsupported => {
                        Arc::clone(input)
                    }
                })
            });
            let union = UnionExec::try_new(inputs.collect::<Result<_>>()?)?;
            Ok(Transformed::yes(with_child(&plan, union)?))
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "ordered_unions"
    }

    fn schema_check(&self) -> bool {
        true
    }
}
