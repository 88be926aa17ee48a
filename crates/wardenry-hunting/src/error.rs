//! Why there is no answer to a query.

use std::time::Duration;

use wardenry_diagnostic::{Diagnostic, LineIndex};
use wardenry_kql_engine::{QueryError, RunError};
use wardenry_lake::{LakeError, LostRows};

use crate::metered::ThreadsFailed;
use crate::quota::QuotaExceeded;

/// Why there is no answer to a query. Every message is for the query's author, and a sentence or several.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HuntError {
    /// The query is wrong; the text says why, where, and what would mend it.
    #[error("{0}")]
    Query(String),
    /// The query was stopped at one of its limits.
    #[error("{0}")]
    Limit(String),
    /// The tenant has used up a quota.
    #[error("{0}.")]
    Quota(#[from] QuotaExceeded),
    /// Too many queries wait.
    #[error("Too many queries are waiting for their turn. Try again in {} seconds.", retry_after.as_secs())]
    Busy { retry_after: Duration },
    /// The query was ended from outside.
    #[error("The query was cancelled.")]
    Cancelled,
    /// Rows that the query needs are lost; the text says which.
    #[error(
        "The query needs rows of {} of {}, and the file that has them is missing or damaged on the server. Queries over other \
         days or tables are answered; the server's log says more.",
        .0.table, .0.day
    )]
    Lost(Box<LostRows>),
    /// Something failed that is not the author's fault.
    #[error("The query could not be completed.")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl HuntError {
    /// What is known about a query that did not run to its end.
    pub(crate) fn of_query(text: &str, error: QueryError) -> Self {
        match error {
            QueryError::Diagnostics(diagnostics) => Self::Query(explained(text, &diagnostics)),
            QueryError::Run(error) => Self::of_run(text, error),
        }
    }

    pub(crate) fn of_run(text: &str, error: RunError) -> Self {
        let code = error.code();
        match error {
            RunError::TooManyRows { .. }
            | RunError::ResultTooLarge { .. }
            | RunError::TimedOut { .. }
            | RunError::OutOfMemory { .. }
            | RunError::NoTemporaryRoom => Self::Limit(format!(
                "Query execution has exceeded the allowed limits: {error} ({code}). Optimize the query by filtering by time \
                 first, summarizing, or projecting fewer columns."
            )),
            RunError::Cancelled => Self::Cancelled,
            RunError::Read { source } => match source.downcast::<LostRows>() {
                Ok(lost) => Self::Lost(lost),
                Err(source) => Self::Failed(RunError::Read { source }.into()),
            },
            RunError::Internal { .. } | RunError::ExternalFailed { .. } => Self::Failed(error.into()),
            error if code == "KQL0910" => Self::Failed(error.into()),
            error => {
                let place = error.span().map(|span| place(text, span.start)).unwrap_or_default();
                Self::Query(format!("{error}{place} ({code})."))
            }
        }
    }

    pub(crate) fn several_results(count: usize) -> Self {
        Self::Query(format!(
            "The query has {count} results, and an answer has room for one. Send one tabular statement at a time, or put \
             them together with union."
        ))
    }

    pub(crate) fn answer_too_large(limit: usize) -> Self {
        Self::Limit(format!(
            "Query result set has exceeded the allowed limits: the answer is larger than {} MiB. Optimize the query by \
             filtering, summarizing, or projecting fewer columns.",
            limit >> 20
        ))
    }
}

impl From<LakeError> for HuntError {
    fn from(error: LakeError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<ThreadsFailed> for HuntError {
    fn from(error: ThreadsFailed) -> Self {
        Self::Failed(error.into())
    }
}

/// The codes of names that are not known, for which clients look for the live service's phrase.
const UNKNOWN_COLUMN: &str = "KQL0101";
const UNKNOWN_TABLE: &str = "KQL0102";

/// At most so many faults are told in one message.
const MAX_FAULTS: usize = 3;

/// The faults of a query as text: message, place, code, notes; and the live service's closing hint.
fn explained(text: &str, diagnostics: &[Diagnostic]) -> String {
    let errors: Vec<_> = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    let mut parts: Vec<String> =
        errors.iter().take(MAX_FAULTS).map(|diagnostic| sentence(text, diagnostic)).collect();
    if errors.len() > MAX_FAULTS {
        parts.push(format!("There are {} more faults.", errors.len() - MAX_FAULTS));
    }
    let is_syntax = errors.first().is_some_and(|error| error.code < "KQL0100");
    parts.push(format!("Fix {} errors in your query.", if is_syntax { "syntax" } else { "semantic" }));
    parts.join(" ")
}

fn sentence(text: &str, diagnostic: &Diagnostic) -> String {
    let name = text.get(diagnostic.span.range()).unwrap_or_default();
    let known_phrase = match diagnostic.code {
        UNKNOWN_TABLE => format!("Failed to resolve table or column expression named '{name}': "),
        UNKNOWN_COLUMN => format!("Failed to resolve scalar expression named '{name}': "),
        _ => String::new(),
    };
    let message =
        if known_phrase.is_empty() { capital(&diagnostic.message) } else { diagnostic.message.to_string() };
    let place = place(text, diagnostic.span.start);
    let mut sentence = format!("{known_phrase}{message}{place} ({}).", diagnostic.code);
    for note in &diagnostic.notes {
        sentence.push(' ');
        sentence.push_str(&capital(note));
        if !note.ends_with(['.', '?', '!']) {
            sentence.push('.');
        }
    }
    sentence
}

/// A phrase as the beginning of a sentence.
fn capital(phrase: &str) -> String {
    let mut chars = phrase.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn place(text: &str, offset: u32) -> String {
    let position = LineIndex::new(text).position(text, offset);
    format!(" at line {}, column {}", position.line, position.column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_needs_lost_rows_is_told_which_and_no_name_of_a_file() {
        let lost = LostRows {
            table: "DeviceEvents".into(),
            day: "2026-02-03".into(),
            file: "secret/name.parquet".into(),
            problem: "is missing",
            source: None,
        };
        let error = HuntError::of_run("", RunError::Read { source: Box::new(lost) });
        assert!(matches!(error, HuntError::Lost(_)), "{error:?}");
        assert_eq!(
            error.to_string(),
            "The query needs rows of DeviceEvents of 2026-02-03, and the file that has them is missing or damaged on the \
             server. Queries over other days or tables are answered; the server's log says more."
        );
    }
}
