//! The ids under which a request is answered and logged.

use std::fmt;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri};
use uuid::Uuid;

/// The name under which clients send an id of their own, as a header or as a parameter.
pub const CLIENT_REQUEST_ID: &str = "client-request-id";

/// A fresh GUID per request. Answers repeat it as `x-ms-request-id`, errors as trace id or target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId {
    guid: Uuid,
    client: Option<Uuid>,
}

impl RequestId {
    /// The ids of a request that gets this GUID.
    pub(crate) fn of_request(guid: Uuid, uri: &Uri, headers: &HeaderMap) -> Self {
        Self { guid, client: client_request_id(headers).or_else(|| id_in_query(uri)) }
    }

    /// The bare GUID.
    pub fn as_guid(self) -> Uuid {
        self.guid
    }

    /// The client's own id for the request, when a header or the query has one that is a GUID.
    pub fn client(self) -> Option<Uuid> {
        self.client
    }
}

fn id_in_query(uri: &Uri) -> Option<Uuid> {
    let mut parameters = url::form_urlencoded::parse(uri.query()?.as_bytes());
    let (_, text) = parameters.find(|(name, _)| name == CLIENT_REQUEST_ID)?;
    Uuid::try_parse(&text).ok()
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.guid.hyphenated().fmt(f)
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // Only missing when a router is served without `app::wrap`.
        parts.extensions.get().copied().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// The client's own id for the request, when a header has one that is a GUID.
pub fn client_request_id(headers: &HeaderMap) -> Option<Uuid> {
    let text =
        headers.get(CLIENT_REQUEST_ID).or_else(|| headers.get("x-ms-client-request-id"))?.to_str().ok()?;
    Uuid::try_parse(text).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const HEADER: &str = "6a0a4f1e-0000-4000-8000-00000000000a";
    const QUERY: &str = "6a0a4f1e-0000-4000-8000-00000000000b";

    fn client(query: &str, header: Option<&'static str>) -> Option<String> {
        let uri = format!("/common/oauth2/authorize?{query}").parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.extend(
            header.map(|id| (http::HeaderName::from_static(CLIENT_REQUEST_ID), HeaderValue::from_static(id))),
        );
        RequestId::of_request(Uuid::nil(), &uri, &headers).client().map(|id| id.to_string())
    }

    #[test]
    fn the_clients_own_id_comes_by_header_or_query_and_is_a_guid() {
        let queried = format!("x=1&client-request-id={QUERY}");
        assert_eq!(client(&queried, Some(HEADER)).as_deref(), Some(HEADER));
        assert_eq!(client(&queried, None).as_deref(), Some(QUERY));
        assert_eq!(client(&queried, Some("nonsense")).as_deref(), Some(QUERY));
        assert_eq!(client("client-request-id=nonsense", None), None);
        assert_eq!(client("", None), None);
    }
}
