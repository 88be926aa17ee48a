//! Applications, service principals and grants, in the Graph shape.
//!
//! These calls need an app that holds the Graph role for them in the tenant: `Application.ReadWrite.All`
//! for registrations, `AppRoleAssignment.ReadWrite.All` for grants.

mod model;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use wardenry_core::id::{AppId, ApplicationId, KeyId, ServicePrincipalId};
use wardenry_core::secret::SecretString;
use wardenry_core::time::Timestamp;
use wardenry_jose::Certificate;

use futures_util::TryStreamExt as _;

pub use self::model::{
    AppRoleAssignment, Application, KeyCredential, NewApplication, NewPassword, PasswordCredential,
    RequiredResourceAccess, ResourceAccess, ServicePrincipal, WebApplication,
};
use crate::assertion::CertificateCredential;
use crate::client::Client;
use crate::error::{Error, Surface};
use crate::paging;
use crate::tenant::Tenant;

/// How an application is found: by client id, or by the object id in its home tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationRef {
    AppId(AppId),
    ObjectId(ApplicationId),
}

impl ApplicationRef {
    fn path(self) -> String {
        match self {
            Self::AppId(id) => format!("/applications(appId='{id}')"),
            Self::ObjectId(id) => format!("/applications/{id}"),
        }
    }
}

impl Client {
    /// The applications registered in the tenant.
    pub async fn list_applications(&self, tenant: &Tenant) -> Result<Vec<Application>, Error> {
        let first = self.graph_url("/applications");
        paging::items(self.clone(), tenant.clone(), Surface::Graph, first).try_collect().await
    }

    /// One application.
    pub async fn get_application(
        &self,
        tenant: &Tenant,
        application: ApplicationRef,
    ) -> Result<Application, Error> {
        self.get(tenant, Surface::Graph, self.graph_url(&application.path())).await
    }

    /// Registers an application. Its service principal is a second call.
    pub async fn create_application(
        &self,
        tenant: &Tenant,
        new: &NewApplication,
    ) -> Result<Application, Error> {
        self.post(tenant, Surface::Graph, self.graph_url("/applications"), new).await
    }

    /// Changes the named members of an application; a list is replaced whole.
    pub async fn update_application(
        &self,
        tenant: &Tenant,
        application: ApplicationRef,
        changes: &Value,
    ) -> Result<(), Error> {
        let url = self.graph_url(&application.path());
        self.act(tenant, Surface::Graph, Method::PATCH, url, Some(changes)).await
    }

    /// Deletes an application and its service principal in the home tenant.
    pub async fn delete_application(
        &self,
        tenant: &Tenant,
        application: ApplicationRef,
    ) -> Result<(), Error> {
        self.delete(tenant, self.graph_url(&application.path())).await
    }

    /// Makes a client secret. Its text is in the answer and nowhere else, ever.
    pub async fn add_password(
        &self,
        tenant: &Tenant,
        application: ApplicationRef,
        display_name: &str,
        ends: Option<Timestamp>,
    ) -> Result<NewPassword, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Created {
            secret_text: String,
            #[serde(flatten)]
            credential: PasswordCredential,
        }
        let mut wanted = json!({"displayName": display_name});
        if let Some(ends) = ends {
            wanted["endDateTime"] = json!(ends);
        }
        let url = self.graph_url(&format!("{}/addPassword", application.path()));
        let body = json!({"passwordCredential": wanted});
        let created: Created = self.post(tenant, Surface::Graph, url, &body).await?;
        Ok(NewPassword { secret: SecretString::from(created.secret_text), credential: created.credential })
    }

    /// Withdraws a client secret.
    pub async fn remove_password(
        &self,
        tenant: &Tenant,
        application: ApplicationRef,
        key_id: KeyId,
    ) -> Result<(), Error> {
        let url = self.graph_url(&format!("{}/removePassword", application.path()));
        self.act(tenant, Surface::Graph, Method::POST, url, Some(&json!({"keyId": key_id}))).await
    }

    /// Registers a certificate beside those that are there, as an administrator: the whole list is
    /// replaced by itself and the new one.
    pub async fn add_certificate(
        &self,
        tenant: &Tenant,
        application: ApplicationRef,
        certificate: &Certificate,
        display_name: &str,
    ) -> Result<(), Error> {
        let mut credentials = self.key_credentials(tenant, application).await?;
        credentials.push(KeyCredential::for_certificate(certificate, display_name));
        self.update_application(tenant, application, &json!({"keyCredentials": credentials})).await
    }

    /// Registers a certificate on the strength of one that is registered already (`proof`), which an app
    /// may do for itself. `application` is the object id.
    pub async fn roll_certificate(
        &self,
        tenant: &Tenant,
        application: ApplicationId,
        certificate: &Certificate,
        display_name: &str,
        proof: &CertificateCredential,
    ) -> Result<(), Error> {
        let proof = self.proof(application, proof);
        let new = KeyCredential::for_certificate(certificate, display_name);
        let url = self.graph_url(&format!("/applications/{application}/addKey"));
        let body = json!({"keyCredential": new, "passwordCredential": null, "proof": proof});
        self.act(tenant, Surface::Graph, Method::POST, url, Some(&body)).await
    }

    /// Withdraws a certificate, as an administrator. `false` when there is none with this id.
    pub async fn remove_certificate(
        &self,
        tenant: &Tenant,
        application: ApplicationRef,
        key_id: KeyId,
    ) -> Result<bool, Error> {
        let mut credentials = self.key_credentials(tenant, application).await?;
        let before = credentials.len();
        credentials.retain(|credential| credential.key_id != Some(key_id));
        if credentials.len() == before {
            return Ok(false);
        }
        let changes = json!({"keyCredentials": credentials});
        self.update_application(tenant, application, &changes).await.map(|()| true)
    }

    /// The certificates with their content, which is sent only when asked for by name.
    async fn key_credentials(
        &self,
        tenant: &Tenant,
        application: ApplicationRef,
    ) -> Result<Vec<KeyCredential>, Error> {
        let mut url = self.graph_url(&application.path());
        url.set_query(Some("$select=id,appId,displayName,keyCredentials"));
        let found: Application = self.get(tenant, Surface::Graph, url).await?;
        Ok(found.key_credentials)
    }

    fn proof(&self, application: ApplicationId, key: &CertificateCredential) -> String {
        let transport = self.transport();
        let proof = key.proof(&application.to_string(), transport.clock.now(), &*transport.entropy);
        proof.as_str().to_owned()
    }

    /// The app's service principal in the tenant, or `None` when the tenant has not let it in.
    pub async fn find_service_principal(
        &self,
        tenant: &Tenant,
        app: AppId,
    ) -> Result<Option<ServicePrincipal>, Error> {
        let mut url = self.graph_url("/servicePrincipals");
        url.set_query(Some(&format!("$filter=appId%20eq%20%27{app}%27")));
        let found: Vec<ServicePrincipal> =
            paging::items(self.clone(), tenant.clone(), Surface::Graph, url).try_collect().await?;
        Ok(found.into_iter().find(|principal| principal.app_id == app))
    }

    /// Lets an app into the tenant, without granting it anything.
    pub async fn create_service_principal(
        &self,
        tenant: &Tenant,
        app: AppId,
    ) -> Result<ServicePrincipal, Error> {
        self.post(tenant, Surface::Graph, self.graph_url("/servicePrincipals"), &json!({"appId": app})).await
    }

    /// Shuts an app out of the tenant, with everything that was granted to it.
    pub async fn delete_service_principal(
        &self,
        tenant: &Tenant,
        principal: ServicePrincipalId,
    ) -> Result<(), Error> {
        self.delete(tenant, self.graph_url(&format!("/servicePrincipals/{principal}"))).await
    }

    /// What has been granted to a service principal.
    pub async fn list_app_role_assignments(
        &self,
        tenant: &Tenant,
        principal: ServicePrincipalId,
    ) -> Result<Vec<AppRoleAssignment>, Error> {
        let first = self.assignments_url(principal);
        paging::items(self.clone(), tenant.clone(), Surface::Graph, first).try_collect().await
    }

    /// Grants an app role of `resource` to `principal`; both are service principals of the tenant.
    pub async fn create_app_role_assignment(
        &self,
        tenant: &Tenant,
        principal: ServicePrincipalId,
        resource: ServicePrincipalId,
        app_role: wardenry_core::id::AppRoleId,
    ) -> Result<AppRoleAssignment, Error> {
        let body = json!({"principalId": principal, "resourceId": resource, "appRoleId": app_role});
        self.post(tenant, Surface::Graph, self.assignments_url(principal), &body).await
    }

    /// Withdraws one grant.
    pub async fn delete_app_role_assignment(
        &self,
        tenant: &Tenant,
        principal: ServicePrincipalId,
        assignment_id: &str,
    ) -> Result<(), Error> {
        let mut url = self.assignments_url(principal);
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(assignment_id);
        }
        self.delete(tenant, url).await
    }

    fn assignments_url(&self, principal: ServicePrincipalId) -> Url {
        self.graph_url(&format!("/servicePrincipals/{principal}/appRoleAssignments"))
    }

    async fn delete(&self, tenant: &Tenant, url: Url) -> Result<(), Error> {
        self.act(tenant, Surface::Graph, Method::DELETE, url, None::<&Value>).await
    }
}
