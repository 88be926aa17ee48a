//! Access tokens: asking the authority for one, and what its answer means.

use std::fmt;
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};
use wardenry_core::id::AppId;
use wardenry_core::secret::SecretString;
use wardenry_core::time::Timestamp;
use wardenry_jose::UnverifiedJws;
use wardenry_oauth::EndpointVersion;
use zeroize::Zeroizing;

use crate::credential::Credential;
use crate::error::{Error, ErrorKind, OAuthError, Unexpected, beginning};
use crate::tenant::Tenant;
use crate::transport::{Answer, Body, Repeat, Request, Transport};

/// How long before its end a token is replaced, unless the authority says otherwise.
const REFRESH_MARGIN: Duration = Duration::from_secs(300);
/// The life assumed of a token whose answer does not tell.
const ASSUMED_LIFE: Duration = Duration::from_secs(600);

/// Far beyond any token's life, and safely inside every number type.
const LONGEST_LIFE_SECS: f64 = 10_000_000.0;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a token is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TokenTarget {
    /// The Defender-shape API of the client's cloud.
    Defender,
    /// The Graph-shape API of the client's cloud.
    Graph,
    /// Any other resource, by its identifier without `/.default`.
    Resource(String),
}

/// An access token for one tenant and one resource.
///
/// Nothing in it was verified: to its client a token is opaque, and the API that receives it decides.
#[derive(Clone)]
pub struct AccessToken {
    secret: SecretString,
    expires: Timestamp,
    refresh_after: Timestamp,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("expires", &self.expires).finish_non_exhaustive()
    }
}

impl AccessToken {
    /// The token itself, for an `Authorization: Bearer` header.
    pub fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// When the token ends, by this machine's clock.
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// The claims as they stand in the token, unverified, for showing them to people. Empty when the token
    /// is no JWT.
    pub fn unverified_claims(&self) -> Map<String, Value> {
        UnverifiedJws::parse(self.secret.expose())
            .map(|jws| jws.unverified_claims().clone())
            .unwrap_or_default()
    }

    /// The application permissions named in the token, unverified.
    pub fn unverified_roles(&self) -> Vec<String> {
        let claims = self.unverified_claims();
        let roles = claims.get("roles").and_then(Value::as_array).into_iter().flatten();
        roles.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    pub(crate) fn is_valid(&self, now: Timestamp) -> bool {
        now < self.expires
    }

    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        now >= self.refresh_after
    }
}

/// The address of the token endpoint.
pub(crate) fn token_endpoint(authority: &Url, tenant: &Tenant, version: EndpointVersion) -> Url {
    let path = match version {
        EndpointVersion::V1 => "oauth2/token",
        EndpointVersion::V2 => "oauth2/v2.0/token",
    };
    let mut url = authority.clone();
    url.set_path(&format!("/{}/{path}", tenant.name()));
    url
}

/// Everything that a client-credentials request needs to know.
pub(crate) struct TokenRequest<'a> {
    pub(crate) authority: &'a Url,
    pub(crate) version: EndpointVersion,
    pub(crate) tenant: &'a Tenant,
    pub(crate) app: AppId,
    pub(crate) credential: &'a Credential,
    /// The resource's identifier, without `/.default`.
    pub(crate) resource: &'a str,
    pub(crate) repeat: Repeat,
}

impl TokenRequest<'_> {
    /// Asks the authority.
    pub(crate) async fn send(&self, transport: &Transport) -> Result<AccessToken, Error> {
        let url = token_endpoint(self.authority, self.tenant, self.version);
        let body = Body::Form(self.form(url.as_str(), transport));
        let request = Request { method: Method::POST, body, repeat: self.repeat, ..Request::get(url) };
        let sent = transport.clock.now();
        read_answer(&transport.send(request).await?, sent)
    }

    fn form(&self, endpoint: &str, transport: &Transport) -> Zeroizing<String> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials").append_pair("client_id", &self.app.to_string());
        match self.version {
            EndpointVersion::V1 => form.append_pair("resource", self.resource),
            EndpointVersion::V2 => form.append_pair("scope", &format!("{}/.default", self.resource)),
        };
        match self.credential {
            Credential::Secret(secret) => form.append_pair("client_secret", secret.expose()),
            Credential::Certificate(certificate) => {
                let (now, entropy) = (transport.clock.now(), &*transport.entropy);
                let assertion = certificate.assertion(self.app, endpoint, now, entropy);
                form.append_pair("client_assertion_type", ASSERTION_TYPE);
                form.append_pair("client_assertion", &assertion)
            }
        };
        Zeroizing::new(form.finish())
    }
}

/// A number that v2 endpoints send as a number and v1 endpoints as a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Secs(u64);

impl<'de> Deserialize<'de> for Secs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(f64),
            Text(String),
        }
        let number = match Either::deserialize(deserializer)? {
            Either::Number(number) => number,
            Either::Text(text) => {
                text.parse().map_err(|_| serde::de::Error::custom("not a number of seconds"))?
            }
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to a range that fits, and fractions do not matter"
        )]
        let secs = number.clamp(0.0, LONGEST_LIFE_SECS) as u64;
        Ok(Self(secs))
    }
}

#[derive(Deserialize)]
struct TokenBody {
    access_token: String,
    expires_in: Option<Secs>,
    refresh_in: Option<Secs>,
}

fn read_answer(answer: &Answer, sent: Timestamp) -> Result<AccessToken, Error> {
    let unexpected = |reason| {
        Error::new(ErrorKind::Unexpected { origin: answer.origin.clone(), status: answer.status, reason })
    };
    if !answer.is_success() {
        return Err(match OAuthError::read(answer.status, &answer.body, answer.retry_after) {
            Some(error) => ErrorKind::OAuth(error).into(),
            None => unexpected(Unexpected::Text(beginning(&answer.body))),
        });
    }
    // A JSON error may quote its input, which holds the token; so the source is left out here.
    let body: TokenBody = serde_json::from_slice(&answer.body)
        .map_err(|_| unexpected(Unexpected::Missing("an access_token")))?;
    if body.access_token.is_empty() {
        return Err(unexpected(Unexpected::Missing("an access_token")));
    }
    let life = body.expires_in.map_or(ASSUMED_LIFE, |secs| Duration::from_secs(secs.0));
    let until_refresh = match body.refresh_in {
        Some(secs) => Duration::from_secs(secs.0).min(life),
        None => life.saturating_sub(REFRESH_MARGIN.min(life / 2)),
    };
    Ok(AccessToken {
        secret: SecretString::from(body.access_token),
        expires: sent.plus(life),
        refresh_after: sent.plus(until_refresh),
    })
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    const SENT: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

    fn read(status: u16, body: &str) -> Result<AccessToken, Error> {
        let body = body.as_bytes().to_vec();
        let origin = "https://login.example".to_owned();
        read_answer(&Answer { origin, status, headers: HeaderMap::new(), body, retry_after: None }, SENT)
    }

    /// Life and time until refresh, in seconds.
    fn times(body: &str) -> (u64, u64) {
        let token = read(200, body).unwrap();
        (token.expires.since(SENT).as_secs(), token.refresh_after.since(SENT).as_secs())
    }

    #[test]
    fn numbers_are_read_in_both_spellings() {
        assert_eq!(
            times(r#"{"access_token":"a","token_type":"Bearer","expires_in":3599,"ext_expires_in":3599}"#),
            (3599, 3299)
        );
        assert_eq!(
            times(r#"{"access_token":"a","expires_in":"3599","ext_expires_in":"0","expires_on":"1"}"#),
            (3599, 3299)
        );
        assert_eq!(times(r#"{"access_token":"a","expires_in":86400,"refresh_in":43200}"#), (86400, 43200));
        assert_eq!(times(r#"{"access_token":"a","expires_in":200}"#), (200, 100));
        assert_eq!(times(r#"{"access_token":"a"}"#), (600, 300));
        assert_eq!(times(r#"{"access_token":"a","expires_in":-5}"#), (0, 0));
    }

    #[test]
    fn answers_without_a_token_are_errors_that_do_not_quote_it() {
        for body in
            ["", "null", "{}", r#"{"access_token":""}"#, r#"{"access_token":"hunter2","expires_in":"soon"}"#]
        {
            let error = read(200, body).unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn the_token_does_not_print() {
        let token = read(200, r#"{"access_token":"hunter2","expires_in":10}"#).unwrap();
        assert!(!format!("{token:?}").contains("hunter2"));
    }

    #[test]
    fn endpoints_carry_the_tenant() {
        let authority = Url::parse("https://login.example").unwrap();
        let tenant = Tenant::parse("alder.example").unwrap();
        for (version, expected) in [
            (EndpointVersion::V1, "https://login.example/alder.example/oauth2/token"),
            (EndpointVersion::V2, "https://login.example/alder.example/oauth2/v2.0/token"),
        ] {
            assert_eq!(token_endpoint(&authority, &tenant, version).as_str(), expected);
        }
    }
}
