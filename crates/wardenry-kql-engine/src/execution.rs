//! A plan that runs.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{EmptyRecordBatchStream, ExecutionPlan};
use futures_util::StreamExt;

use crate::RunError;
use crate::joins::has_hash_join;
use crate::session::{Joins, Session};

/// The rows of a plan, as they come.
///
/// Joins keep one side in memory, because that is the fastest. Where the memory does not suffice, and no row has been given out yet, the
/// plan is made again with joins that sort both sides, and write to files what does not fit.
pub(crate) struct Execution {
    plan: LogicalPlan,
    rows: SendableRecordBatchStream,
    /// Whether the other way of joining may still help.
    has_another_way: bool,
    scanned: Arc<Scanned>,
}

/// Bytes read from files so far, by all attempts.
#[derive(Debug)]
pub(crate) struct Scanned(Mutex<(u64, Arc<dyn ExecutionPlan>)>);

impl Scanned {
    pub(crate) fn bytes(&self) -> u64 {
        let (before, plan) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner);
        before + scanned_bytes(plan)
    }

    /// Another attempt begins.
    fn go_on_with(&self, next: &Arc<dyn ExecutionPlan>) {
        let (before, plan) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *before += scanned_bytes(plan);
        *plan = Arc::clone(next);
    }
}

impl Execution {
    pub(crate) async fn start(session: &Session, plan: LogicalPlan) -> Result<Self, RunError> {
        let physical = session.physical(&plan, Joins::InMemory).await?;
        let rows = session.execute(&physical)?;
        let has_another_way = has_hash_join(&physical);
        let scanned = Arc::new(Scanned(Mutex::new((0, physical))));
        Ok(Self { plan, rows, has_another_way, scanned })
    }

    /// Counts on while the plan runs.
    pub(crate) fn scanned(&self) -> &Arc<Scanned> {
        &self.scanned
    }

    /// The next rows; `None` at the end. After an error there are no more.
    pub(crate) async fn next(&mut self, session: &Session) -> Option<Result<RecordBatch, RunError>> {
        loop {
            let batch = self.rows.next().await.map(|batch| batch.map_err(|error| session.failure(error)));
            match batch {
                Some(Err(RunError::OutOfMemory { .. })) if self.has_another_way => {
                    if let Err(error) = self.start_again(session).await {
                        return Some(Err(error));
                    }
                }
                Some(Ok(batch)) => {
                    self.has_another_way &= batch.num_rows() == 0;
                    return Some(Ok(batch));
                }
                end => return end,
            }
        }
    }

    async fn start_again(&mut self, session: &Session) -> Result<(), RunError> {
        self.has_another_way = false;
        // What the first attempt holds is free before the second begins.
        self.rows = Box::pin(EmptyRecordBatchStream::new(self.rows.schema()));
        let physical = session.physical(&self.plan, Joins::Spilling).await?;
        self.scanned.go_on_with(&physical);
        self.rows = session.execute(&physical)?;
        Ok(())
    }
}

fn scanned_bytes(plan: &Arc<dyn ExecutionPlan>) -> u64 {
    let mut bytes = 0;
    let mut open = vec![plan];
    while let Some(plan) = open.pop() {
        let scanned = plan.metrics().and_then(|metrics| metrics.sum_by_name("bytes_scanned"));
        bytes += scanned.map_or(0, |scanned| scanned.as_usize() as u64);
        open.extend(plan.children());
    }
    bytes
}
