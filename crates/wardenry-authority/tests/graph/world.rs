//! Two tenants on a database of their own, a router around them, and tokens of every kind.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;
use uuid::Uuid;
use wardenry_authority::{Authority, graph};
use wardenry_core::catalogue::{DirectoryRole, GRAPH, THREAT_PROTECTION};
use wardenry_core::entropy::SystemEntropy;
use wardenry_core::id::TenantId;
use wardenry_core::time::{Clock, ManualClock, Timestamp};
use wardenry_directory::admin::{NewTenant, Operator};
use wardenry_directory::signing_keys::SigningKeys;
use wardenry_directory::{Directory, MasterKey};
use wardenry_jose::{SigningKey, ThumbprintHeader};
use wardenry_store::SqliteStore;
use wardenry_web::app;
use wardenry_web::bearer::BearerGate;
use wardenry_web::origin::OwnOrigins;

/// When every test begins.
pub(crate) const NOW: &str = "2027-01-15T08:00:00Z";
/// The client id in tokens of apps that are not registered anywhere.
pub(crate) const SOME_APP: &str = "aaaaaaaa-0000-4000-8000-000000000001";
/// A well-formed id that nothing has.
pub(crate) const NOTHING: &str = "bbbbbbbb-0000-4000-8000-000000000002";

/// Every application permission that some call here asks for.
pub(crate) const ALL_ROLES: &[&str] =
    &["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.Read.All"];
/// Every delegated permission that some call here asks for.
pub(crate) const ALL_SCOPES: &[&str] =
    &["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.ReadWrite.All"];

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) store: SqliteStore,
    pub(crate) alder: TenantId,
    pub(crate) birch: TenantId,
    keys: SigningKeys,
    router: Router,
    _folder: TempDir,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Null when there is no body.
    pub(crate) body: Value,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let clock = Arc::new(ManualClock::starting_at(Timestamp::parse(NOW).unwrap()));
        let directory = Arc::new(Directory::new(
            Arc::new(store.clone()),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::new(SystemEntropy),
            &MasterKey::from_bytes([7; 32]),
        ));
        let alder = tenant(&directory, "Alder Foods", "alder.example").await;
        let birch = tenant(&directory, "Birch Clinics", "birch.example").await;
        let keys = SigningKeys::load(&directory).await.unwrap();
        let origins = OwnOrigins::new(["localhost:8443", "127.0.0.1:8443"]).unwrap();
        let gate = BearerGate::new(keys.clone(), &origins, Arc::clone(directory.clock()));
        let authority = Authority {
            directory: Arc::clone(&directory),
            keys: keys.clone(),
            origins: origins.clone(),
            gate: Arc::new(gate),
        };
        let router = app::wrap(graph::router(authority), origins, Arc::new(SystemEntropy));
        Self { clock, directory, store, alder, birch, keys, router, _folder: folder }
    }

    /// A token of these claims over those that every v1 token has.
    pub(crate) fn token_with(&self, tenant: TenantId, claims: &Value) -> String {
        let now = self.clock.now().unix_secs();
        let mut all = json!({
            "aud": "https://graph.microsoft.com",
            "iss": format!("https://localhost:8443/{tenant}/"),
            "iat": now - 300,
            "nbf": now - 300,
            "exp": now + 3600,
            "appid": SOME_APP,
            "oid": "aaaaaaaa-0000-4000-8000-0000000000ff",
            "tid": tenant,
            "ver": "1.0",
        });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        self.keys.ring().signing().sign(&all, ThumbprintHeader::Present)
    }

    /// The token of an app acting as itself.
    pub(crate) fn app_token(&self, tenant: TenantId, roles: &[&str]) -> String {
        self.token_with(tenant, &json!({"roles": roles}))
    }

    /// The token of a signed-in user.
    pub(crate) fn user_token(&self, tenant: TenantId, scopes: &[&str], roles: &[DirectoryRole]) -> String {
        let wids: Vec<Uuid> = roles.iter().map(|role| role.template_id()).collect();
        let claims = json!({"scp": scopes.join(" "), "wids": wids, "upn": "ada@alder.example"});
        self.token_with(tenant, &claims)
    }

    /// A call as an app of Alder that may do everything.
    pub(crate) async fn alder(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call(method, path, Some(&self.app_token(self.alder, ALL_ROLES)), body).await
    }

    /// A call as an app of Birch that may do everything.
    pub(crate) async fn birch(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call(method, path, Some(&self.app_token(self.birch, ALL_ROLES)), body).await
    }

    /// A call with a JSON body, or without one when it is null.
    pub(crate) async fn call(&self, method: &str, path: &str, token: Option<&str>, body: Value) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:8443");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = if body.is_null() {
            request.body(Body::empty())
        } else {
            request.header("content-type", "application/json").body(Body::from(body.to_string()))
        };
        self.send(request.unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Registers an application in Alder and returns its object id and client id.
    pub(crate) async fn application(&self, body: Value) -> (String, String) {
        let created = self.alder("POST", "/v1.0/applications", body).await;
        assert_eq!(created.status, 201, "{}", created.body);
        (text(&created.body["id"]), text(&created.body["appId"]))
    }

    /// Gives an application a principal in the tenant of the token, and returns its id.
    pub(crate) async fn principal(&self, token: &str, app_id: &str) -> String {
        let body = json!({"appId": app_id});
        let created = self.call("POST", "/v1.0/servicePrincipals", Some(token), body).await;
        assert_eq!(created.status, 201, "{}", created.body);
        text(&created.body["id"])
    }

    /// The principal of a first-party resource or of any other app in Alder.
    pub(crate) async fn alder_principal_of(&self, app_id: &str) -> String {
        let path = format!("/v1.0/servicePrincipals(appId='{app_id}')?$select=id");
        text(&self.alder("GET", &path, Value::Null).await.body["id"])
    }
}

async fn tenant(directory: &Directory, name: &str, domain: &str) -> TenantId {
    let new = NewTenant {
        id: None,
        display_name: name.to_owned(),
        domains: vec![domain.to_owned()],
        region: "EU".to_owned(),
        licensed: vec![&THREAT_PROTECTION, &GRAPH],
    };
    directory.create_tenant(&Operator::of_the_data_folder(), new).await.unwrap().id
}

impl Answer {
    /// Status, error code and message, for tables of refusals.
    pub(crate) fn refusal(&self) -> (u16, &str, &str) {
        let error = &self.body["error"];
        (
            self.status.as_u16(),
            error["code"].as_str().unwrap_or_default(),
            error["message"].as_str().unwrap_or_default(),
        )
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The members named `name` of the objects of a list.
    pub(crate) fn column(&self, name: &str) -> Vec<String> {
        self.body["value"].as_array().unwrap().iter().map(|item| text(&item[name])).collect()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// The value with every occurrence of these texts replaced by a name in angle brackets.
pub(crate) fn redacted(value: &Value, names: &[(&str, &str)]) -> Value {
    let shown = names.iter().fold(value.to_string(), |shown, (found, name)| {
        assert!(!found.is_empty());
        shown.replace(found, &format!("<{name}>"))
    });
    serde_json::from_str(&shown).unwrap()
}

/// A key pair with its certificate, valid from a day before the tests' beginning.
pub(crate) fn key_pair() -> SigningKey {
    let generated = SigningKey::generate(Timestamp::parse(NOW).unwrap()).unwrap();
    SigningKey::load(&generated.private_key, generated.certificate).unwrap()
}
