//! The directory's objects as plain data, without wire or storage form.
//!
//! Two objects describe an app: the [`Application`] in its home tenant and, in every tenant that uses
//! it, a [`ServicePrincipal`]. What an application *asks for* is
//! [`required_resources`](Application::required_resources); what a tenant *granted* are
//! [`AppRoleAssignment`]s and [`DelegatedGrant`]s of that tenant. Neither follows from the other.

use std::net::IpAddr;

use uuid::Uuid;
use wardenry_core::catalogue::DirectoryRole;
use wardenry_core::id::{
    AppId, AppRoleId, ApplicationId, KeyId, ScopeId, ServicePrincipalId, TenantId, UserId,
};
use wardenry_core::secret::SecretDigest;
use wardenry_core::time::Timestamp;
use wardenry_oauth::answers::SignInAudience;

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub display_name: String,
    /// Verified domains in lower case, the primary one first. A domain belongs to one tenant only.
    pub domains: Vec<String>,
    /// The `tenant_region_scope` of metadata and tokens: `WW`, `EU`, `NA`, `AS`, …
    pub region: String,
    pub created: Timestamp,
}

/// A person's account in one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub tenant: TenantId,
    /// The user principal name, in lower case; unique over all tenants.
    pub user_name: String,
    pub display_name: String,
    /// Argon2id in PHC string form.
    pub password_hash: PasswordHash,
    pub roles: Vec<DirectoryRole>,
    pub enabled: bool,
    pub created: Timestamp,
}

/// A stored password hash. Does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a PHC string.
    pub fn from_phc(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, for storage and verification.
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// An app registration in its home tenant.
#[derive(Debug, Clone)]
pub struct Application {
    pub id: ApplicationId,
    pub app_id: AppId,
    pub home_tenant: TenantId,
    pub display_name: String,
    pub audience: SignInAudience,
    /// Switched off by its publisher: no new tokens anywhere.
    pub disabled: bool,
    pub redirect_uris: RedirectUris,
    /// `api://…` or `https://…` names of the application as a resource.
    pub identifier_uris: Vec<String>,
    /// The wish list shown at consent. Grants nothing by itself.
    pub required_resources: Vec<RequiredResource>,
    /// Application permissions that the application defines as a resource.
    pub app_roles: Vec<OwnAppRole>,
    /// Delegated permissions that the application defines as a resource.
    pub scopes: Vec<OwnScope>,
    /// 1 or 2; `None` means 1.
    pub requested_token_version: Option<u8>,
    pub tags: Vec<String>,
    pub created: Timestamp,
    /// The app whose `Application.ReadWrite.OwnedBy` reaches this application, if an app made it.
    pub owner: Option<AppId>,
    pub passwords: Vec<PasswordCredential>,
    pub certificates: Vec<CertificateCredential>,
}

/// Redirect URIs by platform, each exactly as registered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RedirectUris {
    pub web: Vec<String>,
    pub spa: Vec<String>,
    pub public_client: Vec<String>,
}

impl RedirectUris {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.web.iter().chain(&self.spa).chain(&self.public_client).map(String::as_str)
    }
}

/// Permissions of one resource on an application's wish list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredResource {
    pub resource: AppId,
    pub app_roles: Vec<AppRoleId>,
    pub scopes: Vec<ScopeId>,
}

/// An application permission that an application defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAppRole {
    pub id: AppRoleId,
    pub value: String,
    pub display_name: String,
    pub description: String,
    pub enabled: bool,
    /// `Application`, `User`.
    pub allowed_member_types: Vec<String>,
}

impl OwnAppRole {
    /// Whether it is switched on and meant for apps, not for users only.
    pub fn is_grantable_to_apps(&self) -> bool {
        self.enabled && self.allowed_member_types.iter().any(|member| member == "Application")
    }
}

/// A delegated permission that an application defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnScope {
    pub id: ScopeId,
    pub value: String,
    pub display_name: String,
    pub description: String,
    pub enabled: bool,
    /// Whether only administrators may consent.
    pub admin_only: bool,
}

/// A client secret. Its value is not kept, only a keyed hash.
#[derive(Debug, Clone)]
pub struct PasswordCredential {
    pub key_id: KeyId,
    pub display_name: Option<String>,
    /// The first three characters of the secret.
    pub hint: String,
    pub digest: SecretDigest,
    pub start: Timestamp,
    pub end: Timestamp,
}

/// A client certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateCredential {
    pub key_id: KeyId,
    pub display_name: Option<String>,
    pub certificate_der: Vec<u8>,
    pub start: Timestamp,
    pub end: Timestamp,
}

/// An application's presence in one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePrincipal {
    pub id: ServicePrincipalId,
    pub tenant: TenantId,
    pub app_id: AppId,
    pub display_name: String,
    /// The tenant of the application object; `None` for first-party resources.
    pub home_tenant: Option<TenantId>,
    pub enabled: bool,
    pub assignment_required: bool,
    pub tags: Vec<String>,
    pub created: Timestamp,
}

/// An application permission granted in one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRoleAssignment {
    /// 43 characters of base64url, as on the wire.
    pub id: String,
    pub tenant: TenantId,
    /// The client's service principal.
    pub principal: ServicePrincipalId,
    /// The resource's service principal.
    pub resource: ServicePrincipalId,
    /// All zeros: default access without a role.
    pub role: AppRoleId,
    pub created: Timestamp,
}

/// Delegated permissions granted in one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegatedGrant {
    /// 43 characters of base64url, as on the wire.
    pub id: String,
    pub tenant: TenantId,
    pub client: ServicePrincipalId,
    pub resource: ServicePrincipalId,
    /// The one user it holds for; `None` for all users (`AllPrincipals`).
    pub user: Option<UserId>,
    /// Scope values, sorted.
    pub scopes: Vec<String>,
    pub created: Timestamp,
}

/// A signed-in browser.
#[derive(Debug, Clone)]
pub struct Session {
    /// Hash of the cookie's value; the value itself is not kept.
    pub digest: SecretDigest,
    pub tenant: TenantId,
    pub user: UserId,
    pub created: Timestamp,
    pub expires: Timestamp,
    /// From where it was started, as far as that is known.
    pub address: Option<IpAddr>,
    /// What the browser has called itself.
    pub browser: Option<String>,
}

/// A token signing key as stored: the private half encrypted under a key outside the database.
#[derive(Clone)]
pub struct StoredSigningKey {
    pub kid: String,
    pub encrypted_private_key: Vec<u8>,
    pub certificate_der: Vec<u8>,
    pub created: Timestamp,
    /// When it starts to sign. It is published before.
    pub signs_from: Timestamp,
    /// When it disappears from the published set.
    pub retires: Timestamp,
}

impl std::fmt::Debug for StoredSigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredSigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// Something that happened, kept for the tenant's administrators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    pub id: Uuid,
    /// The tenant in whose log it stands.
    pub tenant: TenantId,
    pub at: Timestamp,
    pub actor: Actor,
    /// A stable dotted name such as `application.password.add`.
    pub action: &'static str,
    /// What it was done to: a type and an id such as `application 8f…`.
    pub target: String,
    /// What changed, in words without secrets.
    pub detail: String,
    /// From where the request came that caused it; `None` when no request did.
    pub address: Option<IpAddr>,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person.
    User { id: UserId, name: String },
    /// An app acting as itself.
    App { app: AppId, principal: Uuid },
    /// The operator at the data folder, or the server itself.
    System,
}
