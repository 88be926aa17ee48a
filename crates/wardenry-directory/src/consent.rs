//! Consent: what an application asks a tenant for, and granting it.

use std::fmt::Write as _;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use wardenry_core::catalogue;
use wardenry_core::id::{AppId, AppRoleId, ScopeId, ServicePrincipalId, TenantId, UserId};
use wardenry_jose::base64url;
use wardenry_oauth::answers::{ClientAnswer, SignInAudience, TenantAnswer};
use wardenry_oauth::consent::{self, Beneficiaries, PermissionKind, WishedPermission};

use crate::directory::{Deed, Directory};
use crate::enterprise::{CONSENT, application_target};
use crate::error::DirectoryError;
use crate::model::{AppRoleAssignment, Application, DelegatedGrant, RequiredResource, ServicePrincipal};
use crate::offered::{OfferedPermission, OfferedResource};
use crate::sign_in::SignedInUser;
use crate::store::Change;

/// Which of an application's wishes a consent is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentSubject {
    /// The whole wish list of the registration, both kinds (`/.default`, and everything v1).
    WishList,
    /// The named delegated permissions: each a resource's identifier and a value, such as
    /// `https://graph.microsoft.com/User.Read`.
    Scopes(Vec<String>),
}

/// An application that asks for consent, with everything a page needs to show.
#[derive(Debug, Clone)]
pub struct ConsentRequest {
    pub application: Arc<ClientAnswer>,
    pub publisher: Arc<TenantAnswer>,
    pub wishes: Vec<WishedPermission>,
}

impl ConsentRequest {
    /// What stands for these wishes of this application to this user, so that a later answer can be tied to
    /// what was shown. The same wishes have the same fingerprint, granted or not.
    pub fn fingerprint(&self, user: &SignedInUser) -> String {
        let mut shown = format!("{} {}", user.id(), self.application.app);
        for WishedPermission { kind, id, resource, .. } in &self.wishes {
            let kind = match kind {
                PermissionKind::Application => "role",
                PermissionKind::Delegated => "scope",
            };
            let _infallible = write!(shown, " {kind} {id} {resource}");
        }
        base64url(digest(&SHA256, shown.as_bytes()).as_ref())
    }

    /// Whether everything that is asked for has been granted in the tenant, and its principal exists.
    pub fn is_satisfied(&self) -> bool {
        self.application.principal.is_some() && self.wishes.iter().all(|wish| wish.granted)
    }
}

/// What of an application's wish list does not exist: the registration needs mending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenWish {
    pub resource: String,
    pub permission: String,
}

/// The outcome of looking at what an application asks for.
#[derive(Debug, Clone)]
pub enum ConsentLookup {
    /// There is no such application for this tenant.
    UnknownApplication,
    /// The wish list names a permission that does not exist.
    Broken(BrokenWish),
    Found(ConsentRequest),
}

impl Directory {
    /// The registered redirect URIs of an application, the web ones first; `None` when there is no
    /// such application.
    pub async fn redirect_uris(&self, app: AppId) -> Result<Option<Vec<String>>, DirectoryError> {
        let application = self.store.application_by_app_id(app).await?;
        Ok(application.map(|application| application.redirect_uris.iter().map(str::to_owned).collect()))
    }

    /// The home tenant and audience of an application; `None` when there is no such application.
    pub async fn audience_of(
        &self,
        app: AppId,
    ) -> Result<Option<(TenantId, SignInAudience)>, DirectoryError> {
        let application = self.store.application_by_app_id(app).await?;
        Ok(application.map(|application| (application.home_tenant, application.audience)))
    }

    /// What an application asks the user's tenant for.
    pub async fn consent_request(
        &self,
        user: &SignedInUser,
        app: AppId,
        subject: &ConsentSubject,
    ) -> Result<ConsentLookup, DirectoryError> {
        let tenant = user.tenant();
        let Some(application) = self.store.application_by_app_id(app).await? else {
            return Ok(ConsentLookup::UnknownApplication);
        };
        let foreign = application.home_tenant != tenant;
        if foreign && application.audience == SignInAudience::AzureADMyOrg {
            return Ok(ConsentLookup::UnknownApplication);
        }
        let (Some(answer), Some(publisher)) =
            (self.client(tenant, app).await?, self.store.tenant(application.home_tenant).await?)
        else {
            return Ok(ConsentLookup::UnknownApplication);
        };
        let publisher = self
            .tenant(&wardenry_oauth::tenant_segment::TenantSegment::Id(publisher.id))
            .await?
            .ok_or_else(|| DirectoryError::not_found("tenant", publisher.id))?;
        let wishes = match self.wishes(user, &application, subject).await? {
            Ok(wishes) => wishes,
            Err(broken) => return Ok(ConsentLookup::Broken(broken)),
        };
        Ok(ConsentLookup::Found(ConsentRequest { application: answer, publisher, wishes }))
    }

    /// Grants what is missing, on behalf of the user. Nothing is ever taken away.
    pub async fn grant_consent(
        &self,
        user: &SignedInUser,
        app: AppId,
        subject: &ConsentSubject,
        beneficiaries: Beneficiaries,
    ) -> Result<(), DirectoryError> {
        self.grant(user, app, subject, beneficiaries, None).await
    }

    /// The same, if the application still asks for what the user was shown: the publisher may have changed
    /// the wish list meanwhile. `shown` is a [fingerprint](ConsentRequest::fingerprint).
    pub async fn grant_shown_consent(
        &self,
        user: &SignedInUser,
        app: AppId,
        subject: &ConsentSubject,
        beneficiaries: Beneficiaries,
        shown: &str,
    ) -> Result<(), DirectoryError> {
        self.grant(user, app, subject, beneficiaries, Some(shown)).await
    }

    async fn grant(
        &self,
        user: &SignedInUser,
        app: AppId,
        subject: &ConsentSubject,
        beneficiaries: Beneficiaries,
        shown: Option<&str>,
    ) -> Result<(), DirectoryError> {
        let writing = self.begin_writing().await;
        let ConsentLookup::Found(request) = self.consent_request(user, app, subject).await? else {
            return Err(DirectoryError::not_found("application", app));
        };
        consent::decide(user.roles(), &request.wishes, beneficiaries).map_err(DirectoryError::Consent)?;
        if shown.is_some_and(|shown| shown != request.fingerprint(user)) {
            return Err(DirectoryError::ConsentChanged);
        }
        let application = self
            .store
            .application_by_app_id(app)
            .await?
            .ok_or_else(|| DirectoryError::not_found("application", app))?;
        let mut changes = Vec::new();
        let principal = self.principal_or_new(user.tenant(), &application, &mut changes).await?;
        self.add_assignments(user.tenant(), principal, &request.wishes, &mut changes);
        self.add_grants(user, principal, &request.wishes, beneficiaries, &mut changes).await?;
        if changes.is_empty() {
            return Ok(());
        }
        let values: Vec<_> = request.wishes.iter().map(|wish| wish.value.as_str()).collect();
        let deed = Deed {
            tenant: user.tenant(),
            actor: &user.actor(),
            action: CONSENT,
            target: application_target(app),
            detail: format!("{}: {}", application.display_name, values.join(", ")),
        };
        self.commit(writing, changes, deed).await
    }

    async fn principal_or_new(
        &self,
        tenant: TenantId,
        application: &Application,
        changes: &mut Vec<Change>,
    ) -> Result<ServicePrincipalId, DirectoryError> {
        if let Some(existing) = self.store.service_principal_by_app(tenant, application.app_id).await? {
            return Ok(existing.id);
        }
        let principal = self.new_principal(tenant, application);
        let id = principal.id;
        changes.push(Change::PutServicePrincipal(principal));
        Ok(id)
    }

    pub(crate) fn new_principal(&self, tenant: TenantId, application: &Application) -> ServicePrincipal {
        ServicePrincipal {
            id: ServicePrincipalId::random(self.entropy.as_ref()),
            tenant,
            app_id: application.app_id,
            display_name: application.display_name.clone(),
            home_tenant: Some(application.home_tenant),
            enabled: true,
            assignment_required: false,
            tags: Vec::new(),
            created: self.now(),
        }
    }

    fn add_assignments(
        &self,
        tenant: TenantId,
        principal: ServicePrincipalId,
        wishes: &[WishedPermission],
        changes: &mut Vec<Change>,
    ) {
        let missing = wishes.iter().filter(|wish| wish.kind == PermissionKind::Application && !wish.granted);
        for wish in missing {
            let Some(resource) = wish.resource_principal else { continue };
            changes.push(Change::AddAppRoleAssignment(AppRoleAssignment {
                id: self.grant_id(),
                tenant,
                principal,
                resource,
                role: AppRoleId::from_guid(wish.id),
                created: self.now(),
            }));
        }
    }

    /// One grant per resource and beneficiary; new scopes are added to the existing grant.
    async fn add_grants(
        &self,
        user: &SignedInUser,
        client: ServicePrincipalId,
        wishes: &[WishedPermission],
        beneficiaries: Beneficiaries,
        changes: &mut Vec<Change>,
    ) -> Result<(), DirectoryError> {
        let beneficiary: Option<UserId> = match beneficiaries {
            Beneficiaries::User => Some(user.id()),
            Beneficiaries::Organisation => None,
        };
        let mut grants = self.store.delegated_grants_of(user.tenant(), client).await?;
        grants.retain(|grant| grant.user == beneficiary);
        let mut touched: Vec<DelegatedGrant> = Vec::new();
        for wish in wishes.iter().filter(|wish| wish.kind == PermissionKind::Delegated) {
            let Some(resource) = wish.resource_principal else { continue };
            let index = touched.iter().position(|grant| grant.resource == resource);
            let index = index.unwrap_or_else(|| {
                let existing = grants.iter().find(|grant| grant.resource == resource).cloned();
                touched.push(existing.unwrap_or_else(|| DelegatedGrant {
                    id: self.grant_id(),
                    tenant: user.tenant(),
                    client,
                    resource,
                    user: beneficiary,
                    scopes: Vec::new(),
                    created: self.now(),
                }));
                touched.len() - 1
            });
            let scopes = &mut touched[index].scopes;
            if !scopes.contains(&wish.value) {
                scopes.push(wish.value.clone());
                scopes.sort();
            }
        }
        touched.retain(|grant| !grants.contains(grant));
        changes.extend(touched.into_iter().map(Change::PutDelegatedGrant));
        Ok(())
    }

    /// Resolves what is asked for against the resources of the tenant.
    async fn wishes(
        &self,
        user: &SignedInUser,
        application: &Application,
        subject: &ConsentSubject,
    ) -> Result<Result<Vec<WishedPermission>, BrokenWish>, DirectoryError> {
        let required = match subject {
            ConsentSubject::WishList => application.required_resources.clone(),
            ConsentSubject::Scopes(scopes) => match self.named_scopes(scopes).await? {
                Ok(required) => required,
                Err(broken) => return Ok(Err(broken)),
            },
        };
        let granted = self.granted(user, application).await?;
        let mut wishes = Vec::new();
        for wish in &required {
            let Some(resource) = self.resource_offered_to(user.tenant(), wish.resource).await? else {
                return Ok(Err(BrokenWish { resource: wish.resource.to_string(), permission: "any".into() }));
            };
            let principal = self.store.service_principal_by_app(user.tenant(), wish.resource).await?;
            let principal = principal.filter(|principal| principal.enabled).map(|principal| principal.id);
            let asked = (wish.app_roles.iter().map(|id| (PermissionKind::Application, id.as_guid())))
                .chain(wish.scopes.iter().map(|id| (PermissionKind::Delegated, id.as_guid())));
            for (kind, id) in asked {
                let Some(offered) = resource.permission(kind, id) else {
                    let permission = id.to_string();
                    return Ok(Err(BrokenWish { resource: resource.name, permission }));
                };
                wishes.push(granted.wish(&resource, offered, principal));
            }
        }
        Ok(Ok(wishes))
    }

    async fn granted(
        &self,
        user: &SignedInUser,
        application: &Application,
    ) -> Result<Granted, DirectoryError> {
        let tenant = user.tenant();
        let Some(principal) = self.store.service_principal_by_app(tenant, application.app_id).await? else {
            return Ok(Granted::default());
        };
        Ok(Granted {
            assignments: self.store.app_role_assignments_of(tenant, principal.id).await?,
            grants: self
                .store
                .delegated_grants_of(tenant, principal.id)
                .await?
                .into_iter()
                .filter(|grant| grant.user.is_none_or(|beneficiary| beneficiary == user.id()))
                .collect(),
        })
    }

    /// Reads scopes such as `https://graph.microsoft.com/User.Read`; without a resource part, Graph is meant.
    async fn named_scopes(
        &self,
        scopes: &[String],
    ) -> Result<Result<Vec<RequiredResource>, BrokenWish>, DirectoryError> {
        let mut required: Vec<RequiredResource> = Vec::new();
        let mut read: Vec<&String> = Vec::new();
        for scope in scopes {
            if read.contains(&scope) {
                continue;
            }
            read.push(scope);
            let (identifier, value) =
                scope.rsplit_once('/').unwrap_or((catalogue::GRAPH.identifiers[0], scope));
            let Some((resource, id)) = self.named_scope(identifier, value).await? else {
                return Ok(Err(BrokenWish { resource: identifier.to_owned(), permission: value.to_owned() }));
            };
            match required.iter_mut().find(|wish| wish.resource == resource) {
                Some(wish) if wish.scopes.contains(&id) => {}
                Some(wish) => wish.scopes.push(id),
                None => required.push(RequiredResource { resource, app_roles: Vec::new(), scopes: vec![id] }),
            }
        }
        Ok(Ok(required))
    }

    /// The delegated permission of this value, of a first-party resource or a registered one.
    async fn named_scope(
        &self,
        identifier: &str,
        value: &str,
    ) -> Result<Option<(AppId, ScopeId)>, DirectoryError> {
        if let Some(resource) = catalogue::resource_by_identifier(identifier) {
            return Ok(resource.scope(value).map(|scope| (resource.app_id, scope.id)));
        }
        let application = self.identified_application(identifier).await?;
        Ok(application.and_then(|application| {
            let scope = application.scopes.iter().find(|scope| scope.enabled && scope.value == value)?;
            Some((application.app_id, scope.id))
        }))
    }
}

#[derive(Default)]
struct Granted {
    assignments: Vec<AppRoleAssignment>,
    grants: Vec<DelegatedGrant>,
}

impl Granted {
    /// A permission that is asked for, as the tenant with this principal of the resource sees it.
    fn wish(
        &self,
        resource: &OfferedResource,
        offered: &OfferedPermission,
        principal: Option<ServicePrincipalId>,
    ) -> WishedPermission {
        let on_resource = |resource: ServicePrincipalId| principal == Some(resource);
        let granted = match offered.kind {
            PermissionKind::Application => self
                .assignments
                .iter()
                .any(|held| on_resource(held.resource) && held.role.as_guid() == offered.id),
            PermissionKind::Delegated => self
                .grants
                .iter()
                .any(|held| on_resource(held.resource) && held.scopes.contains(&offered.value)),
        };
        WishedPermission {
            kind: offered.kind,
            id: offered.id,
            value: offered.value.clone(),
            display_name: offered.display_name.clone(),
            description: offered.description.clone(),
            admin_only: offered.admin_only,
            resource: resource.app_id,
            resource_name: resource.name.clone(),
            resource_principal: principal,
            granted,
        }
    }
}

/// The typed ids of a wish list entry for a first-party permission, by value.
pub fn wish_for(
    resource: &catalogue::Resource,
    app_roles: &[&str],
    scopes: &[&str],
) -> Option<RequiredResource> {
    Some(RequiredResource {
        resource: resource.app_id,
        app_roles: app_roles
            .iter()
            .map(|value| resource.app_role(value).map(|role| role.id))
            .collect::<Option<Vec<AppRoleId>>>()?,
        scopes: scopes
            .iter()
            .map(|value| resource.scope(value).map(|scope| scope.id))
            .collect::<Option<Vec<ScopeId>>>()?,
    })
}
