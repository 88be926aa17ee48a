use std::sync::Arc;
use std::time::Instant;

use datafusion::physical_plan::displayable;
use wardenry_diagnostic::Diagnostic;
use wardenry_kql_semantics::checked::{CheckedQuery, CheckedStatement, Rel, RelKind};
use wardenry_kql_semantics::{CheckOptions, Checked, Pending, Schema, check};
use wardenry_kql_values::{ScalarType, Value};

use crate::execution::Execution;
use crate::external::{External, NoExternal};
use crate::ingestion_time;
use crate::literal;
use crate::lower::Lowerer;
use crate::notice::notices;
use crate::prepare::{Preparation, finished, uses};
use crate::session::{Joins, Session};
use crate::stream::{QueryStream, ResultColumn};
use crate::{RunError, RunOptions, Tables};

/// Runs queries.
#[derive(Clone, Debug)]
pub struct Engine {
    external: Arc<dyn External>,
}

impl Default for Engine {
    fn default() -> Self {
        Self { external: Arc::new(NoExternal) }
    }
}

/// A query that runs.
pub struct Run {
    /// One for each tabular statement.
    pub results: Vec<QueryStream>,
    /// Warnings and remarks on the text.
    pub notices: Vec<Diagnostic>,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The query is wrong, and why. At least one of these is an error.
    #[error("{}", first_error(.0))]
    Diagnostics(Vec<Diagnostic>),
    #[error(transparent)]
    Run(#[from] RunError),
}

fn first_error(diagnostics: &[Diagnostic]) -> &str {
    let error = diagnostics.iter().find(|diagnostic| diagnostic.is_error());
    error.map_or("the query is wrong", |error| error.message.as_ref())
}

/// How a query would be run, for its author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What the query means: names and types resolved, variables and functions put in, one operator a line.
    pub query: String,
    /// The plan as it was lowered, one operator a line.
    pub logical: String,
    /// The plan as it would run.
    pub physical: String,
}

impl Engine {
    pub fn new() -> Self {
        Self::default()
    }

    /// With other sources for `externaldata` than none.
    #[must_use]
    pub fn with_external(mut self, external: Arc<dyn External>) -> Self {
        self.external = external;
        self
    }

    /// Checks a query without running anything.
    pub fn check(&self, text: &str, schema: &dyn Schema) -> Checked {
        let parsed = wardenry_kql_syntax::parse(text);
        let mut checked = check(&parsed.query, schema, &CheckOptions::default());
        if !parsed.diagnostics.is_empty() {
            checked.diagnostics.splice(0..0, parsed.diagnostics);
            checked.diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
        }
        checked
    }

    /// Runs a query. The results of its tabular statements come in their order; each runs as its stream is read.
    ///
    /// Must be called in a Tokio runtime, best of several threads.
    pub async fn run(
        &self,
        text: &str,
        tables: &dyn Tables,
        options: &RunOptions,
    ) -> Result<Run, QueryError> {
        let (query, notices) = self.checked(text, tables, options).await?;
        let results = self.run_checked(query, tables, options).await?;
        Ok(Run { results, notices })
    }

    /// Says how a query would be run. Subqueries and shared relations are run for that.
    pub async fn explain(
        &self,
        text: &str,
        tables: &dyn Tables,
        options: &RunOptions,
    ) -> Result<Vec<Explanation>, QueryError> {
        let (query, _) = self.checked(text, tables, options).await?;
        let meanings = query.explained();
        let plans = self.plans(query, tables, options).await?;
        let explanations = meanings.into_iter().zip(plans);
        Ok(explanations
            .map(|(query, (logical, physical))| Explanation { query, logical, physical })
            .collect())
    }

    /// Checks a query; where columns depend on rows, these are looked at first.
    async fn checked(
        &self,
        text: &str,
        tables: &dyn Tables,
        options: &RunOptions,
    ) -> Result<(CheckedQuery, Vec<Diagnostic>), QueryError> {
        let parsed = wardenry_kql_syntax::parse(text);
        let mut check_options =
            CheckOptions { parameters: options.parameters.clone(), ..CheckOptions::default() };
        loop {
            let mut checked = check(&parsed.query, tables, &check_options);
            let mut diagnostics = parsed.diagnostics.clone();
            diagnostics.append(&mut checked.diagnostics);
            diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
            if diagnostics.iter().any(Diagnostic::is_error) {
                return Err(QueryError::Diagnostics(diagnostics));
            }
            if let Some(pending) = checked.pending {
                let site = pending.site;
                let columns = plugin_columns(pending, tables, &*self.external, options).await?;
                if check_options.plugin_columns.insert(site, columns).is_some() {
                    return Err(RunError::internal("check", "a plugin is asked for twice").into());
                }
                continue;
            }
            return match checked.query {
                Some(mut query) => {
                    diagnostics.append(&mut notices(&mut query, options));
                    Ok((query, diagnostics))
                }
                None => Err(RunError::internal("check", "neither a query nor an error").into()),
            };
        }
    }

    /// Runs a checked query. The results of its statements come in their order; each runs as its stream is read.
    pub(crate) async fn run_checked(
        &self,
        query: CheckedQuery,
        tables: &dyn Tables,
        options: &RunOptions,
    ) -> Result<Vec<QueryStream>, RunError> {
        let started = Instant::now();
        let mut streams = Vec::with_capacity(query.statements.len());
        for (statement, shared) in statements(query) {
            let session = Arc::new(Session::new(options)?);
            let CheckedStatement { rel, render } = statement;
            let work = async {
                let (preparation, rel) = prepared(&session, tables, &*self.external, shared, rel).await?;
                let plan = preparation.plan(&rel)?;
                let execution = Execution::start(&session, plan).await?;
                Ok::<_, RunError>((execution, preparation.kept, rel))
            };
            let limit = options.limits.run_time;
            let left = limit.saturating_sub(started.elapsed());
            let (execution, kept, rel) =
                tokio::time::timeout(left, work).await.map_err(|_| RunError::TimedOut { limit })??;
            let columns = columns(&rel);
            streams.push(QueryStream::new(
                columns,
                render,
                execution,
                kept,
                session,
                options.limits.clone(),
                started,
            ));
        }
        Ok(streams)
    }

    /// The plan of each statement, as it was lowered and as it would run.
    async fn plans(
        &self,
        query: CheckedQuery,
        tables: &dyn Tables,
        options: &RunOptions,
    ) -> Result<Vec<(String, String)>, RunError> {
        let mut plans = Vec::with_capacity(query.statements.len());
        for (statement, shared) in statements(query) {
            let session = Session::new(options)?;
            let (preparation, rel) =
                prepared(&session, tables, &*self.external, shared, statement.rel).await?;
            let plan = preparation.plan(&rel)?;
            let physical = session.physical(&plan, Joins::InMemory).await?;
            plans.push((
                plan.display_indent().to_string(),
                displayable(physical.as_ref()).indent(false).to_string(),
            ));
        }
        Ok(plans)
    }
}

type SharedRels = Vec<(wardenry_kql_semantics::checked::SharedId, Rel)>;

/// Each statement with all shared relations; those that it does not read are not run.
fn statements(query: CheckedQuery) -> impl Iterator<Item = (CheckedStatement, SharedRels)> {
    let shared = query.shared;
    query.statements.into_iter().map(move |statement| (statement, shared.clone()))
}

async fn prepared<'a>(
    session: &'a Session,
    tables: &'a dyn Tables,
    external: &'a dyn External,
    mut shared: SharedRels,
    mut rel: Rel,
) -> Result<(Preparation<'a>, Rel), RunError> {
    ingestion_time::resolve(shared.iter_mut().map(|(_, rel)| rel).chain([&mut rel]), tables);
    let uses = uses(shared.iter_mut().map(|(_, rel)| rel).chain([&mut rel]));
    let mut preparation = Preparation::new(session, tables, external, uses);
    preparation.share(shared).await?;
    let rel = preparation.resolve(rel).await?;
    Ok((preparation, rel))
}

fn columns(rel: &Rel) -> Vec<ResultColumn> {
    rel.columns
        .iter()
        .map(|column| ResultColumn { name: Arc::clone(&column.name), scalar_type: column.scalar_type })
        .collect()
}

/// Runs what finds the columns of a plugin's result.
async fn plugin_columns(
    pending: Pending,
    tables: &dyn Tables,
    external: &dyn External,
    options: &RunOptions,
) -> Result<Vec<(Arc<str>, ScalarType)>, RunError> {
    let session = Session::new(options)?;
    let Pending { plugin, shared, span, .. } = pending;
    let kind = RelKind::Evaluate(plugin);
    let (preparation, rel) =
        prepared(&session, tables, external, shared, Rel { kind, columns: Vec::new(), span }).await?;
    let RelKind::Evaluate(plugin) = &rel.kind else { return Ok(Vec::new()) };
    let mut lowerer =
        Lowerer::new(&session.query.functions, tables, &preparation.shared, &preparation.external);
    let (lowered, columns) = crate::operators::plugin_columns(&mut lowerer, plugin, span)?;
    let found = Rel { kind: rel.kind.clone(), columns: columns.to_vec(), span };
    let (batches, _memory) = session.collect(finished(lowered, &found)?).await?;
    let mut found = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let [Some(Value::String(name)), Some(Value::String(of_type))] =
                [0, 1].map(|column| literal::value_at(batch.column(column), row, ScalarType::String))
            else {
                continue;
            };
            if let Some(scalar_type) = ScalarType::parse(&of_type) {
                found.push((Arc::from(name), scalar_type));
            }
        }
    }
    Ok(found)
}
