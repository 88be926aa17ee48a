//! Refusals in the Graph shape: one envelope, whichever part of the surface they come from.
//!
//! Each part has its own vocabulary of codes and wraps [`GraphRefusal`] in a type of its own for it. [`complete`] gives every answer
//! the headers of the surface, and every refusal its body.

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;
use uuid::Uuid;
use wardenry_core::time::{Clock, Timestamp};

use crate::bearer::{BearerGate, BearerRefusal};
use crate::request_id::{RequestId, client_request_id};

/// Why a request is refused. The ids and the date of the body are added by [`complete`], which also logs.
#[derive(Debug, Clone)]
pub struct GraphRefusal {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    /// Whether the message stays between the client and us, because it quotes what was sent.
    private: bool,
    header: Option<Box<(HeaderName, HeaderValue)>>,
    /// What really happened, for the log only.
    fault: Option<Arc<dyn Error + Send + Sync>>,
}

impl GraphRefusal {
    /// The message is a whole sentence.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, message: message.into(), private: false, header: None, fault: None }
    }

    /// A token that was not good enough; `denied` is the code for one that is good and does not allow the call.
    pub fn bearer(gate: &BearerGate, refusal: &BearerRefusal, denied: &'static str) -> Self {
        let code = match refusal {
            BearerRefusal::Missing | BearerRefusal::Invalid(_) => "InvalidAuthenticationToken",
            BearerRefusal::Forbidden(_) => denied,
        };
        let challenge = (header::WWW_AUTHENTICATE, gate.challenge(refusal));
        Self::new(refusal.status(), code, refusal.message()).with_header(challenge)
    }

    /// The path exists, the method does not. The router adds `Allow`.
    pub fn method_not_allowed(code: &'static str) -> Self {
        let message = "The method is not allowed at this address; the Allow header lists those that are.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, code, message)
    }

    /// Asks the client to come back.
    #[must_use]
    pub fn retry_after(self, secs: u64) -> Self {
        self.with_header((header::RETRY_AFTER, secs.into()))
    }

    /// With what really happened.
    #[must_use]
    pub fn caused_by(self, fault: impl Error + Send + Sync + 'static) -> Self {
        Self { fault: Some(Arc::new(fault)), ..self }
    }

    /// The message quotes what the client has sent, and is not logged.
    #[must_use]
    pub fn private(self) -> Self {
        Self { private: true, ..self }
    }

    fn with_header(self, header: (HeaderName, HeaderValue)) -> Self {
        Self { header: Some(Box::new(header)), ..self }
    }

    pub fn code(&self) -> &'static str {
        self.code
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    fn log(&self) {
        match &self.fault {
            Some(fault) => {
                let mut causes = String::new();
                let mut source = fault.source();
                while let Some(cause) = source {
                    causes.push_str(": ");
                    causes.push_str(&cause.to_string());
                    source = cause.source();
                }
                tracing::error!("{fault}{causes}");
            }
            None if self.private => tracing::info!(error.code = self.code, "refused"),
            None => tracing::info!(error.code = self.code, "refused: {}", self.message),
        }
    }
}

/// The status, and the refusal itself for [`complete`] to make the body from.
impl IntoResponse for GraphRefusal {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What every answer of the surface carries: request ids and cache rules; the body of refusals. These are logged here, once, faults
/// with their causes.
pub async fn complete(
    State(clock): State<Arc<dyn Clock>>,
    id: RequestId,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let ids = Ids { request: id.as_guid(), client: client_request_id(&headers).unwrap_or(id.as_guid()) };
    let mut response = next.run(request).await;
    if let Some(refusal) = response.extensions_mut().remove::<GraphRefusal>() {
        refusal.log();
        response = rendered(refusal, response.headers(), ids, clock.now());
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

fn rendered(refusal: GraphRefusal, before: &HeaderMap, ids: Ids, now: Timestamp) -> Response {
    let body = json!({"error": {
        "code": refusal.code,
        "message": refusal.message,
        "innerError": {"date": date(now), "request-id": ids.request, "client-request-id": ids.client},
    }});
    let mut response = (refusal.status, Json(body)).into_response();
    let headers = response.headers_mut();
    // Set by the router around the handler.
    if let Some(allow) = before.get(header::ALLOW) {
        headers.insert(header::ALLOW, allow.clone());
    }
    headers.extend(refusal.header.map(|header| *header));
    response
}

/// `2026-02-03T08:00:00`: UTC without saying so, as in the live service's errors.
fn date(now: Timestamp) -> String {
    now.to_error_stamp().replace(' ', "T").trim_end_matches('Z').to_owned()
}
