//! Ends planning.
//!
//! A hostile query can keep an optimiser busy for long. Between any two of its rules stands one of these, which changes nothing and fails
//! once the query has been ended or its time is over.

use std::fmt;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::{Optimizer, OptimizerConfig, OptimizerRule};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::ExecutionPlan;

use crate::control::Control;
use crate::grouping::Grouping;
use crate::joins::InterruptibleJoins;
use crate::opaque::OuterJoins;
use crate::selectivity::Selectivity;
use crate::unions::{BelowUnions, OrderedUnions};

pub(crate) struct Interrupt(Arc<Control>);

/// Rules of DataFusion that no plan goes without.
const NECESSARY: &[&str] = &["replace_distinct_aggregate"];

/// DataFusion's rules for logical plans, or only those that are necessary.
pub(crate) fn logical_rules(
    control: &Arc<Control>,
    optimise: bool,
) -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    let rules = Optimizer::new().rules.into_iter();
    let rules = rules.filter(|rule| optimise || NECESSARY.contains(&rule.name()));
    rules.flat_map(|rule| [rule, Arc::new(Interrupt(Arc::clone(control))) as _]).collect()
}

/// DataFusion's rules for physical plans, and ours before and after them.
pub(crate) fn physical_rules(control: &Arc<Control>) -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let rules = PhysicalOptimizer::new().rules.into_iter().flat_map(before);
    let first: [Arc<dyn PhysicalOptimizerRule + Send + Sync>; 2] =
        [Arc::new(OuterJoins), Arc::new(Selectivity)];
    first
        .into_iter()
        .chain(rules)
        .chain(std::iter::once(Arc::new(InterruptibleJoins(Arc::clone(control))) as _))
        .chain(std::iter::once(Arc::new(Grouping) as _))
        .flat_map(|rule| [rule, Arc::new(Interrupt(Arc::clone(control))) as _])
        .collect()
}

/// A rule of DataFusion, and before it what we need there.
fn before(
    rule: Arc<dyn PhysicalOptimizerRule + Send + Sync>,
) -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    match rule.name() {
        "FilterPushdown" => vec![Arc::new(BelowUnions), rule],
        "PushdownSort" => vec![Arc::new(OrderedUnions), rule],
        _ => vec![rule],
    }
}

impl OptimizerRule for Interrupt {
    fn name(&self) -> &'static str {
        "interrupt"
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        self.0.check()?;
        Ok(Transformed::no(plan))
    }
}

impl PhysicalOptimizerRule for Interrupt {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        self.0.check()?;
        Ok(plan)
    }

    fn name(&self) -> &'static str {
        "interrupt"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupt")
    }
}
