//! Rendering refusals: as JSON for programs, as a page for people.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::{Markup, html};
use wardenry_core::time::Timestamp;
use wardenry_directory::DirectoryError;
use wardenry_oauth::error::{Code, ErrorBody, OAuthError, Occurrence, description};
use wardenry_web::origin::Origin;
use wardenry_web::page::{Page, foreign_text};
use wardenry_web::request_id::RequestId;

use crate::state::Authority;

/// A refusal on its way to a program.
#[derive(Debug)]
pub(crate) struct JsonRefusal {
    error: OAuthError,
    occurrence: Occurrence,
    origin: Origin,
}

/// The ids and the time under which a request's refusal is reported.
pub(crate) fn occurrence(id: RequestId, now: Timestamp) -> Occurrence {
    let trace_id = id.as_guid();
    Occurrence { trace_id, correlation_id: id.client().unwrap_or(trace_id), at: now }
}

impl JsonRefusal {
    pub(crate) fn new(error: OAuthError, occurrence: Occurrence, origin: Origin) -> Self {
        Self { error, occurrence, origin }
    }
}

impl IntoResponse for JsonRefusal {
    fn into_response(self) -> Response {
        let code = self.error.code();
        tracing::info!(
            oauth.code = code.number(),
            oauth.error = self.error.error(),
            correlation.id = %self.occurrence.correlation_id,
            "refused: {}",
            self.error.text()
        );
        let body = ErrorBody::new(&self.error, &self.occurrence, self.origin.as_str());
        let mut response = (status(&self.error), Json(body)).into_response();
        no_store(response.headers_mut());
        let headers = response.headers_mut();
        if let Ok(telemetry) = HeaderValue::try_from(format!("1,{},0,,", code.number())) {
            headers.insert("x-ms-clitelem", telemetry);
        }
        match code {
            Code::PostRequired => {
                headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
            }
            Code::Transient | Code::Throttled => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}

/// The headers of every token answer, good or bad.
pub(crate) fn no_store(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(header::EXPIRES, HeaderValue::from_static("-1"));
}

fn status(error: &OAuthError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST)
}

/// A fault of the directory as the protocol reports it. Logged here, once, with its causes.
pub(crate) fn storage_fault(error: DirectoryError) -> OAuthError {
    let mut causes = String::new();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        causes.push_str(": ");
        causes.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::error!("{error}{causes}");
    OAuthError::of(Code::Transient)
}

/// A refusal as a page, for defects that must not be sent to an unproven address.
pub(crate) fn page(authority: &Authority, error: &OAuthError, id: RequestId, onward: Markup) -> Page {
    let occurrence = occurrence(id, authority.directory.clock().now());
    tracing::info!(oauth.code = error.code().number(), "refused with a page: {}", error.text());
    let content = html! {
        p.eyebrow { "AADSTS" (error.code().number()) }
        h1 { (error.code().title()) }
        p.problem { (foreign_text(error.text())) }
        p { (error.code().advice()) }
        (onward)
        dl.facts {
            dt { "Trace id" } dd { code { (occurrence.trace_id) } }
            dt { "Correlation id" } dd { code { (occurrence.correlation_id) } }
            dt { "Time" } dd { (occurrence.at.to_error_stamp()) }
        }
    };
    Page::ok("Request refused", content).with_status(status(error))
}

/// The `error_description` of a refusal that is sent to the application.
pub(crate) fn redirect_description(error: &OAuthError, id: RequestId, now: Timestamp) -> String {
    description(error, &occurrence(id, now))
}
