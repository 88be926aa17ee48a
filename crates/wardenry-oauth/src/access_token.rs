//! The contents of app-only access tokens, and the token responses that carry them.
//!
//! The shape follows the resource, not the endpoint: first-party resources take v1 tokens, an
//! application as a resource says which it wants. Claims and their oddities (`iat` lies five minutes
//! in the past, `exp` 3900 seconds after it) follow recorded tokens.

use serde::Serialize;
use wardenry_core::catalogue::GRAPH;
use wardenry_core::time::Timestamp;
use wardenry_jose::{ThumbprintHeader, base64url};

use crate::EndpointVersion;
use crate::answers::{TenantAnswer, TokenVersion};
use crate::client_credentials::{AppOnlyGrant, CredentialKind};

/// How far `iat` and `nbf` lie before the moment of issue, in seconds, so that a validator whose clock
/// is behind accepts the token at once.
const BACKDATED_SECS: i64 = 300;
/// The life of a token after the moment of issue, in seconds.
const LIFETIME_SECS: i64 = 3600;
/// `wids` of an app-only Graph token: not a directory role, it marks the token as an app's own.
const APP_ONLY_WIDS: &str = "0997a1d0-0d1d-4acb-b408-d5ca73121e90";

/// The claims of an app-only token, in the order in which they are serialised.
#[derive(Debug, Clone, Serialize)]
pub struct AppOnlyClaims<'a> {
    aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    aio: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_displayname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appidacr: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    azp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    azpacr: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idtyp: Option<&'static str>,
    oid: String,
    rh: String,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    roles: &'a [&'a str],
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_region_scope: Option<&'a str>,
    tid: String,
    uti: String,
    ver: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wids: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xms_tcdt: Option<i64>,
}

/// Claims to sign, and how.
#[derive(Debug, Clone)]
pub struct AppOnlyToken<'a> {
    pub claims: AppOnlyClaims<'a>,
    /// v1 tokens repeat the key id as `x5t`.
    pub thumbprint: ThumbprintHeader,
    pub not_before: Timestamp,
    pub expires: Timestamp,
}

/// Random bytes for the opaque claims: 16 for `uti`, 32 for `aio`.
pub type TokenRandomness = [u8; 48];

/// Writes the claims for a grant. `origin` is the issuer's address, without a trailing slash.
pub fn app_only<'a>(
    grant: &'a AppOnlyGrant<'a>,
    tenant: &'a TenantAnswer,
    origin: &str,
    now: Timestamp,
    randomness: &TokenRandomness,
) -> AppOnlyToken<'a> {
    let issued = now.unix_secs() - BACKDATED_SECS;
    let expires = now.unix_secs() + LIFETIME_SECS;
    let (uti, aio) = randomness.split_at(16);
    let oid = grant.principal.id.to_string();
    let shared = AppOnlyClaims {
        aud: grant.requested.as_str().to_owned(),
        iss: String::new(),
        iat: issued,
        nbf: issued,
        exp: expires,
        aio: base64url(aio),
        app_displayname: None,
        appid: None,
        appidacr: None,
        azp: None,
        azpacr: None,
        idp: None,
        idtyp: None,
        rh: opaque_home(grant),
        roles: &grant.roles,
        sub: oid.clone(),
        oid,
        tenant_region_scope: None,
        tid: tenant.id.to_string(),
        uti: base64url(uti),
        ver: "2.0",
        wids: None,
        xms_tcdt: None,
    };
    let acr = match grant.credential {
        CredentialKind::Secret => "1",
        CredentialKind::Certificate => "2",
    };
    let client = grant.client.app.to_string();
    let (claims, thumbprint) = match grant.resource.token_version {
        TokenVersion::V1 => {
            let issuer = v1_issuer(origin, &shared.tid);
            let claims = AppOnlyClaims {
                idp: Some(issuer.clone()),
                iss: issuer,
                app_displayname: Some(&grant.client.display_name),
                appid: Some(client),
                appidacr: Some(acr),
                idtyp: Some("app"),
                tenant_region_scope: Some(&tenant.region),
                ver: "1.0",
                wids: (grant.resource.app == GRAPH.app_id).then_some([APP_ONLY_WIDS]),
                xms_tcdt: Some(tenant.created.unix_secs()),
                ..shared
            };
            (claims, ThumbprintHeader::Present)
        }
        TokenVersion::V2 => {
            let claims = AppOnlyClaims {
                aud: grant.resource.app.to_string(),
                iss: v2_issuer(origin, &shared.tid),
                azp: Some(client),
                azpacr: Some(acr),
                ..shared
            };
            (claims, ThumbprintHeader::Absent)
        }
    };
    AppOnlyToken {
        claims,
        thumbprint,
        not_before: Timestamp::from_unix_secs(issued),
        expires: Timestamp::from_unix_secs(expires),
    }
}

/// The issuer of v1 tokens. It ends in a slash.
pub fn v1_issuer(origin: &str, tenant: &str) -> String {
    format!("{origin}/{tenant}/")
}

/// The issuer of v2 tokens. `tenant` may be the literal `{tenantid}` of template metadata.
pub fn v2_issuer(origin: &str, tenant: &str) -> String {
    format!("{origin}/{tenant}/v2.0")
}

/// `rh`: opaque to everybody, stable for one client and resource.
fn opaque_home(grant: &AppOnlyGrant<'_>) -> String {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(grant.principal.id.as_guid().as_bytes());
    bytes[16..].copy_from_slice(grant.resource.app.as_guid().as_bytes());
    format!("1.A{}.", base64url(&bytes))
}

/// The body of a successful app-only token response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum TokenResponse {
    /// Numbers are texts, and the request's resource is repeated.
    V1 {
        token_type: &'static str,
        expires_in: String,
        ext_expires_in: String,
        expires_on: String,
        not_before: String,
        resource: String,
        access_token: String,
    },
    /// Numbers are numbers. Exactly these four members.
    V2 { token_type: &'static str, expires_in: i64, ext_expires_in: i64, access_token: String },
}

impl TokenResponse {
    /// Wraps a signed token for the endpoint through which it was asked for.
    ///
    /// `resource` is the request's; `now` is the moment of issue.
    pub fn new(
        endpoint: EndpointVersion,
        access_token: String,
        resource: &str,
        not_before: Timestamp,
        expires: Timestamp,
        now: Timestamp,
    ) -> Self {
        // A second less than the real life, as recorded.
        let expires_in = expires.unix_secs() - now.unix_secs() - 1;
        match endpoint {
            EndpointVersion::V1 => Self::V1 {
                token_type: "Bearer",
                expires_in: expires_in.to_string(),
                ext_expires_in: expires_in.to_string(),
                expires_on: expires.unix_secs().to_string(),
                not_before: not_before.unix_secs().to_string(),
                resource: resource.to_owned(),
                access_token,
            },
            EndpointVersion::V2 => {
                Self::V2 { token_type: "Bearer", expires_in, ext_expires_in: expires_in, access_token }
            }
        }
    }
}

#[cfg(test)]
mod tests;
