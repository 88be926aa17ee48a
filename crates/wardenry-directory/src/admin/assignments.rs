//! Granting and revoking application permissions one by one.

use uuid::Uuid;
use wardenry_core::id::{AppRoleId, ServicePrincipalId};

use super::GrantAdmin;
use crate::directory::{Deed, Directory};
use crate::error::DirectoryError;
use crate::model::{AppRoleAssignment, ServicePrincipal};
use crate::store::Change;

impl Directory {
    /// Grants a client an application permission on a resource, both by their principals in the
    /// administrator's tenant. The nil role id means default access without a role.
    pub async fn assign_app_role(
        &self,
        admin: &GrantAdmin,
        client: ServicePrincipalId,
        resource: ServicePrincipalId,
        role: AppRoleId,
    ) -> Result<AppRoleAssignment, DirectoryError> {
        let writing = self.begin_writing().await;
        let client = self.principal_of(admin, "principalId", client).await?;
        let resource = self.principal_of(admin, "resourceId", resource).await?;
        let value = match role.as_guid() {
            id if id == Uuid::nil() => "default access".to_owned(),
            _ => self.app_role_value(resource.app_id, role).await?.ok_or_else(|| {
                DirectoryError::invalid("appRoleId", "is no application permission of the resource")
            })?,
        };
        let assignment = AppRoleAssignment {
            id: self.grant_id(),
            tenant: admin.tenant,
            principal: client.id,
            resource: resource.id,
            role,
            created: self.now(),
        };
        let detail = format!("{value} on {} to {}", resource.display_name, client.display_name);
        let deed = admin.deed("app_role_assignment.add", &client, detail);
        self.commit(writing, vec![Change::AddAppRoleAssignment(assignment.clone())], deed).await?;
        Ok(assignment)
    }

    /// Revokes a granted application permission. `principal` is the principal under which the request
    /// addressed the assignment: its client or its resource.
    pub async fn remove_app_role_assignment(
        &self,
        admin: &GrantAdmin,
        principal: ServicePrincipalId,
        id: &str,
    ) -> Result<(), DirectoryError> {
        let writing = self.begin_writing().await;
        let found = self.store.app_role_assignment(admin.tenant, id).await?;
        let assignment = found
            .filter(|found| found.principal == principal || found.resource == principal)
            .ok_or_else(|| DirectoryError::not_found("app role assignment", id))?;
        let client = self.principal_of(admin, "principalId", assignment.principal).await?;
        let resource = self.principal_of(admin, "resourceId", assignment.resource).await?;
        let value = self.app_role_value(resource.app_id, assignment.role).await?.unwrap_or_default();
        let detail = format!("{value} on {} from {}", resource.display_name, client.display_name);
        let deed = admin.deed("app_role_assignment.remove", &client, detail);
        self.commit(
            writing,
            vec![Change::RemoveAppRoleAssignment { tenant: admin.tenant, id: id.to_owned() }],
            deed,
        )
        .await
    }

    async fn principal_of(
        &self,
        admin: &GrantAdmin,
        property: &str,
        id: ServicePrincipalId,
    ) -> Result<ServicePrincipal, DirectoryError> {
        let found = self.store.service_principal(admin.tenant, id).await?;
        found.ok_or_else(|| {
            DirectoryError::invalid(property, format!("no service principal '{id}' exists in this tenant"))
        })
    }
}

impl GrantAdmin {
    fn deed(&self, action: &'static str, client: &ServicePrincipal, detail: String) -> Deed<'_> {
        Deed {
            tenant: self.tenant,
            actor: &self.actor,
            action,
            target: format!("service principal {}", client.id),
            detail,
        }
    }
}
