//! An HTTPS server on a free loopback port, whose answers a test writes as a function of the request.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::run::{World, env_file};

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    /// Without the compression that it travelled under.
    pub(crate) body: String,
}

impl Seen {
    /// The tenant that the request's token is for.
    pub(crate) fn tenant(&self) -> &str {
        self.headers["authorization"].strip_prefix("Bearer token-for-").expect("a token of the stub")
    }
}

#[derive(Debug)]
pub(crate) struct Reply {
    status: u16,
    retry_after: Option<u32>,
    body: String,
}

impl Reply {
    pub(crate) fn json(body: &Value) -> Self {
        Self { status: 200, retry_after: None, body: body.to_string() }
    }

    /// A refusal in the Defender shape.
    pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Self {
        let body = json!({"error": {"code": code, "message": message, "target": "t"}});
        Self { status, ..Self::json(&body) }
    }

    pub(crate) fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

/// What came in, and a bell for whoever waits for more.
#[derive(Default)]
struct Log {
    requests: Mutex<Vec<Seen>>,
    came: Condvar,
}

type Handler = Arc<dyn Fn(&Seen) -> Reply + Send + Sync>;

/// The server. It plays the token endpoint of every tenant itself and leaves the rest to the test.
pub(crate) struct Stub {
    origin: String,
    ca_pem: String,
    seen: Arc<Log>,
    _runtime: tokio::runtime::Runtime,
}

impl Stub {
    pub(crate) fn start(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (acceptor, ca_pem) = tls();
        let seen: Arc<Log> = Arc::default();
        let (log, handler): (_, Handler) = (Arc::clone(&seen), Arc::new(handler));
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
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
        Self { origin: format!("https://localhost:{port}"), ca_pem, seen, _runtime: runtime }
    }

    /// A world whose env file leads to this server.
    pub(crate) fn world(&self) -> World {
        let world = World::new();
        world.write("ca.pem", &self.ca_pem);
        let file = world.write("lab.env", &format!("{}CA_FILE=ca.pem\n", env_file(&self.origin)));
        world.with_variable("WARDENRY_ENV_FILE", file)
    }

    /// What came in with this path, in order.
    pub(crate) fn seen(&self, path: &str) -> Vec<Seen> {
        self.seen.requests.lock().unwrap().iter().filter(|seen| seen.path == path).cloned().collect()
    }

    /// The first requests of any kind, once there are so many.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Seen> {
        let requests = self.seen.requests.lock().unwrap();
        let too_few = |requests: &mut Vec<Seen>| requests.len() < count;
        let waited = self.seen.came.wait_timeout_while(requests, Duration::from_secs(60), too_few);
        let (requests, timeout) = waited.unwrap();
        assert!(!timeout.timed_out(), "only {} of {count} requests came", requests.len());
        requests[..count].to_vec()
    }
}

async fn answer(
    request: Request<hyper::body::Incoming>,
    log: Arc<Log>,
    handler: Handler,
) -> Result<Response<Body>, std::convert::Infallible> {
    let (parts, body) = request.into_parts();
    let mut body = to_bytes(Body::new(body), 16 << 20).await.unwrap().to_vec();
    if let Some(encoding) = parts.headers.get("content-encoding") {
        assert_eq!(encoding, "gzip");
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&*body).read_to_end(&mut plain).unwrap();
        body = plain;
    }
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap().to_owned();
    let seen = Seen {
        path: parts.uri.path().to_owned(),
        headers: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: String::from_utf8(body).unwrap(),
    };
    let reply = match seen.path.strip_suffix("/oauth2/v2.0/token") {
        Some(tenant) => Reply::json(&json!({
            "token_type": "Bearer", "expires_in": 3599, "access_token": format!("token-for-{}", &tenant[1..]),
        })),
        None => {
            let reply = handler(&seen);
            log.requests.lock().unwrap().push(seen);
            log.came.notify_all();
            reply
        }
    };
    let mut response = Response::builder().status(reply.status);
    if let Some(seconds) = reply.retry_after {
        response = response.header("retry-after", seconds.to_string());
    }
    Ok(response.body(Body::from(reply.body)).unwrap())
}

/// A fresh certificate authority and a server certificate for `localhost`.
fn tls() -> (TlsAcceptor, String) {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
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
