//! What can go wrong with a call, as one opaque error with questions to ask it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

/// A failed call.
///
/// Cheap to clone, because callers that waited for the same token share its failure. Ask
/// [`code`](Self::code), [`request_id`](Self::request_id) and the `is_*` questions rather than matching
/// on texts: texts are for people and change.
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub struct Error(Arc<ErrorKind>);

#[derive(Debug, thiserror::Error)]
pub(crate) enum ErrorKind {
    #[error("the authority refused the token request: {0}")]
    OAuth(OAuthError),
    #[error("the {surface} API refused the call: {error}", surface = .0.surface.name(), error = .0)]
    Api(ApiError),
    #[error("the certificate of {origin} is not trusted")]
    Certificate { origin: String, problem: CertificateProblem, source: reqwest::Error },
    #[error("no answer from {origin} within the time allowed")]
    Timeout { origin: String, source: reqwest::Error },
    #[error("cannot connect to {origin}")]
    Connect { origin: String, source: reqwest::Error },
    #[error("the exchange with {origin} broke off")]
    Exchange { origin: String, source: reqwest::Error },
    #[error("{origin} answered with a redirect (HTTP {status}), which is not followed")]
    Redirected { origin: String, status: u16 },
    #[error("the answer of {origin} is larger than {limit_bytes} bytes")]
    TooLarge { origin: String, limit_bytes: usize },
    #[error("{origin} answered with something else than expected (HTTP {status})")]
    Unexpected {
        origin: String,
        status: u16,
        #[source]
        reason: Unexpected,
    },
    #[error("a link of {origin} leads elsewhere, to {link}; it is not followed")]
    ForeignLink { origin: String, link: String },
    #[error("{origin} answers with more pages than {limit}")]
    TooManyPages { origin: String, limit: usize },
    #[error("the cloud profile {profile:?} has no Defender API")]
    NoApi { profile: String },
    #[error("the cloud profile {profile:?} takes no events: only a Wardenry server does")]
    NoIngest { profile: String },
    #[error("{what} is not an https address: {url:?}")]
    Address { what: &'static str, url: String },
}

/// Why an answer could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unexpected {
    #[error("it is not the JSON that was expected")]
    Json(#[source] serde_json::Error),
    #[error("its body begins with {0:?}")]
    Text(String),
    #[error("it lacks {0}")]
    Missing(&'static str),
}

/// What is wrong with a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateProblem {
    /// No trusted authority signed it; a private CA has to be named.
    UnknownIssuer,
    /// It was issued for other host names.
    WrongName,
    /// It is no longer valid, or this machine's clock is wrong.
    Expired,
    /// It is not yet valid, or this machine's clock is wrong.
    NotYetValid,
    /// It is a CA certificate used as a server certificate, is revoked, or has another fault.
    Other,
}

/// An error answer of the authority's token endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{description}")]
pub struct OAuthError {
    /// The HTTP status.
    pub status: u16,
    /// The protocol's error, for example `invalid_client`.
    pub error: String,
    /// The platform's text for people, without the trailing ids.
    pub description: String,
    /// The platform's numbers, the decisive one first, for example 7000215.
    pub codes: Vec<u32>,
    pub suberror: Option<String>,
    pub trace_id: Option<String>,
    pub correlation_id: Option<String>,
    pub timestamp: Option<String>,
    /// How long the authority asked to wait.
    pub retry_after: Option<Duration>,
    code: Option<String>,
}

/// The surface that an API error came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    Defender,
    Graph,
    /// Where a Wardenry server takes events in.
    Ingest,
}

impl Surface {
    fn name(self) -> &'static str {
        match self {
            Self::Defender => "Defender",
            Self::Graph => "Graph",
            Self::Ingest => "ingest",
        }
    }
}

/// An error answer of one of the APIs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} ({code}, HTTP {status})", message.trim_end_matches('.'))]
pub struct ApiError {
    pub surface: Surface,
    /// The HTTP status, which decides; codes are not reliable on every surface.
    pub status: u16,
    /// The envelope's code, for example `ResourceNotFound`; the status in words when there is none.
    pub code: String,
    /// The envelope's text for people.
    pub message: String,
    /// The server's id of the request.
    pub request_id: Option<String>,
    /// The `WWW-Authenticate` header of a 401 or 403.
    pub challenge: Option<String>,
    /// How long the server asked to wait.
    pub retry_after: Option<Duration>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Arc::new(kind))
    }

    /// The authority's answer, when it refused a token.
    pub fn as_oauth(&self) -> Option<&OAuthError> {
        match &*self.0 {
            ErrorKind::OAuth(error) => Some(error),
            _ => None,
        }
    }

    /// The API's answer, when it refused a call.
    pub fn as_api(&self) -> Option<&ApiError> {
        match &*self.0 {
            ErrorKind::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The code of the refusal: `AADSTS7000229`, `ResourceNotFound`, … `None` when nobody answered properly.
    pub fn code(&self) -> Option<&str> {
        match &*self.0 {
            ErrorKind::OAuth(error) => error.code(),
            ErrorKind::Api(error) => Some(&error.code),
            _ => None,
        }
    }

    /// The server's id of the request (the trace id on the authority), to quote when asking for help.
    pub fn request_id(&self) -> Option<&str> {
        match &*self.0 {
            ErrorKind::OAuth(error) => error.trace_id.as_deref(),
            ErrorKind::Api(error) => error.request_id.as_deref(),
            _ => None,
        }
    }

    /// How long the server asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match &*self.0 {
            ErrorKind::OAuth(error) => error.retry_after,
            ErrorKind::Api(error) => error.retry_after,
            _ => None,
        }
    }

    /// Whether the tenant has not consented to the app, or has withdrawn its consent.
    pub fn is_not_consented(&self) -> bool {
        self.has_oauth_code(&[7_000_229, 65_001])
    }

    /// Whether the authority does not know the tenant.
    pub fn is_unknown_tenant(&self) -> bool {
        self.has_oauth_code(&[90_002, 900_023])
    }

    /// Whether no app with this id is known there, or it belongs to another tenant alone.
    pub fn is_unknown_app(&self) -> bool {
        self.has_oauth_code(&[700_016, 700_038])
    }

    /// Whether the secret or certificate was refused: wrong, expired, unregistered or missing.
    pub fn is_credential_refused(&self) -> bool {
        self.has_oauth_code(&[7_000_215, 7_000_222, 7_000_218, 700_027, 700_024, 50_027, 50_048])
    }

    /// Whether the only credential that fits has expired.
    pub fn is_credential_expired(&self) -> bool {
        self.has_oauth_code(&[7_000_222])
    }

    /// Whether the tenant has no service principal of the requested API: not licensed, or disabled.
    pub fn is_resource_unavailable(&self) -> bool {
        self.has_oauth_code(&[500_011, 50_001])
    }

    /// Whether the API refused the token itself.
    pub fn is_unauthorized(&self) -> bool {
        self.api_status() == Some(401)
    }

    /// Whether the token lacks a permission for the call.
    pub fn is_forbidden(&self) -> bool {
        self.api_status() == Some(403)
    }

    /// Whether the thing asked for does not exist (in this tenant).
    pub fn is_not_found(&self) -> bool {
        self.api_status() == Some(404)
    }

    /// Whether a quota is used up.
    pub fn is_throttled(&self) -> bool {
        match &*self.0 {
            ErrorKind::OAuth(error) => error.status == 429,
            ErrorKind::Api(error) => error.status == 429,
            _ => false,
        }
    }

    /// Whether the server did not answer at all.
    pub fn is_unreachable(&self) -> bool {
        matches!(&*self.0, ErrorKind::Connect { .. } | ErrorKind::Timeout { .. })
    }

    /// What is wrong with the server's certificate, when that is the trouble.
    pub fn certificate_problem(&self) -> Option<CertificateProblem> {
        match &*self.0 {
            ErrorKind::Certificate { problem, .. } => Some(*problem),
            _ => None,
        }
    }

    /// Whether the same call may succeed later without anybody doing anything.
    pub fn is_retryable(&self) -> bool {
        match &*self.0 {
            ErrorKind::OAuth(error) => {
                is_retryable_status(error.status)
                    || matches!(error.error.as_str(), "temporarily_unavailable" | "server_error")
            }
            ErrorKind::Api(error) => is_retryable_status(error.status),
            ErrorKind::Unexpected { status, .. } => is_retryable_status(*status),
            ErrorKind::Timeout { .. } | ErrorKind::Connect { .. } | ErrorKind::Exchange { .. } => true,
            _ => false,
        }
    }

    fn api_status(&self) -> Option<u16> {
        self.as_api().map(|error| error.status)
    }

    fn has_oauth_code(&self, wanted: &[u32]) -> bool {
        self.as_oauth().is_some_and(|error| error.codes.first().is_some_and(|code| wanted.contains(code)))
    }

    /// Sorts a failure of the HTTP client.
    pub(crate) fn from_exchange(origin: String, source: reqwest::Error) -> Self {
        // The address can carry a query; the origin in the message says enough.
        let source = source.without_url();
        Self::new(match certificate_problem(&source) {
            Some(problem) => ErrorKind::Certificate { origin, problem, source },
            None if source.is_timeout() => ErrorKind::Timeout { origin, source },
            None if source.is_connect() => ErrorKind::Connect { origin, source },
            None => ErrorKind::Exchange { origin, source },
        })
    }

    /// Whether the request certainly never reached the server.
    pub(crate) fn is_connect(&self) -> bool {
        matches!(&*self.0, ErrorKind::Connect { .. })
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

/// The statuses after which the same request may succeed.
pub(crate) fn is_retryable_status(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504 | 507)
}

fn certificate_problem(error: &reqwest::Error) -> Option<CertificateProblem> {
    use rustls::CertificateError as Fault;

    let rustls::Error::InvalidCertificate(fault) = tls_error(error)? else { return None };
    Some(match fault {
        // A bad signature is what a CA of the same name with another key leads to: a development CA that
        // was made anew, for example.
        Fault::UnknownIssuer | Fault::BadSignature => CertificateProblem::UnknownIssuer,
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => CertificateProblem::WrongName,
        Fault::Expired | Fault::ExpiredContext { .. } => CertificateProblem::Expired,
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => CertificateProblem::NotYetValid,
        _ => CertificateProblem::Other,
    })
}

fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(found) = cause {
        if let Some(tls) = found.downcast_ref() {
            return Some(tls);
        }
        // An I/O error leaves out what it wraps when asked for its source.
        cause = match found.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => found.source(),
        };
    }
    None
}

#[derive(Deserialize)]
struct OAuthBody {
    error: String,
    #[serde(default)]
    error_description: String,
    #[serde(default)]
    error_codes: Vec<u32>,
    suberror: Option<String>,
    trace_id: Option<String>,
    correlation_id: Option<String>,
    timestamp: Option<String>,
}

impl OAuthError {
    /// The decisive code in the platform's spelling, for example `AADSTS7000215`.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Reads an error answer of the authority; `None` when the body has another shape.
    pub(crate) fn read(status: u16, body: &[u8], retry_after: Option<Duration>) -> Option<Self> {
        let body: OAuthBody = serde_json::from_slice(body).ok()?;
        let mut codes = body.error_codes;
        if codes.is_empty() {
            codes.extend(code_in_description(&body.error_description));
        }
        Some(Self {
            status,
            code: codes.first().map(|code| format!("AADSTS{code}")),
            description: match without_trailers(&body.error_description) {
                "" => body.error.clone(),
                description => description.to_owned(),
            },
            error: body.error,
            codes,
            suberror: body.suberror,
            trace_id: body.trace_id,
            correlation_id: body.correlation_id,
            timestamp: body.timestamp,
            retry_after,
        })
    }
}

fn code_in_description(description: &str) -> Option<u32> {
    let digits = description.strip_prefix("AADSTS")?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

/// Cuts off the trace id, correlation id and time stamp, which travel as members of their own. Older
/// answers separate them by line breaks, newer ones by a space.
fn without_trailers(description: &str) -> &str {
    let end = description.find("Trace ID:").unwrap_or(description.len());
    description[..end].trim_end()
}

impl ApiError {
    /// Reads an error answer of either API. A body of another shape still gives an error: the status and
    /// the beginning of the text are worth more than a complaint about the shape.
    pub(crate) fn read(
        surface: Surface,
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
        retry_after: Option<Duration>,
    ) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let document: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let envelope = &document["error"];
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let inner = if envelope["innerError"].is_object() { "innerError" } else { "innererror" };
        Self {
            surface,
            status,
            code: text(&envelope["code"]).unwrap_or_else(|| status_words(status)),
            // Graph leaves the message empty when a query takes too long.
            message: text(&envelope["message"]).unwrap_or_else(|| match beginning(body) {
                start if start.is_empty() || envelope.is_object() => "no explanation was given".to_owned(),
                start => start,
            }),
            request_id: text(&envelope[inner]["request-id"])
                .or_else(|| text(&envelope["target"]))
                // On a Wardenry server's own surface.
                .or_else(|| text(&envelope["requestId"]))
                .or_else(|| header("x-ms-request-id"))
                .or_else(|| header("request-id")),
            challenge: header("www-authenticate"),
            retry_after,
        }
    }
}

fn status_words(status: u16) -> String {
    let words = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    words.unwrap_or("unknown status").replace(' ', "")
}

/// The first characters of a body, for messages.
pub(crate) fn beginning(body: &[u8]) -> String {
    const SHOWN_CHARS: usize = 120;
    String::from_utf8_lossy(&body[..body.len().min(4 * SHOWN_CHARS)])
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(SHOWN_CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oauth(body: &str) -> OAuthError {
        OAuthError::read(401, body.as_bytes(), None).unwrap()
    }

    #[test]
    fn both_generations_of_the_description_are_cut_at_the_trailers() {
        for separator in [" ", "\r\n"] {
            let description = format!(
                "AADSTS7000215: the secret is wrong.{separator}Trace ID: a{separator}Correlation ID: b{separator}Timestamp: c"
            );
            let body = serde_json::json!({
                "error": "invalid_client", "error_description": description, "error_codes": [7_000_215],
                "timestamp": "c", "trace_id": "a", "correlation_id": "b", "error_uri": "https://x/error?code=7000215",
            });
            let error = oauth(&body.to_string());
            assert_eq!(error.description, "AADSTS7000215: the secret is wrong.");
            assert_eq!(error.code(), Some("AADSTS7000215"));
            assert_eq!(error.trace_id.as_deref(), Some("a"));
            let error = Error::new(ErrorKind::OAuth(error));
            assert!(error.is_credential_refused() && !error.is_not_consented() && !error.is_retryable());
            assert_eq!(error.request_id(), Some("a"));
        }
    }

    #[test]
    fn a_bare_protocol_error_is_enough() {
        let error = oauth(r#"{"error":"invalid_client"}"#);
        assert_eq!((error.description.as_str(), error.code()), ("invalid_client", None));
        let error = oauth(r#"{"error":"invalid_client","error_description":"AADSTS7000229: no principal"}"#);
        assert_eq!(error.codes, [7_000_229]);
        assert!(Error::new(ErrorKind::OAuth(error)).is_not_consented());
        assert_eq!(OAuthError::read(500, b"<html>", None), None);
        assert_eq!(OAuthError::read(400, br#"{"error":{"code":"x"}}"#, None), None);
    }

    fn api(surface: Surface, status: u16, body: &str) -> ApiError {
        let headers = [("x-ms-request-id".parse().unwrap(), "from-header".parse().unwrap())];
        ApiError::read(surface, status, &HeaderMap::from_iter(headers), body.as_bytes(), None)
    }

    #[test]
    fn both_envelopes_are_read_and_neither_is_required() {
        let defender = api(
            Surface::Defender,
            404,
            r#"{"error":{"code":"ResourceNotFound","message":"no incident 7","target":"t"}}"#,
        );
        assert_eq!(
            (defender.code.as_str(), defender.message.as_str(), defender.request_id.as_deref()),
            ("ResourceNotFound", "no incident 7", Some("t"))
        );
        assert_eq!(defender.to_string(), "no incident 7 (ResourceNotFound, HTTP 404)");
        for inner in ["innerError", "innererror"] {
            let body = serde_json::json!({"error": {"code": "Authorization_RequestDenied", "message": "m", inner: {"request-id": "g"}}});
            let graph = api(Surface::Graph, 403, &body.to_string());
            assert_eq!(graph.request_id.as_deref(), Some("g"));
            assert!(Error::new(ErrorKind::Api(graph)).is_forbidden());
        }
        let proxy = api(Surface::Defender, 502, "<html>\r\nBad\u{7} gateway</html>");
        assert_eq!(
            (proxy.code.as_str(), proxy.message.as_str(), proxy.request_id.as_deref()),
            ("BadGateway", "<html>Bad gateway</html>", Some("from-header"))
        );
        assert!(Error::new(ErrorKind::Api(proxy)).is_retryable());
        let quota = api(Surface::Defender, 429, r#"{"error":{"code":"429","message":"quota","target":"t"}}"#);
        assert!(Error::new(ErrorKind::Api(quota)).is_throttled());
    }
}
