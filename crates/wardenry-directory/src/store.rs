//! The storage that the directory needs, in plain data.
//!
//! A backend keeps no rules: it finds objects, keeps ids and names unique, and applies a list of
//! [`Change`]s with their audit event in one transaction.

use async_trait::async_trait;
use wardenry_core::id::{AppId, ApplicationId, KeyId, ServicePrincipalId, TenantId, UserId};
use wardenry_core::secret::SecretDigest;
use wardenry_core::time::Timestamp;

use crate::audit::AuditFilter;
use crate::model::{
    AppRoleAssignment, Application, AuditEvent, CertificateCredential, DelegatedGrant, PasswordCredential,
    ServicePrincipal, Session, StoredSigningKey, Tenant, User,
};

/// Why storage did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Something with this identity exists already; nothing was changed.
    #[error("{0} exists already")]
    Exists(Unique),
    /// The change names an object that is not there (any more); nothing was changed.
    #[error("the object to change is not there any more")]
    Missing,
    /// The backend failed; for a write it is certain that nothing was changed unless the failure
    /// happened during commit.
    #[error("the database failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What has to be unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    TenantId,
    Domain,
    UserName,
    AppId,
    IdentifierUri,
    KeyId,
    /// One service principal per tenant and application.
    ServicePrincipal,
    /// One assignment per principal, resource and role.
    AppRoleAssignment,
    /// One delegated grant per client, resource and user (or all users).
    DelegatedGrant,
    SigningKey,
    /// Any other identity.
    Other,
}

impl std::fmt::Display for Unique {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TenantId => "a tenant with this id",
            Self::Domain => "a tenant with this domain",
            Self::UserName => "a user with this name",
            Self::AppId => "an application with this id",
            Self::IdentifierUri => "an application with this identifier URI",
            Self::KeyId => "a credential with this id",
            Self::ServicePrincipal => "a service principal for this application",
            Self::AppRoleAssignment => "this permission grant",
            Self::DelegatedGrant => "this delegated grant",
            Self::SigningKey => "a signing key with this id",
            Self::Other => "an object with this identity",
        })
    }
}

/// One step of a transaction. `Put…` inserts, or replaces the object with the same id.
#[derive(Debug, Clone)]
pub enum Change {
    PutTenant(Tenant),
    PutUser(User),
    /// Inserts, or replaces everything but the credentials, which have changes of their own.
    PutApplication(Application),
    /// Removes the application with its credentials. Service principals stay.
    DeleteApplication {
        tenant: TenantId,
        id: ApplicationId,
    },
    AddPassword {
        application: ApplicationId,
        credential: PasswordCredential,
    },
    RemovePassword {
        application: ApplicationId,
        key_id: KeyId,
    },
    AddCertificate {
        application: ApplicationId,
        credential: CertificateCredential,
    },
    RemoveCertificate {
        application: ApplicationId,
        key_id: KeyId,
    },
    PutServicePrincipal(ServicePrincipal),
    /// Removes the principal with every grant to it and on it.
    DeleteServicePrincipal {
        tenant: TenantId,
        id: ServicePrincipalId,
    },
    AddAppRoleAssignment(AppRoleAssignment),
    RemoveAppRoleAssignment {
        tenant: TenantId,
        id: String,
    },
    PutDelegatedGrant(DelegatedGrant),
    RemoveDelegatedGrant {
        tenant: TenantId,
        id: String,
    },
    AddSession(Session),
    RemoveSession {
        digest: SecretDigest,
    },
    /// Removes every session that has ended by this time. There may be none.
    RemoveEndedSessions {
        by: Timestamp,
    },
    AddSigningKey(StoredSigningKey),
}

/// A slice of a listing, in a stable order (creation time, then id).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub skip: u32,
    pub take: u32,
}

/// The storage behind the directory.
///
/// Reads see every committed write at once. Every look-up inside a tenant finds objects of that tenant
/// only.
#[async_trait]
pub trait DirectoryStore: std::fmt::Debug + Send + Sync {
    /// Applies all changes and records the audit event, or does neither.
    async fn commit(&self, changes: &[Change], audit: &AuditEvent) -> Result<(), StoreError>;

    async fn tenant(&self, id: TenantId) -> Result<Option<Tenant>, StoreError>;
    /// `domain` in lower case.
    async fn tenant_by_domain(&self, domain: &str) -> Result<Option<Tenant>, StoreError>;
    async fn tenants(&self, page: Page) -> Result<Vec<Tenant>, StoreError>;

    async fn user(&self, tenant: TenantId, id: UserId) -> Result<Option<User>, StoreError>;
    /// `user_name` in lower case, over all tenants.
    async fn user_by_name(&self, user_name: &str) -> Result<Option<User>, StoreError>;
    async fn users(&self, tenant: TenantId, page: Page) -> Result<Vec<User>, StoreError>;

    /// The application with its credentials, wherever its home is.
    async fn application_by_app_id(&self, app_id: AppId) -> Result<Option<Application>, StoreError>;
    /// The application with its credentials, by object id, in its home tenant only.
    async fn application(
        &self,
        tenant: TenantId,
        id: ApplicationId,
    ) -> Result<Option<Application>, StoreError>;
    async fn applications(&self, tenant: TenantId, page: Page) -> Result<Vec<Application>, StoreError>;
    /// The application that carries this identifier URI (compared exactly), wherever its home is.
    async fn application_by_identifier_uri(&self, uri: &str) -> Result<Option<Application>, StoreError>;

    async fn service_principal(
        &self,
        tenant: TenantId,
        id: ServicePrincipalId,
    ) -> Result<Option<ServicePrincipal>, StoreError>;
    async fn service_principal_by_app(
        &self,
        tenant: TenantId,
        app_id: AppId,
    ) -> Result<Option<ServicePrincipal>, StoreError>;
    async fn service_principals(
        &self,
        tenant: TenantId,
        page: Page,
    ) -> Result<Vec<ServicePrincipal>, StoreError>;

    /// The first-party resources that were offered to the tenants that there were, by app id.
    async fn known_resources(&self) -> Result<Vec<AppId>, StoreError>;
    /// Adds principals of first-party resources with their audit events, and remembers that these resources were offered. Does all of it,
    /// or nothing.
    async fn offer_resources(
        &self,
        resources: &[AppId],
        offers: &[(ServicePrincipal, AuditEvent)],
    ) -> Result<(), StoreError>;

    /// The principals of one application over all tenants, oldest first: its publisher's view of who uses it.
    async fn service_principals_of_app(
        &self,
        app_id: AppId,
        page: Page,
    ) -> Result<Vec<ServicePrincipal>, StoreError>;

    async fn app_role_assignment(
        &self,
        tenant: TenantId,
        id: &str,
    ) -> Result<Option<AppRoleAssignment>, StoreError>;
    /// What was granted to this client principal, oldest first.
    async fn app_role_assignments_of(
        &self,
        tenant: TenantId,
        principal: ServicePrincipalId,
    ) -> Result<Vec<AppRoleAssignment>, StoreError>;
    /// What was granted on this resource principal, oldest first.
    async fn app_role_assignments_on(
        &self,
        tenant: TenantId,
        resource: ServicePrincipalId,
        page: Page,
    ) -> Result<Vec<AppRoleAssignment>, StoreError>;

    /// Delegated permissions granted to this client principal.
    async fn delegated_grants_of(
        &self,
        tenant: TenantId,
        client: ServicePrincipalId,
    ) -> Result<Vec<DelegatedGrant>, StoreError>;

    /// Keeps when an application got a token in a tenant, unless a later time is kept already.
    async fn note_token(&self, tenant: TenantId, app_id: AppId, at: Timestamp) -> Result<(), StoreError>;
    /// When the applications got their last tokens in a tenant, by app id.
    async fn last_tokens(&self, tenant: TenantId) -> Result<Vec<(AppId, Timestamp)>, StoreError>;

    async fn session(&self, digest: &SecretDigest) -> Result<Option<Session>, StoreError>;

    /// The sessions of a user that have not been removed, oldest first.
    async fn sessions_of(&self, tenant: TenantId, user: UserId) -> Result<Vec<Session>, StoreError>;

    /// All signing keys that have not been removed, oldest first.
    async fn signing_keys(&self) -> Result<Vec<StoredSigningKey>, StoreError>;

    /// The tenant's audit events, newest first.
    async fn audit_events(&self, tenant: TenantId, page: Page) -> Result<Vec<AuditEvent>, StoreError> {
        self.find_audit_events(tenant, &AuditFilter::default(), page).await
    }
    /// Those that the filter lets through.
    async fn find_audit_events(
        &self,
        tenant: TenantId,
        filter: &AuditFilter,
        page: Page,
    ) -> Result<Vec<AuditEvent>, StoreError>;
}
