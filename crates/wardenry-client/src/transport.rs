//! HTTPS with bounds: the one place that makes HTTP clients.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT,
};
use reqwest::{Method, redirect};
use tokio::time::Instant;
use url::{Host, Url};
use wardenry_core::entropy::Entropy;
use wardenry_core::id::random_guid;
use wardenry_core::secret::SecretString;
use wardenry_core::time::{Clock, Timestamp};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, is_retryable_status};
use crate::retry::{RetryPolicy, answer_date, retry_after};

/// How requests travel.
#[derive(Debug, Clone)]
pub struct TransportOptions {
    /// Certificates of further authorities to trust, in PEM form, beside those of the system.
    pub extra_roots_pem: Option<Vec<u8>>,
    /// The longest time for reaching a server, its TLS handshake included.
    pub connect_timeout: Duration,
    /// The longest time for one request from start to the end of the answer.
    pub request_timeout: Duration,
    /// The largest answer that is read. A page of a hundred large incidents stays below 32 MiB.
    pub max_answer_bytes: usize,
    pub retry: RetryPolicy,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            extra_roots_pem: None,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(100),
            max_answer_bytes: 64 * 1024 * 1024,
            retry: RetryPolicy::default(),
        }
    }
}

/// The transport cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    #[error("the CA file holds no certificate in PEM form")]
    NoRoots,
    #[error("a certificate of the CA file is damaged")]
    Roots(#[source] reqwest::Error),
    #[error("TLS cannot be set up")]
    Setup(#[source] reqwest::Error),
}

/// Sends requests over HTTPS: TLS by rustls, bounded in time and size, repeated as [`RetryPolicy`] says.
///
/// Redirects are not followed, because none of the APIs sends any and a token must not travel to
/// another host. Proxies are taken from the environment, except for loopback addresses: a server on
/// this very machine is never meant to be reached through one. Cheap to clone.
#[derive(Clone)]
pub struct Transport {
    direct: reqwest::Client,
    through_proxy: reqwest::Client,
    max_answer_bytes: usize,
    retry: RetryPolicy,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("retry", &self.retry).finish_non_exhaustive()
    }
}

/// Whether a request may be repeated when nobody knows if the server acted on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// A read, a token request, or a write that the server knows again: repeating it changes nothing.
    Safe,
    /// A read that uses up a quota by running: repeated only when it did not run (no connection, or HTTP 429
    /// or 503).
    IfNotRun,
    /// A write: repeated only when it was certainly not acted on (no connection, or HTTP 429).
    IfRefused,
    Never,
}

#[derive(Debug, Clone)]
pub(crate) enum Body {
    Empty,
    Form(Zeroizing<String>),
    Json(Vec<u8>),
    /// JSON, one document a line, compressed with gzip.
    JsonLinesGzip(Vec<u8>),
}

/// Bounds of one request where they differ from the transport's.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bounds {
    /// For one attempt, from its start to the end of the answer.
    pub(crate) timeout: Option<Duration>,
    /// For all attempts, however many: see [`RetryPolicy::lasting`].
    pub(crate) patience: Option<Duration>,
    pub(crate) max_answer_bytes: Option<usize>,
}

#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) bearer: Option<&'a SecretString>,
    pub(crate) body: Body,
    /// Says to the server that a request is the same as an earlier one.
    pub(crate) idempotency_key: Option<&'a str>,
    pub(crate) repeat: Repeat,
    pub(crate) bounds: Bounds,
}

impl Request<'_> {
    pub(crate) fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            bearer: None,
            body: Body::Empty,
            idempotency_key: None,
            repeat: Repeat::Safe,
            bounds: Bounds::default(),
        }
    }
}

/// An answer of whatever status, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) origin: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) retry_after: Option<Duration>,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// What a server said when nothing but its presence was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerGreeting {
    /// The HTTP status.
    pub status: u16,
    /// The server's clock, to the second, when it told.
    pub date: Option<Timestamp>,
    /// This machine's clock when the answer arrived.
    pub received: Timestamp,
    /// From sending to the answer's end.
    pub elapsed: Duration,
}

impl Transport {
    /// Sets up TLS and connection pools. Reads the system's certificates and the proxy settings of the environment.
    pub fn new(
        options: &TransportOptions,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, TransportError> {
        let through_proxy = builder(options)?.build().map_err(TransportError::Setup)?;
        let direct = builder(options)?.no_proxy().build().map_err(TransportError::Setup)?;
        let &TransportOptions { max_answer_bytes, retry, .. } = options;
        Ok(Self { direct, through_proxy, max_answer_bytes, retry, clock, entropy })
    }

    /// Asks a server for one address without a token, once, and tells whether and when it answered.
    pub async fn greet(&self, url: &str) -> Result<ServerGreeting, Error> {
        let url = https_url("the address", url)?;
        let start = Instant::now();
        // Any status will do, a redirect to a start page included.
        let answer = self.attempt(&Request::get(url.clone()), &origin_of(&url)).await?;
        Ok(ServerGreeting {
            status: answer.status,
            date: answer_date(&answer.headers),
            received: self.clock.now(),
            elapsed: start.elapsed(),
        })
    }

    /// Sends a request until it is answered for good or the policy gives up, and returns the last outcome.
    /// A redirect is an error.
    pub(crate) async fn send(&self, request: Request<'_>) -> Result<Answer, Error> {
        let answer = self.send_patiently(&request).await?;
        if (300..400).contains(&answer.status) {
            return Err(ErrorKind::Redirected { origin: answer.origin, status: answer.status }.into());
        }
        Ok(answer)
    }

    async fn send_patiently(&self, request: &Request<'_>) -> Result<Answer, Error> {
        let start = Instant::now();
        let origin = origin_of(&request.url);
        let retry = match request.bounds.patience {
            Some(patience) => self.retry.lasting(patience),
            None => self.retry,
        };
        let mut attempt = 1;
        loop {
            let outcome = self.attempt(request, &origin).await;
            let asked_for = match (&outcome, request.repeat) {
                (Ok(answer), Repeat::Safe) if is_retryable_status(answer.status) => answer.retry_after,
                (Ok(answer), Repeat::IfNotRun) if matches!(answer.status, 429 | 503) => answer.retry_after,
                (Ok(answer), Repeat::IfRefused) if answer.status == 429 => answer.retry_after,
                (Err(error), Repeat::Safe) if error.is_retryable() => None,
                (Err(error), Repeat::IfNotRun | Repeat::IfRefused) if error.is_connect() => None,
                _ => return outcome,
            };
            let Some(delay) = retry.delay(attempt, start.elapsed(), asked_for, &*self.entropy) else {
                return outcome;
            };
            let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            // Whoever has much patience hears once what it is needed for.
            if attempt == RetryPolicy::default().max_attempts {
                tracing::warn!("{origin} does not take the request; still trying");
            }
            tracing::debug!(
                http.origin = origin,
                http.attempt = attempt,
                retry.delay_ms = delay_ms,
                "will try again"
            );
            tokio::time::sleep(delay).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, request: &Request<'_>, origin: &str) -> Result<Answer, Error> {
        let start = Instant::now();
        let failed = |source| Error::from_exchange(origin.to_owned(), source);
        let client = if is_loopback(&request.url) { &self.direct } else { &self.through_proxy };
        let mut builder = client
            .request(request.method.clone(), request.url.clone())
            .header(ACCEPT, "application/json")
            .header("client-request-id", random_guid(&*self.entropy).to_string());
        if let Some(token) = request.bearer {
            builder = builder.header(AUTHORIZATION, bearer_header(token, origin)?);
        }
        if let Some(key) = request.idempotency_key {
            builder = builder.header("idempotency-key", key);
        }
        if let Some(timeout) = request.bounds.timeout {
            builder = builder.timeout(timeout);
        }
        builder = match &request.body {
            Body::Empty => builder,
            Body::Form(form) => builder
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.as_bytes().to_vec()),
            Body::Json(json) => builder.header(CONTENT_TYPE, "application/json").body(json.clone()),
            Body::JsonLinesGzip(lines) => builder
                .header(CONTENT_TYPE, "application/x-ndjson")
                .header(CONTENT_ENCODING, "gzip")
                .body(lines.clone()),
        };
        let mut response = builder.send().await.map_err(failed)?;
        let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
        let limit_bytes = request.bounds.max_answer_bytes.unwrap_or(self.max_answer_bytes);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > limit_bytes {
                return Err(ErrorKind::TooLarge { origin: origin.to_owned(), limit_bytes }.into());
            }
            body.extend_from_slice(&chunk);
        }
        let elapsed_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(
            http.method = %request.method,
            http.origin = origin,
            http.path = request.url.path(),
            http.status = status,
            elapsed_ms,
            "answered"
        );
        let retry_after = retry_after(&headers, self.clock.now());
        Ok(Answer { origin: origin.to_owned(), status, headers, body, retry_after })
    }
}

fn builder(options: &TransportOptions) -> Result<reqwest::ClientBuilder, TransportError> {
    let mut headers = HeaderMap::new();
    headers
        .insert(USER_AGENT, HeaderValue::from_static(concat!("wardenry-client/", env!("CARGO_PKG_VERSION"))));
    let mut builder = reqwest::Client::builder()
        .https_only(true)
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(options.connect_timeout)
        .timeout(options.request_timeout)
        .default_headers(headers);
    if let Some(pem) = &options.extra_roots_pem {
        let roots = reqwest::Certificate::from_pem_bundle(pem).map_err(TransportError::Roots)?;
        if roots.is_empty() {
            return Err(TransportError::NoRoots);
        }
        builder = builder.tls_certs_merge(roots);
    }
    Ok(builder)
}

fn bearer_header(token: &SecretString, origin: &str) -> Result<HeaderValue, Error> {
    let text = Zeroizing::new(format!("Bearer {}", token.expose()));
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        let reason = crate::error::Unexpected::Missing("a token that fits into a header");
        Error::new(ErrorKind::Unexpected { origin: origin.to_owned(), status: 200, reason })
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Parses an address and insists on `https`.
pub(crate) fn https_url(what: &'static str, text: &str) -> Result<Url, Error> {
    let refused = || Error::new(ErrorKind::Address { what, url: text.to_owned() });
    let url = Url::parse(text).map_err(|_| refused())?;
    let usable =
        url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none();
    if usable { Ok(url) } else { Err(refused()) }
}

/// Scheme, host and port of an `https` address, the port only when it is not 443.
pub(crate) fn origin_of(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_without_credentials_is_an_address() {
        for text in [
            "http://localhost:1",
            "localhost",
            "ftp://a.example",
            "https://u:p@a.example",
            "https://u@a.example",
        ] {
            assert!(https_url("the authority", text).is_err(), "{text}");
        }
        let url = https_url("the authority", "https://a.example:443/x?y").unwrap();
        assert_eq!(origin_of(&url), "https://a.example");
    }

    #[test]
    fn loopback_is_recognised_by_name_and_by_address() {
        for (text, expected) in [
            ("https://localhost:8443", true),
            ("https://api.localhost", true),
            ("https://127.0.0.9", true),
            ("https://[::1]:1", true),
            ("https://localhost.example", false),
            ("https://10.0.0.1", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(text).unwrap()), expected, "{text}");
        }
    }
}
