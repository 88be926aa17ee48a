//! The tenant as the request's path names it.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;

/// The `{tenant}` of the matched route, decoded but not yet checked.
#[derive(Debug)]
pub(crate) struct TenantName(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for TenantName {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        // Bytes that are no UTF-8 name no tenant, like everything else that is no domain: one answer for all.
        let decoded = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(decoded.map_or_else(|_| char::REPLACEMENT_CHARACTER.to_string(), |Path(name)| name)))
    }
}
