//! Refusals in the vocabulary of the Graph surface.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use wardenry_directory::DirectoryError;
use wardenry_directory::store::{StoreError, Unique};
use wardenry_web::bearer::{BearerGate, BearerRefusal};
use wardenry_web::graph_refusal::GraphRefusal;

/// What a client is told to wait after a failure of the storage.
const RETRY_AFTER_SECS: u64 = 5;

/// Why a request is refused, in the directory's vocabulary.
#[derive(Debug, Clone)]
pub(super) struct GraphError(GraphRefusal);

const BAD_REQUEST: &str = "Request_BadRequest";
const NOT_FOUND: &str = "Request_ResourceNotFound";

impl GraphError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self(GraphRefusal::new(status, code, message))
    }

    #[cfg(test)]
    pub(super) fn refusal(&self) -> &GraphRefusal {
        &self.0
    }

    /// The request's content is not acceptable. The message is a whole sentence.
    pub(super) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, BAD_REQUEST, message)
    }

    /// A property's value is not acceptable.
    pub(super) fn property(property: &str, problem: impl std::fmt::Display) -> Self {
        Self::bad_request(format!("The value of '{property}' is not valid: {problem}."))
    }

    /// The query is understood by the protocol, not by this server.
    pub(super) fn unsupported_query(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", message)
    }

    /// The body is not JSON by its content type.
    pub(super) fn unsupported_media_type() -> Self {
        let message = "The request body must be of the type application/json.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST, message)
    }

    /// The body is longer than the limit, or did not arrive whole.
    pub(super) fn body_too_large(limit_bytes: usize) -> Self {
        let message =
            format!("The request body is longer than {} KiB or did not arrive whole.", limit_bytes / 1024);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, BAD_REQUEST, message)
    }

    /// The path is none of this surface's.
    pub(super) fn unknown_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, NOT_FOUND, "There is no resource at this address.")
    }

    /// The path exists, the method does not. The router adds `Allow`.
    pub(super) fn method_not_allowed() -> Self {
        Self(GraphRefusal::method_not_allowed(BAD_REQUEST))
    }

    /// There is no such object.
    pub(super) fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, NOT_FOUND, message)
    }

    /// The proof of possession for rolling keys does not hold.
    pub(super) fn proof(problem: impl std::fmt::Display) -> Self {
        let message = format!("The proof is not valid: {problem}.");
        Self::new(StatusCode::UNAUTHORIZED, "Authentication_MissingOrMalformed", message)
    }

    /// The token does not allow the call.
    pub(super) fn bearer(gate: &BearerGate, refusal: &BearerRefusal) -> Self {
        Self(GraphRefusal::bearer(gate, refusal, REQUEST_DENIED))
    }

    fn unavailable(fault: DirectoryError) -> Self {
        let message = "The directory cannot answer at the moment. Try again later.";
        let refusal = GraphRefusal::new(StatusCode::SERVICE_UNAVAILABLE, "serviceNotAvailable", message);
        Self(refusal.retry_after(RETRY_AFTER_SECS).caused_by(fault))
    }
}

const REQUEST_DENIED: &str = "Authorization_RequestDenied";

impl From<DirectoryError> for GraphError {
    fn from(error: DirectoryError) -> Self {
        let message = sentence(&error.to_string());
        match error {
            DirectoryError::NotFound { .. } => Self::not_found(message),
            DirectoryError::Invalid { .. } => Self::bad_request(message),
            // The one conflict that the live service reports as a bad request.
            DirectoryError::Exists(Unique::AppRoleAssignment) => Self::bad_request(message),
            DirectoryError::Exists(Unique::ServicePrincipal | Unique::AppId | Unique::IdentifierUri) => {
                Self::new(StatusCode::CONFLICT, "Request_MultipleObjectsWithSameKeyValue", message)
            }
            DirectoryError::Exists(_) => Self::new(StatusCode::CONFLICT, "ObjectConflict", message),
            DirectoryError::MissingPermission(_) | DirectoryError::OutOfReach(_) => {
                Self::new(StatusCode::FORBIDDEN, REQUEST_DENIED, message)
            }
            DirectoryError::Store(StoreError::Missing) => {
                Self::not_found("The object is not there any more.")
            }
            // Nothing here gives consent; whatever else there will be is a fault until it has a line above.
            fault => Self::unavailable(fault),
        }
    }
}

/// An error's phrase as a sentence.
fn sentence(phrase: &str) -> String {
    let mut chars = phrase.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}
