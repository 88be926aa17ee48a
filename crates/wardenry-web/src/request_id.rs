//! The id under which a request is answered and logged.

use std::fmt;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use uuid::Uuid;

/// A fresh GUID per request. Answers repeat it as `x-ms-request-id`, errors as trace id or target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(pub(crate) Uuid);

impl RequestId {
    /// The bare GUID.
    pub fn as_guid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // Only missing when a router is served without `app::wrap`.
        parts.extensions.get().copied().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// The client's own id for the request, when it sent one that is a GUID.
pub fn client_request_id(headers: &HeaderMap) -> Option<Uuid> {
    let text =
        headers.get("client-request-id").or_else(|| headers.get("x-ms-client-request-id"))?.to_str().ok()?;
    Uuid::try_parse(text).ok()
}
