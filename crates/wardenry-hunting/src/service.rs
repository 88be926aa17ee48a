//! Running queries for tenants.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use wardenry_core::id::TenantId;
use wardenry_core::time::Clock;
use wardenry_diagnostic::Diagnostic;
use wardenry_kql_engine::render::{Defender, Graph, Renderer};
use wardenry_kql_engine::{Engine, Limits, QueryStream, Run, RunOptions, Statistics, Tables};
use wardenry_lake::Lake;

use crate::access::HuntReader;
use crate::error::HuntError;
use crate::grid::Grid;
use crate::language::Language;
use crate::metered;
use crate::quota::{QuotaLeft, QuotaSettings, Quotas};
use crate::schedule::{Schedule, ScheduleSettings};
use crate::visible::{Visible, engine_ticks};
use crate::window::Window;

/// How long a query waits for its turn, and an answer for room in memory.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// How long an editor's question waits for its turn. Later nobody wants the answer.
const MAX_QUESTION_WAIT: Duration = Duration::from_secs(5);

/// What a client is told to wait when too many wait already.
const BUSY_RETRY: Duration = Duration::from_secs(10);

/// What queries of all tenants may use up.
#[derive(Debug, Clone)]
pub struct HuntSettings {
    pub quotas: QuotaSettings,
    pub schedule: ScheduleSettings,
    pub limits: Limits,
    /// Threads of one query.
    pub threads: usize,
    /// Bytes of one answer.
    pub answer_bytes: usize,
    /// Bytes of all answers that are ready and not yet sent.
    pub answers_bytes: usize,
    /// Where operators write what does not fit in memory; the system's folder without one.
    pub temporary_folder: Option<PathBuf>,
}

impl HuntSettings {
    /// The documented limits, with the work spread over so many cores.
    ///
    /// More queries run at a time than there are cores: the system shares these out evenly, and a short query does not
    /// wait for a long one to end.
    pub fn for_cores(cores: usize) -> Self {
        let places = cores.clamp(4, 16);
        Self {
            quotas: QuotaSettings::for_cores(cores),
            schedule: ScheduleSettings {
                places,
                places_per_tenant: (places / 4).max(2),
                waiting_per_tenant: 32,
                waiting: 1024,
            },
            limits: Limits {
                rows: 100_000,
                result_bytes: 256 << 20,
                run_time: Duration::from_secs(180),
                memory_bytes: 1 << 30,
                spill_bytes: 8 << 30,
                ..Limits::default()
            },
            threads: cores.clamp(1, 4),
            answer_bytes: 124 << 20,
            answers_bytes: 512 << 20,
            temporary_folder: None,
        }
    }
}

/// A query and how it is to be answered.
#[derive(Debug, Clone)]
pub struct Hunt {
    pub query: String,
    /// The stretch of time that every table with a time column is restricted to.
    pub window: Option<Window>,
    pub shape: Shape,
}

/// The wire form of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    Defender,
    Graph {
        /// The value of `@odata.context`.
        context: String,
    },
    /// For a page: rows as arrays, then statistics, remarks and a chart. At most so many rows are in it.
    Grid {
        rows: usize,
    },
}

impl Shape {
    fn renderer(&self, query: &str, stream: &QueryStream, notices: &[Diagnostic]) -> Box<dyn Renderer> {
        match self {
            Self::Defender => Box::new(Defender::default()),
            Self::Graph { context } => Box::new(Graph::new(context)),
            Self::Grid { rows } => Box::new(Grid::new(*rows, stream.render(), query, notices)),
        }
    }
}

/// Hunting over the lake. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Hunting(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    lake: Lake,
    engine: Engine,
    settings: HuntSettings,
    clock: Arc<dyn Clock>,
    quotas: Quotas,
    schedule: Schedule,
    /// Room for answers, in KiB.
    room: Arc<Semaphore>,
    /// Turns for editors' questions.
    questions: Arc<Semaphore>,
}

impl Hunting {
    pub fn new(lake: Lake, settings: HuntSettings, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            lake,
            engine: Engine::new(),
            clock: Arc::clone(&clock),
            quotas: Quotas::new(settings.quotas, clock),
            schedule: Schedule::new(settings.schedule),
            room: Arc::new(Semaphore::new(settings.answers_bytes >> 10)),
            questions: Arc::new(Semaphore::new(settings.threads.max(2))),
            settings,
        }))
    }

    /// Runs a query over the reader's tables and gives the body of the answer. Dropping the future ends the query.
    ///
    /// A query with several results is refused: neither shape has a place for more than one.
    pub async fn run(&self, reader: &HuntReader, hunt: Hunt) -> Result<Bytes, HuntError> {
        let inner = &self.0;
        let tenant = reader.tenant();
        inner.quotas.admit(tenant)?;
        let turn = tokio::time::timeout(MAX_WAIT, inner.schedule.turn(tenant));
        let Ok(Ok(turn)) = turn.await else { return Err(HuntError::Busy { retry_after: BUSY_RETRY }) };
        let tables =
            Visible { tables: inner.lake.tables(tenant).await?, set: reader.tables(), window: hunt.window };
        let options = inner.options();
        let cancelled = options.cancellation.clone();
        let _cancels = cancelled.drop_guard();
        let work = work(inner.engine.clone(), hunt, tables, options, inner.settings.answer_bytes);
        let charge = {
            let inner = Arc::clone(inner);
            move |cpu| {
                inner.quotas.charge(tenant, cpu);
                // Only now: the threads of an ended query are still somebody's.
                drop(turn);
            }
        };
        let (result, cpu) = metered::run(inner.settings.threads, work, charge).await?;
        let answer = result.inspect_err(|error| log(tenant, cpu, error))?;
        let Rendered { mut renderer, mut body, statistics } = answer;
        let statistics = Statistics { cpu: Some(cpu), ..statistics };
        renderer.end(&statistics, &mut body);
        tracing::debug!(
            tenant.id = %tenant,
            query.rows = statistics.rows,
            query.cpu_ms = cpu.as_secs_f64() * 1000.0,
            query.elapsed_ms = statistics.elapsed.as_secs_f64() * 1000.0,
            query.answer_bytes = body.len(),
            "a query was answered"
        );
        self.kept(body).await
    }

    /// Answers an editor's question over the reader's tables. Nothing is run, and nothing counts against a quota.
    pub async fn ask<T: Send + 'static>(
        &self,
        reader: &HuntReader,
        question: impl FnOnce(&Language) -> T + Send + 'static,
    ) -> Result<T, HuntError> {
        let inner = &self.0;
        let turn = Arc::clone(&inner.questions).acquire_owned();
        let Ok(Ok(turn)) = tokio::time::timeout(MAX_QUESTION_WAIT, turn).await else {
            return Err(HuntError::Busy { retry_after: MAX_QUESTION_WAIT });
        };
        let tables = inner.lake.tables(reader.tenant()).await?;
        let tables = Visible { tables, set: reader.tables(), window: None };
        let language = Language { engine: inner.engine.clone(), tables };
        // A long query is checked for milliseconds, which other requests on this thread would wait.
        let answer = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            question(&language)
        });
        answer.await.map_err(|error| HuntError::Failed(error.into()))
    }

    /// What the reader's tenant may still ask for.
    pub fn quota_left(&self, reader: &HuntReader) -> QuotaLeft {
        self.0.quotas.left(reader.tenant())
    }

    /// The body, counted as long as it is in memory.
    async fn kept(&self, body: Vec<u8>) -> Result<Bytes, HuntError> {
        let all = self.0.settings.answers_bytes >> 10;
        let kib = u32::try_from(body.len().div_ceil(1024).min(all)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.0.room).acquire_many_owned(kib);
        match tokio::time::timeout(MAX_WAIT, room).await {
            Ok(Ok(room)) => Ok(Bytes::from_owner(Kept { body, _room: room })),
            _ => Err(HuntError::Busy { retry_after: BUSY_RETRY }),
        }
    }
}

impl Inner {
    fn options(&self) -> RunOptions {
        let now = engine_ticks(self.clock.now());
        RunOptions {
            limits: self.settings.limits.clone(),
            // Another sample at another time.
            seed: now.unsigned_abs(),
            partitions: Some(self.settings.threads),
            temporary_folder: self.settings.temporary_folder.clone(),
            cancellation: CancellationToken::new(),
            ..RunOptions::at(now)
        }
    }
}

struct Kept {
    body: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

/// An answer but for its end, which tells what the query used.
struct Rendered {
    renderer: Box<dyn Renderer>,
    body: Vec<u8>,
    statistics: Statistics,
}

async fn work(
    engine: Engine,
    hunt: Hunt,
    tables: impl Tables,
    options: RunOptions,
    answer_bytes: usize,
) -> Result<Rendered, HuntError> {
    let Hunt { query, shape, .. } = hunt;
    let run = engine.run(&query, &tables, &options).await;
    let Run { mut results, notices } = run.map_err(|error| HuntError::of_query(&query, error))?;
    if results.len() > 1 {
        return Err(HuntError::several_results(results.len()));
    }
    let Some(mut stream) = results.pop() else {
        return Err(HuntError::Query("The query has no tabular statement.".to_owned()));
    };
    let mut renderer = shape.renderer(&query, &stream, &notices);
    let mut body = Vec::new();
    renderer.begin(stream.columns(), &mut body);
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(|error| HuntError::of_run(&query, error))?;
        renderer.rows(&batch, &mut body);
        if body.len() > answer_bytes {
            return Err(HuntError::answer_too_large(answer_bytes));
        }
    }
    Ok(Rendered { renderer, body, statistics: stream.statistics() })
}

fn log(tenant: TenantId, cpu: Duration, error: &HuntError) {
    // What is wrong with a query is between its author and us: the message quotes it.
    let error: &dyn std::fmt::Display =
        if matches!(error, HuntError::Query(_)) { &"it is wrong" } else { error };
    tracing::info!(
        tenant.id = %tenant,
        query.cpu_ms = cpu.as_secs_f64() * 1000.0,
        "a query was not answered: {error}"
    );
}
