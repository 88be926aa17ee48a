//! A server with a partner and a customer, people in both, and an application that nobody has consented to yet.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use tempfile::TempDir;
use tower::ServiceExt as _;
use wardenry_core::catalogue::{DirectoryRole, GRAPH, Resource, THREAT_PROTECTION};
use wardenry_core::entropy::SystemEntropy;
use wardenry_core::id::{AppId, TenantId};
use wardenry_core::time::{ManualClock, Timestamp};
use wardenry_directory::admin::{NewTenant, NewUser, Operator, ServicePrincipalPatch};
use wardenry_directory::consent::{ConsentSubject, wish_for};
use wardenry_directory::registration::{ApplicationPatch, RedirectUrisPatch};
use wardenry_directory::{Directory, MasterKey};
use wardenry_incidents::model::Incident;
use wardenry_incidents::{IncidentSeeder, Incidents};
use wardenry_oauth::answers::SignInAudience;
use wardenry_oauth::consent::Beneficiaries;
use wardenry_portal::{Portal, router};
use wardenry_store::SqliteStore;
use wardenry_web::app;
use wardenry_web::origin::OwnOrigins;

pub(crate) const HOST: &str = "localhost:8443";
pub(crate) const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

pub(crate) const PARTNER: TenantId = TenantId::from_guid(uuid::uuid!("0a0a0a0a-0000-4000-8000-000000000001"));
pub(crate) const CUSTOMER: TenantId =
    TenantId::from_guid(uuid::uuid!("a1a1a1a1-0000-4000-8000-000000000001"));
/// The partner's application: asks for `Incident.Read.All`, returns to <https://portal.azure.com>.
pub(crate) const CONNECTOR: AppId = AppId::from_guid(uuid::uuid!("11111111-2222-4333-8444-555555555555"));

pub(crate) const PARTNER_ADMIN: &str = "petra@harbour.example";
pub(crate) const PARTNER_ANALYST: &str = "anna@harbour.example";
/// Somebody of the partner without any role.
pub(crate) const PARTNER_CLERK: &str = "carl@harbour.example";
pub(crate) const CUSTOMER_ADMIN: &str = "ada@alder.example";
pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct World {
    router: Router,
    pub(crate) directory: Arc<Directory>,
    pub(crate) operator: Operator,
    incidents: Incidents,
    _folder: TempDir,
}

/// What the server has answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The text of the page's heading, without markup.
    pub(crate) fn heading(&self) -> String {
        let (_, rest) = self.text.split_once("<h1>").unwrap_or_else(|| panic!("no heading: {self:?}"));
        let (heading, _) = rest.split_once("</h1>").unwrap();
        heading.replace("<bdi>", "").replace("</bdi>", "").replace("&amp;", "&")
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let clock = Arc::new(ManualClock::starting_at(NOW));
        let entropy = Arc::new(SystemEntropy);
        let master_key = MasterKey::generate(&SystemEntropy);
        let directory =
            Arc::new(Directory::new(Arc::new(store.clone()), clock.clone(), entropy.clone(), &master_key));
        let origins = OwnOrigins::new([HOST]).unwrap();
        let incidents = Incidents::new(Arc::new(store.clone()));
        let portal = Portal {
            directory: Arc::clone(&directory),
            incidents: incidents.clone(),
            origins: origins.clone(),
            #[cfg(feature = "hunting")]
            hunting: hunting(folder.path(), &store, &clock).await,
            #[cfg(feature = "hunting")]
            queries: wardenry_queries::Queries::new(Arc::new(store.clone()), clock.clone(), entropy.clone()),
        };
        let router = app::wrap(router(portal), origins, entropy);
        let operator = Operator::of_the_data_folder();
        for (id, name, domain, licensed) in [
            (PARTNER, "Harbour Watch", "harbour.example", &[&GRAPH, &THREAT_PROTECTION][..]),
            (CUSTOMER, "Alder Foods", "alder.example", &[&GRAPH, &THREAT_PROTECTION]),
        ] {
            make_tenant(&directory, &operator, id, name, domain, licensed).await;
        }
        for (tenant, user_name, roles) in [
            (PARTNER, PARTNER_ADMIN, &[DirectoryRole::GlobalAdministrator][..]),
            (PARTNER, PARTNER_ANALYST, &[DirectoryRole::SecurityReader]),
            (PARTNER, PARTNER_CLERK, &[]),
            (CUSTOMER, CUSTOMER_ADMIN, &[DirectoryRole::GlobalAdministrator]),
        ] {
            let new = NewUser {
                user_name: user_name.to_owned(),
                display_name: user_name.split('@').next().unwrap().to_owned(),
                password: PASSWORD.into(),
                roles: roles.to_vec(),
            };
            directory.create_user(&operator, tenant, new).await.unwrap();
        }
        let properties = ApplicationPatch {
            display_name: Some("Harbour Connector".to_owned()),
            audience: Some(SignInAudience::AzureADMultipleOrgs),
            redirect_uris: RedirectUrisPatch {
                web: Some(vec!["https://portal.azure.com".to_owned()]),
                ..RedirectUrisPatch::default()
            },
            required_resources: Some(vec![
                wish_for(&THREAT_PROTECTION, &["Incident.Read.All"], &[]).unwrap(),
            ]),
            ..ApplicationPatch::default()
        };
        directory.create_application_with_id(&operator, PARTNER, CONNECTOR, properties).await.unwrap();
        let admin = operator.application_admin(PARTNER);
        directory
            .create_service_principal(&admin, CONNECTOR, ServicePrincipalPatch::default())
            .await
            .unwrap();
        Self { router, directory, operator, incidents, _folder: folder }
    }

    /// A world whose customer has consented to the connector.
    pub(crate) async fn consented() -> Self {
        let world = Self::new().await;
        world.consent().await;
        world
    }

    /// Lets the customer consent to what the connector asks for.
    pub(crate) async fn consent(&self) {
        let ada = self.directory.act_as(&self.operator, CUSTOMER_ADMIN).await.unwrap();
        let (subject, everybody) = (ConsentSubject::WishList, Beneficiaries::Organisation);
        self.directory.grant_consent(&ada, CONNECTOR, &subject, everybody).await.unwrap();
    }

    /// Brings incidents into a tenant.
    pub(crate) async fn add_incidents(&self, tenant: TenantId, incidents: &[Incident]) {
        self.incidents.seed(&IncidentSeeder::for_scenario_of(tenant), incidents).await.unwrap();
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        request.headers_mut().entry(header::HOST).or_insert(HeaderValue::from_static(HOST));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let answer = Answer { status: parts.status, headers: parts.headers, text };
        assert_ne!(answer.status, 500, "{answer:?}");
        answer
    }
}

/// Hunting over an empty lake.
#[cfg(feature = "hunting")]
async fn hunting(
    folder: &std::path::Path,
    store: &SqliteStore,
    clock: &Arc<ManualClock>,
) -> wardenry_hunting::Hunting {
    use wardenry_hunting::{HuntSettings, Hunting, Lake, LakeSettings};
    let lake = Lake::open(LakeSettings::at(folder.join("lake")), Arc::new(store.clone()), clock.clone());
    Hunting::new(lake.await.unwrap(), HuntSettings::for_cores(2), clock.clone())
}

async fn make_tenant(
    directory: &Directory,
    operator: &Operator,
    id: TenantId,
    name: &str,
    domain: &str,
    licensed: &[&'static Resource],
) {
    let new = NewTenant {
        id: Some(id),
        display_name: name.to_owned(),
        domains: vec![domain.to_owned()],
        region: "EU".to_owned(),
        licensed: licensed.to_vec(),
    };
    directory.create_tenant(operator, new).await.unwrap();
}
