//! `GET /{tenant}/.well-known/openid-configuration` and its v2 twin.
//!
//! Members and values follow recordings of the live service, but for those that would promise what is
//! not served here (device code, userinfo, mutual TLS). As there, grant types and challenge methods are
//! not listed.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use wardenry_oauth::EndpointVersion;
use wardenry_oauth::access_token::{v1_issuer, v2_issuer};
use wardenry_web::origin::Origin;
use wardenry_web::request_id::RequestId;

use super::{NamedTenant, document, named_tenant};
use crate::refusal::{JsonRefusal, occurrence};
use crate::state::Authority;
use crate::tenant_name::TenantName;

/// The v1 document.
pub(crate) async fn get_v1_metadata(
    State(authority): State<Authority>,
    TenantName(tenant): TenantName,
    id: RequestId,
    origin: Origin,
) -> Response {
    answer(&authority, &tenant, EndpointVersion::V1, id, origin).await
}

/// The v2 document.
pub(crate) async fn get_v2_metadata(
    State(authority): State<Authority>,
    TenantName(tenant): TenantName,
    id: RequestId,
    origin: Origin,
) -> Response {
    answer(&authority, &tenant, EndpointVersion::V2, id, origin).await
}

async fn answer(
    authority: &Authority,
    tenant: &str,
    version: EndpointVersion,
    id: RequestId,
    origin: Origin,
) -> Response {
    match named_tenant(authority, tenant).await {
        Ok(named) => document(&metadata(&named, version, &origin)),
        Err(error) => {
            let occurrence = occurrence(id, authority.directory.clock().now());
            JsonRefusal::new(error, occurrence, origin).into_response()
        }
    }
}

fn metadata(tenant: &NamedTenant, version: EndpointVersion, origin: &Origin) -> Map<String, Value> {
    let (name, issuer_name, region) = match tenant {
        NamedTenant::Known { id, region } => (id.to_string(), id.to_string(), json!(region)),
        NamedTenant::Shared(name) => ((*name).to_owned(), "{tenantid}".to_owned(), Value::Null),
    };
    let base = format!("{origin}/{name}");
    let (segment, issuer) = match version {
        EndpointVersion::V1 => ("", v1_issuer(origin.as_str(), &issuer_name)),
        EndpointVersion::V2 => ("/v2.0", v2_issuer(origin.as_str(), &issuer_name)),
    };
    let members = json!({
        "token_endpoint": format!("{base}/oauth2{segment}/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/discovery{segment}/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": scopes(version),
        "issuer": issuer,
        "request_uri_parameter_supported": false,
        "authorization_endpoint": format!("{base}/oauth2{segment}/authorize"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": false,
        "end_session_endpoint": format!("{base}/oauth2{segment}/logout"),
        "claims_supported": claims(version),
        "tenant_region_scope": region,
        "cloud_instance_name": host(origin),
        "cloud_graph_host_name": host(origin),
        "msgraph_host": host(origin),
    });
    match members {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn scopes(version: EndpointVersion) -> &'static [&'static str] {
    match version {
        EndpointVersion::V1 => &["openid"],
        EndpointVersion::V2 => &["openid", "profile", "email", "offline_access"],
    }
}

fn claims(version: EndpointVersion) -> &'static [&'static str] {
    match version {
        EndpointVersion::V1 => {
            &["sub", "iss", "aud", "exp", "iat", "nbf", "appid", "appidacr", "oid", "roles", "tid", "ver"]
        }
        EndpointVersion::V2 => {
            &["sub", "iss", "aud", "exp", "iat", "nbf", "azp", "azpacr", "oid", "roles", "tid", "ver"]
        }
    }
}

fn host(origin: &Origin) -> &str {
    origin.as_str().trim_start_matches("https://")
}
