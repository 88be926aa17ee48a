//! The tenants that use an organisation's applications: its customers.

use std::sync::Arc;

use wardenry_core::calls::ApiCall;
use wardenry_core::id::{AppId, TenantId};
use wardenry_core::time::Timestamp;
use wardenry_oauth::answers::TenantAnswer;
use wardenry_oauth::caller::Caller;
use wardenry_oauth::session_caller::NoAccess;
use wardenry_oauth::tenant_segment::TenantSegment;

use crate::admin::DirectoryReader;
use crate::directory::Directory;
use crate::error::DirectoryError;
use crate::model::Application;
use crate::sign_in::SignedInUser;
use crate::store::Page;

/// The most tenants that are gone through for one page.
pub const MAX_CUSTOMERS: u32 = 10_000;

const EVERY: Page = Page { skip: 0, take: MAX_CUSTOMERS };

/// A tenant in which an application has a principal, and what it was granted there.
#[derive(Debug, Clone)]
pub struct Customer {
    pub tenant: Arc<TenantAnswer>,
    /// Whether the tenant lets the application in.
    pub enabled: bool,
    /// When the principal was made, which is when the tenant first consented.
    pub since: Timestamp,
    /// The values of the granted application permissions, by the resource that defines them.
    pub granted: Vec<(AppId, Vec<String>)>,
}

/// Another tenant in which somebody may make a call, and the application by which they may.
#[derive(Debug, Clone)]
pub struct CustomerAccess {
    pub tenant: Arc<TenantAnswer>,
    pub app: AppId,
    pub app_name: String,
    pub caller: Caller,
}

impl Directory {
    /// The tenants that use an application of the reader's tenant, the reader's own left out; by name.
    pub async fn customers_of(
        &self,
        _reader: &DirectoryReader,
        application: &Application,
    ) -> Result<Vec<Customer>, DirectoryError> {
        let mut customers = Vec::new();
        for id in self.tenants_using(application).await? {
            let (Some(tenant), Some(client)) =
                (self.tenant(&TenantSegment::Id(id)).await?, self.client(id, application.app_id).await?)
            else {
                continue;
            };
            let Some(principal) = &client.principal else { continue };
            customers.push(Customer {
                tenant,
                enabled: principal.enabled,
                since: principal.created,
                granted: principal.app_roles.clone(),
            });
        }
        customers.sort_by(|a, b| by_name(&a.tenant, &b.tenant));
        Ok(customers)
    }

    /// The other tenants in which the user may make this call by an application of their organisation; by name, each once.
    pub async fn customers_within_reach(
        &self,
        user: &SignedInUser,
        call: &ApiCall,
    ) -> Result<Vec<CustomerAccess>, DirectoryError> {
        let mut reached: Vec<CustomerAccess> = Vec::new();
        for application in self.store.applications(user.tenant(), EVERY).await? {
            for tenant in self.tenants_using(&application).await? {
                if reached.iter().any(|access| access.tenant.id == tenant) {
                    continue;
                }
                if let Ok(access) = self.access(user, application.app_id, tenant, call).await? {
                    reached.push(access);
                }
            }
        }
        reached.sort_by(|a, b| by_name(&a.tenant, &b.tenant));
        Ok(reached)
    }

    /// The same for one tenant.
    pub async fn customer_within_reach(
        &self,
        user: &SignedInUser,
        tenant: TenantId,
        call: &ApiCall,
    ) -> Result<Option<CustomerAccess>, DirectoryError> {
        for application in self.store.applications(user.tenant(), EVERY).await? {
            if let Ok(access) = self.access(user, application.app_id, tenant, call).await? {
                return Ok(Some(access));
            }
        }
        Ok(None)
    }

    async fn access(
        &self,
        user: &SignedInUser,
        app: AppId,
        id: TenantId,
        call: &ApiCall,
    ) -> Result<Result<CustomerAccess, NoAccess>, DirectoryError> {
        let (Some(tenant), Some(client)) =
            (self.tenant(&TenantSegment::Id(id)).await?, self.client(id, app).await?)
        else {
            return Ok(Err(NoAccess::NoConsent));
        };
        Ok(user.session_user().through(&client, id, call).and_then(|caller| {
            caller.may(call).map_err(|_| NoAccess::NoConsent)?;
            Ok(CustomerAccess { tenant, app, app_name: client.display_name.clone(), caller })
        }))
    }

    /// The tenants with a principal of the application, its home left out, oldest first.
    async fn tenants_using(&self, application: &Application) -> Result<Vec<TenantId>, DirectoryError> {
        let principals = self.store.service_principals_of_app(application.app_id, EVERY).await?;
        let mut tenants: Vec<TenantId> = principals.into_iter().map(|principal| principal.tenant).collect();
        tenants.retain(|tenant| *tenant != application.home_tenant);
        Ok(tenants)
    }
}

fn by_name(a: &TenantAnswer, b: &TenantAnswer) -> std::cmp::Ordering {
    a.display_name.cmp(&b.display_name).then(a.id.as_guid().cmp(&b.id.as_guid()))
}
