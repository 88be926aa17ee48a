//! What an authority publishes about itself: its issuers and its signing keys.

use serde::Deserialize;
use url::Url;
use wardenry_core::cloud::CloudProfile;
use wardenry_jose::{JwkSet, KeySet};
use wardenry_oauth::token_check::IssuerPolicy;

use crate::client::read_json;
use crate::error::{ApiError, Error, ErrorKind, OAuthError, Surface, Unexpected};
use crate::tenant::Tenant;
use crate::transport::{Answer, Request, Transport, https_url};

/// What is needed to verify the authority's tokens.
#[derive(Debug, Clone)]
pub struct AuthorityKeys {
    pub keys: KeySet,
    pub issuers: IssuerPolicy,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

impl AuthorityKeys {
    /// Fetches the metadata of both generations for this tenant, and the keys that they point to.
    pub async fn fetch(transport: &Transport, cloud: &CloudProfile, tenant: &Tenant) -> Result<Self, Error> {
        let authority = https_url("the authority", &cloud.authority)?;
        let mut document = JwkSet::default();
        let mut issuers = IssuerPolicy { v1_origins: Vec::new(), v2_origins: Vec::new() };
        for (path, origins) in [("", &mut issuers.v1_origins), ("/v2.0", &mut issuers.v2_origins)] {
            let mut url = authority.clone();
            url.set_path(&format!("/{}{path}/.well-known/openid-configuration", tenant.name()));
            let metadata: Metadata = fetch(transport, url).await?;
            origins.extend(origin_of_issuer(&metadata.issuer));
            let keys_url = same_host(&authority, &metadata.jwks_uri)?;
            let found: JwkSet = fetch(transport, keys_url).await?;
            for key in found.keys {
                if !document.keys.iter().any(|known| known.kid == key.kid) {
                    document.keys.push(key);
                }
            }
        }
        Ok(Self { keys: KeySet::from_jwks(&document), issuers })
    }

    /// Keys from a JWKS document at hand, for the issuers that the cloud is known to use.
    ///
    /// The vendor's clouds sign v1 tokens in the name of another host than that of their endpoints; the
    /// hosts of the government clouds are not confirmed by a source at hand.
    pub fn offline(document: &JwkSet, cloud: &CloudProfile) -> Self {
        let v1 = match cloud.name.as_str() {
            "self" => cloud.authority.clone(),
            "china" => "https://sts.chinacloudapi.cn".to_owned(),
            _ => "https://sts.windows.net".to_owned(),
        };
        let issuers = IssuerPolicy { v1_origins: vec![v1], v2_origins: vec![cloud.authority.clone()] };
        Self { keys: KeySet::from_jwks(document), issuers }
    }
}

async fn fetch<T: serde::de::DeserializeOwned>(transport: &Transport, url: Url) -> Result<T, Error> {
    let answer = transport.send(Request::get(url)).await?;
    if answer.is_success() {
        return read_json(&answer);
    }
    let Answer { status, headers, body, retry_after, .. } = &answer;
    Err(match OAuthError::read(*status, body, *retry_after) {
        Some(error) => ErrorKind::OAuth(error).into(),
        None => {
            ErrorKind::Api(ApiError::read(Surface::Defender, *status, headers, body, *retry_after)).into()
        }
    })
}

/// `https://host` of `https://host/{tenant}/` or `https://host/{tenant}/v2.0`.
fn origin_of_issuer(issuer: &str) -> Option<String> {
    let url = Url::parse(issuer).ok()?;
    (url.scheme() == "https").then(|| url.origin().ascii_serialization())
}

/// Keys are taken from the authority itself and from nowhere else.
fn same_host(authority: &Url, link: &str) -> Result<Url, Error> {
    let origin = authority.origin().ascii_serialization();
    let unusable = || {
        let reason = Unexpected::Missing("a usable jwks_uri");
        Error::new(ErrorKind::Unexpected { origin: origin.clone(), status: 200, reason })
    };
    let url = Url::parse(link).map_err(|_| unusable())?;
    if url.origin() == authority.origin() {
        return Ok(url);
    }
    Err(ErrorKind::ForeignLink { origin, link: link.chars().take(200).collect() }.into())
}
