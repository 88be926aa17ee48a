//! `GET /{tenant}/discovery/keys` and its v2 twin: the public signing keys.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use wardenry_jose::{Jwk, JwkSet};
use wardenry_oauth::access_token::v2_issuer;
use wardenry_web::origin::Origin;
use wardenry_web::request_id::RequestId;

use super::{document, named_tenant};
use crate::refusal::{JsonRefusal, occurrence};
use crate::state::Authority;
use crate::tenant_name::TenantName;

/// The v1 key set.
pub(crate) async fn get_v1_keys(
    State(authority): State<Authority>,
    TenantName(tenant): TenantName,
    id: RequestId,
    origin: Origin,
) -> Response {
    answer(&authority, &tenant, None, id, origin).await
}

/// The v2 key set, whose keys say for which issuers they sign.
pub(crate) async fn get_v2_keys(
    State(authority): State<Authority>,
    TenantName(tenant): TenantName,
    id: RequestId,
    origin: Origin,
) -> Response {
    let issuer = v2_issuer(origin.as_str(), "{tenantid}");
    answer(&authority, &tenant, Some(&issuer), id, origin).await
}

async fn answer(
    authority: &Authority,
    tenant: &str,
    issuer: Option<&str>,
    id: RequestId,
    origin: Origin,
) -> Response {
    if let Err(error) = named_tenant(authority, tenant).await {
        let occurrence = occurrence(id, authority.directory.clock().now());
        return JsonRefusal::new(error, occurrence, origin).into_response();
    }
    let ring = authority.keys.ring();
    document(&JwkSet { keys: ring.published().map(|key| Jwk::of(key, issuer)).collect() })
}
