//! Creating, changing and deleting service principals.

use wardenry_core::catalogue;
use wardenry_core::id::{AppId, ServicePrincipalId};
use wardenry_oauth::answers::SignInAudience;

use super::{ApplicationAdmin, Reach};
use crate::directory::{Deed, Directory};
use crate::error::DirectoryError;
use crate::model::ServicePrincipal;
use crate::registration::MAX_LIST;
use crate::store::Change;

/// Properties of a service principal to set. `None` leaves a property as it is.
#[derive(Debug, Clone, Default)]
pub struct ServicePrincipalPatch {
    pub enabled: Option<bool>,
    pub assignment_required: Option<bool>,
    pub tags: Option<Vec<String>>,
}

impl Directory {
    /// Gives an application a service principal in the administrator's tenant: its own, or a foreign
    /// multi-tenant one. Nothing is granted by this.
    pub async fn create_service_principal(
        &self,
        admin: &ApplicationAdmin,
        app_id: AppId,
        patch: ServicePrincipalPatch,
    ) -> Result<ServicePrincipal, DirectoryError> {
        let writing = self.begin_writing().await;
        let unusable = || DirectoryError::invalid("appId", "names no application that this tenant can use");
        if catalogue::resource_by_app_id(app_id).is_some() {
            return Err(DirectoryError::invalid(
                "appId",
                "names a first-party resource; its principal comes with the tenant's licence",
            ));
        }
        let application = self.store.application_by_app_id(app_id).await?.ok_or_else(unusable)?;
        let foreign = application.home_tenant != admin.tenant;
        if foreign && application.audience == SignInAudience::AzureADMyOrg {
            return Err(unusable());
        }
        if foreign && admin.reach != Reach::Tenant {
            admin.require_reach(None)?;
        }
        if !foreign {
            admin.require_reach(application.owner)?;
        }
        let mut principal = self.new_principal(admin.tenant, &application);
        patch.apply(&mut principal)?;
        let deed = admin.principal_deed("service_principal.create", &principal);
        self.commit(writing, vec![Change::PutServicePrincipal(principal.clone())], deed).await?;
        Ok(principal)
    }

    /// Changes a service principal; switching it off stops new tokens in this tenant.
    pub async fn update_service_principal(
        &self,
        admin: &ApplicationAdmin,
        id: ServicePrincipalId,
        patch: ServicePrincipalPatch,
    ) -> Result<ServicePrincipal, DirectoryError> {
        let writing = self.begin_writing().await;
        let mut principal = self.reachable_principal(admin, id).await?;
        patch.apply(&mut principal)?;
        let deed = admin.principal_deed("service_principal.update", &principal);
        self.commit(writing, vec![Change::PutServicePrincipal(principal.clone())], deed).await?;
        Ok(principal)
    }

    /// Deletes a service principal with every grant to it and on it. For a foreign application this
    /// withdraws the tenant's consent as a whole.
    pub async fn delete_service_principal(
        &self,
        admin: &ApplicationAdmin,
        id: ServicePrincipalId,
    ) -> Result<(), DirectoryError> {
        let writing = self.begin_writing().await;
        let principal = self.reachable_principal(admin, id).await?;
        if catalogue::resource_by_app_id(principal.app_id).is_some() {
            return Err(DirectoryError::OutOfReach(
                "the principal of a first-party resource comes with the tenant's licence and cannot be deleted; \
                 switch it off instead",
            ));
        }
        let deed = admin.principal_deed("service_principal.delete", &principal);
        self.commit(writing, vec![Change::DeleteServicePrincipal { tenant: admin.tenant, id }], deed).await
    }

    async fn reachable_principal(
        &self,
        admin: &ApplicationAdmin,
        id: ServicePrincipalId,
    ) -> Result<ServicePrincipal, DirectoryError> {
        let found = self.store.service_principal(admin.tenant, id).await?;
        let principal = found.ok_or_else(|| DirectoryError::not_found("service principal", id))?;
        if admin.reach != Reach::Tenant {
            let application = self.store.application_by_app_id(principal.app_id).await?;
            let at_home = application.filter(|application| application.home_tenant == admin.tenant);
            admin.require_reach(at_home.and_then(|application| application.owner))?;
        }
        Ok(principal)
    }
}

impl ServicePrincipalPatch {
    fn apply(self, principal: &mut ServicePrincipal) -> Result<(), DirectoryError> {
        if let Some(enabled) = self.enabled {
            principal.enabled = enabled;
        }
        if let Some(required) = self.assignment_required {
            principal.assignment_required = required;
        }
        if let Some(tags) = self.tags {
            if tags.len() > MAX_LIST || tags.iter().any(|tag| tag.chars().count() > 256) {
                return Err(DirectoryError::invalid(
                    "tags",
                    "holds at most 100 tags of at most 256 characters",
                ));
            }
            principal.tags = tags;
        }
        Ok(())
    }
}

impl ApplicationAdmin {
    fn principal_deed(&self, action: &'static str, principal: &ServicePrincipal) -> Deed<'_> {
        Deed {
            tenant: self.tenant,
            actor: &self.actor,
            action,
            target: format!("service principal {}", principal.id),
            detail: format!("{} ({})", principal.display_name, principal.app_id),
        }
    }
}
