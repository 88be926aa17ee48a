//! Runs a query to its end.

use serde_json::Value as Json;
use wardenry_kql_engine::render::{self, Renderer};
use wardenry_kql_engine::{Engine, QueryError, RunOptions, Statistics, Tables};

/// 2024-06-01T12:00:00Z, in ticks since 0001-01-01.
pub(crate) const NOW: i64 = 638_528_400_000_000_000;

/// The first result as [`render::Json`] writes it, and what it took.
pub(crate) async fn run_with(
    query: &str,
    tables: &dyn Tables,
    options: &RunOptions,
) -> Result<(Json, Statistics), QueryError> {
    let mut run = Engine::new().run(query, tables, options).await?;
    let mut out = Vec::new();
    let result = run.results.first_mut().expect("a query has a result");
    let mut json = render::Json::default();
    json.begin(result.columns(), &mut out);
    while let Some(batch) = result.next().await {
        json.rows(&batch?, &mut out);
    }
    let statistics = result.statistics();
    json.end(&statistics, &mut out);
    Ok((serde_json::from_slice(&out).expect("a result is JSON"), statistics))
}

pub(crate) async fn run(query: &str, tables: &dyn Tables) -> Result<Json, QueryError> {
    run_with(query, tables, &RunOptions::at(NOW)).await.map(|(result, _)| result)
}

/// The rows of a result that has no error.
pub(crate) async fn rows(query: &str, tables: &dyn Tables) -> Json {
    match run(query, tables).await {
        Ok(result) => result["rows"].clone(),
        Err(error) => panic!("{query}: {error:?}"),
    }
}
