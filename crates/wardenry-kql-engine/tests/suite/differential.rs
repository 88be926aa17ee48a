//! Queries that are made up, run in ways that must agree.
//!
//! A seed makes a query; it is run with and without DataFusion's rules, in one partition and in several, in large and in small
//! batches, and compared with what [`reference`] says if it knows all of it. Another query of the seed is run together with
//! its twin, a query that means the same. A disagreement is always a fault of the engine (or of this test).
//!
//! `cargo run -p wardenry-kql-engine --example differential -- FIRST COUNT` tries as many seeds as there is time for.

#[path = "differential/expression.rs"]
mod expression;
#[path = "differential/outcome.rs"]
pub(crate) mod outcome;
#[path = "differential/query.rs"]
pub(crate) mod query;
#[path = "differential/random.rs"]
pub(crate) mod random;
#[path = "differential/reference.rs"]
mod reference;
#[path = "differential/tables.rs"]
pub(crate) mod tables;
#[path = "differential/twins.rs"]
mod twins;

use std::collections::BTreeMap;

use wardenry_kql_engine::RunOptions;

use outcome::{Outcome, outcome, same, ways};
use query::Generator;
use tables::{Data, data};

/// How many seeds the suite tries.
#[cfg(test)]
const SEEDS: u64 = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agree() {
    let report = run(0, SEEDS).await;
    assert!(report.faults.is_empty(), "{}", report.faults.join("\n\n"));
    // If most queries were refused little would be tested.
    assert!(report.refused() * 4 < report.queries, "{:?}", report.failures);
    assert!(report.referenced * 8 > SEEDS, "only {} queries had a reference", report.referenced);
}

#[derive(Default)]
pub(crate) struct Report {
    /// What disagrees, for people.
    pub(crate) faults: Vec<String>,
    pub(crate) queries: u64,
    /// Queries that the reference knows.
    pub(crate) referenced: u64,
    /// How many queries failed with a code, and the last of them.
    pub(crate) failures: BTreeMap<String, (u64, String)>,
}

impl Report {
    #[cfg(test)]
    pub(crate) fn refused(&self) -> u64 {
        self.failures.values().map(|(count, _)| count).sum()
    }

    fn note(&mut self, query: &str, outcome: &Outcome) {
        self.queries += 1;
        if let Outcome::Failed { code, text } = outcome {
            let entry = self.failures.entry(code.clone()).or_default();
            *entry = (entry.0 + 1, format!("{text}: {query}"));
        }
    }
}

pub(crate) async fn run(first: u64, count: u64) -> Report {
    let (one, several) = (data(1).await, data(3).await);
    let mut report = Report::default();
    for seed in first..first + count {
        seeded(seed, &one, &several, &mut report).await;
    }
    report
}

async fn seeded(seed: u64, one: &Data, several: &Data, report: &mut Report) {
    let mut generator = Generator::new(seed);
    let query = generator.query(5);
    let text = query.text();
    let mut first: Option<Outcome> = None;
    for (way, options) in ways() {
        let data = if options.partitions == Some(1) { one } else { several };
        match (outcome(&text, &data.tables, &options).await, &first) {
            (Err(why), _) => report.faults.push(format!("seed {seed}, {way}\n{text}\n  {why}")),
            (Ok(outcome), Some(first)) => {
                if let Err(why) = same(first, &outcome, query.ordered) {
                    report.faults.push(format!("seed {seed}, {way}\n{text}\n{why}"));
                }
            }
            (Ok(outcome), None) => {
                report.note(&text, &outcome);
                first = Some(outcome);
            }
        }
    }
    if let Some(first) = &first
        && let Ok(expected) = reference::outcome(&query, one)
        && matches!(first, Outcome::Rows { .. })
    {
        report.referenced += 1;
        if let Err(why) = reference::same(&expected, first, query.ordered) {
            report.faults.push(format!("seed {seed}, reference\n{text}\n{why}"));
        }
    }

    let twins = twins::twins(&mut generator);
    let (_, options) = ways().swap_remove(usize::from(seed.is_multiple_of(2)));
    if let (Some(left), Some(right)) = (
        checked(seed, &twins.left, one, &options, report).await,
        checked(seed, &twins.right, one, &options, report).await,
    ) && let Err(why) = same(&left, &right, false)
    {
        let (left, right) = (&twins.left, &twins.right);
        report.faults.push(format!("seed {seed}, {}\n{left}\n{right}\n{why}", twins.law));
    }
}

async fn checked(
    seed: u64,
    query: &str,
    data: &Data,
    options: &RunOptions,
    report: &mut Report,
) -> Option<Outcome> {
    match outcome(query, &data.tables, options).await {
        Ok(outcome) => {
            report.note(query, &outcome);
            Some(outcome)
        }
        Err(why) => {
            report.faults.push(format!("seed {seed}\n{query}\n  {why}"));
            None
        }
    }
}
