//! The error envelope of the surface and the codes in it.

use std::error::Error;
use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use wardenry_incidents::IncidentStoreError;
use wardenry_web::bearer::{BearerGate, BearerRefusal};
use wardenry_web::request_id::RequestId;

/// The codes that this surface answers with. All but `MethodNotAllowed` are in the public list of common
/// error codes; that list has none for the case. `TooManyRequests` is in the list, but `429` is what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    /// A value is out of its range.
    BadRequest,
    /// A query option cannot be understood.
    ODataError,
    /// A part of the path is malformed.
    InvalidInput,
    Unauthorized,
    Forbidden,
    /// There is no such path.
    NotFound,
    /// There is no object with this id.
    ResourceNotFound,
    MethodNotAllowed,
    InternalServerError,
    /// The body is not what the endpoint takes.
    #[cfg(feature = "hunting")]
    InvalidRequestBody,
    /// The same, for a body that is too large to be looked at.
    #[cfg(feature = "hunting")]
    RequestBodyTooLarge,
    #[cfg(feature = "hunting")]
    MissingRequiredParameter,
    #[cfg(feature = "hunting")]
    TooManyRequests,
}

impl ErrorCode {
    /// The spelling in the envelope.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "BadRequest",
            Self::ODataError => "ODataError",
            Self::InvalidInput => "InvalidInput",
            Self::Unauthorized => "Unauthorized",
            Self::Forbidden => "Forbidden",
            Self::NotFound => "NotFound",
            Self::ResourceNotFound => "ResourceNotFound",
            Self::MethodNotAllowed => "MethodNotAllowed",
            Self::InternalServerError => "InternalServerError",
            #[cfg(feature = "hunting")]
            Self::InvalidRequestBody | Self::RequestBodyTooLarge => "InvalidRequestBody",
            #[cfg(feature = "hunting")]
            Self::MissingRequiredParameter => "MissingRequiredParameter",
            #[cfg(feature = "hunting")]
            Self::TooManyRequests => "429",
        }
    }

    /// The status that goes with it.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest | Self::ODataError | Self::InvalidInput => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound | Self::ResourceNotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
            #[cfg(feature = "hunting")]
            Self::InvalidRequestBody | Self::MissingRequiredParameter => StatusCode::BAD_REQUEST,
            #[cfg(feature = "hunting")]
            Self::RequestBodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            #[cfg(feature = "hunting")]
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

/// A failed request, before it has its envelope: that needs the request's id, which [`render`] knows.
#[derive(Debug, Clone)]
pub(crate) struct DefenderError {
    code: ErrorCode,
    message: String,
    challenge: Option<HeaderValue>,
    retry_after_secs: Option<u64>,
    /// What went wrong inside, for the log alone.
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl DefenderError {
    /// An error whose message the client may read.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), challenge: None, retry_after_secs: None, cause: None }
    }

    /// The token was not good enough.
    pub(crate) fn refused(gate: &BearerGate, refusal: &BearerRefusal) -> Self {
        let code = match refusal {
            BearerRefusal::Missing | BearerRefusal::Invalid(_) => ErrorCode::Unauthorized,
            BearerRefusal::Forbidden(_) => ErrorCode::Forbidden,
        };
        Self { challenge: Some(gate.challenge(refusal)), ..Self::new(code, refusal.message()) }
    }

    /// The token is good, but its bearer may not do this.
    pub(crate) fn forbidden(refusal: &impl std::fmt::Display) -> Self {
        Self::new(ErrorCode::Forbidden, format!("Not allowed: {refusal}."))
    }

    /// Not now: come back later.
    #[cfg(feature = "hunting")]
    pub(crate) fn too_many(message: impl Into<String>, retry_after: std::time::Duration) -> Self {
        let retry_after_secs = Some(crate::hunting::whole_secs(retry_after));
        Self { retry_after_secs, ..Self::new(ErrorCode::TooManyRequests, message) }
    }

    /// Something failed that is not the client's fault, and that the client learns nothing about.
    pub(crate) fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::failed(
            "The request could not be completed. Try again, or report the target of this error.",
            cause,
        )
    }

    /// The same, where the client can be told what it is about.
    pub(crate) fn failed(message: impl Into<String>, cause: impl Error + Send + Sync + 'static) -> Self {
        Self { cause: Some(Arc::new(cause)), ..Self::new(ErrorCode::InternalServerError, message) }
    }
}

impl From<IncidentStoreError> for DefenderError {
    fn from(error: IncidentStoreError) -> Self {
        Self::internal(error)
    }
}

/// The status, and the error itself for [`render`] to fill the body from.
impl IntoResponse for DefenderError {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: EnvelopeError<'a>,
}

#[derive(Serialize)]
struct EnvelopeError<'a> {
    code: &'static str,
    message: &'a str,
    /// The request's id, under which the server's log tells more. Not a property's name as elsewhere in
    /// OData.
    target: String,
}

/// Gives every error of the routes below its envelope, and logs those that are the server's.
pub(crate) async fn render(id: RequestId, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<DefenderError>() else { return response };
    if let Some(cause) = &error.cause {
        tracing::error!(error.chain = %chain(cause.as_ref()), "a request failed");
    }
    let target = id.to_string();
    let envelope =
        Envelope { error: EnvelopeError { code: error.code.as_str(), message: &error.message, target } };
    let body = serde_json::to_vec(&envelope).expect("a struct of texts has a JSON form");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.remove(header::CONTENT_LENGTH);
    if let Some(challenge) = error.challenge {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(secs) = error.retry_after_secs {
        headers.insert(header::RETRY_AFTER, secs.into());
    }
    *response.body_mut() = body.into();
    response
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
