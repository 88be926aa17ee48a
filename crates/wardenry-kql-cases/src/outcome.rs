use std::fmt::{self, Write as _};

use wardenry_diagnostic::{Diagnostic, Severity};
use wardenry_kql_engine::{QueryError, RunError};

use crate::Table;

/// What a case expects.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// Rows in any order.
    Table(Table),
    OrderedTable(Table),
    /// `severity[CODE]: message`, a line for each.
    Diagnostics(String),
    /// `CODE: message`.
    Failure(String),
    /// Diagnostics with an error among them, whatever they say. The text is for readers.
    Refused(String),
}

/// What came of a query.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Table(Table),
    /// `severity[CODE]: message`, a line for each.
    Diagnostics(String),
    /// `CODE: message`.
    Failure(String),
}

/// An outcome that was not expected. Displayed, it shows both as the blocks of a document.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("expected:\n{expected}found:\n{found}")]
pub struct Mismatch {
    /// Where the expectation stands, counted from 1.
    pub line: usize,
    pub expected: Expectation,
    pub found: Outcome,
}

impl Outcome {
    pub(crate) fn of_error(error: &QueryError) -> Self {
        match error {
            QueryError::Diagnostics(diagnostics) => Self::of_diagnostics(diagnostics),
            QueryError::Run(error) => Self::of_failure(error),
        }
    }

    pub(crate) fn of_diagnostics(diagnostics: &[Diagnostic]) -> Self {
        let mut lines = String::new();
        for diagnostic in diagnostics {
            let severity = match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Information => "information",
            };
            let _infallible = writeln!(lines, "{severity}[{}]: {}", diagnostic.code, diagnostic.message);
        }
        Self::Diagnostics(lines)
    }

    pub(crate) fn of_failure(error: &RunError) -> Self {
        Self::Failure(format!("{}: {error}\n", error.code()))
    }
}

impl Expectation {
    pub(crate) fn is_met_by(&self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (Self::Table(expected), Outcome::Table(found)) => expected.is_same(found, false),
            (Self::OrderedTable(expected), Outcome::Table(found)) => expected.is_same(found, true),
            (Self::Diagnostics(expected), Outcome::Diagnostics(found))
            | (Self::Failure(expected), Outcome::Failure(found)) => expected == found,
            (Self::Refused(_), Outcome::Diagnostics(_)) => true,
            _ => false,
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table) => block(formatter, "table", table),
            Self::OrderedTable(table) => block(formatter, "table ordered", table),
            Self::Diagnostics(text) => block(formatter, "diagnostics", text),
            Self::Failure(text) => block(formatter, "failure", text),
            Self::Refused(text) => block(formatter, "refused", text),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table) => block(formatter, "table", table),
            Self::Diagnostics(text) => block(formatter, "diagnostics", text),
            Self::Failure(text) => block(formatter, "failure", text),
        }
    }
}

fn block(formatter: &mut fmt::Formatter<'_>, words: &str, content: impl fmt::Display) -> fmt::Result {
    write!(formatter, "```{words}\n{content}```\n")
}
