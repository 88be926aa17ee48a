//! The decision on a client-credentials request (RFC 6749 section 4.4).
//!
//! The order of the checks is part of the contract: client known, credential, principal, resource,
//! grant. Nothing is told about principals, resources or grants before the client has proved itself.

use wardenry_core::catalogue::{DEFENDER_ATP, THREAT_PROTECTION};
use wardenry_core::id::{AppId, TenantId};
use wardenry_core::secret::SecretDigest;
use wardenry_core::time::Timestamp;

use crate::answers::{ClientAnswer, PrincipalFacts, ResourceAnswer, SignInAudience, TenantAnswer};
use crate::assertion::{self, AssertionAudiences};
use crate::error::{Code, OAuthError, quoted};
use crate::target::ResourceIdentifier;
use crate::tenant_segment::TenantSegment;

/// How a client proved itself: the `appidacr` or `azpacr` claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    Secret,
    Certificate,
}

/// A presented credential, ready to be compared.
#[derive(Debug)]
pub enum Proof<'a> {
    /// The keyed hash of the presented secret.
    Secret(SecretDigest),
    Assertion {
        token: &'a str,
        audiences: AssertionAudiences<'a>,
    },
}

/// What is granted: everything that the token is made of.
#[derive(Debug, Clone)]
pub struct AppOnlyGrant<'a> {
    pub client: &'a ClientAnswer,
    pub principal: &'a PrincipalFacts,
    pub resource: &'a ResourceAnswer,
    /// The resource as the client named it.
    pub requested: &'a ResourceIdentifier,
    pub credential: CredentialKind,
    /// The granted application permissions, without repetition.
    pub roles: Vec<&'a str>,
}

/// Refuses the tenant names under which an app cannot act as itself.
pub fn require_concrete_tenant(segment: &TenantSegment) -> Result<(), OAuthError> {
    match segment {
        TenantSegment::Id(_) | TenantSegment::Domain(_) => Ok(()),
        TenantSegment::Common | TenantSegment::Organizations => Err(OAuthError::new(
            Code::NoTenant,
            "Send an app-only request to the endpoint of a tenant: put its id or domain into the address.",
        )),
        TenantSegment::Consumers => Err(OAuthError::of(Code::GrantNeedsTenant)),
    }
}

/// Checks that the client is one that this tenant may know of.
pub fn known_client(
    client: Option<&ClientAnswer>,
    app: AppId,
    tenant: TenantId,
) -> Result<&ClientAnswer, OAuthError> {
    client
        .filter(|client| {
            client.home_tenant == tenant || client.audience == SignInAudience::AzureADMultipleOrgs
        })
        .ok_or_else(|| {
            OAuthError::new(
                Code::ApplicationNotFound,
                format!("The application '{app}' was not found in the tenant '{tenant}'."),
            )
        })
}

/// Checks the client's proof.
pub fn authenticate(
    client: &ClientAnswer,
    proof: &Proof<'_>,
    now: Timestamp,
) -> Result<CredentialKind, OAuthError> {
    match proof {
        Proof::Secret(digest) => check_secret(client, digest, now).map(|()| CredentialKind::Secret),
        Proof::Assertion { token, audiences } => {
            assertion::check(token, client, *audiences, now).map(|()| CredentialKind::Certificate)
        }
    }
}

/// Compares with every registered secret, so that the time tells nothing about which one was near.
fn check_secret(client: &ClientAnswer, presented: &SecretDigest, now: Timestamp) -> Result<(), OAuthError> {
    let (mut valid, mut expired) = (false, false);
    for secret in &client.secrets {
        let matches = secret.digest.matches(presented);
        valid |= matches && secret.start <= now && now < secret.end;
        expired |= matches && secret.end <= now;
    }
    if valid {
        return Ok(());
    }
    if expired {
        return Err(OAuthError::new(
            Code::SecretExpired,
            format!(
                "The client secret of the application '{}' has expired. Add a new one and use it.",
                client.app
            ),
        ));
    }
    Err(OAuthError::new(
        Code::InvalidSecret,
        format!(
            "The client secret is wrong. Send the secret's value, not its id, of the application '{}'.",
            client.app
        ),
    ))
}

/// Decides on the request of a client that has proved itself.
pub fn grant<'a>(
    tenant: &TenantAnswer,
    client: &'a ClientAnswer,
    credential: CredentialKind,
    requested: &'a ResourceIdentifier,
    resource: Option<&'a ResourceAnswer>,
) -> Result<AppOnlyGrant<'a>, OAuthError> {
    let principal = usable_principal(client, tenant.id)?;
    let resource = resource.filter(|resource| resource.enabled).ok_or_else(|| {
        OAuthError::new(
            Code::ResourceNotFound,
            format!(
                "The resource {} was not found in the tenant '{}'.",
                quoted(requested.as_str()),
                tenant.id
            ),
        )
    })?;
    if resource.assignment_required && !principal.assigned_resources.contains(&resource.app) {
        return Err(OAuthError::new(
            Code::AssignmentRequired,
            format!("The application '{}' is not assigned to the resource '{}'.", client.app, resource.app),
        ));
    }
    let roles = granted_roles(principal, resource.app);
    Ok(AppOnlyGrant { client, principal, resource, requested, credential, roles })
}

fn usable_principal(client: &ClientAnswer, tenant: TenantId) -> Result<&PrincipalFacts, OAuthError> {
    let disabled = || {
        OAuthError::new(
            Code::ApplicationDisabled,
            format!("The application '{}' is switched off in the tenant '{tenant}'.", client.app),
        )
    };
    if client.disabled {
        return Err(disabled());
    }
    let principal = client.principal.as_ref().ok_or_else(|| {
        OAuthError::new(
            Code::PrincipalMissing,
            format!(
                "The application '{}' has no service principal in the tenant '{tenant}': nobody there has consented \
                 to it, or the consent was withdrawn.",
                client.app
            ),
        )
    })?;
    if principal.enabled { Ok(principal) } else { Err(disabled()) }
}

/// The permissions that a token for a resource carries: those that the tenant granted on it.
///
/// The incidents API accepts tokens for WindowsDefenderATP, because the public partner samples ask for
/// that audience and then read incidents; but WindowsDefenderATP defines no incident permission. A
/// token for it therefore also carries what the tenant granted on Microsoft Threat Protection, which
/// the same API serves. Whether the live service does this is not confirmed; the samples imply it.
fn granted_roles(principal: &PrincipalFacts, resource: AppId) -> Vec<&str> {
    let companion = (resource == DEFENDER_ATP.app_id).then_some(THREAT_PROTECTION.app_id);
    let mut roles: Vec<&str> = Vec::new();
    for app in [Some(resource), companion].into_iter().flatten() {
        for role in principal.roles_on(app) {
            if !roles.contains(&role.as_str()) {
                roles.push(role);
            }
        }
    }
    roles
}

#[cfg(test)]
mod tests;
