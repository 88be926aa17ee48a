use wardenry_kql_engine::{Engine, MemoryTables, QueryError, RunOptions};

use crate::{Expectation, Mismatch, Outcome, Table};

/// A case of a document.
#[derive(Clone, Debug)]
pub struct Case {
    /// The heading.
    pub title: String,
    /// Where the heading stands, counted from 1.
    pub line: usize,
    /// Where the expectation comes from, if the case says so.
    pub origin: Option<String>,
    /// The instant that `now()` gives, in ticks since 0001-01-01.
    pub now: i64,
    pub query: String,
    pub expected: Expectation,
    /// Where the expectation stands.
    pub expected_line: usize,
    pub(crate) data: Vec<Data>,
}

/// A table that the query may read.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    pub(crate) name: String,
    pub(crate) table: Table,
}

impl Case {
    /// Runs the query over the tables of the case, and no others, and compares the first result.
    ///
    /// The limits are the usual ones. Warnings count only where diagnostics are expected.
    pub async fn run(&self, engine: &Engine) -> Result<(), Mismatch> {
        let found = match self.outcome(engine).await {
            Ok(table) => Outcome::Table(table),
            Err(QueryError::Diagnostics(diagnostics)) => Outcome::of_diagnostics(&diagnostics),
            Err(QueryError::Run(error)) => Outcome::of_failure(&error),
        };
        if self.expected.is_met_by(&found) {
            Ok(())
        } else {
            Err(Mismatch { line: self.expected_line, expected: self.expected.clone(), found })
        }
    }

    async fn outcome(&self, engine: &Engine) -> Result<Table, QueryError> {
        let mut tables = MemoryTables::new();
        for data in &self.data {
            data.table.insert(&data.name, &mut tables).await?;
        }
        let mut run = engine.run(&self.query, &tables, &RunOptions::at(self.now)).await?;
        match run.results.first_mut() {
            Some(result) => Ok(Table::collect(result).await?),
            None => Ok(Table { columns: Vec::new(), rows: Vec::new() }),
        }
    }
}
