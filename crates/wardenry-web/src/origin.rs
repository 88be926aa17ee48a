//! The addresses under which the server is reached.
//!
//! Links, issuers and metadata are built from the address that the client used, when that is one of the
//! server's own; a `Host` header that names anybody else has no influence on any answer.

use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri, header};

/// One of the server's own addresses, such as `https://localhost:8443`. Never ends in a slash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(Arc<str>);

impl Origin {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether only this machine reaches the address.
    pub fn is_loopback(&self) -> bool {
        let authority = &self.0["https://".len()..];
        ["localhost", "127.0.0.1", "[::1]"].iter().any(|host| {
            authority.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // Only missing when a router is served without `app::wrap`.
        parts.extensions.get().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// All of the server's addresses, the preferred one first.
#[derive(Debug, Clone)]
pub struct OwnOrigins(Arc<[Origin]>);

/// The list of addresses is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoOrigin;

impl OwnOrigins {
    /// From `host:port` texts in the order of preference; the port 443 is left out of an address.
    pub fn new<I: AsRef<str>>(authorities: impl IntoIterator<Item = I>) -> Result<Self, NoOrigin> {
        let origins: Arc<[Origin]> = authorities
            .into_iter()
            .map(|authority| {
                let authority = authority.as_ref().to_ascii_lowercase();
                let authority = authority.strip_suffix(":443").unwrap_or(&authority);
                Origin(format!("https://{authority}").into())
            })
            .collect();
        if origins.is_empty() { Err(NoOrigin) } else { Ok(Self(origins)) }
    }

    /// The address for links outside of any request.
    pub fn preferred(&self) -> &Origin {
        &self.0[0]
    }

    /// All addresses.
    pub fn iter(&self) -> impl Iterator<Item = &Origin> {
        self.0.iter()
    }

    /// The address that the client used, or the preferred one when it is not one of ours.
    pub fn of_request(&self, uri: &Uri, headers: &HeaderMap) -> Origin {
        let host = uri
            .authority()
            .map(http::uri::Authority::as_str)
            .or_else(|| headers.get(header::HOST).and_then(|host| host.to_str().ok()));
        let named = host.and_then(|host| self.by_authority(host));
        named.unwrap_or_else(|| self.preferred()).clone()
    }

    fn by_authority(&self, authority: &str) -> Option<&Origin> {
        let authority = authority.strip_suffix(":443").unwrap_or(authority);
        self.0.iter().find(|origin| origin.as_str()["https://".len()..].eq_ignore_ascii_case(authority))
    }

    /// Whether a `host` or `host:port` is one of ours. A host without a port is compared without ports,
    /// because a widely used client library leaves the port out.
    pub fn contains_host(&self, authority: &str) -> bool {
        let without_port =
            |text: &str| text.rsplit_once(':').map_or(text.to_owned(), |(host, _)| host.to_owned());
        self.by_authority(authority).is_some()
            || self.0.iter().any(|origin| {
                without_port(&origin.as_str()["https://".len()..]).eq_ignore_ascii_case(authority)
            })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn asked(host: &'static str) -> String {
        let origins = OwnOrigins::new(["localhost:8443", "127.0.0.1:8443", "id.example:443"]).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        origins.of_request(&Uri::from_static("/"), &headers).as_str().to_owned()
    }

    #[test]
    fn the_address_the_client_used_is_kept_when_it_is_ours() {
        assert_eq!(asked("127.0.0.1:8443"), "https://127.0.0.1:8443");
        assert_eq!(asked("LOCALHOST:8443"), "https://localhost:8443");
        assert_eq!(asked("id.example"), "https://id.example");
        assert_eq!(asked("id.example:443"), "https://id.example");
    }

    #[test]
    fn a_foreign_host_changes_nothing() {
        for host in ["evil.example", "localhost:1", "localhost", "localhost:8443.evil.example", ""] {
            assert_eq!(asked(host), "https://localhost:8443", "{host}");
        }
    }

    #[test]
    fn loopback_addresses_are_known_by_their_host() {
        let local = |authority: &str| OwnOrigins::new([authority]).unwrap().preferred().is_loopback();
        for authority in ["localhost", "LOCALHOST:8443", "127.0.0.1:1", "[::1]:8443"] {
            assert!(local(authority), "{authority}");
        }
        for authority in ["id.example", "localhost.example:8443", "127.0.0.1.example"] {
            assert!(!local(authority), "{authority}");
        }
    }

    #[test]
    fn an_http2_authority_counts_before_a_host_header() {
        let origins = OwnOrigins::new(["localhost:8443", "127.0.0.1:8443"]).unwrap();
        let uri = Uri::from_static("https://127.0.0.1:8443/x");
        assert_eq!(origins.of_request(&uri, &HeaderMap::new()).as_str(), "https://127.0.0.1:8443");
        assert!(OwnOrigins::new::<&str>([]).is_err());
    }

    #[test]
    fn instance_discovery_knows_our_hosts_with_and_without_port() {
        let origins = OwnOrigins::new(["localhost:8443"]).unwrap();
        assert!(origins.contains_host("localhost") && origins.contains_host("localhost:8443"));
        assert!(!origins.contains_host("localhost:1") && !origins.contains_host("evil.example"));
    }
}
