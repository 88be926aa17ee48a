//! First-party resources that have come into the catalogue since the data folder was last opened.

use wardenry_core::catalogue::{RESOURCES, Resource};
use wardenry_core::id::{ServicePrincipalId, TenantId, random_guid};

use super::Operator;
use crate::directory::Directory;
use crate::error::DirectoryError;
use crate::model::{Actor, AuditEvent, ServicePrincipal};
use crate::store::Page;

/// So many tenants are read at a time.
const PAGE: u32 = 1000;

impl Directory {
    /// Makes resources that are new in the catalogue available in all tenants that there are, once: a tenant may be rid of one later.
    /// Gives the new ones.
    pub async fn offer_new_resources(
        &self,
        _operator: &Operator,
    ) -> Result<Vec<&'static Resource>, DirectoryError> {
        let _writing = self.begin_writing().await;
        let known = self.store.known_resources().await?;
        let new: Vec<_> = RESOURCES.into_iter().filter(|it| !known.contains(&it.app_id)).collect();
        if new.is_empty() {
            return Ok(new);
        }
        let mut offers = Vec::new();
        let mut page = Page { skip: 0, take: PAGE };
        loop {
            let tenants = self.store.tenants(page).await?;
            for tenant in &tenants {
                for resource in &new {
                    if self.store.service_principal_by_app(tenant.id, resource.app_id).await?.is_none() {
                        offers.push(self.offer(tenant.id, resource));
                    }
                }
            }
            if tenants.is_empty() {
                break;
            }
            page.skip = page.skip.saturating_add(PAGE);
        }
        let ids: Vec<_> = new.iter().map(|resource| resource.app_id).collect();
        self.store.offer_resources(&ids, &offers).await?;
        self.cache.forget_everything();
        Ok(new)
    }

    fn offer(&self, tenant: TenantId, resource: &Resource) -> (ServicePrincipal, AuditEvent) {
        let principal = self.resource_principal(tenant, resource);
        let event = AuditEvent {
            id: random_guid(self.entropy.as_ref()),
            tenant,
            at: self.now(),
            actor: Actor::System,
            action: "service_principal.create",
            target: format!("service principal {}", principal.id),
            detail: format!("{} ({})", principal.display_name, principal.app_id),
            address: None,
        };
        (principal, event)
    }

    /// The principal by which a tenant has a first-party resource.
    pub(super) fn resource_principal(&self, tenant: TenantId, resource: &Resource) -> ServicePrincipal {
        ServicePrincipal {
            id: ServicePrincipalId::random(self.entropy.as_ref()),
            tenant,
            app_id: resource.app_id,
            display_name: resource.display_name.to_owned(),
            home_tenant: None,
            enabled: true,
            assignment_required: false,
            tags: Vec::new(),
            created: self.now(),
        }
    }
}
