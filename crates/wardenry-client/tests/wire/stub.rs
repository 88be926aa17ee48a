//! An HTTPS server on a free loopback port whose answers a test writes as a function of the request.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use futures_util::future::BoxFuture;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use wardenry_client::{
    Client, ClientSettings, Credential, EndpointVersion, RetryPolicy, Tenant, TokenCache, Transport,
    TransportOptions,
};
use wardenry_core::cloud::CloudProfile;
use wardenry_core::entropy::SystemEntropy;
use wardenry_core::time::{ManualClock, Timestamp};

pub(crate) const APP: &str = "11111111-2222-4333-8444-555555555555";
pub(crate) const SECRET: &str = "s3cret~with+odd&characters=";
pub(crate) const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

/// A request as the server saw it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    /// As sent, still encoded.
    pub(crate) query: String,
    pub(crate) headers: HashMap<String, String>,
    /// Without the compression that it travelled under.
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn form(&self) -> HashMap<String, String> {
        assert_eq!(self.headers["content-type"], "application/x-www-form-urlencoded");
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }

    pub(crate) fn bearer(&self) -> &str {
        self.headers["authorization"].strip_prefix("Bearer ").expect("a bearer token")
    }
}

#[derive(Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Reply {
    pub(crate) fn json(body: &Value) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string(),
        }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

type Handler = Arc<dyn Fn(Seen) -> BoxFuture<'static, Reply> + Send + Sync>;

pub(crate) struct Stub {
    pub(crate) origin: String,
    pub(crate) ca_pem: Vec<u8>,
    seen: Arc<Mutex<Vec<Seen>>>,
    server: JoinHandle<()>,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Stub {
    /// Serves `handler` until dropped.
    pub(crate) async fn start(handler: impl Fn(Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_async(move |seen| Box::pin(std::future::ready(handler(seen)))).await
    }

    pub(crate) async fn start_async(
        handler: impl Fn(Seen) -> BoxFuture<'static, Reply> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (acceptor, ca_pem) = tls();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (log, handler): (_, Handler) = (Arc::clone(&seen), Arc::new(handler));
        let server = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, log, handler) = (acceptor.clone(), Arc::clone(&log), Arc::clone(&handler));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service =
                        tower::service_fn(move |request| answer(request, log.clone(), handler.clone()));
                    let connection = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                    let stream = TokioIo::new(stream);
                    // The client may close at any time; that is no concern of the server.
                    drop(connection.serve_connection(stream, TowerToHyperService::new(service)).await);
                });
            }
        });
        Self { origin: format!("https://localhost:{port}"), ca_pem, seen, server }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How many requests with this path came in.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.path == path).count()
    }

    /// A transport that trusts the stub and repeats quickly.
    pub(crate) fn transport(&self, clock: Arc<ManualClock>) -> Transport {
        Transport::new(&self.transport_options(), clock, Arc::new(SystemEntropy)).unwrap()
    }

    pub(crate) fn transport_options(&self) -> TransportOptions {
        let retry = RetryPolicy { base_delay: std::time::Duration::from_millis(1), ..RetryPolicy::default() };
        TransportOptions { extra_roots_pem: Some(self.ca_pem.clone()), retry, ..TransportOptions::default() }
    }

    pub(crate) fn client_with(
        &self,
        credential: Credential,
        endpoint: EndpointVersion,
    ) -> (Client, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::starting_at(NOW));
        let settings = ClientSettings {
            cloud: CloudProfile::self_hosted(&self.origin),
            app: APP.parse().unwrap(),
            credential,
            endpoint,
        };
        let client =
            Client::new(settings, self.transport(clock.clone()), TokenCache::new(clock.clone())).unwrap();
        (client, clock)
    }

    pub(crate) fn client(&self) -> (Client, Arc<ManualClock>) {
        self.client_with(Credential::Secret(SECRET.into()), EndpointVersion::V2)
    }
}

async fn answer(
    request: Request<hyper::body::Incoming>,
    log: Arc<Mutex<Vec<Seen>>>,
    handler: Handler,
) -> Result<Response<Body>, std::convert::Infallible> {
    let (parts, body) = request.into_parts();
    let mut body = to_bytes(Body::new(body), 1 << 20).await.unwrap().to_vec();
    if let Some(encoding) = parts.headers.get("content-encoding") {
        assert_eq!(encoding, "gzip");
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&*body).read_to_end(&mut plain).unwrap();
        body = plain;
    }
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap().to_owned();
    let seen = Seen {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: String::from_utf8(body).unwrap(),
    };
    log.lock().unwrap().push(seen.clone());
    let reply = handler(seen).await;
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    Ok(response.body(Body::from(reply.body)).unwrap())
}

/// A fresh certificate authority and a server certificate for `localhost`.
fn tls() -> (TlsAcceptor, Vec<u8>) {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem().into_bytes();
    let issuer = Issuer::new(ca, ca_key);
    let key = KeyPair::generate().unwrap();
    let leaf =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), ca_pem)
}

pub(crate) fn alder() -> Tenant {
    Tenant::parse("alder.example").unwrap()
}

/// Plays the v2 token endpoint: checks every parameter of a request with a secret and issues `token-for-{tenant}`.
pub(crate) fn token_reply(seen: &Seen) -> Reply {
    assert_eq!(seen.method, "POST");
    let tenant =
        seen.path.strip_prefix('/').and_then(|path| path.strip_suffix("/oauth2/v2.0/token")).unwrap();
    let form = seen.form();
    let expected = [
        ("grant_type", "client_credentials"),
        ("client_id", APP),
        ("client_secret", SECRET),
        ("scope", form["scope"].as_str()),
    ];
    let expected: HashMap<_, _> = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    assert_eq!(form, expected);
    assert!(form["scope"].ends_with("/.default"));
    let token = format!("token-for-{tenant}");
    Reply::json(
        &json!({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token}),
    )
}

pub(crate) fn is_token_request(seen: &Seen) -> bool {
    seen.path.ends_with("/token")
}

/// A refusal in the authority's shape.
pub(crate) fn refusal(status: u16, error: &str, code: u32) -> Reply {
    Reply::json(&json!({
        "error": error,
        "error_description": format!("AADSTS{code}: refused by the stub. Trace ID: t Correlation ID: c Timestamp: s"),
        "error_codes": [code], "timestamp": "s", "trace_id": "t", "correlation_id": "c",
    }))
    .with_status(status)
}
