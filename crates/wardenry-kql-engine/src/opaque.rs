//! A node that passes rows on and tells nothing of them.
//!
//! What is constant on one side of an outer join is not in its result. DataFusion carries the constants of both sides through every
//! join, as if no row came without a partner. Then it takes a column that is null in some rows for constant: it drops sorts by it,
//! and groups rows as though equal keys stood together. So on top of each outer join stands such a node.
//!
//! Another one stands between the stages of a plan (see [`crate::stage`]), where no expression may move across.

use std::fmt;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{JoinType, Result, Statistics};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::execution_plan::CardinalityEffect;
use datafusion::physical_plan::filter_pushdown::{FilterDescription, FilterPushdownPhase};
use datafusion::physical_plan::joins::{HashJoinExec, SortMergeJoinExec};
use datafusion::physical_plan::statistics::{ChildStats, StatisticsArgs};
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties,
    PlanProperties, ReplaceChildrenOptions,
};

/// Puts an [`OpaqueExec`] on top of each outer join. To run before rules that look at what plans tell of their rows.
#[derive(Debug)]
pub(crate) struct OuterJoins;

impl PhysicalOptimizerRule for OuterJoins {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            let hashed = plan.downcast_ref::<HashJoinExec>().map(|join| *join.join_type());
            let join_type = hashed.or_else(|| Some(plan.downcast_ref::<SortMergeJoinExec>()?.join_type()));
            let is_outer = matches!(join_type, Some(JoinType::Left | JoinType::Right | JoinType::Full));
            Ok(if is_outer {
                Transformed::yes(OpaqueExec::new(plan, Filters::MayPass))
            } else {
                Transformed::no(plan)
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "outer_joins"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether filters from above may move below a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filters {
    MayPass,
    Stay,
}

#[derive(Clone, Debug)]
pub(crate) struct OpaqueExec {
    input: Arc<dyn ExecutionPlan>,
    filters: Filters,
    properties: Arc<PlanProperties>,
}

impl OpaqueExec {
    #[expect(clippy::new_ret_no_self, reason = "plans are made of shared trait objects")]
    pub(crate) fn new(input: Arc<dyn ExecutionPlan>, filters: Filters) -> Arc<dyn ExecutionPlan> {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(input.schema()),
            input.output_partitioning().clone(),
            input.pipeline_behavior(),
            input.boundedness(),
        );
        Arc::new(Self { input, filters, properties: Arc::new(properties) })
    }
}

impl DisplayAs for OpaqueExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpaqueExec")
    }
}

impl ExecutionPlan for OpaqueExec {
    fn name(&self) -> &'static str {
        "OpaqueExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Self::new(children.swap_remove(0), self.filters))
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        self.input.execute(partition, context)
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        vec![ChildStats::At(partition)]
    }

    fn statistics_from_inputs(
        &self,
        inputs: &[Arc<Statistics>],
        _: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        Ok(Arc::clone(&inputs[0]))
    }

    fn supports_limit_pushdown(&self) -> bool {
        true
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }

    fn gather_filters_for_pushdown(
        &self,
        _: FilterPushdownPhase,
        parent_filters: Vec<Arc<dyn PhysicalExpr>>,
        _: &ConfigOptions,
    ) -> Result<FilterDescription> {
        Ok(match self.filters {
            Filters::MayPass => FilterDescription::from_children(parent_filters, &self.children())?,
            Filters::Stay => FilterDescription::all_unsupported(&parent_filters, &self.children()),
        })
    }
}
