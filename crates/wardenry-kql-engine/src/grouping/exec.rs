use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};
use datafusion::physical_expr::aggregate::AggregateFunctionExpr;
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties,
    PlanProperties, ReplaceChildrenOptions, apply_expression_roots,
};
use futures_util::StreamExt;
use futures_util::stream::try_unfold;

use super::keys::Keys;
use crate::control::{Memory, QueryContext};

/// After so many rows it shows whether grouping makes them fewer.
const PROBE_ROWS: usize = 100_000;

/// The first phase of a grouping: groups the rows of each partition, and gives the groups with the state of each aggregation.
#[derive(Clone)]
pub(super) struct GroupExec {
    input: Arc<dyn ExecutionPlan>,
    keys: Vec<Arc<dyn PhysicalExpr>>,
    /// The column of the input that says which rows count.
    kept: Option<usize>,
    calls: Vec<Call>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

/// An aggregation.
#[derive(Clone)]
struct Call {
    function: Arc<AggregateFunctionExpr>,
    arguments: Vec<Arc<dyn PhysicalExpr>>,
    filter: Option<Arc<dyn PhysicalExpr>>,
}

impl GroupExec {
    /// Does the same as `aggregate` on an input of which some columns are numbers into dictionaries, and the column `kept` says
    /// which rows count.
    pub(super) fn new(aggregate: &AggregateExec, input: Arc<dyn ExecutionPlan>, kept: Option<usize>) -> Self {
        let keys = aggregate.group_expr().input_exprs();
        let calls = aggregate.aggr_expr().iter().zip(aggregate.filter_expr());
        let calls = calls.map(|(function, filter)| Call {
            function: Arc::clone(function),
            arguments: function.expressions(),
            filter: filter.clone(),
        });
        let schema = aggregate.schema();
        let properties = properties(&input, &schema);
        let metrics = ExecutionPlanMetricsSet::new();
        Self { input, keys, kept, calls: calls.collect(), schema, properties, metrics }
    }
}

fn properties(input: &Arc<dyn ExecutionPlan>, schema: &SchemaRef) -> Arc<PlanProperties> {
    let partitions = input.output_partitioning().partition_count();
    Arc::new(PlanProperties::new(
        EquivalenceProperties::new(Arc::clone(schema)),
        Partitioning::UnknownPartitioning(partitions),
        EmissionType::Final,
        Boundedness::Bounded,
    ))
}

impl fmt::Debug for GroupExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupExec").field("keys", &self.keys).finish_non_exhaustive()
    }
}

impl DisplayAs for GroupExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self.keys.iter().map(ToString::to_string).collect();
        let calls: Vec<_> = self.calls.iter().map(|call| call.function.name().to_owned()).collect();
        write!(f, "GroupExec: keys=[{}], aggregations=[{}]", keys.join(", "), calls.join(", "))
    }
}

impl ExecutionPlan for GroupExec {
    fn name(&self) -> &'static str {
        "GroupExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let calls = self.calls.iter().flat_map(|call| call.arguments.iter().chain(&call.filter));
        apply_expression_roots(self.keys.iter().chain(calls), f)
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut exec = Self::clone(&self);
        exec.input = children.swap_remove(0);
        exec.properties = properties(&exec.input, &exec.schema);
        exec.metrics = ExecutionPlanMetricsSet::new();
        Ok(Arc::new(exec))
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let query = QueryContext::of(&context)?;
        let reservation = MemoryConsumer::new(format!("groups of partition {partition}"))
            .register(&context.runtime_env().memory_pool);
        let input = self.input.execute(partition, context)?;
        let schema = input.schema();
        let types = self.keys.iter().map(|key| key.data_type(&schema)).collect::<Result<Vec<_>>>()?;
        let accumulators = self.calls.iter().map(|call| call.function.create_groups_accumulator());
        let runner = Runner {
            keys: Keys::try_new(&types)?,
            accumulators: accumulators.collect::<Result<Vec<_>>>()?,
            groups: Vec::new(),
            rows: 0,
            emitted: 0,
            ready: None,
            memory: Memory::new(reservation, query.memory_limit),
            metrics: BaselineMetrics::new(&self.metrics, partition),
            exec: self.clone(),
            input,
            query,
            finished: false,
        };
        let stream =
            try_unfold(
                runner,
                |mut runner| async move { Ok(runner.next().await?.map(|batch| (batch, runner))) },
            );
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), stream)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}

/// The state of one partition.
struct Runner {
    exec: GroupExec,
    input: SendableRecordBatchStream,
    keys: Keys,
    accumulators: Vec<Box<dyn GroupsAccumulator>>,
    /// The group of each row of a batch.
    groups: Vec<usize>,
    /// So many rows have come, and so many groups have gone.
    rows: usize,
    emitted: usize,
    /// What has been given out but for the rows of before this one.
    ready: Option<(RecordBatch, usize)>,
    memory: Memory,
    metrics: BaselineMetrics,
    query: Arc<QueryContext>,
    finished: bool,
}

impl Runner {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some((batch, start)) = self.ready.take() {
                let length = self.query.batch_rows.min(batch.num_rows() - start);
                if length > 0 {
                    let part = batch.slice(start, length);
                    self.ready = Some((batch, start + length));
                    self.metrics.record_output(length);
                    return Ok(Some(part));
                }
                // Only now the groups are gone: until here they took what was counted for them.
                self.memory.resize(self.bytes())?;
            }
            if self.finished {
                return Ok(None);
            }
            self.query.control.check()?;
            let batch = self.input.next().await.transpose()?;
            let time = self.metrics.elapsed_compute().clone();
            let _timer = time.timer();
            match batch {
                Some(batch) => {
                    self.push(&batch)?;
                    if self.memory.resize(self.bytes()).is_err() || self.is_useless() {
                        self.flush()?;
                        if self.ready.is_none() {
                            self.memory.resize(self.bytes())?;
                        }
                    }
                }
                None => {
                    self.finished = true;
                    self.flush()?;
                }
            }
        }
    }

    fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = match self.exec.kept {
            None => batch,
            Some(kept) => match batch.column(kept).as_boolean_opt() {
                Some(kept) => &filter_record_batch(batch, kept)?,
                None => return internal_err!("a condition is no bool"),
            },
        };
        let rows = batch.num_rows();
        if rows == 0 {
            return Ok(());
        }
        self.rows += rows;
        let keys = evaluate(&self.exec.keys, batch)?;
        self.keys.groups(&keys, &mut self.groups)?;
        let total = self.keys.len();
        for (call, accumulator) in self.exec.calls.iter().zip(&mut self.accumulators) {
            let arguments = evaluate(&call.arguments, batch)?;
            let filter = match &call.filter {
                Some(filter) => Some(filter.evaluate(batch)?.into_array(rows)?),
                None => None,
            };
            let filter = match &filter {
                Some(filter) => match filter.as_boolean_opt() {
                    Some(filter) => Some(filter),
                    None => return internal_err!("a condition is no bool"),
                },
                None => None,
            };
            accumulator.update_batch(&arguments, &self.groups, filter, total)?;
        }
        Ok(())
    }

    /// Whether nearly every row is a group of its own, so that those who group after this may as well have the rows.
    fn is_useless(&self) -> bool {
        self.rows >= PROBE_ROWS && self.keys.len() + self.emitted > self.rows / 10 * 8
    }

    /// Gives all groups out and forgets them. Groups that come again are given out again: the second phase brings them together.
    fn flush(&mut self) -> Result<()> {
        let groups = self.keys.len();
        if groups == 0 {
            return Ok(());
        }
        self.emitted += groups;
        let mut columns = self.keys.take();
        for accumulator in &mut self.accumulators {
            columns.extend(accumulator.state(EmitTo::All)?);
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.exec.schema), columns)?;
        self.ready = Some((batch, 0));
        Ok(())
    }

    fn bytes(&self) -> usize {
        let accumulators: usize = self.accumulators.iter().map(|accumulator| accumulator.size()).sum();
        accumulators + self.keys.bytes() + self.groups.capacity() * size_of::<usize>()
    }
}

fn evaluate(exprs: &[Arc<dyn PhysicalExpr>], batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
    exprs.iter().map(|expr| expr.evaluate(batch)?.into_array(batch.num_rows())).collect()
}

#[cfg(test)]
mod tests {
    use arrow::array::Int64Array;
    use arrow::datatypes::{DataType, Field, Schema};
    use datafusion::catalog::memory::MemorySourceConfig;
    use datafusion::functions_aggregate::count::count_udaf;
    use datafusion::physical_expr::aggregate::AggregateExprBuilder;
    use datafusion::physical_expr::expressions::{col, lit};
    use datafusion::physical_plan::aggregates::{AggregateMode, PhysicalGroupBy};

    use super::*;
    use crate::RunOptions;
    use crate::session::Session;

    const ROWS: i64 = 150_000;

    /// Every row is a group, so that the groups are given out before the end, in many batches.
    #[tokio::test]
    async fn groups_on_their_way_out_are_counted() {
        let schema = Arc::new(Schema::new(vec![Field::new("key", DataType::Int64, true)]));
        let keys = Arc::new(Int64Array::from_iter_values(0..ROWS));
        let all = RecordBatch::try_new(Arc::clone(&schema), vec![keys]).unwrap();
        let batches: Vec<_> = (0..all.num_rows()).step_by(5_000).map(|at| all.slice(at, 5_000)).collect();
        let input: Arc<dyn ExecutionPlan> =
            MemorySourceConfig::try_new_exec(&[batches], Arc::clone(&schema), None).unwrap();
        let group_by = PhysicalGroupBy::new_single(vec![(col("key", &schema).unwrap(), "key".to_owned())]);
        let count = AggregateExprBuilder::new(count_udaf(), vec![lit(1_i64)]).schema(Arc::clone(&schema));
        let count = Arc::new(count.alias("count").build().unwrap());
        let mode = AggregateMode::Partial;
        let aggregate =
            AggregateExec::try_new(mode, group_by, vec![count], vec![None], Arc::clone(&input), schema);
        let plan: Arc<dyn ExecutionPlan> = Arc::new(GroupExec::new(&aggregate.unwrap(), input, None));

        let session = Session::new(&RunOptions { partitions: Some(1), ..RunOptions::at(0) }).unwrap();
        let mut groups = session.execute(&plan).unwrap();
        let first = groups.next().await.unwrap().unwrap();
        let mut given = first.num_rows();
        assert!(given < PROBE_ROWS, "{given}");
        // A key and a count for each group that waits.
        let reserved = session.reserved_memory();
        assert!(reserved >= PROBE_ROWS * 16, "{reserved}");
        while let Some(batch) = groups.next().await {
            given += batch.unwrap().num_rows();
        }
        assert_eq!(given, 150_000);
        drop(groups);
        assert_eq!(session.reserved_memory(), 0);
    }
}
