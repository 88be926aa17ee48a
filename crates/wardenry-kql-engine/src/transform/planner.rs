use std::sync::Arc;

use arrow::compute::SortOptions;
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{Expr, LogicalPlan, UserDefinedLogicalNode};
use datafusion::physical_expr::{PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{ExtensionPlanner, PhysicalPlanner};

use super::TransformNode;
use super::exec::TransformExec;

/// Turns [`TransformNode`]s into what runs.
#[derive(Debug)]
pub(crate) struct TransformPlanner;

#[async_trait]
impl ExtensionPlanner for TransformPlanner {
    async fn plan_extension(
        &self,
        planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _logical_inputs: &[&LogicalPlan],
        physical_inputs: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        planning_ctx: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let (Some(node), [input]) = (node.as_any().downcast_ref::<TransformNode>(), physical_inputs) else {
            return Ok(None);
        };
        let schema = node.input.schema();
        let bind = |expr: &Expr| planner.create_physical_expr(expr, schema, session, planning_ctx);
        let arguments = node.arguments.iter().map(bind).collect::<Result<Vec<_>>>()?;
        let groups: Vec<Arc<dyn PhysicalExpr>> = node.groups.iter().map(bind).collect::<Result<Vec<_>>>()?;
        let order = node
            .order
            .iter()
            .map(|key| {
                Ok(PhysicalSortExpr::new(bind(&key.expr)?, SortOptions::new(!key.asc, key.nulls_first)))
            })
            .collect::<Result<Vec<_>>>()?;
        TransformExec::try_new(node, Arc::clone(input), arguments, groups, order)
            .map(|exec| Some(Arc::new(exec) as Arc<dyn ExecutionPlan>))
    }
}
