//! [`DirectoryStore`] on SQLite: one module per kind of object, one transaction per commit.
//!
//! Each look-up is one statement, so that its answer is of one moment; lists that live in tables of
//! their own come along in the same statement.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::sqlite::SqliteQueryResult;
use wardenry_core::id::{AppId, ApplicationId, ServicePrincipalId, TenantId, UserId};
use wardenry_core::secret::SecretDigest;
use wardenry_core::time::Timestamp;
use wardenry_directory::audit::AuditFilter;
use wardenry_directory::model::{
    AppRoleAssignment, Application, AuditEvent, DelegatedGrant, ServicePrincipal, Session, StoredSigningKey,
    Tenant, User,
};
use wardenry_directory::store::{Change, DirectoryStore, Page, StoreError, Unique};

use crate::row::UnreadableValue;
use crate::sqlite::SqliteStore;

mod app_role_assignments;
mod applications;
mod audit_events;
mod credentials;
mod delegated_grants;
mod json_list;
mod known_resources;
mod last_tokens;
mod service_principals;
mod sessions;
mod signing_keys;
mod tenants;
mod users;

#[async_trait]
impl DirectoryStore for SqliteStore {
    async fn commit(&self, changes: &[Change], audit: &AuditEvent) -> Result<(), StoreError> {
        // A failure on the way drops the transaction, which rolls it back.
        let mut transaction = self.writer().begin_with(Self::BEGIN_WRITE).await.map_err(failed)?;
        for change in changes {
            apply(&mut transaction, change).await?;
        }
        audit_events::add(&mut transaction, audit).await?;
        transaction.commit().await.map_err(failed)
    }

    async fn tenant(&self, id: TenantId) -> Result<Option<Tenant>, StoreError> {
        tenants::find(self.reader(), id).await
    }

    async fn tenant_by_domain(&self, domain: &str) -> Result<Option<Tenant>, StoreError> {
        tenants::find_by_domain(self.reader(), domain).await
    }

    async fn tenants(&self, page: Page) -> Result<Vec<Tenant>, StoreError> {
        tenants::list(self.reader(), page).await
    }

    async fn user(&self, tenant: TenantId, id: UserId) -> Result<Option<User>, StoreError> {
        users::find(self.reader(), tenant, id).await
    }

    async fn user_by_name(&self, user_name: &str) -> Result<Option<User>, StoreError> {
        users::find_by_name(self.reader(), user_name).await
    }

    async fn users(&self, tenant: TenantId, page: Page) -> Result<Vec<User>, StoreError> {
        users::list(self.reader(), tenant, page).await
    }

    async fn application_by_app_id(&self, app_id: AppId) -> Result<Option<Application>, StoreError> {
        applications::find_by_app_id(self.reader(), app_id).await
    }

    async fn application(
        &self,
        tenant: TenantId,
        id: ApplicationId,
    ) -> Result<Option<Application>, StoreError> {
        applications::find(self.reader(), tenant, id).await
    }

    async fn applications(&self, tenant: TenantId, page: Page) -> Result<Vec<Application>, StoreError> {
        applications::list(self.reader(), tenant, page).await
    }

    async fn application_by_identifier_uri(&self, uri: &str) -> Result<Option<Application>, StoreError> {
        applications::find_by_identifier_uri(self.reader(), uri).await
    }

    async fn service_principal(
        &self,
        tenant: TenantId,
        id: ServicePrincipalId,
    ) -> Result<Option<ServicePrincipal>, StoreError> {
        service_principals::find(self.reader(), tenant, id).await
    }

    async fn service_principal_by_app(
        &self,
        tenant: TenantId,
        app_id: AppId,
    ) -> Result<Option<ServicePrincipal>, StoreError> {
        service_principals::find_by_app(self.reader(), tenant, app_id).await
    }

    async fn service_principals(
        &self,
        tenant: TenantId,
        page: Page,
    ) -> Result<Vec<ServicePrincipal>, StoreError> {
        service_principals::list(self.reader(), tenant, page).await
    }

    async fn known_resources(&self) -> Result<Vec<AppId>, StoreError> {
        known_resources::list(self.reader()).await
    }

    async fn offer_resources(
        &self,
        resources: &[AppId],
        offers: &[(ServicePrincipal, AuditEvent)],
    ) -> Result<(), StoreError> {
        let mut transaction = self.writer().begin_with(Self::BEGIN_WRITE).await.map_err(failed)?;
        for (principal, audit) in offers {
            service_principals::put(&mut transaction, principal).await?;
            audit_events::add(&mut transaction, audit).await?;
        }
        for resource in resources {
            known_resources::add(&mut transaction, *resource).await?;
        }
        transaction.commit().await.map_err(failed)
    }

    async fn service_principals_of_app(
        &self,
        app_id: AppId,
        page: Page,
    ) -> Result<Vec<ServicePrincipal>, StoreError> {
        service_principals::list_of_app(self.reader(), app_id, page).await
    }

    async fn app_role_assignment(
        &self,
        tenant: TenantId,
        id: &str,
    ) -> Result<Option<AppRoleAssignment>, StoreError> {
        app_role_assignments::find(self.reader(), tenant, id).await
    }

    async fn app_role_assignments_of(
        &self,
        tenant: TenantId,
        principal: ServicePrincipalId,
    ) -> Result<Vec<AppRoleAssignment>, StoreError> {
        app_role_assignments::list_of(self.reader(), tenant, principal).await
    }

    async fn app_role_assignments_on(
        &self,
        tenant: TenantId,
        resource: ServicePrincipalId,
        page: Page,
    ) -> Result<Vec<AppRoleAssignment>, StoreError> {
        app_role_assignments::list_on(self.reader(), tenant, resource, page).await
    }

    async fn delegated_grants_of(
        &self,
        tenant: TenantId,
        client: ServicePrincipalId,
    ) -> Result<Vec<DelegatedGrant>, StoreError> {
        delegated_grants::list_of(self.reader(), tenant, client).await
    }

    async fn note_token(&self, tenant: TenantId, app_id: AppId, at: Timestamp) -> Result<(), StoreError> {
        last_tokens::note(self.writer(), tenant, app_id, at).await
    }

    async fn last_tokens(&self, tenant: TenantId) -> Result<Vec<(AppId, Timestamp)>, StoreError> {
        last_tokens::list(self.reader(), tenant).await
    }

    async fn session(&self, digest: &SecretDigest) -> Result<Option<Session>, StoreError> {
        sessions::find(self.reader(), digest).await
    }

    async fn sessions_of(&self, tenant: TenantId, user: UserId) -> Result<Vec<Session>, StoreError> {
        sessions::list_of(self.reader(), tenant, user).await
    }

    async fn signing_keys(&self) -> Result<Vec<StoredSigningKey>, StoreError> {
        signing_keys::list(self.reader()).await
    }

    async fn find_audit_events(
        &self,
        tenant: TenantId,
        filter: &AuditFilter,
        page: Page,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        audit_events::find(self.reader(), tenant, filter, page).await
    }
}

async fn apply(connection: &mut SqliteConnection, change: &Change) -> Result<(), StoreError> {
    match change {
        Change::PutTenant(tenant) => tenants::put(connection, tenant).await,
        Change::PutUser(user) => users::put(connection, user).await,
        Change::PutApplication(application) => applications::put(connection, application).await,
        Change::DeleteApplication { tenant, id } => applications::delete(connection, *tenant, *id).await,
        Change::AddPassword { application, credential } => {
            credentials::add_password(connection, *application, credential).await
        }
        Change::RemovePassword { application, key_id } => {
            credentials::remove_password(connection, *application, *key_id).await
        }
        Change::AddCertificate { application, credential } => {
            credentials::add_certificate(connection, *application, credential).await
        }
        Change::RemoveCertificate { application, key_id } => {
            credentials::remove_certificate(connection, *application, *key_id).await
        }
        Change::PutServicePrincipal(principal) => service_principals::put(connection, principal).await,
        Change::DeleteServicePrincipal { tenant, id } => {
            service_principals::delete(connection, *tenant, *id).await
        }
        Change::AddAppRoleAssignment(assignment) => app_role_assignments::add(connection, assignment).await,
        Change::RemoveAppRoleAssignment { tenant, id } => {
            app_role_assignments::remove(connection, *tenant, id).await
        }
        Change::PutDelegatedGrant(grant) => delegated_grants::put(connection, grant).await,
        Change::RemoveDelegatedGrant { tenant, id } => {
            delegated_grants::remove(connection, *tenant, id).await
        }
        Change::AddSession(session) => sessions::add(connection, session).await,
        Change::RemoveSession { digest } => sessions::remove(connection, digest).await,
        Change::RemoveEndedSessions { by } => sessions::remove_ended(connection, *by).await,
        Change::AddSigningKey(key) => signing_keys::add(connection, key).await,
    }
}

/// A failure that is the database's own.
fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Backend(error.into())
}

impl From<UnreadableValue> for StoreError {
    fn from(error: UnreadableValue) -> Self {
        failed(error)
    }
}

/// What a failed write means, where `unique` is the one thing that the statement can find taken.
///
/// Each statement is written so that this is true of it. SQLite names the violated constraint in prose
/// only, so the statement is what identifies it. A foreign key always leads to an object of the
/// directory that has to be there.
fn refused(unique: Unique) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| match error.as_database_error().map(DatabaseError::kind) {
        Some(ErrorKind::UniqueViolation) => StoreError::Exists(unique),
        Some(ErrorKind::ForeignKeyViolation) => StoreError::Missing,
        _ => failed(error),
    }
}

/// A removal that found nothing to remove is refused.
fn removed_something(result: &SqliteQueryResult) -> Result<(), StoreError> {
    if result.rows_affected() == 0 { Err(StoreError::Missing) } else { Ok(()) }
}
