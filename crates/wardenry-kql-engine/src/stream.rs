use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema, SchemaRef};
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use wardenry_kql_functions::layout;
use wardenry_kql_semantics::checked::Render;
use wardenry_kql_values::ScalarType;

use crate::control::Memory;
use crate::execution::{Execution, Scanned};
use crate::session::Session;
use crate::{Limits, RunError, normalise};

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultColumn {
    pub name: Arc<str>,
    pub scalar_type: ScalarType,
}

/// What a query has used up so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    pub elapsed: Duration,
    /// Processor time of all threads together. Only whoever runs the query on threads of its own can tell: the engine leaves it out.
    pub cpu: Option<Duration>,
    /// Rows of the result.
    pub rows: u64,
    /// Bytes of the result, as it lies in memory.
    pub bytes: u64,
    /// The most bytes that operators held at a time.
    pub peak_memory: usize,
    /// Bytes read from files.
    pub scanned_bytes: u64,
}

/// The result of a tabular statement, as it comes.
///
/// A stream of batches in the layout of [`wardenry_kql_functions::layout`]; a string column has no null slot. After an
/// error nothing more comes. Dropping the stream ends the query.
pub struct QueryStream {
    columns: Vec<ResultColumn>,
    render: Option<Render>,
    schema: SchemaRef,
    /// `None` follows the last batch: a task that ends without it has failed.
    batches: mpsc::Receiver<Result<Option<RecordBatch>, RunError>>,
    /// Becomes ready when the query is ended from outside, or runs too long.
    ended: Pin<Box<dyn Future<Output = RunError> + Send>>,
    task: AbortHandle,
    scanned: Arc<Scanned>,
    session: Arc<Session>,
    limits: Limits,
    started: Instant,
    rows: u64,
    bytes: u64,
    finished: bool,
}

impl QueryStream {
    pub(crate) fn new(
        columns: Vec<ResultColumn>,
        render: Option<Render>,
        execution: Execution,
        kept: Vec<Memory>,
        session: Arc<Session>,
        limits: Limits,
        started: Instant,
    ) -> Self {
        let fields: Vec<_> = columns
            .iter()
            .map(|column| Field::new(column.name.as_ref(), layout::arrow_type(column.scalar_type), true))
            .collect();
        let (sender, batches) = mpsc::channel(2);
        let scanned = Arc::clone(execution.scanned());
        let task = tokio::spawn(forward(execution, kept, sender, Arc::clone(&session))).abort_handle();
        let control = Arc::clone(&session.query.control);
        let run_time = limits.run_time;
        let ended = Box::pin(async move {
            let left = run_time.saturating_sub(started.elapsed());
            tokio::select! {
                () = control.token().cancelled() => {}
                () = tokio::time::sleep(left) => control.time_out(run_time),
            }
            control.check().err().unwrap_or(RunError::Cancelled)
        });
        Self {
            columns,
            render,
            schema: Arc::new(Schema::new(fields)),
            batches,
            ended,
            task,
            scanned,
            session,
            limits,
            started,
            rows: 0,
            bytes: 0,
            finished: false,
        }
    }

    pub fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    /// How the query's author wants the result drawn.
    pub fn render(&self) -> Option<&Render> {
        self.render.as_ref()
    }

    pub fn statistics(&self) -> Statistics {
        Statistics {
            elapsed: self.started.elapsed(),
            cpu: None,
            rows: self.rows,
            bytes: self.bytes,
            peak_memory: self.session.peak_memory(),
            scanned_bytes: self.scanned.bytes(),
        }
    }

    /// The next rows, never none; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<RecordBatch, RunError>> {
        StreamExt::next(self).await
    }

    fn accept(&mut self, batch: &RecordBatch) -> Result<RecordBatch, RunError> {
        self.rows += batch.num_rows() as u64;
        if self.rows > self.limits.rows {
            return Err(RunError::TooManyRows { limit: self.limits.rows });
        }
        let mut columns = Vec::with_capacity(batch.num_columns());
        for (column, array) in self.columns.iter().zip(batch.columns()) {
            columns.push(match column.scalar_type {
                ScalarType::String => normalise::text(array),
                _ => Arc::clone(array),
            });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
            .map_err(|error| RunError::internal("result", error))?;
        self.bytes += result_bytes(&batch);
        if self.bytes > self.limits.result_bytes {
            return Err(RunError::ResultTooLarge { limit: self.limits.result_bytes });
        }
        Ok(batch)
    }
}

/// Bytes of the values, whatever buffers they share with others.
fn result_bytes(batch: &RecordBatch) -> u64 {
    use arrow::array::{Array, AsArray};
    batch
        .columns()
        .iter()
        .map(|array| match array.as_string_view_opt() {
            Some(texts) => texts.lengths().map(|length| u64::from(length) + 16).sum::<u64>(),
            None => array.to_data().get_slice_memory_size().unwrap_or_default() as u64,
        })
        .sum()
}

/// Runs the query on a task of its own, so that the stream answers at once when it is told to end.
async fn forward(
    mut execution: Execution,
    kept: Vec<Memory>,
    sender: mpsc::Sender<Result<Option<RecordBatch>, RunError>>,
    session: Arc<Session>,
) {
    loop {
        let batch = execution.next(&session).await.transpose();
        let is_last = !matches!(batch, Ok(Some(_)));
        if sender.send(batch).await.is_err() || is_last {
            break;
        }
    }
    drop(kept);
}

impl Stream for QueryStream {
    type Item = Result<RecordBatch, RunError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.finished {
            return Poll::Ready(None);
        }
        if let Poll::Ready(error) = self.ended.as_mut().poll(context) {
            self.finished = true;
            self.task.abort();
            return Poll::Ready(Some(Err(error)));
        }
        loop {
            let item = std::task::ready!(self.batches.poll_recv(context));
            let item = match item {
                Some(Ok(Some(batch))) if batch.num_rows() == 0 => continue,
                Some(Ok(Some(batch))) => Some(self.accept(&batch)),
                Some(Ok(None)) => None,
                Some(Err(error)) => Some(Err(self.session.query.control.check().err().unwrap_or(error))),
                None => Some(Err(RunError::internal("execution", "the task of the query has ended early"))),
            };
            self.finished = !matches!(item, Some(Ok(_)));
            if self.finished {
                self.session.query.control.cancel();
                self.task.abort();
            }
            return Poll::Ready(item);
        }
    }
}

impl Drop for QueryStream {
    fn drop(&mut self) {
        self.session.query.control.cancel();
        self.task.abort();
    }
}
