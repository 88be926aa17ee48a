//! How many rows a filter is likely to leave.
//!
//! A join keeps the smaller side in memory, as far as sizes are known. DataFusion expects a fifth of the rows of every filter that it does
//! not understand. Hunting queries look for needles: what holds a word is far less.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr, split_conjunction};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::{FilterExec, FilterExecBuilder};

use crate::function::KqlFunction;

/// Per cent of the rows that one search for a text leaves.
const SEARCHED: u8 = 1;

/// Tells filters that look for a text that they leave few rows. To run before the sides of joins are chosen.
#[derive(Debug)]
pub(crate) struct Selectivity;

impl PhysicalOptimizerRule for Selectivity {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            let Some(filter) = plan.downcast_ref::<FilterExec>() else { return Ok(Transformed::no(plan)) };
            let searches = split_conjunction(filter.predicate()).into_iter().filter(|part| is_search(part));
            let share = match searches.count() {
                0 => return Ok(Transformed::no(plan)),
                1 => SEARCHED,
                _ => 0,
            };
            let filter = FilterExecBuilder::from(filter).with_default_selectivity(share).build()?;
            Ok(Transformed::yes(Arc::new(filter)))
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "selectivity"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether a condition looks for a text in a text.
fn is_search(condition: &Arc<dyn PhysicalExpr>) -> bool {
    const SEARCHES: [&str; 7] =
        ["has", "contains", "startswith", "endswith", "hasprefix", "hassuffix", "matches regex"];
    ScalarFunctionExpr::try_downcast_func::<KqlFunction>(condition.as_ref())
        .and_then(|call| call.fun().inner().downcast_ref::<KqlFunction>())
        .is_some_and(|function| SEARCHES.iter().any(|search| function.kql_name().starts_with(search)))
}
