//! Plans in stages.
//!
//! DataFusion puts the expressions of an operator into those of the operators above it, down to the table. Of hundreds of operators in a
//! row, each with an expression of its own, it makes expressions that no thread has the stack for, and every rule goes through
//! them again. So the lowering counts how deep they would become, and before that is too deep it puts in a [`StageNode`]:
//! a node that changes nothing, and that no expression moves across.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchemaRef, Result};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{
    Expr, Extension, LogicalPlan, UserDefinedLogicalNode, UserDefinedLogicalNodeCore,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{ExtensionPlanner, PhysicalPlanner};

use crate::opaque::{Filters, OpaqueExec};

/// Levels of calls and operators that an expression may have once all that it reads is put into it.
const LEVELS: usize = 256;

/// How many levels of calls and operators stand behind each column of a plan, within its stage.
#[derive(Clone, Debug, Default)]
pub(crate) struct Levels {
    columns: HashMap<String, usize>,
    /// Of all other columns.
    others: usize,
}

impl Levels {
    /// Of an expression over the columns.
    fn of(&self, expr: &Expr) -> usize {
        match expr {
            Expr::Column(column) => self.columns.get(&column.name).copied().unwrap_or(self.others),
            Expr::Alias(alias) => self.of(&alias.expr),
            _ => {
                let mut below = None;
                let visited = expr.apply_children(|child| {
                    below = below.max(Some(self.of(child)));
                    Ok(TreeNodeRecursion::Continue)
                });
                // Only what is called for each child could fail, and it does not.
                debug_assert!(visited.is_ok());
                below.map_or(0, |below| below + 1)
            }
        }
    }

    /// Whether an expression is too deep to be part of the stage.
    pub(crate) fn exceeded_by(&self, exprs: &[Expr]) -> bool {
        exprs.iter().any(|expr| self.of(expr) > LEVELS)
    }

    /// Of the columns that these expressions make.
    pub(crate) fn project(&self, exprs: &[Expr]) -> Self {
        let columns = exprs.iter().filter_map(|expr| {
            let name = match expr {
                Expr::Alias(alias) => &alias.name,
                Expr::Column(column) => &column.name,
                _ => return None,
            };
            Some((name.clone(), self.of(expr))).filter(|(_, levels)| *levels > 0)
        });
        Self { columns: columns.collect(), others: 0 }
    }

    /// Of the columns of two plans that become one.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.others = self.others.max(other.others);
        for (name, levels) in other.columns {
            let mine = self.columns.entry(name).or_default();
            *mine = levels.max(*mine);
        }
        self
    }

    /// Of columns of which any may stand for any of these.
    pub(crate) fn spread(&self) -> Self {
        let others = self.columns.values().copied().max().unwrap_or(0).max(self.others);
        Self { columns: HashMap::new(), others }
    }
}

/// The end of a stage.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StageNode {
    input: LogicalPlan,
}

impl StageNode {
    pub(crate) fn on(input: LogicalPlan) -> LogicalPlan {
        LogicalPlan::Extension(Extension { node: Arc::new(Self { input }) })
    }
}

impl PartialOrd for StageNode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

impl UserDefinedLogicalNodeCore for StageNode {
    fn name(&self) -> &'static str {
        "Stage"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        self.input.schema()
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn prevent_predicate_push_down_columns(&self) -> HashSet<String> {
        self.input.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stage")
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        Ok(Self { input: inputs.swap_remove(0) })
    }

    fn necessary_children_exprs(&self, output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        Some(vec![output_columns.to_vec()])
    }
}

/// Turns [`StageNode`]s into what runs.
#[derive(Debug)]
pub(crate) struct StagePlanner;

#[async_trait]
impl ExtensionPlanner for StagePlanner {
    async fn plan_extension(
        &self,
        _: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _: &[&LogicalPlan],
        inputs: &[Arc<dyn ExecutionPlan>],
        _: &dyn Session,
        _: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let (Some(_), [input]) = (node.as_any().downcast_ref::<StageNode>(), inputs) else { return Ok(None) };
        Ok(Some(OpaqueExec::new(Arc::clone(input), Filters::Stay)))
    }
}

#[cfg(test)]
mod tests {
    use datafusion::logical_expr::{col, lit};

    use super::*;

    #[test]
    fn levels_are_those_of_calls() {
        let none = Levels::default();
        assert_eq!(none.of(&col("a")), 0);
        assert_eq!(none.of(&lit(1).alias("b")), 0);
        assert_eq!(none.of(&((col("a") + lit(1)) * col("b")).alias("c")), 2);
        let some = none.project(&[(col("a") + lit(1)).alias("b"), col("a")]);
        assert_eq!([some.of(&col("a")), some.of(&col("b")), some.of(&(col("b") + col("a")))], [0, 1, 2]);
        assert_eq!(some.spread().of(&col("z")), 1);
        assert_eq!(some.and(none.project(&[(lit(1) + lit(2)).alias("d")])).of(&(col("d") + lit(1))), 2);
    }
}
