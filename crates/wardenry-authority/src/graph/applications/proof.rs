//! The proof of possession for rolling keys: a JWT signed with a registered certificate's key.
//!
//! The public documentation asks for `aud` = Graph (older pages: the directory service before it),
//! `iss` = the application's object id, and a life of at most ten minutes. All of that is held to here;
//! besides, the application's client id is accepted as `iss`, which clients are known to send, and `nbf`
//! may be missing. A proof may be used again within its life, like a client assertion: it proves that
//! the caller holds the key, and the call itself is authorized by the bearer token.

use std::time::Duration;

use serde_json::Value;
use wardenry_core::time::Timestamp;
use wardenry_directory::model::Application;
use wardenry_jose::{Algorithm, Certificate, UnverifiedJws};

use super::super::error::GraphError;

/// The audiences that the documentation has named over time.
const AUDIENCES: [&str; 2] = ["00000003-0000-0000-c000-000000000000", "00000002-0000-0000-c000-000000000000"];
/// The longest life of a proof.
const MAX_LIFE: Duration = Duration::from_secs(600);
/// How far the clocks of client and server may be apart.
const CLOCK_SKEW: Duration = Duration::from_secs(300);

/// Checks a proof against the application's certificates that are valid now.
pub(super) fn check(proof: &str, application: &Application, now: Timestamp) -> Result<(), GraphError> {
    let valid: Vec<Certificate> = application
        .certificates
        .iter()
        .filter(|credential| credential.start <= now && now < credential.end)
        .filter_map(|credential| Certificate::from_der(&credential.certificate_der).ok())
        .collect();
    if valid.is_empty() {
        return Err(GraphError::bad_request(
            "The application has no valid certificate to prove possession with; an administrator can set \
             keyCredentials with PATCH instead.",
        ));
    }
    let token = UnverifiedJws::parse(proof).map_err(|error| GraphError::proof(format!("it is {error}")))?;
    let signer = valid.iter().find(|certificate| certificate.is_named_by(&token)).ok_or_else(|| {
        GraphError::proof("x5t or x5t#S256 of its header names no valid certificate of the application")
    })?;
    let verified = signer.verify(token, &[Algorithm::Rs256, Algorithm::Ps256]).map_err(GraphError::proof)?;
    let claim = |name: &str| verified.claims().get(name).and_then(Value::as_str);
    if !claim("aud").is_some_and(|audience| AUDIENCES.contains(&audience)) {
        return Err(GraphError::proof(format!("its aud must be {}", AUDIENCES[0])));
    }
    let names_application =
        |issuer: &str| issuer.parse() == Ok(application.id) || issuer.parse() == Ok(application.app_id);
    if !claim("iss").is_some_and(names_application) {
        return Err(GraphError::proof("its iss must be the object id of the application"));
    }
    check_times(verified.claims(), now)
}

fn check_times(claims: &serde_json::Map<String, Value>, now: Timestamp) -> Result<(), GraphError> {
    let date = |name: &str| claims.get(name).and_then(Value::as_i64).map(Timestamp::from_unix_secs);
    let expires = date("exp").ok_or_else(|| GraphError::proof("it has no exp"))?;
    let starts = date("nbf").unwrap_or(now);
    let in_time = starts <= now.plus(CLOCK_SKEW) && now < expires.plus(CLOCK_SKEW);
    if in_time && expires <= starts.plus(MAX_LIFE) && expires <= now.plus(MAX_LIFE + CLOCK_SKEW) {
        return Ok(());
    }
    Err(GraphError::proof("it is not valid at this time, or for longer than ten minutes"))
}
