//! The protocol's questions and the directory's answers.

use std::sync::Arc;

use wardenry_core::catalogue;
use wardenry_core::id::{AppId, AppRoleId, TenantId};
use wardenry_jose::Certificate;
use wardenry_oauth::answers::{
    CertificateFacts, ClientAnswer, PrincipalFacts, ResourceAnswer, SecretFacts, TenantAnswer, TokenVersion,
};
use wardenry_oauth::tenant_segment::TenantSegment;

use crate::answer_cache::TenantKey;
use crate::directory::Directory;
use crate::error::DirectoryError;
use crate::model::{AppRoleAssignment, Application, ServicePrincipal, Tenant};

/// The longest identifier URI that is looked up.
const MAX_IDENTIFIER_LENGTH: usize = 1024;

impl Directory {
    /// The tenant that an address names; `None` for an unknown one and for the shared names.
    pub async fn tenant(&self, segment: &TenantSegment) -> Result<Option<Arc<TenantAnswer>>, DirectoryError> {
        let Some(name) = TenantKey::of(segment) else { return Ok(None) };
        let key = (self.cache.generation(), name);
        if let Some(answer) = self.cache.tenants.get(&key) {
            return Ok(Some(answer));
        }
        let found = match &key.1 {
            TenantKey::Id(id) => self.store.tenant(*id).await?,
            TenantKey::Domain(domain) => self.store.tenant_by_domain(domain).await?,
        };
        let Some(tenant) = found else { return Ok(None) };
        let answer = Arc::new(tenant_answer(tenant));
        self.cache.tenants.insert(key, Arc::clone(&answer));
        Ok(Some(answer))
    }

    /// What is known of a client in a tenant; `None` when no such application exists anywhere.
    pub async fn client(
        &self,
        tenant: TenantId,
        app: AppId,
    ) -> Result<Option<Arc<ClientAnswer>>, DirectoryError> {
        let key = (self.cache.generation(), tenant, app);
        if let Some(answer) = self.cache.clients.get(&key) {
            return Ok(Some(answer));
        }
        let Some(application) = self.store.application_by_app_id(app).await? else { return Ok(None) };
        let principal = match self.store.service_principal_by_app(tenant, app).await? {
            Some(principal) => Some(self.principal_facts(&principal).await?),
            None => None,
        };
        let answer = Arc::new(client_answer(application, principal));
        self.cache.clients.insert(key, Arc::clone(&answer));
        Ok(Some(answer))
    }

    /// The resource that an identifier names in a tenant; `None` when the tenant has no principal for it.
    pub async fn resource(
        &self,
        tenant: TenantId,
        identifier: &str,
    ) -> Result<Option<Arc<ResourceAnswer>>, DirectoryError> {
        if identifier.len() > MAX_IDENTIFIER_LENGTH {
            return Ok(None);
        }
        let key = (self.cache.generation(), tenant, identifier.to_owned());
        if let Some(answer) = self.cache.resources.get(&key) {
            return Ok(Some(answer));
        }
        let Some((app, token_version)) = self.identified(identifier).await? else { return Ok(None) };
        let Some(principal) = self.store.service_principal_by_app(tenant, app).await? else {
            return Ok(None);
        };
        let answer = Arc::new(ResourceAnswer {
            app,
            display_name: principal.display_name,
            principal: principal.id,
            enabled: principal.enabled,
            assignment_required: principal.assignment_required,
            token_version,
        });
        self.cache.resources.insert(key, Arc::clone(&answer));
        Ok(Some(answer))
    }

    /// The application that an identifier names, first-party or registered, and the tokens it wants.
    async fn identified(&self, identifier: &str) -> Result<Option<(AppId, TokenVersion)>, DirectoryError> {
        if let Some(resource) = catalogue::resource_by_identifier(identifier) {
            return Ok(Some((resource.app_id, TokenVersion::V1)));
        }
        let application = self.identified_application(identifier).await?;
        Ok(application.map(|application| {
            let version = if application.requested_token_version == Some(2) {
                TokenVersion::V2
            } else {
                TokenVersion::V1
            };
            (application.app_id, version)
        }))
    }

    /// The registered application that an identifier names: by id, by `api://<id>`, or by an identifier URI.
    pub(crate) async fn identified_application(
        &self,
        identifier: &str,
    ) -> Result<Option<Application>, DirectoryError> {
        let bare = identifier.strip_suffix('/').unwrap_or(identifier);
        match bare.strip_prefix("api://").unwrap_or(bare).parse::<AppId>() {
            Ok(app) => Ok(self.store.application_by_app_id(app).await?),
            Err(_) => self.registered_identifier(identifier).await,
        }
    }

    /// An identifier URI is found with or without one trailing slash.
    async fn registered_identifier(&self, identifier: &str) -> Result<Option<Application>, DirectoryError> {
        if let Some(found) = self.store.application_by_identifier_uri(identifier).await? {
            return Ok(Some(found));
        }
        let other = match identifier.strip_suffix('/') {
            Some(bare) => bare.to_owned(),
            None => format!("{identifier}/"),
        };
        Ok(self.store.application_by_identifier_uri(&other).await?)
    }

    async fn principal_facts(&self, principal: &ServicePrincipal) -> Result<PrincipalFacts, DirectoryError> {
        let assignments = self.store.app_role_assignments_of(principal.tenant, principal.id).await?;
        let mut app_roles: Vec<(AppId, Vec<String>)> = Vec::new();
        let mut assigned_resources = Vec::new();
        for assignment in &assignments {
            let Some(resource) = self.store.service_principal(principal.tenant, assignment.resource).await?
            else {
                continue;
            };
            // What is granted on it can come with a token for another resource.
            if !resource.enabled {
                continue;
            }
            if !assigned_resources.contains(&resource.app_id) {
                assigned_resources.push(resource.app_id);
            }
            let Some(value) = self.role_value(resource.app_id, assignment).await? else { continue };
            match app_roles.iter_mut().find(|(app, _)| *app == resource.app_id) {
                Some((_, roles)) => roles.push(value),
                None => app_roles.push((resource.app_id, vec![value])),
            }
        }
        Ok(PrincipalFacts {
            id: principal.id,
            enabled: principal.enabled,
            created: principal.created,
            app_roles,
            assigned_resources,
        })
    }

    /// The value of an assigned role; `None` for the default access and for roles that are gone or switched off.
    async fn role_value(
        &self,
        resource: AppId,
        assignment: &AppRoleAssignment,
    ) -> Result<Option<String>, DirectoryError> {
        Ok(self.app_role_value(resource, assignment.role).await?)
    }

    /// The value of an application permission; `None` when the resource defines none with this id.
    pub(crate) async fn app_role_value(
        &self,
        resource: AppId,
        role: AppRoleId,
    ) -> Result<Option<String>, crate::store::StoreError> {
        if let Some(first_party) = catalogue::resource_by_app_id(resource) {
            return Ok(first_party.app_role_by_id(role).map(|role| role.value.to_owned()));
        }
        let application = self.store.application_by_app_id(resource).await?;
        Ok(application.and_then(|application| {
            let own =
                application.app_roles.into_iter().find(|own| own.id == role && own.is_grantable_to_apps());
            own.map(|own| own.value)
        }))
    }
}

fn tenant_answer(tenant: Tenant) -> TenantAnswer {
    TenantAnswer {
        id: tenant.id,
        domains: tenant.domains,
        display_name: tenant.display_name,
        region: tenant.region,
        created: tenant.created,
    }
}

fn client_answer(application: Application, principal: Option<PrincipalFacts>) -> ClientAnswer {
    let secrets = application.passwords.into_iter().map(|password| SecretFacts {
        key_id: password.key_id,
        digest: password.digest,
        start: password.start,
        end: password.end,
    });
    // A certificate was parsed when it was registered; one that no longer parses cannot authenticate anybody.
    let certificates = application.certificates.into_iter().filter_map(|credential| {
        let certificate = Certificate::from_der(&credential.certificate_der).ok()?;
        Some(CertificateFacts {
            key_id: credential.key_id,
            certificate: Arc::new(certificate),
            start: credential.start,
            end: credential.end,
        })
    });
    ClientAnswer {
        app: application.app_id,
        display_name: application.display_name,
        home_tenant: application.home_tenant,
        audience: application.audience,
        disabled: application.disabled,
        secrets: secrets.collect(),
        certificates: certificates.collect(),
        principal,
    }
}
