//! Creating, changing and deleting applications.

use wardenry_core::id::{AppId, ApplicationId, TenantId};
use wardenry_oauth::answers::SignInAudience;

use super::{ApplicationAdmin, CertificateEntry, Reach};
use crate::directory::{Deed, Directory, Writing};
use crate::error::DirectoryError;
use crate::model::{Actor, Application, RedirectUris, Tenant};
use crate::registration::ApplicationPatch;
use crate::store::Change;

impl Directory {
    /// Registers an application in the administrator's tenant. No service principal is made: that is a
    /// second step, as on the live service.
    pub async fn create_application(
        &self,
        admin: &ApplicationAdmin,
        properties: ApplicationPatch,
    ) -> Result<Application, DirectoryError> {
        let owner = match &admin.actor {
            Actor::App { app, .. } => Some(*app),
            Actor::User { .. } | Actor::System => None,
        };
        let app_id = AppId::random(self.entropy.as_ref());
        self.insert_application(admin, app_id, owner, properties).await
    }

    pub(super) async fn insert_application(
        &self,
        admin: &ApplicationAdmin,
        app_id: AppId,
        owner: Option<AppId>,
        mut properties: ApplicationPatch,
    ) -> Result<Application, DirectoryError> {
        let writing = self.begin_writing().await;
        let home = self.home_tenant(admin.tenant).await?;
        let mut application = Application {
            id: ApplicationId::random(self.entropy.as_ref()),
            app_id,
            home_tenant: admin.tenant,
            display_name: String::new(),
            audience: SignInAudience::AzureADMyOrg,
            disabled: false,
            redirect_uris: RedirectUris::default(),
            identifier_uris: Vec::new(),
            required_resources: Vec::new(),
            app_roles: Vec::new(),
            scopes: Vec::new(),
            requested_token_version: None,
            tags: Vec::new(),
            created: self.now(),
            owner,
            passwords: Vec::new(),
            certificates: Vec::new(),
        };
        let certificates = properties.certificates.take();
        properties.apply(&mut application, &home)?;
        self.put_application(writing, admin, "application.create", &mut application, certificates).await?;
        Ok(application)
    }

    /// Changes an application's properties.
    pub async fn update_application(
        &self,
        admin: &ApplicationAdmin,
        id: ApplicationId,
        mut patch: ApplicationPatch,
    ) -> Result<Application, DirectoryError> {
        let writing = self.begin_writing().await;
        let home = self.home_tenant(admin.tenant).await?;
        let mut application = self.reachable_application(admin, id).await?;
        let certificates = patch.certificates.take();
        patch.apply(&mut application, &home)?;
        self.put_application(writing, admin, "application.update", &mut application, certificates).await?;
        Ok(application)
    }

    async fn put_application(
        &self,
        writing: Writing,
        admin: &ApplicationAdmin,
        action: &'static str,
        application: &mut Application,
        certificates: Option<Vec<CertificateEntry>>,
    ) -> Result<(), DirectoryError> {
        let mut changes = vec![Change::PutApplication(application.clone())];
        if let Some(certificates) = certificates {
            changes.extend(self.replace_certificates(application, certificates)?);
        }
        let mut detail = vec![application.display_name.clone()];
        detail.extend(changes.iter().filter_map(|change| match change {
            Change::AddCertificate { credential, .. } => {
                Some(format!("certificate added: {}", credential.key_id))
            }
            Change::RemoveCertificate { key_id, .. } => Some(format!("certificate removed: {key_id}")),
            _ => None,
        }));
        let deed = admin.deed(action, application, detail.join("; "));
        self.commit(writing, changes, deed).await
    }

    /// Deletes an application with its credentials, and its service principal in the home tenant. The
    /// principals in other tenants stay, and can do nothing any more.
    pub async fn delete_application(
        &self,
        admin: &ApplicationAdmin,
        id: ApplicationId,
    ) -> Result<(), DirectoryError> {
        let writing = self.begin_writing().await;
        let application = self.reachable_application(admin, id).await?;
        let mut changes = Vec::new();
        if let Some(home) = self.store.service_principal_by_app(admin.tenant, application.app_id).await? {
            changes.push(Change::DeleteServicePrincipal { tenant: admin.tenant, id: home.id });
        }
        changes.push(Change::DeleteApplication { tenant: admin.tenant, id });
        let deed = admin.deed("application.delete", &application, application.display_name.clone());
        self.commit(writing, changes, deed).await
    }

    /// The application, if it is in the administrator's tenant and reach.
    pub(super) async fn reachable_application(
        &self,
        admin: &ApplicationAdmin,
        id: ApplicationId,
    ) -> Result<Application, DirectoryError> {
        let found = self.store.application(admin.tenant, id).await?;
        let application = found.ok_or_else(|| DirectoryError::not_found("application", id))?;
        admin.require_reach(application.owner)?;
        Ok(application)
    }

    async fn home_tenant(&self, id: TenantId) -> Result<Tenant, DirectoryError> {
        self.store.tenant(id).await?.ok_or_else(|| DirectoryError::not_found("tenant", id))
    }
}

impl ApplicationAdmin {
    pub(super) fn require_reach(&self, owner: Option<AppId>) -> Result<(), DirectoryError> {
        match self.reach {
            Reach::Tenant => Ok(()),
            Reach::OwnedBy(app) if owner == Some(app) => Ok(()),
            Reach::OwnedBy(_) => Err(DirectoryError::OutOfReach(
                "Application.ReadWrite.OwnedBy reaches only applications that this app has created; use \
                 Application.ReadWrite.All for others",
            )),
        }
    }

    pub(super) fn deed(&self, action: &'static str, application: &Application, detail: String) -> Deed<'_> {
        Deed {
            tenant: self.tenant,
            actor: &self.actor,
            action,
            target: format!("application {}", application.app_id),
            detail,
        }
    }
}
