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
