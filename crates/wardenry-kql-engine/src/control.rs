use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use datafusion::common::Result as DataFusionResult;
use datafusion::execution::TaskContext;
use datafusion::execution::memory_pool::MemoryReservation;
use tokio_util::sync::CancellationToken;
use wardenry_kql_functions::Context;

use crate::RunError;

/// Ends a running query, from any thread.
#[derive(Debug)]
pub(crate) struct Control {
    token: CancellationToken,
    started: Instant,
    run_time: Duration,
    timed_out: OnceLock<Duration>,
}

impl Control {
    /// For a query that starts now and may run so long.
    pub(crate) fn new(token: CancellationToken, run_time: Duration) -> Self {
        Self { token, started: Instant::now(), run_time, timed_out: OnceLock::new() }
    }

    /// Ends the query because its time is over.
    pub(crate) fn time_out(&self, limit: Duration) {
        let _ = self.timed_out.set(limit);
        self.token.cancel();
    }

    pub(crate) fn cancel(&self) {
        self.token.cancel();
    }

    pub(crate) fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Fails once the query has been ended. Cheap: loops of an operator call it every few thousand rounds, so that
    /// an ended query stops within 100 ms.
    pub(crate) fn check(&self) -> Result<(), RunError> {
        if !self.token.is_cancelled() {
            // Planning does not wait for anything, so that nobody else can tell it that its time is over.
            if self.started.elapsed() < self.run_time {
                return Ok(());
            }
            self.time_out(self.run_time);
        }
        Err(self.timed_out.get().map_or(RunError::Cancelled, |limit| RunError::TimedOut { limit: *limit }))
    }
}

/// What an operator holds on to, counted against the query's memory.
#[derive(Debug)]
pub(crate) struct Memory {
    reservation: MemoryReservation,
    limit: usize,
}

impl Memory {
    pub(crate) fn new(reservation: MemoryReservation, limit: usize) -> Self {
        Self { reservation, limit }
    }

    /// Counts `bytes` more.
    pub(crate) fn grow(&self, bytes: usize) -> Result<(), RunError> {
        self.reservation.try_grow(bytes).map_err(|_| RunError::OutOfMemory { limit: self.limit })
    }

    /// Counts `bytes` less, at most what was counted.
    pub(crate) fn shrink(&self, bytes: usize) {
        self.reservation.shrink(bytes.min(self.reservation.size()));
    }

    /// Counts `bytes` in all.
    pub(crate) fn resize(&self, bytes: usize) -> Result<(), RunError> {
        self.reservation.try_resize(bytes).map_err(|_| RunError::OutOfMemory { limit: self.limit })
    }
}

/// What all operators of a running query share. It travels in the session's configuration.
#[derive(Debug)]
pub(crate) struct QueryContext {
    pub(crate) control: Arc<Control>,
    pub(crate) functions: Context,
    pub(crate) memory_limit: usize,
    pub(crate) batch_rows: usize,
}

impl QueryContext {
    pub(crate) fn of(context: &TaskContext) -> DataFusionResult<Arc<Self>> {
        context
            .session_config()
            .get_extension::<Self>()
            .ok_or_else(|| RunError::internal("start of an operator", "no query context").into())
    }
}
