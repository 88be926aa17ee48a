//! Errors of our own surface, `/wardenry/v1/…`: `{"error":{"code","message","requestId"}}`.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;
use wardenry_hunting::AccessRefusal;
use wardenry_hunting::ingest::{DocumentError, EncodingError, IngestError, LakeIngestError};
use wardenry_web::bearer::{BearerGate, BearerRefusal};
use wardenry_web::body::BodyError;
use wardenry_web::request_id::RequestId;

use super::{sentence, whole_secs};
use crate::error::chain;

/// After a full disk and other failures of the server's.
const LATER: Duration = Duration::from_secs(30);

/// A failed request, before it has its envelope: that needs the request's id, which [`render`] knows.
#[derive(Debug, Clone)]
pub(super) struct OwnError {
    status: StatusCode,
    code: &'static str,
    message: String,
    header: Option<Box<(HeaderName, HeaderValue)>>,
    /// What went wrong inside, for the log alone.
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl OwnError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), header: None, cause: None }
    }

    fn later(status: StatusCode, code: &'static str, message: String, retry_after: Duration) -> Self {
        let header = Some(Box::new((header::RETRY_AFTER, whole_secs(retry_after).into())));
        Self { header, ..Self::new(status, code, message) }
    }

    /// The token was not good enough.
    pub(super) fn bearer(gate: &BearerGate, refusal: &BearerRefusal) -> Self {
        let code = match refusal {
            BearerRefusal::Missing | BearerRefusal::Invalid(_) => "Unauthorized",
            BearerRefusal::Forbidden(_) => "Forbidden",
        };
        let header = Some(Box::new((header::WWW_AUTHENTICATE, gate.challenge(refusal))));
        Self { header, ..Self::new(refusal.status(), code, refusal.message()) }
    }

    /// The token is good, but its bearer may not send events.
    pub(super) fn forbidden(refusal: &AccessRefusal) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Forbidden", format!("Not allowed: {refusal}."))
    }

    pub(super) fn method_not_allowed() -> Self {
        let message = "Send events with POST.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
    }
}

impl From<BodyError> for OwnError {
    fn from(error: BodyError) -> Self {
        let message = sentence(&error.to_string());
        match error {
            BodyError::TooLarge { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "BatchTooLarge", format!("{message} {SPLIT}"))
            }
            BodyError::TooSlow { .. } => Self::new(StatusCode::REQUEST_TIMEOUT, "BodyTooSlow", message),
            BodyError::Broken => Self::new(StatusCode::BAD_REQUEST, "BodyIncomplete", message),
        }
    }
}

/// What to do about a batch that is too large.
const SPLIT: &str = "Send smaller batches.";

impl From<IngestError> for OwnError {
    fn from(error: IngestError) -> Self {
        let message = sentence(&error.to_string());
        let too_large =
            || Self::new(StatusCode::PAYLOAD_TOO_LARGE, "BatchTooLarge", format!("{message} {SPLIT}"));
        match error {
            IngestError::Encoding(EncodingError::TooLarge { .. })
            | IngestError::Document(DocumentError::TooManyRecords { .. })
            | IngestError::Lake(LakeIngestError::TooLarge { .. }) => too_large(),
            IngestError::Encoding(_) => Self::new(StatusCode::BAD_REQUEST, "InvalidEncoding", message),
            IngestError::Document(_) => Self::new(StatusCode::BAD_REQUEST, "InvalidBody", message),
            IngestError::Busy { retry_after } | IngestError::Lake(LakeIngestError::Busy { retry_after }) => {
                Self::later(StatusCode::TOO_MANY_REQUESTS, "Busy", message, retry_after)
            }
            IngestError::Lake(LakeIngestError::DiskFull { .. }) => {
                let message =
                    "The server's disk is full. Nothing of the batch was stored. Send it again later.";
                Self::later(StatusCode::INSUFFICIENT_STORAGE, "DiskFull", message.to_owned(), LATER)
            }
            error => {
                let message = "The batch could not be stored. Send it again, with the same Idempotency-Key if it has one.";
                Self {
                    cause: Some(Arc::new(error)),
                    ..Self::later(StatusCode::SERVICE_UNAVAILABLE, "Unavailable", message.to_owned(), LATER)
                }
            }
        }
    }
}

/// The status, and the error itself for [`render`] to make the body from.
impl IntoResponse for OwnError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every error its envelope, and logs those that are the server's.
pub(super) async fn render(id: RequestId, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<OwnError>() else { return response };
    if let Some(cause) = &error.cause {
        tracing::error!(error.chain = %chain(cause.as_ref()), "a batch failed");
    }
    let body = json!({"error": {"code": error.code, "message": error.message, "requestId": id.to_string()}});
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut answer = (error.status, Json(body)).into_response();
    answer.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
    answer.headers_mut().extend(error.header.map(|header| *header));
    answer
}
