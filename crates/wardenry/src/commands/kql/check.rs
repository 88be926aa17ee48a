//! `wardenry kql check`

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use serde_json::{Value, json};
use wardenry_diagnostic::terminal::Terminal;
use wardenry_diagnostic::{Diagnostic, Severity};
use wardenry_kql_semantics::hunting::HuntingSchema;
use wardenry_kql_semantics::{CheckOptions, Schema, StatementColumns, check};

use super::query_files::{self, QueryFile};
use super::tables::TableArgs;
use crate::failure::{ExitStatus, Failure};
use crate::output;

/// Check queries without running them.
///
/// Names, types and calls are checked against the tables of --schema and --table, and what is wrong is shown with its place
/// and, where possible, what to write instead. Exit code 1 if a query has an error. Fit for a pre-commit hook and for CI.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files with a query each, folders of .kql files, or `-` for standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The tables that there are: `hunting` for those of advanced hunting, `none` for only those of --table.
    #[arg(long, value_name = "NAME", default_value = "hunting", value_parser = ["hunting", "none"])]
    schema: String,

    #[command(flatten)]
    tables: TableArgs,

    /// Warnings fail, too.
    #[arg(long)]
    strict: bool,

    /// The form on standard output: `json` gives for each file its diagnostics and, when it is valid, the result's columns.
    #[arg(long, short, value_name = "FORM", default_value = "text", value_parser = ["text", "json"])]
    output: String,
}

struct Outcome {
    name: String,
    text: String,
    diagnostics: Vec<Diagnostic>,
    /// `None` if the query is not valid.
    statements: Option<Vec<StatementColumns>>,
}

impl Args {
    pub(super) async fn run(self) -> Result<ExitStatus, Failure> {
        let files = query_files::read_all(&self.files)?;
        let texts: String = files.iter().map(|file| file.text.as_str()).collect();
        let local = self.tables.open(&texts).await?;
        let schema = Known { local: &local.tables, hunting: self.schema == "hunting" };
        let outcomes: Vec<Outcome> = files.into_iter().map(|file| checked(file, &schema)).collect();
        let worst = if self.strict { Severity::Warning } else { Severity::Error };
        let failed = outcomes
            .iter()
            .filter(|outcome| outcome.diagnostics.iter().any(|diagnostic| diagnostic.severity >= worst))
            .count();
        let mut out = anstream::stdout().lock();
        if self.output == "json" {
            let records: Vec<Value> = outcomes.iter().map(Outcome::json).collect();
            writeln!(out, "{:#}", Value::Array(records))?;
        } else {
            let color = std::io::stdout().is_terminal();
            for outcome in outcomes.iter().filter(|outcome| !outcome.diagnostics.is_empty()) {
                let terminal = Terminal { name: Some(&outcome.name), color };
                writeln!(out, "{}", terminal.render(&outcome.text, &outcome.diagnostics))?;
            }
            let total = outcomes.len();
            match failed {
                0 if total == 1 => output::note("the query is valid"),
                0 => output::note(&format!("all {total} queries are valid")),
                _ if total == 1 => output::error("the query failed the check"),
                failed => output::error(&format!("{failed} of {total} queries failed the check")),
            }
        }
        Ok(if failed == 0 { ExitStatus::Done } else { ExitStatus::Failed })
    }
}

fn checked(file: QueryFile, schema: &dyn Schema) -> Outcome {
    let name = file.name();
    let parsed = wardenry_kql_syntax::parse(&file.text);
    let mut diagnostics = parsed.diagnostics;
    let mut statements = None;
    if !diagnostics.iter().any(Diagnostic::is_error) {
        let checked = check(&parsed.query, schema, &CheckOptions::default());
        diagnostics.extend(checked.diagnostics);
        if !diagnostics.iter().any(Diagnostic::is_error) {
            statements = Some(checked.statements);
        }
    }
    Outcome { name, text: file.text, diagnostics, statements }
}

impl Outcome {
    fn json(&self) -> Value {
        // The last statement is what most callers mean; all of them are there beside it.
        let statements: Option<Vec<Value>> =
            self.statements.as_ref().map(|statements| statements.iter().map(statement).collect());
        let last = statements.as_ref().and_then(|statements| statements.last());
        json!({
            "file": self.name,
            "valid": self.statements.is_some(),
            "diagnostics": wardenry_diagnostic::json::render(&self.text, &self.diagnostics),
            "columns": last.map_or(Value::Null, |last| last["columns"].clone()),
            "statements": statements,
        })
    }
}

/// A statement's columns; `open` says that more may come from the rows.
fn statement(statement: &StatementColumns) -> Value {
    let columns: Vec<Value> = statement
        .columns
        .iter()
        .map(|column| json!({"name": &*column.name, "type": column.scalar_type.map_or("unknown", |its| its.name())}))
        .collect();
    json!({"columns": columns, "open": statement.open})
}

/// Local tables first, then those of advanced hunting.
struct Known<'a> {
    local: &'a dyn Schema,
    hunting: bool,
}

impl Schema for Known<'_> {
    fn table(
        &self,
        name: &str,
    ) -> Option<std::sync::Arc<[(std::sync::Arc<str>, wardenry_kql_values::ScalarType)]>> {
        self.local.table(name).or_else(|| if self.hunting { HuntingSchema.table(name) } else { None })
    }

    fn table_names(&self) -> Vec<std::sync::Arc<str>> {
        let mut names = self.local.table_names();
        if self.hunting {
            names.extend(HuntingSchema.table_names());
        }
        names.sort();
        names.dedup();
        names
    }
}
