//! Reading applications, service principals and grants.

use std::sync::Arc;

use wardenry_core::id::{AppId, ApplicationId, ServicePrincipalId};
use wardenry_oauth::answers::TenantAnswer;
use wardenry_oauth::tenant_segment::TenantSegment;

use super::DirectoryReader;
use crate::directory::Directory;
use crate::error::DirectoryError;
use crate::model::{AppRoleAssignment, Application, ServicePrincipal};
use crate::store::Page;

impl Directory {
    /// The reader's own tenant.
    pub async fn own_tenant(&self, reader: &DirectoryReader) -> Result<Arc<TenantAnswer>, DirectoryError> {
        let found = self.tenant(&TenantSegment::Id(reader.tenant)).await?;
        found.ok_or_else(|| DirectoryError::not_found("tenant", reader.tenant))
    }

    /// The applications whose home is the reader's tenant.
    pub async fn applications(
        &self,
        reader: &DirectoryReader,
        page: Page,
    ) -> Result<Vec<Application>, DirectoryError> {
        Ok(self.store.applications(reader.tenant, page).await?)
    }

    pub async fn application(
        &self,
        reader: &DirectoryReader,
        id: ApplicationId,
    ) -> Result<Application, DirectoryError> {
        let found = self.store.application(reader.tenant, id).await?;
        found.ok_or_else(|| DirectoryError::not_found("application", id))
    }

    /// The application with this client id, if its home is the reader's tenant.
    pub async fn application_by_app_id(
        &self,
        reader: &DirectoryReader,
        app_id: AppId,
    ) -> Result<Application, DirectoryError> {
        let found = self.store.application_by_app_id(app_id).await?;
        found
            .filter(|application| application.home_tenant == reader.tenant)
            .ok_or_else(|| DirectoryError::not_found("application", app_id))
    }

    pub async fn service_principals(
        &self,
        reader: &DirectoryReader,
        page: Page,
    ) -> Result<Vec<ServicePrincipal>, DirectoryError> {
        Ok(self.store.service_principals(reader.tenant, page).await?)
    }

    pub async fn service_principal(
        &self,
        reader: &DirectoryReader,
        id: ServicePrincipalId,
    ) -> Result<ServicePrincipal, DirectoryError> {
        let found = self.store.service_principal(reader.tenant, id).await?;
        found.ok_or_else(|| DirectoryError::not_found("service principal", id))
    }

    pub async fn service_principal_by_app_id(
        &self,
        reader: &DirectoryReader,
        app_id: AppId,
    ) -> Result<ServicePrincipal, DirectoryError> {
        let found = self.store.service_principal_by_app(reader.tenant, app_id).await?;
        found.ok_or_else(|| DirectoryError::not_found("service principal", app_id))
    }

    /// The application behind a service principal, wherever its home is: its names, roles and scopes
    /// are public to every tenant that uses it. `None` for first-party resources.
    pub async fn application_behind(
        &self,
        _reader: &DirectoryReader,
        principal: &ServicePrincipal,
    ) -> Result<Option<Application>, DirectoryError> {
        Ok(self.store.application_by_app_id(principal.app_id).await?)
    }

    /// What was granted to a client principal.
    pub async fn app_role_assignments(
        &self,
        reader: &DirectoryReader,
        principal: ServicePrincipalId,
    ) -> Result<Vec<AppRoleAssignment>, DirectoryError> {
        self.service_principal(reader, principal).await?;
        Ok(self.store.app_role_assignments_of(reader.tenant, principal).await?)
    }

    /// What was granted on a resource principal.
    pub async fn app_role_assigned_to(
        &self,
        reader: &DirectoryReader,
        resource: ServicePrincipalId,
        page: Page,
    ) -> Result<Vec<AppRoleAssignment>, DirectoryError> {
        self.service_principal(reader, resource).await?;
        Ok(self.store.app_role_assignments_on(reader.tenant, resource, page).await?)
    }
}
