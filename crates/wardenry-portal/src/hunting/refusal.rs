//! Why a query has no answer, for its author: in the place where the query is written.

use std::time::Duration;

use http::StatusCode;
use maud::{Markup, PreEscaped, html};
use serde_json::{Value, json};
use wardenry_diagnostic::Diagnostic;
use wardenry_hunting::{HuntError, HuntReader, Hunting};
use wardenry_web::page::foreign_text;

use super::language::problems_json;
use crate::failure::chain;

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) message: String,
    retry_after: Option<Duration>,
    /// What is wrong with the query, where that is it.
    diagnostics: Vec<Diagnostic>,
}

impl Refusal {
    /// What the service says, with the places in the query where it is wrong.
    pub(super) async fn of(error: HuntError, hunting: &Hunting, reader: &HuntReader, query: &str) -> Self {
        let message = error.to_string();
        let of_status = |status| Self { status, message, retry_after: None, diagnostics: Vec::new() };
        match error {
            HuntError::Query(_) => {
                let text = query.to_owned();
                let checked = hunting.ask(reader, move |language| language.check(&text)).await;
                let mut diagnostics = checked.unwrap_or_default();
                if !diagnostics.iter().any(Diagnostic::is_error) {
                    // The fault has shown only in running: the message alone says it.
                    diagnostics.clear();
                }
                Self { diagnostics, ..of_status(StatusCode::BAD_REQUEST) }
            }
            HuntError::Limit(_) | HuntError::Cancelled => of_status(StatusCode::BAD_REQUEST),
            HuntError::Quota(exceeded) => {
                Self { retry_after: Some(exceeded.retry_after()), ..of_status(StatusCode::TOO_MANY_REQUESTS) }
            }
            HuntError::Busy { retry_after } => {
                Self { retry_after: Some(retry_after), ..of_status(StatusCode::TOO_MANY_REQUESTS) }
            }
            error => {
                tracing::error!("a query of the portal failed: {}", chain(&error));
                of_status(StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }

    /// The query itself cannot be taken.
    pub(super) fn of_text(message: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: message.to_owned(),
            retry_after: None,
            diagnostics: Vec::new(),
        }
    }

    fn heading(&self) -> &'static str {
        match self.status {
            _ if !self.diagnostics.is_empty() => "The query is wrong",
            StatusCode::TOO_MANY_REQUESTS => "The query was not run",
            StatusCode::SERVICE_UNAVAILABLE => "The query failed",
            _ => "The query has no result",
        }
    }

    /// For the page without scripts.
    pub(super) fn render(&self, query: &str) -> Markup {
        html! {
            section.problem role="alert" {
                h2 { (self.heading()) }
                @if self.diagnostics.is_empty() {
                    p { (foreign_text(&self.message)) }
                } @else {
                    (PreEscaped(wardenry_diagnostic::html::render(query, &self.diagnostics)))
                }
                @if let Some(wait) = self.retry_after { p { "It can be run again in " (wait.as_secs() + 1) " seconds." } }
            }
        }
    }

    /// For a script.
    pub(super) fn to_json(&self, query: &str) -> Value {
        json!({
            "heading": self.heading(),
            "message": self.message,
            "retry_after": self.retry_after.map(|wait| wait.as_secs() + 1),
            "problems": problems_json(query, &self.diagnostics),
        })
    }
}
