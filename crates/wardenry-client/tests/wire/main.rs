//! The client against a real HTTPS server at the system's edge, which checks what it receives.

mod calls;
mod stub;
mod tokens;
mod transport;
