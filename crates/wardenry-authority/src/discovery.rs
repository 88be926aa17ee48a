//! What client libraries read before anything else: metadata, keys, instance discovery, the addresses of the cloud.

mod cloud;
mod instance;
mod keys;
mod metadata;

pub(crate) use cloud::get_cloud;
pub(crate) use instance::get_instance;
pub(crate) use keys::{get_v1_keys, get_v2_keys};
pub(crate) use metadata::{get_v1_metadata, get_v2_metadata};

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use wardenry_core::id::TenantId;
use wardenry_oauth::error::OAuthError;
use wardenry_oauth::tenant_segment::TenantSegment;

use crate::refusal::storage_fault;
use crate::state::Authority;
use crate::token::tenant_not_found;

/// What stands for the tenant in a document's addresses and issuer.
pub(crate) enum NamedTenant {
    /// A tenant: its GUID stands everywhere, whatever name was asked for.
    Known { id: TenantId, region: String },
    /// `common` or `organizations`: the name stands in addresses, a template in the issuer.
    Shared(&'static str),
}

/// Finds the tenant that a metadata path names. An unknown one is `invalid_tenant` here.
pub(crate) async fn named_tenant(authority: &Authority, segment: &str) -> Result<NamedTenant, OAuthError> {
    let parsed = TenantSegment::parse(segment).map_err(|error| error.with_error("invalid_tenant"))?;
    match parsed {
        TenantSegment::Common => return Ok(NamedTenant::Shared("common")),
        TenantSegment::Organizations => return Ok(NamedTenant::Shared("organizations")),
        TenantSegment::Id(_) | TenantSegment::Domain(_) | TenantSegment::Consumers => {}
    }
    let found = authority.directory.tenant(&parsed).await.map_err(storage_fault)?;
    let tenant = found.ok_or_else(|| tenant_not_found(segment).with_error("invalid_tenant"))?;
    Ok(NamedTenant::Known { id: tenant.id, region: tenant.region.clone() })
}

/// What lets scripts of any web page read the public documents.
const READABLE_FROM_ANYWHERE: [(HeaderName, HeaderValue); 2] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, OPTIONS")),
];

/// Answers a browser that asks whether a script may read a public document.
pub(crate) async fn allow_reading() -> Response {
    (StatusCode::NO_CONTENT, READABLE_FROM_ANYWHERE).into_response()
}

/// A public document: cacheable, readable from any web page.
pub(crate) fn document(body: &impl Serialize) -> Response {
    let cached = [(header::CACHE_CONTROL, HeaderValue::from_static("max-age=86400, private"))];
    let mut response = (READABLE_FROM_ANYWHERE, cached, Json(body)).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}
