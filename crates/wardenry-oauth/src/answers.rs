//! What the directory answers about a tenant, a client and a resource: the facts on which the
//! decisions of this crate rest. Plain data, filled in by the directory.

use std::sync::Arc;

use wardenry_core::id::{AppId, KeyId, ServicePrincipalId, TenantId};
use wardenry_core::secret::SecretDigest;
use wardenry_core::time::Timestamp;
use wardenry_jose::Certificate;

/// Which accounts an application serves (`signInAudience`).
///
/// The two audiences with personal accounts exist on the wire and are refused at registration: there
/// are no personal accounts here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignInAudience {
    /// Only the home tenant.
    AzureADMyOrg,
    /// Any organisation's tenant.
    AzureADMultipleOrgs,
}

impl SignInAudience {
    /// The spelling on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AzureADMyOrg => "AzureADMyOrg",
            Self::AzureADMultipleOrgs => "AzureADMultipleOrgs",
        }
    }
}

/// A tenant that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantAnswer {
    pub id: TenantId,
    /// The verified domains, the primary one first.
    pub domains: Vec<String>,
    pub display_name: String,
    /// `WW`, `EU`, `NA`, `AS`, …
    pub region: String,
    pub created: Timestamp,
}

/// What is known of a client in one tenant. Never prints its secrets' digests.
#[derive(Debug, Clone)]
pub struct ClientAnswer {
    pub app: AppId,
    pub display_name: String,
    pub home_tenant: TenantId,
    pub audience: SignInAudience,
    /// The application object is switched off by its publisher.
    pub disabled: bool,
    pub secrets: Vec<SecretFacts>,
    pub certificates: Vec<CertificateFacts>,
    /// The client's service principal in the tenant, if the tenant has one.
    pub principal: Option<PrincipalFacts>,
}

/// A registered client secret.
#[derive(Debug, Clone)]
pub struct SecretFacts {
    pub key_id: KeyId,
    pub digest: SecretDigest,
    pub start: Timestamp,
    pub end: Timestamp,
}

/// A registered certificate.
#[derive(Debug, Clone)]
pub struct CertificateFacts {
    pub key_id: KeyId,
    pub certificate: Arc<Certificate>,
    pub start: Timestamp,
    pub end: Timestamp,
}

/// The client's service principal in the tenant.
#[derive(Debug, Clone)]
pub struct PrincipalFacts {
    pub id: ServicePrincipalId,
    pub enabled: bool,
    pub created: Timestamp,
    /// Per resource, the values of the application permissions that this tenant has granted.
    pub app_roles: Vec<(AppId, Vec<String>)>,
    /// Per resource, whether any assignment exists at all (the "default access" without a role counts).
    pub assigned_resources: Vec<AppId>,
}

impl PrincipalFacts {
    /// The permission values granted on a resource, in the order of the grants.
    pub fn roles_on(&self, resource: AppId) -> &[String] {
        self.app_roles.iter().find(|(app, _)| *app == resource).map_or(&[], |(_, roles)| roles)
    }
}

/// A resource as one tenant has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceAnswer {
    pub app: AppId,
    pub display_name: String,
    pub principal: ServicePrincipalId,
    pub enabled: bool,
    /// Tokens only for clients with an assignment (`appRoleAssignmentRequired`).
    pub assignment_required: bool,
    pub token_version: TokenVersion,
}

/// The shape of the access tokens that a resource wants (`requestedAccessTokenVersion`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenVersion {
    V1,
    V2,
}
