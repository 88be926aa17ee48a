//! How many rows a filter is likely to leave.
//!
//! A join keeps the smaller side in memory, as far as sizes are known. DataFusion expects a fifth of the rows of every filter that it does
//! not understand. Hunting queries look for needles: what holds a word, or a text that is equal to another, is far less.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, InListExpr};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr, split_conjunction};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::{FilterExec, FilterExecBuilder};

use crate::function::KqlFunction;

/// Per cent of the rows.
const SEARCHED: u8 = 1;
const EQUAL: u8 = 5;

/// Tells filters that look for a text that they leave few rows. To run before the sides of joins are chosen.
#[derive(Debug)]
pub(crate) struct Selectivity;

impl PhysicalOptimizerRule for Selectivity {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            let Some(filter) = plan.downcast_ref::<FilterExec>() else { return Ok(Transformed::no(plan)) };
            let schema = filter.input().schema();
            let share = split_conjunction(filter.predicate())
                .into_iter()
                .filter_map(|condition| share(condition, &schema))
                .min();
            match share {
                None => Ok(Transformed::no(plan)),
                Some(share) => {
                    let filter = FilterExecBuilder::from(filter).with_default_selectivity(share).build()?;
                    Ok(Transformed::yes(Arc::new(filter)))
                }
            }
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

fn share(condition: &Arc<dyn PhysicalExpr>, schema: &arrow::datatypes::Schema) -> Option<u8> {
    if let Some(call) = ScalarFunctionExpr::try_downcast_func::<KqlFunction>(condition.as_ref()) {
        let function = call.fun().inner().downcast_ref::<KqlFunction>()?.kql_name();
        return match function {
            "==" | "=~" | "in" | "in~" => Some(EQUAL),
            _ if function.starts_with('!') => None,
            _ if ["has", "contains", "startswith", "endswith", "hasprefix", "hassuffix", "matches regex"]
                .iter()
                .any(|search| function.starts_with(search)) =>
            {
                Some(SEARCHED)
            }
            _ => None,
        };
    }
    let compared = if let Some(list) = condition.downcast_ref::<InListExpr>() {
        (!list.negated()).then(|| list.expr())?
    } else {
        let comparison = condition.downcast_ref::<BinaryExpr>()?;
        (*comparison.op() == Operator::Eq).then(|| comparison.left())?
    };
    (compared.data_type(schema).ok()? == DataType::Utf8View).then_some(EQUAL)
}
