//! Hunting: the editor, the tables that there are, results as a table and as a chart.
//!
//! Without scripts the page is a form whose answer is the page with the result. With them the same form is an editor that asks
//! the language service as one types ([`language`]), and shows results in a grid.

mod answer;
mod customers;
mod language;
mod page;
mod places;
mod refusal;
mod run;
mod saved;
mod tables;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;
use wardenry_core::calls::RUN_ADVANCED_HUNTING;
use wardenry_hunting::HuntReader;
use wardenry_hunting::quota::QuotaLeft;

use crate::failure::Failure;
use crate::state::Portal;
use crate::visitor::Visitor;

pub(crate) fn router() -> Router<Portal> {
    Router::new()
        .route("/portal/hunting", get(page::show))
        .route("/portal/hunting/run", get(page::show).post(run::page))
        .route("/portal/hunting/run/grid", post(run::grid))
        .route("/portal/hunting/run/customers", post(customers::grid))
        .route("/portal/hunting/saved", get(saved::show).post(saved::save))
        .route("/portal/hunting/saved/share", post(saved::share))
        .route("/portal/hunting/saved/remove", post(saved::remove))
        .route("/portal/hunting/history/forget", post(saved::forget))
        .route("/portal/hunting/quota", get(run::quota))
        .route("/portal/hunting/check", post(language::check))
        .route("/portal/hunting/complete", post(language::complete))
        .route("/portal/hunting/hover", post(language::hover))
        .route("/portal/hunting/tables", post(tables::sample))
        .route("/portal/hunting/tables/{name}", get(tables::show))
        .route("/portal/hunting/tables/{name}/columns", get(tables::columns))
}

/// The proof that the visitor may hunt in their own organisation.
pub(crate) fn reader(visitor: &Visitor) -> Result<HuntReader, Failure> {
    let caller = visitor.user.caller(&RUN_ADVANCED_HUNTING);
    HuntReader::of_advanced_hunting(&caller).map_err(|refusal| Failure::Forbidden(refusal.to_string()))
}

/// What the visitor's organisation may still ask for, as sentences.
fn quota_text(left: &QuotaLeft) -> String {
    let allowed = &left.allowed;
    format!(
        "Left: {} of {} queries this minute, {} of {} this hour; {:.1} of {} s processor time until {} UTC.",
        left.calls_left_in_minute,
        allowed.calls_per_minute,
        left.calls_left_in_hour,
        allowed.calls_per_hour,
        left.cpu_left.as_secs_f64(),
        allowed.cpu_per_cycle.as_secs(),
        &left.cycle_ends.to_error_stamp()[11..16],
    )
}

/// An answer to a script.
fn json(status: StatusCode, value: &Value) -> Response {
    bytes(status, value.to_string())
}

fn bytes(status: StatusCode, body: impl Into<axum::body::Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, body.into()).into_response()
}
