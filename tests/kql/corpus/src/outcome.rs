//! How far a query comes.

use std::time::Duration;

use serde_json::{Value, json};
use wardenry_diagnostic::{Diagnostic, LineIndex};
use wardenry_kql_engine::{Engine, Limits, QueryError, RunOptions};
use wardenry_kql_semantics::StatementColumns;

use crate::generated::{GeneratedTables, NOW};

/// The checker's stable code for a table that there is not.
const UNKNOWN_TABLE: &str = "KQL0102";

/// The stages, in order; a query has passed all those before the one that it failed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Parse,
    Check,
    Plan,
    Run,
    /// Passed them all.
    Done,
}

impl Stage {
    pub(crate) const ALL: [Self; 4] = [Self::Parse, Self::Check, Self::Plan, Self::Run];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Check => "check",
            Self::Plan => "plan",
            Self::Run => "run",
            Self::Done => "done",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) name: String,
    /// The stage that it failed in.
    pub(crate) stage: Stage,
    /// The stable code and the message; where the failure is one of a place, with it.
    pub(crate) reason: Option<Reason>,
    /// What the statements return, where the query is valid.
    statements: Vec<StatementColumns>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) line: u32,
}

impl Outcome {
    pub(crate) fn json(&self) -> String {
        let statements: Vec<Value> = self
            .statements
            .iter()
            .map(|statement| {
                let columns: Vec<Value> = statement
                    .columns
                    .iter()
                    .map(|column| {
                        json!([&*column.name, column.scalar_type.map_or("unknown", |its| its.name())])
                    })
                    .collect();
                json!({"columns": columns, "open": statement.open})
            })
            .collect();
        let reason = self.reason.as_ref();
        json!({
            "name": self.name,
            "stage": self.stage.name(),
            "code": reason.map(|reason| reason.code),
            "message": reason.map(|reason| &reason.message),
            "line": reason.map(|reason| reason.line),
            "statements": statements,
        })
        .to_string()
    }

    /// The tables that it reads are not all among those of advanced hunting.
    pub(crate) fn reads_other_tables(&self) -> bool {
        self.reason.as_ref().is_some_and(|reason| reason.code == UNKNOWN_TABLE)
    }
}

/// Takes a query as far as it goes.
pub(crate) async fn of(engine: &Engine, tables: &GeneratedTables, name: String, text: &str) -> Outcome {
    let index = LineIndex::new(text);
    let place = |offset: u32| index.position(text, offset).line;
    let parsed = wardenry_kql_syntax::parse(text);
    if let Some(error) = parsed.diagnostics.iter().find(|diagnostic| diagnostic.is_error()) {
        return Outcome {
            name,
            stage: Stage::Parse,
            reason: Some(reason(error, place)),
            statements: Vec::new(),
        };
    }
    let checked = engine.check(text, tables);
    if let Some(error) = checked.diagnostics.iter().find(|diagnostic| diagnostic.is_error()) {
        return Outcome {
            name,
            stage: Stage::Check,
            reason: Some(reason(error, place)),
            statements: Vec::new(),
        };
    }
    let limits = Limits { run_time: Duration::from_secs(60), ..Limits::default() };
    let options = RunOptions { limits, ..RunOptions::at(NOW) };
    let failed = |stage, error: QueryError| {
        let reason = match &error {
            QueryError::Diagnostics(diagnostics) => {
                diagnostics.iter().find(|diagnostic| diagnostic.is_error()).map(|error| reason(error, place))
            }
            QueryError::Run(error) => Some(Reason {
                code: error.code(),
                message: chain(error),
                line: error.span().map_or(0, |span| place(span.start)),
            }),
        };
        (stage, reason)
    };
    let statements = checked.statements;
    let (stage, reason) = match engine.explain(text, tables, &options).await {
        Err(error) => failed(Stage::Plan, error),
        Ok(_) => match all_rows(engine, tables, text, &options).await {
            Err(error) => failed(Stage::Run, error),
            Ok(()) => (Stage::Done, None),
        },
    };
    Outcome { name, stage, reason, statements }
}

async fn all_rows(
    engine: &Engine,
    tables: &GeneratedTables,
    text: &str,
    options: &RunOptions,
) -> Result<(), QueryError> {
    for mut stream in engine.run(text, tables, options).await?.results {
        while let Some(batch) = stream.next().await {
            drop(batch?);
        }
    }
    Ok(())
}

fn reason(error: &Diagnostic, place: impl Fn(u32) -> u32) -> Reason {
    Reason { code: error.code, message: error.message.to_string(), line: place(error.span.start) }
}

/// The message with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(found) = cause {
        text = format!("{text}: {found}");
        cause = found.source();
    }
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}
