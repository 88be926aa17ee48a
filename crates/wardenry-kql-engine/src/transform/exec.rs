use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::partition;
use arrow::datatypes::{Schema, SchemaRef};
use arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{
    Distribution, EquivalenceProperties, LexOrdering, OrderingRequirements, Partitioning, PhysicalExpr,
    PhysicalSortExpr,
};
use datafusion::physical_plan::distribution_requirements::InputDistributionRequirements;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties,
    PlanProperties, ReplaceChildrenOptions, apply_expression_roots,
};
use futures_util::StreamExt;
use futures_util::stream::try_unfold;

use super::{Gather, Input, Output, Transform, TransformContext, TransformFactory, TransformNode};
use crate::control::{Memory, QueryContext};

/// Runs a [`Transform`] for each partition, or for each group of rows.
#[derive(Clone)]
pub(super) struct TransformExec {
    factory: Arc<dyn TransformFactory>,
    input: Arc<dyn ExecutionPlan>,
    arguments: Vec<Arc<dyn PhysicalExpr>>,
    groups: Vec<Arc<dyn PhysicalExpr>>,
    order: Vec<PhysicalSortExpr>,
    passed: Vec<usize>,
    gather: Gather,
    serial: bool,
    ordinal: bool,
    input_rows: Option<usize>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl TransformExec {
    pub(super) fn try_new(
        node: &TransformNode,
        input: Arc<dyn ExecutionPlan>,
        arguments: Vec<Arc<dyn PhysicalExpr>>,
        groups: Vec<Arc<dyn PhysicalExpr>>,
        order: Vec<PhysicalSortExpr>,
    ) -> Result<Self> {
        let input_schema = input.schema();
        let passed =
            node.passed.iter().map(|name| Ok(input_schema.index_of(name)?)).collect::<Result<Vec<_>>>()?;
        let mut fields: Vec<_> =
            passed.iter().map(|index| Arc::clone(&input_schema.fields()[*index])).collect();
        fields.extend(node.schema_fields().skip(passed.len()));
        let schema = Arc::new(Schema::new(fields));
        let ordinal = node.ordinal.is_some();
        let serial = node.is_serial();
        let properties = properties(&input, &schema, serial, !groups.is_empty(), ordinal, node.gather);
        Ok(Self {
            factory: Arc::clone(&node.factory),
            input,
            arguments,
            groups,
            order,
            passed,
            gather: node.gather,
            serial,
            ordinal,
            input_rows: node.input_rows,
            schema,
            properties,
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }
}

fn properties(
    input: &Arc<dyn ExecutionPlan>,
    schema: &SchemaRef,
    serial: bool,
    grouped: bool,
    ordinal: bool,
    gather: Gather,
) -> Arc<PlanProperties> {
    let mut equivalences = EquivalenceProperties::new(Arc::clone(schema));
    if ordinal && !grouped {
        let index = schema.fields().len() - 1;
        let column = datafusion::physical_expr::expressions::Column::new(schema.field(index).name(), index);
        equivalences.add_ordering([PhysicalSortExpr::new_default(Arc::new(column))]);
    }
    let emission =
        if serial || gather != Gather::Nothing { EmissionType::Final } else { EmissionType::Incremental };
    let partitions = input.output_partitioning().partition_count();
    Arc::new(PlanProperties::new(
        equivalences,
        Partitioning::UnknownPartitioning(partitions),
        emission,
        Boundedness::Bounded,
    ))
}

impl fmt::Debug for TransformExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransformExec").field("factory", &self.factory).finish_non_exhaustive()
    }
}

impl DisplayAs for TransformExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransformExec: {}", self.factory.name())?;
        if !self.arguments.is_empty() {
            let arguments: Vec<_> = self.arguments.iter().map(ToString::to_string).collect();
            write!(f, ", arguments=[{}]", arguments.join(", "))?;
        }
        if !self.groups.is_empty() {
            let groups: Vec<_> = self.groups.iter().map(ToString::to_string).collect();
            write!(f, ", groups=[{}]", groups.join(", "))?;
        }
        Ok(())
    }
}

impl ExecutionPlan for TransformExec {
    fn name(&self) -> &'static str {
        "TransformExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        let distribution = if !self.groups.is_empty() {
            if self.serial {
                Distribution::KeyPartitioned(self.groups.clone())
            } else {
                Distribution::UnspecifiedDistribution
            }
        } else if let Gather::Keys(keys) = self.gather
            && self.order.is_empty()
            && keys > 0
        {
            Distribution::KeyPartitioned(self.arguments[..keys].to_vec())
        } else if self.serial || self.gather != Gather::Nothing {
            Distribution::SinglePartition
        } else {
            Distribution::UnspecifiedDistribution
        };
        InputDistributionRequirements::new(vec![distribution])
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        if !self.serial {
            return vec![None];
        }
        let groups = self.groups.iter().map(|group| PhysicalSortExpr::new_default(Arc::clone(group)));
        let ordering = LexOrdering::new(groups.chain(self.order.iter().cloned()));
        vec![ordering.map(OrderingRequirements::from)]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(self.arguments.iter().chain(&self.groups), f)
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut exec = Self::clone(&self);
        exec.input = children.swap_remove(0);
        exec.metrics = ExecutionPlanMetricsSet::new();
        exec.properties = properties(
            &exec.input,
            &exec.schema,
            exec.serial,
            !exec.groups.is_empty(),
            exec.ordinal,
            exec.gather,
        );
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
        let reservation =
            MemoryConsumer::new(self.factory.name()).register(&context.runtime_env().memory_pool);
        let runner = Runner {
            input: self.input.execute(partition, Arc::clone(&context))?,
            output: Output::new(Arc::clone(&self.schema), self.ordinal, query.batch_rows),
            queued: Memory::new(reservation, query.memory_limit),
            metrics: BaselineMetrics::new(&self.metrics, partition),
            exec: self.clone(),
            current: None,
            context,
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
    exec: TransformExec,
    input: SendableRecordBatchStream,
    output: Output,
    /// Rows that were put out and wait to be fetched.
    queued: Memory,
    current: Option<Instance>,
    context: Arc<TaskContext>,
    query: Arc<QueryContext>,
    metrics: BaselineMetrics,
    finished: bool,
}

struct Instance {
    transform: Box<dyn Transform>,
    /// Of the rows that it gets.
    group: Option<OwnedRow>,
}

impl Runner {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.output.pop() {
                self.metrics.record_output(batch.num_rows());
                return Ok(Some(batch));
            }
            if self.finished {
                return Ok(None);
            }
            self.query.control.check()?;
            match self.input.next().await {
                Some(batch) => {
                    let time = self.metrics.elapsed_compute().clone();
                    let _timer = time.timer();
                    self.push(&batch?)?;
                }
                None => {
                    self.finished = true;
                    let time = self.metrics.elapsed_compute().clone();
                    let _timer = time.timer();
                    if self.current.is_none() && self.exec.groups.is_empty() {
                        self.current = Some(Instance { transform: self.instance()?, group: None });
                    }
                    self.finish()?;
                }
            }
            self.queued.resize(self.output.memory_size())?;
        }
    }

    fn instance(&self) -> Result<Box<dyn Transform>> {
        let reservation =
            MemoryConsumer::new(self.exec.factory.name()).register(&self.context.runtime_env().memory_pool);
        let transform = self.exec.factory.create(TransformContext {
            memory: Memory::new(reservation, self.query.memory_limit),
            control: Arc::clone(&self.query.control),
        })?;
        Ok(transform)
    }

    fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        if self.exec.groups.is_empty() || !self.exec.serial {
            return self.push_group(batch, None);
        }
        let keys = evaluate(&self.exec.groups, batch)?;
        let fields = keys.iter().map(|key| SortField::new(key.data_type().clone())).collect();
        let rows = RowConverter::new(fields)?.convert_columns(&keys)?;
        for range in partition(&keys)?.ranges() {
            let group = rows.row(range.start).owned();
            self.push_group(&batch.slice(range.start, range.len()), Some(group))?;
        }
        Ok(())
    }

    fn push_group(&mut self, batch: &RecordBatch, group: Option<OwnedRow>) -> Result<()> {
        if self.current.as_ref().is_some_and(|current| current.group != group) {
            self.finish()?;
        }
        if self.current.is_none() {
            self.current = Some(Instance { transform: self.instance()?, group });
        }
        let step = self.exec.input_rows.unwrap_or(usize::MAX).max(1);
        let mut start = 0;
        while start < batch.num_rows() {
            let part = batch.slice(start, step.min(batch.num_rows() - start));
            start += part.num_rows();
            let input = self.input(&part)?;
            self.query.control.check()?;
            if let Some(current) = &mut self.current {
                current.transform.push(&input, &mut self.output)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        if let Some(mut instance) = self.current.take() {
            instance.transform.finish(&mut self.output)?;
        }
        Ok(())
    }

    fn input(&self, batch: &RecordBatch) -> Result<Input> {
        let rows = batch.num_rows();
        let columns = self.exec.passed.iter().map(|index| Arc::clone(batch.column(*index))).collect();
        let fields: Vec<_> =
            self.exec.passed.iter().map(|index| Arc::clone(&batch.schema_ref().fields()[*index])).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let passed = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?;
        Ok(Input { passed, arguments: evaluate(&self.exec.arguments, batch)?, rows })
    }
}

fn evaluate(exprs: &[Arc<dyn PhysicalExpr>], batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
    exprs.iter().map(|expr| expr.evaluate(batch)?.into_array(batch.num_rows())).collect()
}
