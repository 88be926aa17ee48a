//! Joins that end when their query does.
//!
//! A join can make millions of rows of one batch. As long as whoever reads them drops them, or a condition of the join does, nothing waits
//! for anything, so that the task cannot be ended from outside. Therefore the rows of every join pass a node that gives way now and then, and
//! the conditions of joins look whether the query has ended.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::joins::utils::JoinFilter;
use datafusion::physical_plan::joins::{
    CrossJoinExec, HashJoinExec, NestedLoopJoinExec, NestedLoopJoinExecBuilder, SortMergeJoinExec,
};

use crate::control::Control;

/// Makes the joins of a plan interruptible. To run last.
pub(crate) struct InterruptibleJoins(pub(crate) Arc<Control>);

/// Whether a plan has a join that keeps one side in memory and could do without.
pub(crate) fn has_hash_join(plan: &Arc<dyn ExecutionPlan>) -> bool {
    plan.downcast_ref::<HashJoinExec>().is_some_and(|join| !join.null_aware)
        || plan.children().into_iter().any(has_hash_join)
}

impl InterruptibleJoins {
    fn filter(&self, filter: Option<&JoinFilter>) -> Option<JoinFilter> {
        filter.map(|filter| {
            let condition =
                Condition { of_join: Arc::clone(filter.expression()), control: Arc::clone(&self.0) };
            JoinFilter::new(
                Arc::new(condition),
                filter.column_indices().to_vec(),
                Arc::clone(filter.schema()),
            )
        })
    }

    fn join(&self, plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        if let Some(join) = plan.downcast_ref::<HashJoinExec>() {
            return match join.filter() {
                None => Ok(Some(Arc::clone(plan))),
                filter => join.builder().with_filter(self.filter(filter)).build_exec().map(Some),
            };
        }
        if let Some(join) = plan.downcast_ref::<NestedLoopJoinExec>() {
            let filtered = NestedLoopJoinExecBuilder::from(join).with_filter(self.filter(join.filter()));
            return Ok(Some(Arc::new(filtered.build()?)));
        }
        if let Some(join) = plan.downcast_ref::<SortMergeJoinExec>() {
            let filtered = SortMergeJoinExec::try_new(
                Arc::clone(join.left()),
                Arc::clone(join.right()),
                join.on().to_vec(),
                self.filter(join.filter().as_ref()),
                join.join_type(),
                join.sort_options().to_vec(),
                join.null_equality(),
            )?;
            return Ok(Some(Arc::new(filtered)));
        }
        Ok(plan.downcast_ref::<CrossJoinExec>().map(|_| Arc::clone(plan)))
    }
}

impl PhysicalOptimizerRule for InterruptibleJoins {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            Ok(match self.join(&plan)? {
                Some(join) => Transformed::yes(Arc::new(CooperativeExec::new(join)) as _),
                None => Transformed::no(plan),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "interruptible_joins"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

impl fmt::Debug for InterruptibleJoins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InterruptibleJoins")
    }
}

/// The condition of a join, which fails once the query has ended.
#[derive(Debug)]
struct Condition {
    of_join: Arc<dyn PhysicalExpr>,
    control: Arc<Control>,
}

impl PhysicalExpr for Condition {
    fn data_type(&self, schema: &Schema) -> Result<DataType> {
        self.of_join.data_type(schema)
    }

    fn nullable(&self, schema: &Schema) -> Result<bool> {
        self.of_join.nullable(schema)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        self.control.check()?;
        self.of_join.evaluate(batch)
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.of_join]
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        Ok(Arc::new(Self { of_join: children.swap_remove(0), control: Arc::clone(&self.control) }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.of_join.fmt_sql(f)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.of_join.fmt(f)
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.of_join.eq(&other.of_join)
    }
}

impl Eq for Condition {}

impl Hash for Condition {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.of_join.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use arrow::array::{BooleanArray, Int64Array};
    use arrow::datatypes::Field;
    use datafusion::common::JoinType;
    use datafusion::datasource::{MemTable, provider_as_source};
    use datafusion::functions_aggregate::expr_fn::count;
    use datafusion::logical_expr::{
        Expr, LogicalPlan, LogicalPlanBuilder, ScalarFunctionImplementation, Volatility, col, create_udf, lit,
    };
    use futures_util::StreamExt;

    use super::*;
    use crate::session::{Joins, Session};
    use crate::{RunError, RunOptions};

    const ROWS: i64 = 8192;

    /// Every row of one side meets every row of the other: 64 million pairs of a single batch.
    fn joined(condition: Option<Expr>) -> LogicalPlan {
        let side = |name: &str| {
            let schema = Arc::new(Schema::new(vec![
                Field::new("x", DataType::Int64, false),
                Field::new("key", DataType::Int64, false),
            ]));
            let numbers = Arc::new(Int64Array::from_iter_values(0..ROWS));
            let keys = Arc::new(Int64Array::from_iter_values((0..ROWS).map(|_| 1)));
            let batch = RecordBatch::try_new(Arc::clone(&schema), vec![numbers, keys]).unwrap();
            let table = MemTable::try_new(schema, vec![vec![batch]]).unwrap();
            LogicalPlanBuilder::scan(name, provider_as_source(Arc::new(table)), None).unwrap()
        };
        let right = side("b").build().unwrap();
        let keys = (vec!["a.key"], vec!["b.key"]);
        let joined = side("a").join(right, JoinType::Inner, keys, condition).unwrap();
        joined.aggregate(Vec::<Expr>::new(), [count(lit(1))]).unwrap().build().unwrap()
    }

    fn rows_of_the_join(plan: &Arc<dyn ExecutionPlan>) -> usize {
        match plan.name() {
            "HashJoinExec" => plan.metrics().and_then(|metrics| metrics.output_rows()).unwrap_or(0),
            _ => plan.children().into_iter().map(rows_of_the_join).sum(),
        }
    }

    /// One thread: the query only stops where it gives way by itself.
    #[tokio::test]
    async fn a_join_gives_way_to_whoever_ends_it() {
        let session = Session::new(&RunOptions { partitions: Some(1), ..RunOptions::at(0) }).unwrap();
        let plan = session.physical(&joined(None), Joins::InMemory).await.unwrap();
        let mut rows = session.execute(&plan).unwrap();
        let task = tokio::spawn(async move { rows.next().await.is_some() });
        while rows_of_the_join(&plan) == 0 {
            tokio::task::yield_now().await;
        }
        task.abort();
        assert!(task.await.is_err_and(|error| error.is_cancelled()));
        let made = rows_of_the_join(&plan);
        // Tokio lets a task take 128 steps at a time, and a step of the join is at most two batches.
        assert!(made <= 2 * 128 * 8192, "{made} rows");
    }

    #[tokio::test]
    async fn the_condition_of_a_join_ends_with_the_query() {
        for joins in [Joins::InMemory, Joins::Spilling] {
            let session = Session::new(&RunOptions { partitions: Some(1), ..RunOptions::at(0) }).unwrap();
            let pairs = Arc::new(AtomicUsize::new(0));
            let (control, counted) = (Arc::clone(&session.query.control), Arc::clone(&pairs));
            let ends: ScalarFunctionImplementation = Arc::new(move |arguments| {
                let rows = ColumnarValue::values_to_arrays(arguments)?[0].len();
                counted.fetch_add(rows, Ordering::Relaxed);
                control.cancel();
                Ok(ColumnarValue::Array(Arc::new(BooleanArray::from(vec![false; rows]))))
            });
            let types = vec![DataType::Int64, DataType::Int64];
            let ends = create_udf("ends", types, DataType::Boolean, Volatility::Immutable, ends);
            let condition = ends.call(vec![col("a.x"), col("b.x")]);
            let plan = session.physical(&joined(Some(condition)), joins).await.unwrap();
            let mut rows = session.execute(&plan).unwrap();
            let error = rows.next().await.expect("the end is told").expect_err("it has been ended");
            assert!(matches!(session.failure(error), RunError::Cancelled), "{joins:?}");
            let pairs = pairs.load(Ordering::Relaxed);
            assert!((1..=2 * 8192).contains(&pairs), "{joins:?}: {pairs} pairs");
        }
    }
}
