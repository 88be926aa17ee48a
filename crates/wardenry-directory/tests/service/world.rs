//! A publisher's tenant, two customers' tenants, and people in them.

use std::sync::Arc;

use tempfile::TempDir;
use wardenry_core::catalogue::{DirectoryRole, GRAPH, Resource, THREAT_PROTECTION};
use wardenry_core::entropy::SystemEntropy;
use wardenry_core::id::{AppId, ServicePrincipalId, TenantId};
use wardenry_core::time::{Clock, ManualClock, Timestamp};
use wardenry_directory::admin::{NewTenant, NewUser, Operator};
use wardenry_directory::consent::{ConsentSubject, wish_for};
use wardenry_directory::model::{Application, AuditEvent, DelegatedGrant, RequiredResource};
use wardenry_directory::registration::ApplicationPatch;
use wardenry_directory::sign_in::SignedInUser;
use wardenry_directory::store::{DirectoryStore as _, Page};
use wardenry_directory::{Directory, DirectoryError, MasterKey};
use wardenry_oauth::answers::{ClientAnswer, SignInAudience};
use wardenry_oauth::consent::Beneficiaries;
use wardenry_store::SqliteStore;

pub(crate) const PASSWORD: &str = "correct horse battery staple";
pub(crate) const ALL: Page = Page { skip: 0, take: 1000 };

pub(crate) struct World {
    pub(crate) operator: Operator,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: SqliteStore,
    pub(crate) directory: Arc<Directory>,
    /// The publisher of applications.
    pub(crate) harbour: TenantId,
    /// A customer with every licence.
    pub(crate) alder: TenantId,
    /// A customer without Microsoft Threat Protection.
    pub(crate) birch: TenantId,
    folder: TempDir,
}

pub(crate) fn directory(store: &SqliteStore, clock: &Arc<ManualClock>, master_key: u8) -> Directory {
    Directory::new(
        Arc::new(store.clone()),
        Arc::clone(clock) as Arc<dyn Clock>,
        Arc::new(SystemEntropy),
        &MasterKey::from_bytes([master_key; 32]),
    )
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let clock = Arc::new(ManualClock::starting_at(Timestamp::parse("2027-01-15T08:00:00Z").unwrap()));
        let directory = Arc::new(directory(&store, &clock, 7));
        let operator = Operator::of_the_data_folder();
        let tenant = async |name: &str, licensed: &[&'static Resource]| {
            let new = NewTenant {
                id: None,
                display_name: name.to_owned(),
                domains: vec![format!("{}.example", name.to_lowercase())],
                region: "EU".to_owned(),
                licensed: licensed.to_vec(),
            };
            directory.create_tenant(&operator, new).await.unwrap().id
        };
        let harbour = tenant("Harbour", &[&GRAPH]).await;
        let alder = tenant("Alder", &[&GRAPH, &THREAT_PROTECTION]).await;
        let birch = tenant("Birch", &[&GRAPH]).await;
        Self { operator, clock, store, directory, harbour, alder, birch, folder }
    }

    /// Stops the server and starts another one on the same data folder.
    pub(crate) async fn restart(self) -> Self {
        self.store.close().await;
        drop(self.directory);
        let store = SqliteStore::open(self.folder.path()).await.unwrap();
        Self { directory: Arc::new(directory(&store, &self.clock, 7)), store, ..self }
    }

    /// A new user, signed in without a password.
    pub(crate) async fn user(
        &self,
        tenant: TenantId,
        user_name: &str,
        roles: &[DirectoryRole],
    ) -> SignedInUser {
        let new = NewUser {
            user_name: user_name.to_owned(),
            display_name: user_name.to_owned(),
            password: PASSWORD.into(),
            roles: roles.to_vec(),
        };
        self.directory.create_user(&self.operator, tenant, new).await.unwrap();
        self.directory.act_as(&self.operator, user_name).await.unwrap()
    }

    /// Alder's Global Administrator.
    pub(crate) async fn administrator(&self) -> SignedInUser {
        self.user(self.alder, "ada@alder.example", &[DirectoryRole::GlobalAdministrator]).await
    }

    /// A multi-tenant application of the publisher with these wishes.
    pub(crate) async fn application(&self, wishes: Vec<RequiredResource>) -> Application {
        let patch = ApplicationPatch {
            display_name: Some("Harbour Watch".to_owned()),
            audience: Some(SignInAudience::AzureADMultipleOrgs),
            required_resources: Some(wishes),
            ..ApplicationPatch::default()
        };
        let admin = self.operator.application_admin(self.harbour);
        self.directory.create_application(&admin, patch).await.unwrap()
    }

    /// Changes the wishes of an application.
    pub(crate) async fn wish(&self, application: &Application, wishes: Vec<RequiredResource>) {
        let patch = ApplicationPatch { required_resources: Some(wishes), ..ApplicationPatch::default() };
        let admin = self.operator.application_admin(self.harbour);
        self.directory.update_application(&admin, application.id, patch).await.unwrap();
    }

    /// Consents to the whole wish list for the organisation.
    pub(crate) async fn consent(&self, user: &SignedInUser, app: AppId) -> Result<(), DirectoryError> {
        let (subject, everybody) = (ConsentSubject::WishList, Beneficiaries::Organisation);
        self.directory.grant_consent(user, app, &subject, everybody).await
    }

    /// What the service answers about a client.
    pub(crate) async fn client(&self, tenant: TenantId, app: AppId) -> Arc<ClientAnswer> {
        self.directory.client(tenant, app).await.unwrap().unwrap()
    }

    /// The application permissions that a client's token for a resource would carry.
    pub(crate) async fn roles(&self, tenant: TenantId, app: AppId, resource: &Resource) -> Vec<String> {
        let client = self.client(tenant, app).await;
        let principal = client.principal.as_ref();
        let mut roles =
            principal.map(|principal| principal.roles_on(resource.app_id).to_vec()).unwrap_or_default();
        roles.sort();
        roles
    }

    pub(crate) async fn principal_of(&self, tenant: TenantId, app: AppId) -> ServicePrincipalId {
        let reader = self.operator.reader(tenant);
        self.directory.service_principal_by_app_id(&reader, app).await.unwrap().id
    }

    pub(crate) async fn grants(&self, tenant: TenantId, app: AppId) -> Vec<DelegatedGrant> {
        let principal = self.principal_of(tenant, app).await;
        self.store.delegated_grants_of(tenant, principal).await.unwrap()
    }

    /// The tenant's audit events, oldest first.
    pub(crate) async fn audit(&self, tenant: TenantId) -> Vec<AuditEvent> {
        let mut events = self.store.audit_events(tenant, ALL).await.unwrap();
        events.reverse();
        events
    }
}

/// Wishes of Microsoft Threat Protection.
pub(crate) fn defender(roles: &[&str], scopes: &[&str]) -> RequiredResource {
    wish_for(&THREAT_PROTECTION, roles, scopes).unwrap()
}

/// Wishes of Microsoft Graph.
pub(crate) fn graph(roles: &[&str], scopes: &[&str]) -> RequiredResource {
    wish_for(&GRAPH, roles, scopes).unwrap()
}
