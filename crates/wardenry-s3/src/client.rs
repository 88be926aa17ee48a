//! Requests and their answers.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, HOST, HeaderMap, HeaderValue, RANGE};
use reqwest::{Method, StatusCode};
use tokio::sync::Semaphore;
use wardenry_core::entropy::{Entropy, random_bytes};
use wardenry_core::time::Clock;

use crate::address::{Address, query};
use crate::answer;
use crate::error::{S3Error, S3SettingsError};
use crate::signature::{self, Credentials, Request};

/// So many requests are on their way at most; others wait.
pub const REQUESTS_AT_ONCE: usize = 32;

/// How often something is tried, and how long after the first time. It doubles from time to time.
const ATTEMPTS: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(100);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Between two parts of an answer. Stores take a while to put the parts of an upload together.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Sends requests to a bucket.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    address: Address,
    region: String,
    credentials: Credentials,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    on_their_way: Semaphore,
}

/// Something to do with an object, or with the bucket, which has the empty name.
#[derive(Clone, Debug)]
pub(crate) struct Call<'c> {
    pub(crate) method: Method,
    pub(crate) key: &'c str,
    pub(crate) query: &'c [(&'c str, &'c str)],
    pub(crate) range: Option<String>,
    pub(crate) body: Bytes,
}

impl<'c> Call<'c> {
    pub(crate) fn new(method: Method, key: &'c str) -> Self {
        Self { method, key, query: &[], range: None, body: Bytes::new() }
    }
}

/// What came back, and was no refusal.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Client {
    pub(crate) fn new(
        address: Address,
        region: String,
        credentials: Credentials,
        authority_pem: Option<&[u8]>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, S3SettingsError> {
        if HeaderValue::from_str(&credentials.access_key_id).is_err() {
            return Err(S3SettingsError::AccessKey);
        }
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .user_agent(concat!("wardenry/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = authority_pem {
            let roots = reqwest::Certificate::from_pem_bundle(pem).map_err(S3SettingsError::Authority)?;
            http = http.tls_certs_merge(roots);
        }
        Ok(Self {
            http: http.build().map_err(S3SettingsError::Client)?,
            address,
            region,
            credentials,
            clock,
            entropy,
            on_their_way: Semaphore::new(REQUESTS_AT_ONCE),
        })
    }

    /// Calls, and again if that may help. All calls may be made twice.
    pub(crate) async fn call(&self, call: Call<'_>) -> Result<Answer, S3Error> {
        let _turn = self.on_their_way.acquire().await.map_err(|_| S3Error::Unexpected("an end"))?;
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            let failure = match self.attempt(&call).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if attempt == ATTEMPTS || !may_help(&failure) {
                return Err(failure);
            }
            tracing::debug!(method = %call.method, key = call.key, attempt, error = %failure, "trying again");
            // Between half of it and all of it, so that many do not come back together.
            let [part] = random_bytes::<1>(&*self.entropy);
            tokio::time::sleep(wait / 2 + wait * u32::from(part) / 512).await;
            wait *= 2;
        }
        unreachable!("the last attempt returns")
    }

    async fn attempt(&self, call: &Call<'_>) -> Result<Answer, S3Error> {
        let query = query(call.query);
        let (url, path) = self.address.of(call.key, &query);
        let now = self.clock.now();
        let (content_hash, time) = (signature::hash(&call.body), signature::time(now));
        let mut headers = vec![("host", self.address.host())];
        headers.extend(call.range.as_deref().map(|range| ("range", range)));
        headers.extend([("x-amz-content-sha256", &*content_hash), ("x-amz-date", &*time)]);
        let method = call.method.as_str();
        let request =
            Request { method, path: &path, query: &query, headers: &headers, content_hash: &content_hash };
        let authorization = signature::authorization(&request, &self.credentials, &self.region, now);
        let mut authorization = HeaderValue::from_str(&authorization)
            .map_err(|_| S3Error::Unexpected("an access key that is none"))?;
        authorization.set_sensitive(true);
        let mut sent = self
            .http
            .request(call.method.clone(), url)
            .header(HOST, self.address.host())
            .header("x-amz-content-sha256", content_hash)
            .header("x-amz-date", time)
            .header(AUTHORIZATION, authorization);
        if let Some(range) = &call.range {
            sent = sent.header(RANGE, range);
        }
        // Also an empty body says how long it is.
        if matches!(call.method, Method::PUT | Method::POST) {
            sent = sent.body(call.body.clone());
        }
        // An address in an error would be of no use, and may be long.
        let answer = sent.send().await.map_err(|error| S3Error::Unreachable(error.without_url()))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.map_err(|error| S3Error::Unreachable(error.without_url()))?;
        if status.is_success() {
            Ok(Answer { status, headers, body })
        } else {
            Err(answer::refusal(status.as_u16(), &body))
        }
    }
}

fn may_help(failure: &S3Error) -> bool {
    match failure {
        S3Error::Unreachable(_) => true,
        S3Error::Refused { status, code, .. } => {
            matches!(status, 429 | 500 | 502 | 503 | 504) || code == "RequestTimeout"
        }
        S3Error::Unexpected(_) => false,
    }
}
