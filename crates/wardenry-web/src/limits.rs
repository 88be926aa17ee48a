//! What a stranger may send. The same numbers stand in `docs/limits.md`.

use std::time::Duration;

/// The largest body of a form: token requests, sign-in, consent.
pub const MAX_FORM_BYTES: usize = 64 * 1024;
/// The largest JSON body.
pub const MAX_JSON_BYTES: usize = 1024 * 1024;
/// The longest path and query together.
pub const MAX_TARGET_BYTES: usize = 16 * 1024;
/// The largest block of request headers.
pub const MAX_HEADER_BYTES: usize = 64 * 1024;
/// The time in which a request has to be answered.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// The time in which a request has to be answered that waits for its turn and then works for long: hunting, ingest.
pub const LONG_REQUEST_TIMEOUT: Duration = Duration::from_secs(330);
/// The time in which a body has to arrive whose endpoint may take so long.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// The time in which a client has to send its request's headers.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// The time in which a TLS handshake has to end.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// The time without a request after which a connection is closed.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// The most connections at the same time; further ones wait to be accepted.
pub const MAX_CONNECTIONS: usize = 4096;
/// The most concurrent requests of one HTTP/2 connection.
pub const MAX_CONCURRENT_STREAMS: u32 = 128;

/// How the paths end that get [`LONG_REQUEST_TIMEOUT`], in lower case.
const LONG_PATHS: [&str; 7] = [
    "/advancedhunting/run",
    "/advancedqueries/run",
    "runhuntingquery",
    "/wardenry/v1/ingest",
    "/portal/hunting/run",
    "/portal/hunting/run/grid",
    "/portal/hunting/run/customers",
];

/// The time in which a request for this path has to be answered.
pub fn request_timeout(path: &str) -> Duration {
    let path = path.strip_suffix('/').unwrap_or(path);
    let is_long = LONG_PATHS.iter().any(|end| {
        let tail = path.len().checked_sub(end.len()).and_then(|start| path.get(start..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    });
    if is_long { LONG_REQUEST_TIMEOUT } else { REQUEST_TIMEOUT }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hunting_and_ingest_may_take_long() {
        for path in [
            "/api/advancedhunting/run",
            "/API/v1.0/AdvancedQueries/Run/",
            "/beta/security/microsoft.graph.security.runHuntingQuery",
            "/wardenry/v1/ingest",
            "/portal/hunting/run",
        ] {
            assert_eq!(request_timeout(path), LONG_REQUEST_TIMEOUT, "{path}");
        }
        for path in ["/", "", "/run", "/api/incidents", "/\u{fc}/advancedhunting/runs"] {
            assert_eq!(request_timeout(path), REQUEST_TIMEOUT, "{path}");
        }
    }
}
