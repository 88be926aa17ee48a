//! A server with a partner and a customer, and requests to it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{HeaderValue, Method, Request, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;
use wardenry_authority::{Authority, router};
use wardenry_core::catalogue::{DEFENDER_ATP, DirectoryRole, GRAPH, Resource, THREAT_PROTECTION};
use wardenry_core::entropy::SystemEntropy;
use wardenry_core::id::{AppId, ApplicationId, ServicePrincipalId, TenantId};
use wardenry_core::secret::SecretString;
use wardenry_core::time::{ManualClock, Timestamp};
use wardenry_directory::admin::{NewPassword, NewTenant, NewUser, Operator, ServicePrincipalPatch};
use wardenry_directory::consent::wish_for;
use wardenry_directory::model::{Application, RequiredResource};
use wardenry_directory::registration::{ApplicationPatch, RedirectUrisPatch};
use wardenry_directory::signing_keys::SigningKeys;
use wardenry_directory::{Directory, MasterKey};
use wardenry_oauth::answers::SignInAudience;
use wardenry_store::SqliteStore;
use wardenry_web::app;
use wardenry_web::bearer::BearerGate;
use wardenry_web::origin::OwnOrigins;

use crate::answer::Answer;

pub(crate) const HOST: &str = "localhost:8443";
pub(crate) const ORIGIN: &str = "https://localhost:8443";
/// A second address of the server.
pub(crate) const OTHER_HOST: &str = "id.wardenry.test";
pub(crate) const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

pub(crate) const PARTNER: TenantId = TenantId::from_guid(uuid::uuid!("0a0a0a0a-0000-4000-8000-000000000001"));
/// Has the domains `alder.example` and `foods.example`, and a licence for everything.
pub(crate) const CUSTOMER: TenantId =
    TenantId::from_guid(uuid::uuid!("a1a1a1a1-0000-4000-8000-000000000001"));
/// The partner's application. Asks for the [`WISHES`] and returns to <https://portal.azure.com>.
pub(crate) const CONNECTOR: AppId = AppId::from_guid(uuid::uuid!("11111111-2222-4333-8444-555555555555"));
/// The application permissions on the connector's wish list, of Microsoft Threat Protection.
pub(crate) const WISHES: [&str; 2] = ["AdvancedHunting.Read.All", "Incident.Read.All"];

pub(crate) const MTP: &str = "https://api.security.microsoft.com";
pub(crate) const MTP_SCOPE: &str = "https://api.security.microsoft.com/.default";

pub(crate) const ADMIN: &str = "ada@alder.example";
pub(crate) const ORDINARY: &str = "otto@alder.example";
pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct World {
    router: Router,
    pub(crate) directory: Arc<Directory>,
    pub(crate) store: SqliteStore,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) keys: SigningKeys,
    pub(crate) operator: Operator,
    pub(crate) connector: Application,
    pub(crate) secret: SecretString,
    _folder: TempDir,
}

impl World {
    /// Partner, customer and the connector with a secret. Nobody has consented to anything, and there
    /// are no users yet.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let clock = Arc::new(ManualClock::starting_at(NOW));
        let entropy = Arc::new(SystemEntropy);
        let master_key = MasterKey::generate(&SystemEntropy);
        let directory =
            Arc::new(Directory::new(Arc::new(store.clone()), clock.clone(), entropy.clone(), &master_key));
        let keys = SigningKeys::load(&directory).await.unwrap();
        let origins = OwnOrigins::new([HOST, OTHER_HOST]).unwrap();
        let authority = Authority {
            directory: Arc::clone(&directory),
            keys: keys.clone(),
            gate: Arc::new(BearerGate::new(keys.clone(), &origins, clock.clone())),
            origins: origins.clone(),
        };
        let router = app::wrap(router(authority), origins, entropy);
        let operator = Operator::of_the_data_folder();
        make_tenant(&directory, &operator, PARTNER, "Harbour Watch", &["harbour.example"], &[]).await;
        let licensed = [&THREAT_PROTECTION, &DEFENDER_ATP, &GRAPH];
        let domains = ["alder.example", "foods.example"];
        make_tenant(&directory, &operator, CUSTOMER, "Alder Foods", &domains, &licensed).await;
        let properties = ApplicationPatch {
            required_resources: Some(vec![wish_for(&THREAT_PROTECTION, &WISHES, &[]).unwrap()]),
            ..registration("Harbour Connector", &["https://portal.azure.com"])
        };
        let connector =
            directory.create_application_with_id(&operator, PARTNER, CONNECTOR, properties).await.unwrap();
        let admin = operator.application_admin(PARTNER);
        let (_, secret) = directory.add_password(&admin, connector.id, NewPassword::default()).await.unwrap();
        Self { router, directory, store, clock, keys, operator, connector, secret, _folder: folder }
    }

    /// A world whose customer has granted the connector what it asks for.
    pub(crate) async fn consented() -> Self {
        let world = Self::new().await;
        let principal = world.let_in(CUSTOMER, CONNECTOR).await;
        for role in WISHES {
            world.grant(principal, &THREAT_PROTECTION, role).await;
        }
        world
    }

    /// A world with the administrator [`ADMIN`] and the user [`ORDINARY`] of the customer.
    pub(crate) async fn with_users() -> Self {
        let world = Self::new().await;
        world.add_user(ADMIN, &[DirectoryRole::GlobalAdministrator]).await;
        world.add_user(ORDINARY, &[]).await;
        world
    }

    /// A user with the password [`PASSWORD`] in the tenant of the name's domain.
    pub(crate) async fn add_user(&self, user_name: &str, roles: &[DirectoryRole]) {
        let tenant = if user_name.ends_with("@harbour.example") { PARTNER } else { CUSTOMER };
        let new = NewUser {
            user_name: user_name.to_owned(),
            display_name: user_name.to_owned(),
            password: PASSWORD.into(),
            roles: roles.to_vec(),
        };
        self.directory.create_user(&self.operator, tenant, new).await.unwrap();
    }

    /// A further application of the partner.
    pub(crate) async fn register(&self, properties: ApplicationPatch) -> Application {
        let admin = self.operator.application_admin(PARTNER);
        self.directory.create_application(&admin, properties).await.unwrap()
    }

    /// Changes the connector's registration.
    pub(crate) async fn change_connector(&self, patch: ApplicationPatch) {
        self.change(self.connector.id, patch).await;
    }

    pub(crate) async fn change(&self, application: ApplicationId, patch: ApplicationPatch) {
        let admin = self.operator.application_admin(PARTNER);
        self.directory.update_application(&admin, application, patch).await.unwrap();
    }

    pub(crate) async fn add_secret(&self, application: ApplicationId, new: NewPassword) -> String {
        let admin = self.operator.application_admin(PARTNER);
        let (_, secret) = self.directory.add_password(&admin, application, new).await.unwrap();
        secret.expose().to_owned()
    }

    /// Makes the application's service principal in a tenant, without grants.
    pub(crate) async fn let_in(&self, tenant: TenantId, app: AppId) -> ServicePrincipalId {
        let admin = self.operator.application_admin(tenant);
        let made =
            self.directory.create_service_principal(&admin, app, ServicePrincipalPatch::default()).await;
        made.unwrap().id
    }

    /// Grants a client of the customer an application permission.
    pub(crate) async fn grant(&self, client: ServicePrincipalId, resource: &Resource, role: &str) {
        let resource_principal = self.principal(CUSTOMER, resource.app_id).await.unwrap();
        let role = resource.app_role(role).unwrap().id;
        let grants = self.operator.grant_admin(CUSTOMER);
        self.directory.assign_app_role(&grants, client, resource_principal, role).await.unwrap();
    }

    pub(crate) async fn patch_principal(
        &self,
        tenant: TenantId,
        id: ServicePrincipalId,
        patch: ServicePrincipalPatch,
    ) {
        let admin = self.operator.application_admin(tenant);
        self.directory.update_service_principal(&admin, id, patch).await.unwrap();
    }

    /// The service principal of an application in a tenant.
    pub(crate) async fn principal(&self, tenant: TenantId, app: AppId) -> Option<ServicePrincipalId> {
        let reader = self.operator.reader(tenant);
        self.directory.service_principal_by_app_id(&reader, app).await.ok().map(|found| found.id)
    }

    /// The values of the application permissions that the customer has granted to the connector, in the
    /// order of the catalogue.
    pub(crate) async fn granted_roles(&self) -> Vec<&'static str> {
        let answer = self.directory.client(CUSTOMER, CONNECTOR).await.unwrap().unwrap();
        let Some(principal) = &answer.principal else { return Vec::new() };
        let mut granted = Vec::new();
        for resource in [&THREAT_PROTECTION, &DEFENDER_ATP, &GRAPH] {
            let held = principal.roles_on(resource.app_id);
            let values = resource.app_roles.iter().map(|role| role.value);
            granted.extend(values.filter(|value| held.iter().any(|held| held == value)));
        }
        granted
    }

    pub(crate) fn clock_now(&self) -> Timestamp {
        self.directory.clock().now()
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.send(Request::get(target).body(Body::empty()).unwrap()).await
    }

    /// A request to the server under another name.
    pub(crate) async fn get_from(&self, host: &str, target: &str) -> Answer {
        let request = Request::get(target).header(header::HOST, host);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn request(&self, method: Method, target: &str) -> Answer {
        self.send(Request::builder().method(method).uri(target).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, target: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(target).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        request.headers_mut().entry(header::HOST).or_insert(HeaderValue::from_static(HOST));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let answer = Answer { status: parts.status, headers: parts.headers, text };
        assert_ne!(answer.status, 500, "{answer:?}");
        uuid::Uuid::try_parse(answer.header("x-ms-request-id")).unwrap();
        answer
    }

    /// A good v1 token request of the connector.
    pub(crate) fn v1_form(&self) -> Form {
        self.form().set("resource", MTP)
    }

    /// A good v2 token request of the connector.
    pub(crate) fn v2_form(&self) -> Form {
        self.form().set("scope", MTP_SCOPE)
    }

    fn form(&self) -> Form {
        Form(Vec::new())
            .set("grant_type", "client_credentials")
            .set("client_id", &CONNECTOR.to_string())
            .set("client_secret", self.secret.expose())
    }

    /// Sends a token request for the customer's tenant to the v1 endpoint.
    pub(crate) async fn v1_token(&self, form: &Form) -> Answer {
        self.post(&format!("/{CUSTOMER}/oauth2/token"), form.encoded()).await
    }

    /// Sends a token request for the customer's tenant to the v2 endpoint.
    pub(crate) async fn v2_token(&self, form: &Form) -> Answer {
        self.post(&format!("/{CUSTOMER}/oauth2/v2.0/token"), form.encoded()).await
    }

    /// Verifies a token with the published keys and returns its header and its claims.
    pub(crate) async fn verified(&self, token: &str) -> (Value, Value) {
        let published = self.get("/common/discovery/v2.0/keys").await;
        let keys = wardenry_jose::KeySet::from_jwks(&serde_json::from_str(&published.text).unwrap());
        let parsed = wardenry_jose::UnverifiedJws::parse(token).unwrap();
        let mut claims = keys.verify(parsed).unwrap().into_claims();
        // Roles that were granted at the same moment have no order.
        if let Some(Value::Array(roles)) = claims.get_mut("roles") {
            roles.sort_by_key(ToString::to_string);
        }
        let header = wardenry_jose::decode_base64url(token.split('.').next().unwrap()).unwrap();
        (serde_json::from_slice(&header).unwrap(), claims.into())
    }
}

/// The parameters of a request, changed one by one.
#[derive(Debug, Clone)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        &self.0.iter().find(|(known, _)| known == name).unwrap().1
    }

    pub(crate) fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

/// A multi-tenant registration.
pub(crate) fn registration(name: &str, redirect_uris: &[&str]) -> ApplicationPatch {
    ApplicationPatch {
        display_name: Some(name.to_owned()),
        audience: Some(SignInAudience::AzureADMultipleOrgs),
        redirect_uris: web_redirects(redirect_uris),
        ..ApplicationPatch::default()
    }
}

pub(crate) fn web_redirects(uris: &[&str]) -> RedirectUrisPatch {
    let web = uris.iter().map(|uri| (*uri).to_owned()).collect();
    RedirectUrisPatch { web: Some(web), ..RedirectUrisPatch::default() }
}

pub(crate) fn wishes(resource: &Resource, app_roles: &[&str], scopes: &[&str]) -> RequiredResource {
    wish_for(resource, app_roles, scopes).unwrap()
}

async fn make_tenant(
    directory: &Directory,
    operator: &Operator,
    id: TenantId,
    name: &str,
    domains: &[&str],
    licensed: &[&'static Resource],
) {
    let new = NewTenant {
        id: Some(id),
        display_name: name.to_owned(),
        domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
        region: "EU".to_owned(),
        licensed: licensed.to_vec(),
    };
    directory.create_tenant(operator, new).await.unwrap();
}
