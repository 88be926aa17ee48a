//! The operator: whoever holds the data folder. Makes tenants and users, and acts for either.

use wardenry_core::catalogue::{DirectoryRole, Resource};
use wardenry_core::id::{AppId, TenantId, UserId};
use wardenry_core::secret::SecretString;
use wardenry_oauth::tenant_segment::is_domain_name;

use super::{ApplicationAdmin, DirectoryReader, GrantAdmin, Reach};
use crate::directory::{Deed, Directory};
use crate::error::DirectoryError;
use crate::model::{Actor, Application, Tenant, User};
use crate::password::MAX_PASSWORD_BYTES;
use crate::registration::{ApplicationPatch, check_display_name};
use crate::sign_in::SignedInUser;
use crate::store::{Change, Page};

/// The shortest password of a person, in characters.
const MIN_PASSWORD_CHARS: usize = 8;

/// The authority of the data folder's owner. To be constructed by the composition root only.
#[derive(Debug)]
pub struct Operator(());

/// A tenant to make.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// A random id when not given.
    pub id: Option<TenantId>,
    pub display_name: String,
    /// The primary domain first; at least one.
    pub domains: Vec<String>,
    pub region: String,
    /// The first-party resources that the tenant is licensed for.
    pub licensed: Vec<&'static Resource>,
}

/// A user to make.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The user principal name, under a domain of the tenant.
    pub user_name: String,
    pub display_name: String,
    pub password: SecretString,
    pub roles: Vec<DirectoryRole>,
}

impl Operator {
    /// Claims the operator's authority, which comes with access to the data folder.
    pub fn of_the_data_folder() -> Self {
        Self(())
    }

    /// Reads a tenant's directory.
    pub fn reader(&self, tenant: TenantId) -> DirectoryReader {
        DirectoryReader { tenant }
    }

    /// Administers a tenant's applications.
    pub fn application_admin(&self, tenant: TenantId) -> ApplicationAdmin {
        ApplicationAdmin { tenant, actor: Actor::System, reach: Reach::Tenant }
    }

    /// Administers a tenant's grants.
    pub fn grant_admin(&self, tenant: TenantId) -> GrantAdmin {
        GrantAdmin { tenant, actor: Actor::System }
    }
}

impl Directory {
    /// Whether there is any tenant yet.
    pub async fn is_empty(&self, _operator: &Operator) -> Result<bool, DirectoryError> {
        Ok(self.store.tenants(Page { skip: 0, take: 1 }).await?.is_empty())
    }

    /// Makes a tenant with the principals of the resources that it is licensed for.
    pub async fn create_tenant(
        &self,
        _operator: &Operator,
        new: NewTenant,
    ) -> Result<Tenant, DirectoryError> {
        let writing = self.begin_writing().await;
        let (tenant, changes) = self.new_tenant(new).await?;
        let target = format!("tenant {}", tenant.id);
        let deed = system_deed(tenant.id, "tenant.create", target, &tenant.display_name);
        self.commit(writing, changes, deed).await?;
        Ok(tenant)
    }

    /// Makes a tenant and its first user in one step: both are there afterwards, or neither is.
    pub async fn create_tenant_with_user(
        &self,
        _operator: &Operator,
        new: NewTenant,
        user: NewUser,
    ) -> Result<(Tenant, User), DirectoryError> {
        let writing = self.begin_writing().await;
        let (tenant, mut changes) = self.new_tenant(new).await?;
        let user = self.new_user(&tenant, user).await?;
        changes.push(Change::PutUser(user.clone()));
        let target = format!("tenant {}", tenant.id);
        let detail = format!("{}, with the user {}", tenant.display_name, user.user_name);
        let deed = system_deed(tenant.id, "tenant.create", target, &detail);
        self.commit(writing, changes, deed).await?;
        Ok((tenant, user))
    }

    /// Checks a tenant's properties; with the changes that make it and its resources' principals.
    async fn new_tenant(&self, new: NewTenant) -> Result<(Tenant, Vec<Change>), DirectoryError> {
        check_display_name("display_name", &new.display_name)?;
        let domains: Vec<String> = new.domains.iter().map(|domain| domain.to_lowercase()).collect();
        if domains.is_empty() {
            return Err(DirectoryError::invalid("domains", "at least one domain is needed"));
        }
        if let Some(bad) = domains.iter().find(|domain| !is_domain_name(domain)) {
            return Err(DirectoryError::invalid("domains", format!("'{bad}' is not a domain name")));
        }
        let region_fits =
            (2..=3).contains(&new.region.len()) && new.region.bytes().all(|byte| byte.is_ascii_uppercase());
        if !region_fits {
            return Err(DirectoryError::invalid("region", "must be a code such as WW, EU, NA or AS"));
        }
        let tenant = Tenant {
            id: new.id.unwrap_or_else(|| TenantId::random(self.entropy.as_ref())),
            display_name: new.display_name,
            domains,
            region: new.region,
            created: self.now(),
        };
        let mut changes = vec![Change::PutTenant(tenant.clone())];
        let principal_of = |resource: &&'static Resource| self.resource_principal(tenant.id, resource);
        changes.extend(new.licensed.iter().map(principal_of).map(Change::PutServicePrincipal));
        if self.store.tenant(tenant.id).await?.is_some() {
            return Err(DirectoryError::Exists(crate::store::Unique::TenantId));
        }
        Ok((tenant, changes))
    }

    /// Makes a user.
    pub async fn create_user(
        &self,
        _operator: &Operator,
        tenant: TenantId,
        new: NewUser,
    ) -> Result<User, DirectoryError> {
        let home =
            self.store.tenant(tenant).await?.ok_or_else(|| DirectoryError::not_found("tenant", tenant))?;
        let user = self.new_user(&home, new).await?;
        let writing = self.begin_writing().await;
        let deed = system_deed(tenant, "user.create", format!("user {}", user.id), &user.user_name);
        self.commit(writing, vec![Change::PutUser(user.clone())], deed).await?;
        Ok(user)
    }

    /// Checks a user's properties and hashes the password.
    async fn new_user(&self, home: &Tenant, new: NewUser) -> Result<User, DirectoryError> {
        let user_name = new.user_name.to_lowercase();
        let named = user_name.split_once('@').filter(|(local, domain)| {
            !local.is_empty()
                && local.len() <= 64
                && local.bytes().all(|byte| byte.is_ascii_graphic())
                && home.domains.iter().any(|known| known == domain)
        });
        if named.is_none() {
            return Err(DirectoryError::invalid("user_name", "must be name@<a domain of the tenant>"));
        }
        check_display_name("display_name", &new.display_name)?;
        let password = new.password.expose();
        if password.chars().count() < MIN_PASSWORD_CHARS || password.len() > MAX_PASSWORD_BYTES {
            let problem = format!("has {MIN_PASSWORD_CHARS} characters to {MAX_PASSWORD_BYTES} bytes");
            return Err(DirectoryError::invalid("password", problem));
        }
        Ok(User {
            id: UserId::random(self.entropy.as_ref()),
            tenant: home.id,
            user_name,
            display_name: new.display_name,
            password_hash: self.passwords.hash(&new.password, self.entropy.as_ref()).await,
            roles: new.roles,
            enabled: true,
            created: self.now(),
        })
    }

    /// Registers an application under a client id that was chosen beforehand.
    pub async fn create_application_with_id(
        &self,
        operator: &Operator,
        tenant: TenantId,
        app_id: AppId,
        properties: ApplicationPatch,
    ) -> Result<Application, DirectoryError> {
        self.insert_application(&operator.application_admin(tenant), app_id, None, properties).await
    }

    /// Acts as a user, for scenarios in which the user has consented to something.
    pub async fn act_as(
        &self,
        _operator: &Operator,
        user_name: &str,
    ) -> Result<SignedInUser, DirectoryError> {
        let user = self.store.user_by_name(&user_name.to_lowercase()).await?;
        user.map(SignedInUser::of).ok_or_else(|| DirectoryError::not_found("user", user_name))
    }

    /// All tenants, oldest first.
    pub async fn all_tenants(&self, _operator: &Operator, page: Page) -> Result<Vec<Tenant>, DirectoryError> {
        Ok(self.store.tenants(page).await?)
    }
}

fn system_deed<'a>(tenant: TenantId, action: &'static str, target: String, detail: &str) -> Deed<'a> {
    Deed { tenant, actor: &Actor::System, action, target, detail: detail.to_owned() }
}
