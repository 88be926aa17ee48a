//! The client against a real HTTPS server at the system's edge, which checks what it receives.

mod calls;
mod hunting;
mod ingest;
mod stub;
mod tokens;
mod transport;
