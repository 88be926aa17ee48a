//! What every answer of the Graph surface carries: request ids, cache rules, and the error body.

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::json;
use uuid::Uuid;
use wardenry_core::time::Timestamp;
use wardenry_web::request_id::{RequestId, client_request_id};

use super::error::{GraphError, Refusal};
use crate::state::Authority;

/// Completes the answer of a handler. Refusals are logged here, once, faults with their causes.
pub(super) async fn complete(
    State(authority): State<Authority>,
    id: RequestId,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let ids = Ids { request: id.as_guid(), client: client_request_id(&headers).unwrap_or(id.as_guid()) };
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<GraphError>() {
        log(error.refusal());
        response = rendered(error.refusal(), response.headers(), ids, authority.directory.clock().now());
    }
    let headers = response.headers_mut();
    for (name, value) in [
        ("request-id", ids.request.to_string()),
        ("client-request-id", ids.client.to_string()),
        ("odata-version", "4.0".to_owned()),
        ("cache-control", "no-store".to_owned()),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

#[derive(Debug, Clone, Copy)]
struct Ids {
    request: Uuid,
    client: Uuid,
}

fn rendered(error: &Refusal, before: &HeaderMap, ids: Ids, now: Timestamp) -> Response {
    let body = json!({"error": {
        "code": error.code,
        "message": error.message,
        "innerError": {"date": date(now), "request-id": ids.request, "client-request-id": ids.client},
    }});
    let mut response = (error.status, Json(body)).into_response();
    let headers = response.headers_mut();
    // Set by the router around the handler.
    if let Some(allow) = before.get(header::ALLOW) {
        headers.insert(header::ALLOW, allow.clone());
    }
    if let Some((name, value)) = error.header.clone() {
        headers.insert(name, value);
    }
    response
}

/// `2026-02-03T08:00:00`: UTC without saying so, as in the live service's errors.
fn date(now: Timestamp) -> String {
    now.to_error_stamp().replace(' ', "T").trim_end_matches('Z').to_owned()
}

fn log(error: &Refusal) {
    match &error.fault {
        Some(fault) => {
            let mut causes = String::new();
            let mut source = std::error::Error::source(fault);
            while let Some(cause) = source {
                causes.push_str(": ");
                causes.push_str(&cause.to_string());
                source = cause.source();
            }
            tracing::error!("{fault}{causes}");
        }
        None => tracing::info!(error.code = error.code, "refused: {}", error.message),
    }
}
