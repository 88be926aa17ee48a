//! Checking a presented access token, one named check after the other.
//!
//! The same checks serve the APIs, which stop at the first failure, and `token explain`, which shows
//! all of them. The order follows the validator rules of the platform's documentation: signature,
//! token type, issuer, tenant, audience, times; the permission comes last because only it can be
//! mended by consent.

use serde_json::{Map, Value};
use wardenry_core::calls::ApiCall;
use wardenry_core::catalogue::{self, DirectoryRole, Resource};
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;
use wardenry_jose::{JwsError, KeySet, UnverifiedJws};

use crate::caller::{Caller, Permissions};

/// The checks that a token has to pass, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// It is a compact JWT with a JSON header and JSON claims.
    Form,
    /// It was signed with RS256 by a key of the issuer.
    Signature,
    /// It is an access token with the claims that every access token has.
    Claims,
    /// `iss` is an issuer that the validator trusts, of the version that `ver` says.
    Issuer,
    /// `tid` is a tenant id and stands in `iss`.
    Tenant,
    /// `aud` names a resource that serves the call.
    Audience,
    /// The token is valid already.
    NotBefore,
    /// The token is still valid.
    Expiry,
    /// `roles` or `scp` hold a permission that the call needs.
    Permission,
}

impl Check {
    /// All checks in order.
    pub const ALL: [Self; 9] = [
        Self::Form,
        Self::Signature,
        Self::Claims,
        Self::Issuer,
        Self::Tenant,
        Self::Audience,
        Self::NotBefore,
        Self::Expiry,
        Self::Permission,
    ];

    /// A short name for people and programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Issuer => "issuer",
            Self::Tenant => "tenant",
            Self::Audience => "audience",
            Self::NotBefore => "not before",
            Self::Expiry => "expiry",
            Self::Permission => "permission",
        }
    }
}

/// Where trusted tokens come from: origins such as `https://localhost:8443`, without a trailing slash.
///
/// The vendor's clouds use one host for v1 issuers and another for v2; our server uses one for both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerPolicy {
    pub v1_origins: Vec<String>,
    pub v2_origins: Vec<String>,
}

impl IssuerPolicy {
    /// The issuers of a server that is reachable under these origins.
    pub fn of_server(origins: impl IntoIterator<Item = String>) -> Self {
        let origins: Vec<_> = origins.into_iter().collect();
        Self { v1_origins: origins.clone(), v2_origins: origins }
    }

    fn trusts(&self, version: &str, issuer: &str, tenant: TenantId) -> bool {
        let (origins, tail) = match version {
            "1.0" => (&self.v1_origins, format!("/{tenant}/")),
            "2.0" => (&self.v2_origins, format!("/{tenant}/v2.0")),
            _ => return false,
        };
        let origin = issuer.strip_suffix(tail.as_str());
        origin.is_some_and(|origin| origins.iter().any(|trusted| trusted == origin))
    }
}

/// A failed check.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct FailedCheck {
    pub check: Check,
    /// What is wrong, naming what was found and what was expected.
    pub detail: String,
    /// What to do about it.
    pub remedy: String,
}

fn failed(check: Check, detail: impl Into<String>, remedy: impl Into<String>) -> FailedCheck {
    FailedCheck { check, detail: detail.into(), remedy: remedy.into() }
}

/// One line of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Passed, with what was found.
    Passed(String),
    Failed(FailedCheck),
    /// Not looked at, because an earlier failure took its ground away.
    Skipped,
}

/// Verifies a token for one call and returns the caller, or the first failed check.
pub fn authenticate(
    token: &str,
    keys: &KeySet,
    issuers: &IssuerPolicy,
    call: &ApiCall,
    now: Timestamp,
) -> Result<Caller, FailedCheck> {
    let unverified = UnverifiedJws::parse(token).map_err(|error| form_failure(&error))?;
    let verified = keys.verify(unverified).map_err(|error| signature_failure(&error))?;
    let claims = ReadClaims::of(verified.claims())?;
    claims.issuer(issuers)?;
    let resource = claims.audience(call)?;
    claims.not_before(now)?;
    claims.expiry(now)?;
    claims.caller(resource)
}

/// Runs every check that can be run and tells the verdict of each, in the order of [`Check::ALL`].
///
/// Claims are looked at even when the signature failed, so that one explanation shows everything that
/// is wrong; nothing that this returns grants anything.
pub fn explain(
    token: &str,
    keys: &KeySet,
    issuers: &IssuerPolicy,
    call: &ApiCall,
    now: Timestamp,
) -> Vec<(Check, Verdict)> {
    let mut verdicts = Vec::with_capacity(Check::ALL.len());
    let mut note = |check, result: Result<String, FailedCheck>| {
        verdicts.push((check, result.map_or_else(Verdict::Failed, Verdict::Passed)));
    };
    let unverified = match UnverifiedJws::parse(token) {
        Ok(unverified) => unverified,
        Err(error) => {
            note(Check::Form, Err(form_failure(&error)));
            return with_skipped(verdicts);
        }
    };
    note(Check::Form, Ok(format!("a JWT signed with {}", unverified.header().alg)));
    let raw_claims = unverified.unverified_claims().clone();
    let kid = unverified.header().kid.clone().unwrap_or_default();
    note(
        Check::Signature,
        keys.verify(unverified)
            .map(|_| format!("made by the issuer's key {kid}"))
            .map_err(|error| signature_failure(&error)),
    );
    let claims = match ReadClaims::of(&raw_claims) {
        Ok(claims) => claims,
        Err(failure) => {
            note(Check::Claims, Err(failure));
            return with_skipped(verdicts);
        }
    };
    note(Check::Claims, Ok(format!("an access token of version {}", claims.version)));
    match claims.issuer(issuers) {
        Ok(()) => {
            note(Check::Issuer, Ok(claims.issuer.to_owned()));
            note(Check::Tenant, Ok(claims.tenant.to_string()));
        }
        Err(failure) => note(failure.check, Err(failure)),
    }
    let resource = claims.audience(call);
    note(
        Check::Audience,
        resource.clone().map(|found| format!("{} ({})", found.display_name, claims.audience)),
    );
    note(Check::NotBefore, claims.not_before(now).map(|()| format!("valid since {}", claims.valid_from)));
    note(Check::Expiry, claims.expiry(now).map(|()| format!("valid until {}", claims.expires)));
    // The permissions of a token for another API say nothing about this one.
    if let Ok(resource) = resource {
        let caller = claims.caller(resource);
        note(Check::Permission, caller.and_then(|caller| permission(&caller, call)));
    }
    with_skipped(verdicts)
}

fn permission(caller: &Caller, call: &ApiCall) -> Result<String, FailedCheck> {
    caller.may(call).map(|()| held_permissions(caller)).map_err(|missing| {
        let carried = if missing.carried.is_empty() { "none".to_owned() } else { missing.carried.join(", ") };
        failed(
            Check::Permission,
            format!("needs {} of {}; the token carries: {carried}", missing.needed.join(" or "), missing.resource),
            format!(
                "add {} to the app registration, have an administrator of this tenant consent, and get a new token",
                missing.needed[0]
            ),
        )
    })
}

fn held_permissions(caller: &Caller) -> String {
    match caller.permissions() {
        Permissions::Application { roles } => format!("roles: {}", roles.join(", ")),
        Permissions::Delegated { scopes, .. } => format!("scp: {}", scopes.join(" ")),
    }
}

fn with_skipped(mut verdicts: Vec<(Check, Verdict)>) -> Vec<(Check, Verdict)> {
    for check in Check::ALL {
        if !verdicts.iter().any(|(seen, _)| *seen == check) {
            verdicts.push((check, Verdict::Skipped));
        }
    }
    verdicts.sort_by_key(|(check, _)| *check);
    verdicts
}

fn form_failure(error: &JwsError) -> FailedCheck {
    failed(
        Check::Form,
        error.to_string(),
        "send the access_token of a token response, whole and unchanged, as `Authorization: Bearer …`",
    )
}

fn signature_failure(error: &JwsError) -> FailedCheck {
    let remedy = match error {
        JwsError::UnknownKey(_) => {
            "get the token from the authority of the API that is called, and get a new one"
        }
        _ => "get a new token; this one was changed on the way or made by somebody else",
    };
    failed(Check::Signature, error.to_string(), remedy)
}

/// The claims that every access token has, read once.
struct ReadClaims<'a> {
    all: &'a Map<String, Value>,
    version: &'a str,
    issuer: &'a str,
    audience: &'a str,
    tenant: TenantId,
    valid_from: Timestamp,
    expires: Timestamp,
}

impl<'a> ReadClaims<'a> {
    fn of(all: &'a Map<String, Value>) -> Result<Self, FailedCheck> {
        let text = |name: &str| {
            all.get(name).and_then(Value::as_str).ok_or_else(|| {
                failed(
                    Check::Claims,
                    format!("the claim {name} is missing"),
                    "send an access token of this platform, not an id token or another issuer's token",
                )
            })
        };
        let time = |name: &str| {
            all.get(name).and_then(Value::as_i64).map(Timestamp::from_unix_secs).ok_or_else(|| {
                failed(
                    Check::Claims,
                    format!("the claim {name} is missing or no number of seconds"),
                    "send an access token of this platform",
                )
            })
        };
        if all.contains_key("nonce") {
            return Err(failed(
                Check::Claims,
                "this is an id token (it has a nonce), not an access token",
                "send the access_token of the token response, not the id_token",
            ));
        }
        let tenant = text("tid")?;
        let tenant = tenant.parse().map_err(|_| {
            failed(Check::Tenant, "the claim tid is no tenant id", "send an access token of this platform")
        })?;
        Ok(Self {
            all,
            version: text("ver")?,
            issuer: text("iss")?,
            audience: text("aud")?,
            tenant,
            valid_from: time("nbf")?,
            expires: time("exp")?,
        })
    }

    fn issuer(&self, policy: &IssuerPolicy) -> Result<(), FailedCheck> {
        if policy.trusts(self.version, self.issuer, self.tenant) {
            return Ok(());
        }
        let names_tenant =
            self.issuer.split('/').any(|part| part.eq_ignore_ascii_case(&self.tenant.to_string()));
        if !names_tenant {
            return Err(failed(
                Check::Tenant,
                format!("tid is {} but the issuer is {}", self.tenant, self.issuer),
                "send an access token of this platform",
            ));
        }
        Err(failed(
            Check::Issuer,
            format!("issued by {} (version {}), which is not trusted here", self.issuer, self.version),
            "get the token from the authority that belongs to this API",
        ))
    }

    fn audience(&self, call: &ApiCall) -> Result<&'static Resource, FailedCheck> {
        let named = catalogue::resource_by_identifier(self.audience);
        let accepted = named.and_then(|found| call.resources.iter().copied().find(|wanted| *wanted == found));
        accepted.ok_or_else(|| {
            failed(
                Check::Audience,
                format!(
                    "issued for {} ({}), but the call belongs to {}",
                    self.audience,
                    named.map_or("an unknown resource", |found| found.display_name),
                    call.resources[0].display_name
                ),
                format!("ask for the scope {}/.default (v1: resource={0})", call.resources[0].identifiers[0]),
            )
        })
    }

    fn not_before(&self, now: Timestamp) -> Result<(), FailedCheck> {
        if self.valid_from <= now {
            return Ok(());
        }
        Err(failed(
            Check::NotBefore,
            format!("valid from {} on; it is {now}", self.valid_from),
            "compare the clocks of the authority and of this machine",
        ))
    }

    fn expiry(&self, now: Timestamp) -> Result<(), FailedCheck> {
        if now < self.expires {
            return Ok(());
        }
        Err(failed(
            Check::Expiry,
            format!("expired at {}; it is {now}", self.expires),
            "get a new token; they live for about an hour",
        ))
    }

    fn caller(&self, resource: &'static Resource) -> Result<Caller, FailedCheck> {
        let app = self.all.get("appid").or_else(|| self.all.get("azp")).and_then(Value::as_str);
        let object_id = self.all.get("oid").and_then(Value::as_str);
        let (Some(Ok(app)), Some(Ok(object_id))) =
            (app.map(str::parse), object_id.map(uuid::Uuid::try_parse))
        else {
            return Err(failed(
                Check::Claims,
                "the token names no application (appid or azp) or no object (oid)",
                "send an access token of this platform",
            ));
        };
        let permissions = match self.all.get("scp").and_then(Value::as_str) {
            Some(scopes) => Permissions::Delegated {
                scopes: scopes.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
                directory_roles: texts(self.all.get("wids"))
                    .filter_map(|id| uuid::Uuid::try_parse(id).ok().and_then(DirectoryRole::by_template_id))
                    .collect(),
                user_name: ["upn", "preferred_username", "unique_name"]
                    .iter()
                    .find_map(|name| self.all.get(*name).and_then(Value::as_str))
                    .map(str::to_owned),
            },
            None => {
                Permissions::Application { roles: texts(self.all.get("roles")).map(str::to_owned).collect() }
            }
        };
        Ok(Caller { tenant: self.tenant, app, object_id, resource, permissions })
    }
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests;
