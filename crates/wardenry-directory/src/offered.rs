//! The permissions that resources offer to applications, wherever they are defined.

use uuid::Uuid;
use wardenry_core::catalogue::{self, Resource, ScopeConsent};
use wardenry_core::id::{AppId, TenantId};
use wardenry_oauth::answers::SignInAudience;
use wardenry_oauth::consent::PermissionKind;

use crate::admin::DirectoryReader;
use crate::directory::Directory;
use crate::error::DirectoryError;
use crate::model::{Application, OwnAppRole};
use crate::store::Page;

/// A resource that a tenant's applications can ask for: first-party, or an application that defines permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedResource {
    pub app_id: AppId,
    pub name: String,
    /// The application permissions first, then the delegated ones.
    pub permissions: Vec<OfferedPermission>,
}

/// A permission of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedPermission {
    pub kind: PermissionKind,
    /// The id of the app role or scope.
    pub id: Uuid,
    pub value: String,
    pub display_name: String,
    pub description: String,
    /// Whether a user may not consent to it alone. Always true for application permissions.
    pub admin_only: bool,
}

impl OfferedResource {
    /// The permission with this id.
    pub fn permission(&self, kind: PermissionKind, id: Uuid) -> Option<&OfferedPermission> {
        self.permissions.iter().find(|offered| offered.kind == kind && offered.id == id)
    }

    fn first_party(resource: &Resource) -> Self {
        let app_roles = resource.app_roles.iter().map(|role| OfferedPermission {
            kind: PermissionKind::Application,
            id: role.id.as_guid(),
            value: role.value.to_owned(),
            display_name: role.display_name.to_owned(),
            description: role.description.to_owned(),
            admin_only: true,
        });
        let scopes = resource.scopes.iter().map(|scope| OfferedPermission {
            kind: PermissionKind::Delegated,
            id: scope.id.as_guid(),
            value: scope.value.to_owned(),
            display_name: scope.display_name.to_owned(),
            description: scope.description.to_owned(),
            admin_only: scope.consent == ScopeConsent::Admin,
        });
        Self {
            app_id: resource.app_id,
            name: resource.display_name.to_owned(),
            permissions: app_roles.chain(scopes).collect(),
        }
    }

    fn registered(application: Application) -> Self {
        let app_roles =
            application.app_roles.into_iter().filter(OwnAppRole::is_grantable_to_apps).map(|role| {
                OfferedPermission {
                    kind: PermissionKind::Application,
                    id: role.id.as_guid(),
                    value: role.value,
                    display_name: role.display_name,
                    description: role.description,
                    admin_only: true,
                }
            });
        let scopes =
            application.scopes.into_iter().filter(|scope| scope.enabled).map(|scope| OfferedPermission {
                kind: PermissionKind::Delegated,
                id: scope.id.as_guid(),
                value: scope.value,
                display_name: scope.display_name,
                description: scope.description,
                admin_only: scope.admin_only,
            });
        Self {
            app_id: application.app_id,
            name: application.display_name,
            permissions: app_roles.chain(scopes).collect(),
        }
    }
}

impl Directory {
    /// The resources whose principals are in the reader's tenant and switched on, and that offer something; by name.
    pub async fn offered_resources(
        &self,
        reader: &DirectoryReader,
    ) -> Result<Vec<OfferedResource>, DirectoryError> {
        let mut offered = Vec::new();
        let every = Page { skip: 0, take: u32::MAX };
        for principal in self.store.service_principals(reader.tenant(), every).await? {
            if !principal.enabled {
                continue;
            }
            if let Some(resource) = self.resource_offered_to(reader.tenant(), principal.app_id).await? {
                offered.push(resource);
            }
        }
        offered.retain(|resource| !resource.permissions.is_empty());
        offered.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(offered)
    }

    /// What this resource offers to the reader's tenant.
    pub async fn offered_resource(
        &self,
        reader: &DirectoryReader,
        app_id: AppId,
    ) -> Result<OfferedResource, DirectoryError> {
        let found = self.resource_offered_to(reader.tenant(), app_id).await?;
        found.ok_or_else(|| DirectoryError::not_found("resource", app_id))
    }

    /// `None` when the tenant cannot have the resource. Applications that other tenants keep to themselves are not shown, not
    /// even by name.
    pub(crate) async fn resource_offered_to(
        &self,
        tenant: TenantId,
        app_id: AppId,
    ) -> Result<Option<OfferedResource>, DirectoryError> {
        if let Some(resource) = catalogue::resource_by_app_id(app_id) {
            return Ok(Some(OfferedResource::first_party(resource)));
        }
        let application = self.store.application_by_app_id(app_id).await?;
        let usable = application.filter(|application| {
            application.home_tenant == tenant || application.audience == SignInAudience::AzureADMultipleOrgs
        });
        Ok(usable.map(OfferedResource::registered))
    }
}
