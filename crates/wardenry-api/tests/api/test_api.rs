//! A server of two tenants, and requests to it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;
use wardenry_api::{ApiState, router};
use wardenry_core::entropy::SystemEntropy;
use wardenry_core::id::TenantId;
use wardenry_core::time::{ManualClock, Timestamp};
use wardenry_directory::signing_keys::SigningKeys;
use wardenry_directory::{Directory, MasterKey};
use wardenry_incidents::model::Incident;
use wardenry_incidents::test_incident::{CREATED, incident};
use wardenry_incidents::{IncidentSeeder, Incidents};
use wardenry_jose::ThumbprintHeader;
use wardenry_store::SqliteStore;
use wardenry_web::app;
use wardenry_web::bearer::BearerGate;
use wardenry_web::origin::OwnOrigins;

pub(crate) const ALDER: TenantId = TenantId::from_guid(uuid::uuid!("a1a1a1a1-0000-4000-8000-000000000001"));
pub(crate) const BIRCH: TenantId = TenantId::from_guid(uuid::uuid!("b2b2b2b2-0000-4000-8000-000000000002"));

pub(crate) const NOW: Timestamp = Timestamp::from_unix_secs(CREATED.unix_secs() + 86_400);

pub(crate) struct TestApi {
    router: Router,
    incidents: Incidents,
    keys: SigningKeys,
    pub(crate) store: SqliteStore,
    _folder: TempDir,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl TestApi {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let clock = Arc::new(ManualClock::starting_at(NOW));
        let entropy = Arc::new(SystemEntropy);
        let master_key = MasterKey::generate(&SystemEntropy);
        let directory = Directory::new(Arc::new(store.clone()), clock.clone(), entropy.clone(), &master_key);
        let keys = SigningKeys::load(&directory).await.unwrap();
        let origins = OwnOrigins::new(["localhost:8443", "api.alder.test:8443"]).unwrap();
        let incidents = Incidents::new(Arc::new(store.clone()));
        let state = ApiState {
            incidents: incidents.clone(),
            gate: Arc::new(BearerGate::new(keys.clone(), &origins, clock)),
            portal: "https://localhost:8443/portal".into(),
        };
        let router = app::wrap(router(state), origins, entropy);
        Self { router, incidents, keys, store, _folder: folder }
    }

    /// A server whose tenants have these incidents.
    pub(crate) async fn with(alder: &[Incident], birch: &[Incident]) -> Self {
        let api = Self::new().await;
        for (tenant, incidents) in [(ALDER, alder), (BIRCH, birch)] {
            api.incidents.seed(&IncidentSeeder::for_scenario_of(tenant), incidents).await.unwrap();
        }
        api
    }

    /// A token with these claims, signed by the server's key.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.keys.ring().signing().sign(claims, ThumbprintHeader::Present)
    }

    /// The token of an app that may read the tenant's incidents.
    pub(crate) fn reader_token(&self, tenant: TenantId) -> String {
        self.sign(&app_claims(tenant))
    }

    /// A GET as an app that may read Alder's incidents.
    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.get_as(&self.reader_token(ALDER), target).await
    }

    pub(crate) async fn get_as(&self, token: &str, target: &str) -> Answer {
        let request = Request::get(target).header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A request without a token.
    pub(crate) async fn anonymous(&self, method: Method, target: &str) -> Answer {
        self.send(Request::builder().method(method).uri(target).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        let headers = request.headers_mut();
        headers.entry(header::HOST).or_insert(header::HeaderValue::from_static("localhost:8443"));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no header {name}: {self:?}")).to_str().unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The ids of a listed page.
    pub(crate) fn ids(&self) -> Vec<i64> {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        let page = self.json();
        page["value"].as_array().unwrap().iter().map(|it| it["incidentId"].as_i64().unwrap()).collect()
    }

    /// Status, code and message, after checking everything that all errors have in common.
    pub(crate) fn error(&self) -> (StatusCode, String, String) {
        assert_eq!(self.header("content-type"), "application/json; charset=utf-8");
        let body = self.json();
        let error = &body["error"];
        let text = |name: &str| error[name].as_str().unwrap().to_owned();
        let (code, message, target) = (text("code"), text("message"), text("target"));
        assert_eq!(body, json!({"error": {"code": code, "message": message, "target": target}}));
        assert_eq!(target, self.header("x-ms-request-id"));
        uuid::Uuid::parse_str(&target).unwrap();
        (self.status, code, message)
    }
}

/// The claims of an app that may read the tenant's incidents.
pub(crate) fn app_claims(tenant: TenantId) -> Value {
    json!({
        "aud": "https://api.security.microsoft.com",
        "iss": format!("https://localhost:8443/{tenant}/"),
        "ver": "1.0",
        "tid": tenant,
        "appid": "11111111-2222-4333-8444-555555555555",
        "oid": "66666666-7777-4888-8999-000000000000",
        "nbf": NOW.unix_secs() - 300,
        "exp": NOW.unix_secs() + 3600,
        "roles": ["Incident.Read.All"],
    })
}

/// Incidents 1 to `count`, each an hour younger than the one before.
pub(crate) fn hourly(count: i64) -> Vec<Incident> {
    let hourly = |id: i64| {
        let created = CREATED.plus(Duration::from_secs(3600 * id.unsigned_abs()));
        Incident { created, last_updated: created, ..incident(id) }
    };
    (1..=count).map(hourly).collect()
}
