//! Client assertions: a JWT signed with a registered certificate's key (RFC 7523 section 2.2).
//!
//! The rules bend where unmodified client libraries need it and nowhere else: either thumbprint in any
//! base64 spelling, fractional or textual dates, `iat` or `nbf` missing, `nbf` slightly ahead. A
//! repeated `jti` is not refused, because a widely used library sends one assertion for many requests;
//! the life of an assertion is bounded instead.

use std::time::Duration;

use serde_json::{Map, Value};
use wardenry_core::id::AppId;
use wardenry_core::time::Timestamp;
use wardenry_jose::{Algorithm, UnverifiedJws};

use crate::answers::{CertificateFacts, ClientAnswer, TenantAnswer};
use crate::error::{Code, OAuthError};

/// How far the clocks of client and server may be apart.
const CLOCK_SKEW: Duration = Duration::from_secs(300);
/// The furthest that `exp` may lie ahead.
const MAX_LIFETIME: Duration = Duration::from_secs(3600);

/// Where an assertion may be addressed to: the token endpoints and issuers of one tenant.
#[derive(Debug, Clone, Copy)]
pub struct AssertionAudiences<'a> {
    /// The server's origins, without a trailing slash.
    pub origins: &'a [String],
    pub tenant: &'a TenantAnswer,
}

impl AssertionAudiences<'_> {
    fn contain(&self, audience: &str) -> bool {
        let audience = audience.to_ascii_lowercase();
        // The slash belongs to the comparison: one origin may be the beginning of another.
        let under = |origin: &String| audience.strip_prefix(&origin.to_ascii_lowercase())?.strip_prefix('/');
        let Some((name, rest)) = self.origins.iter().find_map(under).and_then(|path| path.split_once('/'))
        else {
            return false;
        };
        let names_tenant =
            name.parse() == Ok(self.tenant.id) || self.tenant.domains.iter().any(|domain| domain == name);
        names_tenant && matches!(rest, "oauth2/token" | "oauth2/v2.0/token" | "" | "v2.0")
    }
}

/// Checks an assertion against the client's registered certificates.
pub fn check(
    assertion: &str,
    client: &ClientAnswer,
    audiences: AssertionAudiences<'_>,
    now: Timestamp,
) -> Result<(), OAuthError> {
    let token = UnverifiedJws::parse(assertion).map_err(|error| {
        OAuthError::new(Code::AssertionMalformed, format!("The client assertion is {error}."))
    })?;
    if token.header().x5t.is_none() && token.header().x5t_s256.is_none() {
        return Err(OAuthError::new(
            Code::AssertionMalformed,
            "The client assertion's header has no x5t#S256 or x5t to name the certificate by.",
        ));
    }
    let registered = find_certificate(&token, client)?;
    let verified = registered
        .certificate
        .verify(token, &[Algorithm::Rs256, Algorithm::Ps256])
        .map_err(|error| signature(format!("The client assertion was refused: {error}.")))?;
    if now < registered.start || registered.end <= now {
        return Err(signature("The certificate that signed the client assertion is not valid at this time."));
    }
    check_claims(verified.claims(), client.app, audiences, now)
}

fn find_certificate<'a>(
    token: &UnverifiedJws<'_>,
    client: &'a ClientAnswer,
) -> Result<&'a CertificateFacts, OAuthError> {
    client.certificates.iter().find(|facts| facts.certificate.is_named_by(token)).ok_or_else(|| {
        signature("The certificate that the client assertion names is not registered for the application.")
    })
}

fn signature(text: impl AsRef<str>) -> OAuthError {
    OAuthError::new(Code::AssertionSignature, text)
}

fn check_claims(
    claims: &Map<String, Value>,
    client: AppId,
    audiences: AssertionAudiences<'_>,
    now: Timestamp,
) -> Result<(), OAuthError> {
    let names_client =
        |name| claims.get(name).and_then(Value::as_str).and_then(|id| id.parse().ok()) == Some(client);
    if !names_client("iss") || !names_client("sub") {
        return Err(OAuthError::of(Code::AssertionIssuerMismatch));
    }
    let addressed = match claims.get("aud") {
        Some(Value::String(audience)) => audiences.contain(audience),
        Some(Value::Array(several)) => {
            several.iter().filter_map(Value::as_str).any(|one| audiences.contain(one))
        }
        _ => false,
    };
    if !addressed {
        return Err(OAuthError::new(
            Code::AssertionMalformed,
            "The client assertion's aud is not the token endpoint of this tenant.",
        ));
    }
    let expires = numeric_date(claims, "exp")?
        .ok_or_else(|| OAuthError::new(Code::AssertionMalformed, "The client assertion has no exp."))?;
    let starts = numeric_date(claims, "nbf")?;
    let in_time = now < expires.plus(CLOCK_SKEW)
        && expires <= now.plus(MAX_LIFETIME + CLOCK_SKEW)
        && starts.is_none_or(|starts| starts <= now.plus(CLOCK_SKEW));
    if in_time {
        return Ok(());
    }
    Err(OAuthError::new(
        Code::AssertionTimeRange,
        format!(
            "The client assertion is outside its time range. Current time: {now}, expiry time of assertion: {expires}."
        ),
    ))
}

/// A `NumericDate` (RFC 7519 section 2): whole or fractional seconds, or either as text.
fn numeric_date(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, OAuthError> {
    let seconds = match claims.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    // Far inside the range in which a 64-bit float holds whole seconds exactly.
    let plausible = seconds.filter(|seconds| (0.0..1.0e11).contains(seconds)).ok_or_else(|| {
        OAuthError::new(
            Code::AssertionMalformed,
            format!("The client assertion's {name} is no number of seconds."),
        )
    })?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked; fractions of a second do not matter"
    )]
    Ok(Some(Timestamp::from_unix_secs(plausible as i64)))
}

#[cfg(test)]
mod tests;
