//! What is around every router.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::{HeaderName, HeaderValue, StatusCode, header};
use tracing::Instrument as _;
use wardenry_core::entropy::Entropy;
use wardenry_core::id::random_guid;

use crate::letter_case;
use crate::limits::{MAX_TARGET_BYTES, request_timeout};
use crate::origin::OwnOrigins;
use crate::request_id::RequestId;

const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-ms-request-id");

#[derive(Debug, Clone)]
struct Surroundings {
    origins: OwnOrigins,
    entropy: Arc<dyn Entropy>,
}

/// Puts the shared surroundings around the merged routers of a server.
///
/// From the outside in: an id and the origin are settled, targets that are too long are refused, the
/// path is brought into the routers' spelling, a request that takes too long is given up, a panic
/// becomes a plain 500, security headers are added, and the request is logged once with its outcome.
pub fn wrap(router: Router, origins: OwnOrigins, entropy: Arc<dyn Entropy>) -> Router {
    let router = router.layer(middleware::from_fn(note_route));
    let spelled = tower::util::MapRequest::new(router, letter_case::canonical);
    Router::new()
        .fallback_service(spelled)
        .layer(middleware::from_fn_with_state(Surroundings { origins, entropy }, surround))
}

/// Hands the matched route to the log line, which is outside of the router.
async fn note_route(route: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

async fn surround(State(around): State<Surroundings>, mut request: Request, next: Next) -> Response {
    let guid = random_guid(around.entropy.as_ref());
    let id = RequestId::of_request(guid, request.uri(), request.headers());
    let origin = around.origins.of_request(request.uri(), request.headers());
    let is_local = origin.is_loopback();
    request.extensions_mut().insert(id);
    request.extensions_mut().insert(origin);
    let span = tracing::info_span!("request", request.id = %id, http.method = %request.method());
    // The path may hold ids, never secrets; the query may hold authorization codes and is not logged.
    let path = request.uri().path().to_owned();
    let started = Instant::now();
    let mut response = if target_length(&request) > MAX_TARGET_BYTES {
        StatusCode::URI_TOO_LONG.into_response()
    } else {
        answer(request, next).instrument(span.clone()).await
    };
    span.in_scope(|| log_outcome(&path, &response, started));
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        headers.insert(REQUEST_ID_HEADER, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // On localhost it would cut off everything else that is developed there, redirect URIs of native apps
    // (RFC 8252 section 7.3) among them: browsers apply it to all ports.
    if !is_local {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    response
}

/// For investigations; refusals and faults are logged where they are decided, with their reason.
fn log_outcome(path: &str, response: &Response, started: Instant) {
    tracing::debug!(
        http.path = %path,
        http.route = response.extensions().get::<MatchedPath>().map(MatchedPath::as_str),
        http.status = response.status().as_u16(),
        elapsed_ms = started.elapsed().as_secs_f64() * 1000.0,
        "answered"
    );
}

fn target_length(request: &Request) -> usize {
    request.uri().path_and_query().map_or(0, |target| target.as_str().len())
}

async fn answer(request: Request, next: Next) -> Response {
    let timeout = request_timeout(request.uri().path());
    let guarded = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(timeout, guarded).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!("a handler panicked; this is a defect");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(_) => {
            tracing::warn!("the request took too long and was given up");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt as _;
    use wardenry_core::entropy::SystemEntropy;

    use super::*;

    async fn route_of(path: &str) -> Option<String> {
        let router = Router::new().route("/v1.0/applications/{id}", get(async || "found"));
        let origins = OwnOrigins::new(["localhost:8443"]).unwrap();
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = wrap(router, origins, Arc::new(SystemEntropy)).oneshot(request).await.unwrap();
        response.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned())
    }

    #[tokio::test]
    async fn the_route_is_known_outside_of_the_router() {
        assert_eq!(route_of("/V1.0/Applications/x").await.as_deref(), Some("/v1.0/applications/{id}"));
        assert_eq!(route_of("/nothing").await, None);
    }
}
