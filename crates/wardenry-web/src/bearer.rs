//! Bearer tokens at the API surfaces (RFC 6750).

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use wardenry_core::calls::ApiCall;
use wardenry_core::time::Clock;
use wardenry_directory::signing_keys::SigningKeys;
use wardenry_oauth::caller::{Caller, MissingPermission};
use wardenry_oauth::token_check::{self, IssuerPolicy};

use crate::origin::{Origin, OwnOrigins};

/// Turns the `Authorization` header of a request into a verified caller.
#[derive(Debug)]
pub struct BearerGate {
    keys: SigningKeys,
    issuers: IssuerPolicy,
    clock: Arc<dyn Clock>,
    challenge_origin: Origin,
}

/// Why a request is not served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BearerRefusal {
    /// No usable token was sent.
    Missing,
    /// The token did not pass a check.
    Invalid(token_check::FailedCheck),
    /// The token is good but lacks the permission.
    Forbidden(MissingPermission),
}

impl BearerGate {
    /// A gate that trusts tokens of this server's own authority.
    pub fn new(keys: SigningKeys, origins: &OwnOrigins, clock: Arc<dyn Clock>) -> Self {
        Self {
            keys,
            issuers: IssuerPolicy::of_server(origins.iter().map(|origin| origin.as_str().to_owned())),
            clock,
            challenge_origin: origins.preferred().clone(),
        }
    }

    /// Checks the token and that it carries a permission that the call needs.
    pub fn authenticate(&self, headers: &HeaderMap, call: &'static ApiCall) -> Result<Caller, BearerRefusal> {
        let token = bearer_token(headers).ok_or(BearerRefusal::Missing)?;
        let ring = self.keys.ring();
        let now = self.clock.now();
        let caller = token_check::authenticate(token, ring.verification(), &self.issuers, call, now)
            .map_err(BearerRefusal::Invalid)?;
        caller.may(call).map_err(BearerRefusal::Forbidden)?;
        Ok(caller)
    }

    /// The challenge that goes with a refusal (RFC 6750 section 3). A request without a token gets no
    /// error code, as the RFC asks.
    pub fn challenge(&self, refusal: &BearerRefusal) -> HeaderValue {
        let realm = format!("Bearer authorization_uri=\"{}/common/oauth2/authorize\"", self.challenge_origin);
        let text = match refusal {
            BearerRefusal::Missing => realm,
            BearerRefusal::Invalid(failed) => {
                format!(
                    "{realm}, error=\"invalid_token\", error_description=\"{}\"",
                    quotable(&failed.detail)
                )
            }
            BearerRefusal::Forbidden(missing) => {
                format!("{realm}, error=\"insufficient_scope\", scope=\"{}\"", missing.needed.join(" "))
            }
        };
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("Bearer"))
    }
}

impl BearerRefusal {
    /// 401 without a good token, 403 without the permission.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Missing | Self::Invalid(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
        }
    }

    /// What is wrong and what to do, for the error body of any surface.
    pub fn message(&self) -> String {
        match self {
            Self::Missing => {
                "The request has no access token. Send it as `Authorization: Bearer <token>`.".to_owned()
            }
            Self::Invalid(failed) => {
                format!(
                    "The access token is refused ({}): {}. To do: {}.",
                    failed.check.name(),
                    failed.detail,
                    failed.remedy
                )
            }
            Self::Forbidden(missing) => format!("Missing permission: {missing}."),
        }
    }
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// A text that can stand between double quotes in a header (RFC 6750 section 3).
fn quotable(text: &str) -> String {
    text.chars()
        .take(300)
        .map(|c| if matches!(c, ' '..='~') && c != '"' && c != '\\' { c } else { '\'' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_of(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::try_from(value).unwrap());
        bearer_token(&headers).map(str::to_owned)
    }

    #[test]
    fn the_scheme_is_matched_in_any_case_and_nothing_else_is_a_token() {
        assert_eq!(token_of("Bearer a.b.c"), Some("a.b.c".into()));
        assert_eq!(token_of("bearer   a.b.c "), Some("a.b.c".into()));
        for value in ["Bearer", "Bearer ", "Basic a.b.c", "a.b.c"] {
            assert_eq!(token_of(value), None, "{value}");
        }
        assert_eq!(bearer_token(&HeaderMap::new()), None);
    }

    #[test]
    fn quoted_texts_cannot_break_out() {
        assert_eq!(quotable("a\"b\\c\r\nd\u{e9}"), "a'b'c''d'");
    }
}
