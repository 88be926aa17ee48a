use serde_json::Value as Json;
use wardenry_kql_engine::{Engine, MemoryTables, QueryError, RunOptions, Tables};
use wardenry_kql_semantics::Schema;
use wardenry_kql_values::ScalarType;

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
    /// Gives the tables of the case the columns that they lack of those that `schema` knows by their names, null in all
    /// rows, and adds those of its tables, without rows, that the query mentions. So a case needs to show no more of a
    /// table than what matters.
    pub fn complete(&mut self, schema: &dyn Schema) {
        for data in &mut self.data {
            for (name, scalar_type) in schema.table(&data.name).iter().flat_map(|columns| columns.iter()) {
                if data.table.columns.iter().any(|(its, _)| **its == **name) {
                    continue;
                }
                data.table.columns.push((name.to_string(), *scalar_type));
                let null = if *scalar_type == ScalarType::String { Json::from("") } else { Json::Null };
                data.table.rows.iter_mut().for_each(|row| row.push(null.clone()));
            }
        }
        for name in schema.table_names() {
            let is_new = self.data.iter().all(|data| *data.name != *name);
            if let (true, true, Some(columns)) = (is_new, self.query.contains(&*name), schema.table(&name)) {
                let columns = columns.iter().map(|(name, of_type)| (name.to_string(), *of_type)).collect();
                self.data.push(Data { name: name.to_string(), table: Table { columns, rows: Vec::new() } });
            }
        }
    }

    /// Runs the query over the tables of the case, and no others, and compares the first result.
    ///
    /// The limits are the usual ones. Warnings count only where diagnostics are expected.
    pub async fn run(&self, engine: &Engine) -> Result<(), Mismatch> {
        self.run_with(engine, &RunOptions::at(self.now)).await
    }

    /// [`Case::run`] with other options. What `now()` gives is up to the case.
    pub async fn run_with(&self, engine: &Engine, options: &RunOptions) -> Result<(), Mismatch> {
        let options = RunOptions { now: self.now, ..options.clone() };
        let mut tables = MemoryTables::new();
        for data in &self.data {
            if let Err(error) = data.table.insert(&data.name, &mut tables).await {
                return self.compare(Outcome::of_error(&error));
            }
        }
        self.compare(self.outcome_over(&tables, engine, &options).await)
    }

    /// What comes of the query over other tables than those of the case, at the time that the options tell.
    pub async fn outcome_over(&self, tables: &dyn Tables, engine: &Engine, options: &RunOptions) -> Outcome {
        match self.first_result(tables, engine, options).await {
            Ok(table) => Outcome::Table(table),
            Err(error) => Outcome::of_error(&error),
        }
    }

    /// Compares an outcome with what the case expects.
    pub fn compare(&self, found: Outcome) -> Result<(), Mismatch> {
        if self.expected.is_met_by(&found) {
            Ok(())
        } else {
            Err(Mismatch { line: self.expected_line, expected: self.expected.clone(), found })
        }
    }

    async fn first_result(
        &self,
        tables: &dyn Tables,
        engine: &Engine,
        options: &RunOptions,
    ) -> Result<Table, QueryError> {
        let mut run = engine.run(&self.query, tables, options).await?;
        match run.results.first_mut() {
            Some(result) => Ok(Table::collect(result).await?),
            None => Ok(Table { columns: Vec::new(), rows: Vec::new() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    struct Known;

    impl Schema for Known {
        fn table(&self, name: &str) -> Option<Arc<[(Arc<str>, ScalarType)]>> {
            matches!(name, "Events" | "Devices" | "Mails").then(|| {
                [("Name".into(), ScalarType::String), ("Size".into(), ScalarType::Long)].as_slice().into()
            })
        }

        fn table_names(&self) -> Vec<Arc<str>> {
            ["Devices", "Events", "Mails"].map(Arc::from).to_vec()
        }
    }

    const DOCUMENT: &str = "## Completed\n```data Events\nKind:string | Name:string\nk | n\n```\n```kql\n\
        Events | where isnull(Size) | join kind=leftanti Devices on Name\n```\n\
        ```table\nKind:string | Name:string | Size:long\nk | n | null\n```\n";

    #[tokio::test]
    async fn a_case_may_leave_out_what_a_schema_tells() {
        let mut cases = crate::parse(DOCUMENT).expect("a document");
        let case = &mut cases[0];
        let engine = Engine::new();
        assert!(matches!(case.run(&engine).await, Err(Mismatch { found: Outcome::Diagnostics(_), .. })));
        case.complete(&Known);
        assert_eq!(
            case.data.iter().map(|data| data.name.as_str()).collect::<Vec<_>>(),
            ["Events", "Devices"]
        );
        assert_eq!(case.run(&engine).await, Ok(()));
    }

    #[tokio::test]
    async fn a_mismatch_shows_both_as_blocks() {
        let text = "## A\n```kql\nprint a = 1, b = \"x\"\n```\n```table\na:long | b:string\n2 | x\n```\n";
        let cases = crate::parse(text).expect("a document");
        let mismatch = cases[0].run(&Engine::new()).await.expect_err("1 is not 2");
        assert_eq!(mismatch.line, 5);
        assert_eq!(
            mismatch.to_string(),
            "expected:\n```table\na:long | b:string\n2      | x\n```\nfound:\n```table\na:long | b:string\n1      | x\n```\n"
        );
    }
}
