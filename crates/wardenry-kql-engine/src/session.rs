//! A DataFusion session for one query.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use async_trait::async_trait;
use datafusion::catalog::Session as PlanSession;
use datafusion::common::{DataFusionError, Result as DataFusionResult};
use datafusion::execution::context::{QueryPlanner, SessionState};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, MemoryConsumer, PeakRecordingPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SendableRecordBatchStream, SessionStateBuilder, TaskContext};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::physical_planner::{DefaultPhysicalPlanner, PhysicalPlanner};
use datafusion::prelude::SessionConfig;
use wardenry_kql_functions::Context;

use crate::control::{Control, Memory, QueryContext};
use crate::deep::{Deep, deep};
use crate::execution::Execution;
use crate::interrupt::{logical_rules, physical_rules};
use crate::stage::StagePlanner;
use crate::transform::TransformPlanner;
use crate::{RunError, RunOptions};

/// How rows that belong together are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joins {
    /// One side is kept in memory.
    InMemory,
    /// Both sides are sorted, which writes to files what does not fit.
    Spilling,
}

pub(crate) struct Session {
    state: SessionState,
    pub(crate) query: Arc<QueryContext>,
}

impl Session {
    pub(crate) fn new(options: &RunOptions) -> Result<Self, RunError> {
        let limits = &options.limits;
        let query = Arc::new(QueryContext {
            control: Arc::new(Control::new(options.cancellation.child_token(), limits.run_time)),
            functions: Context {
                now: options.now,
                seed: options.seed,
                regex_size: limits.regex_bytes,
                geo_database: options.geo_database.clone(),
            },
            memory_limit: limits.memory_bytes,
            batch_rows: options.batch_rows.max(1),
        });
        let mode = match &options.temporary_folder {
            Some(folder) => DiskManagerMode::Directories(vec![folder.clone()]),
            None => DiskManagerMode::OsTmpDirectory,
        };
        let pool = PeakRecordingPool::new(Arc::new(FairSpillPool::new(limits.memory_bytes)));
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(pool))
            .with_disk_manager_builder(
                DiskManagerBuilder::default()
                    .with_mode(mode)
                    .with_max_temp_directory_size(limits.spill_bytes),
            )
            .build_arc()
            .map_err(|error| RunError::internal("start", error))?;
        let state = SessionStateBuilder::new()
            .with_config(config(options).with_extension(Arc::clone(&query)))
            .with_runtime_env(runtime)
            .with_query_planner(Arc::new(Planner))
            .with_optimizer_rules(logical_rules(&query.control, options.optimise))
            .with_physical_optimizer_rules(physical_rules(&query.control))
            .build();
        Ok(Self { state, query })
    }

    /// What would run.
    pub(crate) async fn physical(
        &self,
        plan: &LogicalPlan,
        joins: Joins,
    ) -> Result<Arc<dyn ExecutionPlan>, RunError> {
        let state = match joins {
            Joins::InMemory => Cow::Borrowed(&self.state),
            Joins::Spilling => Cow::Owned(spilling(self.state.clone())),
        };
        let plan = deep(|| state.optimize(plan)).map_err(|error| self.failure(error))?;
        let planner = state.query_planner();
        let physical = Deep::new(planner.create_physical_plan(&plan, &*state)).await;
        physical.map_err(|error| self.failure(error))
    }

    /// What an execution's failure means.
    pub(crate) fn failure(&self, error: DataFusionError) -> RunError {
        RunError::from_execution(error, self.query.memory_limit)
    }

    pub(crate) fn execute(
        &self,
        plan: &Arc<dyn ExecutionPlan>,
    ) -> Result<SendableRecordBatchStream, RunError> {
        let context = Arc::new(TaskContext::from(&self.state));
        execute_stream(Arc::clone(plan), context).map_err(|error| self.failure(error))
    }

    /// All rows of a plan, counted against the query's memory as long as the second value lives.
    pub(crate) async fn collect(&self, plan: LogicalPlan) -> Result<(Vec<RecordBatch>, Memory), RunError> {
        let pool = &self.state.runtime_env().memory_pool;
        let memory = Memory::new(MemoryConsumer::new("rows kept").register(pool), self.query.memory_limit);
        let mut execution = Execution::start(self, plan).await?;
        let mut batches = Vec::new();
        while let Some(batch) = self.until_ended(execution.next(self)).await? {
            let batch = batch?;
            memory.grow(batch.get_array_memory_size())?;
            batches.push(batch);
        }
        Ok((batches, memory))
    }

    async fn until_ended<T>(&self, future: impl Future<Output = T>) -> Result<T, RunError> {
        tokio::select! {
            value = future => Ok(value),
            () = self.query.control.token().cancelled() => {
                self.query.control.check()?;
                Err(RunError::Cancelled)
            }
        }
    }

    /// The bytes that operators hold.
    #[cfg(test)]
    pub(crate) fn reserved_memory(&self) -> usize {
        self.state.runtime_env().memory_pool.reserved()
    }

    /// The most bytes that operators held at a time.
    pub(crate) fn peak_memory(&self) -> usize {
        PeakRecordingPool::from_pool(self.state.runtime_env().memory_pool.as_ref())
            .map_or(0, PeakRecordingPool::peak_reserved)
    }
}

fn config(options: &RunOptions) -> SessionConfig {
    let mut config = SessionConfig::new().with_batch_size(options.batch_rows.max(1));
    if let Some(partitions) = options.partitions {
        config = config.with_target_partitions(partitions.max(1));
    }
    let settings = config.options_mut();
    // Rows keep their order through operators that take one row at a time.
    settings.optimizer.enable_round_robin_repartition = false;
    // The side of a join that is kept in memory is kept once if it is not large: then the other side need not be shuffled, and
    // its scan leaves out what cannot find a partner.
    settings.optimizer.hash_join_single_partition_threshold = 32 << 20;
    settings.optimizer.hash_join_single_partition_threshold_rows = 1 << 20;
    settings.execution.parquet.pushdown_filters = true;
    settings.execution.parquet.reorder_filters = true;
    settings.execution.parquet.bloom_filter_on_read = true;
    // A sort that writes to files keeps so much to merge them. Of a small memory it must not be all.
    let reserved = options.limits.memory_bytes / 64;
    settings.execution.sort_spill_reservation_bytes =
        reserved.min(settings.execution.sort_spill_reservation_bytes);
    config
}

/// The same session for plans with [`Joins::Spilling`].
fn spilling(mut state: SessionState) -> SessionState {
    let settings = state.config_mut().options_mut();
    settings.optimizer.prefer_hash_join = false;
    // DataFusion sorts for a join only where it distributes rows.
    settings.execution.target_partitions = settings.execution.target_partitions.max(2);
    state
}

/// DataFusion's planner, and ours for [`crate::transform`].
struct Planner;

impl fmt::Debug for Planner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Planner")
    }
}

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(
        &self,
        logical_plan: &LogicalPlan,
        session: &dyn PlanSession,
    ) -> DataFusionResult<Arc<dyn ExecutionPlan>> {
        DefaultPhysicalPlanner::with_extension_planners(vec![
            Arc::new(TransformPlanner),
            Arc::new(StagePlanner),
        ])
        .create_physical_plan(logical_plan, session)
        .await
    }
}
