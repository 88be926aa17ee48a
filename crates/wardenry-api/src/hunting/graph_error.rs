//! Refusals in the vocabulary of the Graph surface's security part.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;
use wardenry_hunting::{AccessRefusal, HuntError, ParseWindowError};
use wardenry_web::bearer::{BearerGate, BearerRefusal};
use wardenry_web::body::BodyError;
use wardenry_web::request_id::{RequestId, client_request_id};

use super::hunt_request::HuntRequestError;
use super::{HuntingApi, sentence, whole_secs};
use crate::error::chain;

/// A failed request, before it has its envelope: that needs the request's ids, which [`render`] knows.
#[derive(Debug, Clone)]
pub(super) struct GraphError {
    status: StatusCode,
    code: &'static str,
    message: String,
    header: Option<(HeaderName, HeaderValue)>,
    /// What went wrong inside, for the log alone.
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl GraphError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), header: None, cause: None }
    }

    fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    fn too_many(message: impl Into<String>, retry_after: Duration) -> Self {
        let header = Some((header::RETRY_AFTER, whole_secs(retry_after).into()));
        Self { header, ..Self::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", message) }
    }

    /// The token was not good enough.
    pub(super) fn bearer(gate: &BearerGate, refusal: &BearerRefusal) -> Self {
        let code = match refusal {
            BearerRefusal::Missing | BearerRefusal::Invalid(_) => "InvalidAuthenticationToken",
            BearerRefusal::Forbidden(_) => "Forbidden",
        };
        let header = Some((header::WWW_AUTHENTICATE, gate.challenge(refusal)));
        Self { header, ..Self::new(refusal.status(), code, refusal.message()) }
    }

    /// The token is good, but its bearer may not hunt.
    pub(super) fn forbidden(refusal: &AccessRefusal) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Forbidden", format!("Not allowed: {refusal}."))
    }

    pub(super) fn method_not_allowed() -> Self {
        let message = "The method is not allowed at this address; the Allow header lists those that are.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "BadRequest", message)
    }
}

impl From<HuntRequestError> for GraphError {
    fn from(error: HuntRequestError) -> Self {
        let message = sentence(&error.to_string());
        match error {
            HuntRequestError::Body(BodyError::TooLarge { .. }) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "BadRequest", message)
            }
            _ => Self::bad_request(message),
        }
    }
}

impl From<ParseWindowError> for GraphError {
    fn from(error: ParseWindowError) -> Self {
        Self::bad_request(format!("The member Timespan cannot be used: {error}."))
    }
}

impl From<HuntError> for GraphError {
    fn from(error: HuntError) -> Self {
        let message = error.to_string();
        match error {
            HuntError::Query(_) | HuntError::Limit(_) | HuntError::Cancelled => Self::bad_request(message),
            HuntError::Quota(exceeded) => Self::too_many(exceeded.to_string(), exceeded.retry_after()),
            HuntError::Busy { retry_after } => Self::too_many(message, retry_after),
            error => Self {
                cause: Some(Arc::new(error)),
                ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "UnknownError", message)
            },
        }
    }
}

/// The status, and the error itself for [`render`] to make the body from.
impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every answer the headers of the surface and every error its envelope, and logs those that are the server's.
pub(super) async fn render(
    State(state): State<HuntingApi>,
    id: RequestId,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let client = client_request_id(&headers).unwrap_or(id.as_guid());
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<GraphError>() {
        if let Some(cause) = &error.cause {
            tracing::error!(error.chain = %chain(cause.as_ref()), "a request failed");
        }
        // UTC without saying so, as in the live service's errors.
        let stamp = state.clock.now().to_error_stamp();
        let body = json!({"error": {
            "code": error.code,
            "message": error.message,
            "innerError": {
                "date": stamp.replace(' ', "T").trim_end_matches('Z'),
                "request-id": id.as_guid(),
                "client-request-id": client,
            },
        }});
        let allow = response.headers().get(header::ALLOW).cloned();
        response = (error.status, Json(body)).into_response();
        response.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
        response.headers_mut().extend(error.header);
    }
    let ids = [("request-id", id.as_guid()), ("client-request-id", client)];
    let headers = response.headers_mut();
    for (name, id) in ids {
        if let Ok(value) = HeaderValue::try_from(id.to_string()) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers.insert(HeaderName::from_static("odata-version"), HeaderValue::from_static("4.0"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
