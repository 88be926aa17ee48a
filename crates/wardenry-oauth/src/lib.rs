//! The protocol's decisions: what a token request asks for, whether it is granted, what the token
//! says, what a consent grants, whether a presented token is good enough for a call.
//!
//! Everything here is a pure function of the request, the directory's [answers] and the time: no HTTP
//! framework, no storage, no clock, no randomness. The order of the checks and the wording of the
//! refusals are therefore testable without a server.
//!
//! A token request flows through [`token_request`] (typed form) and [`client_credentials`] (decision)
//! to [`access_token`] (claims); a consent through [`authorize_request`] and [`consent`]; a presented
//! token through [`token_check`] to a [`Caller`](caller::Caller).

pub mod access_token;
pub mod answers;
pub mod assertion;
pub mod authorize_request;
pub mod caller;
pub mod client_credentials;
pub mod consent;
pub mod error;
pub mod parameters;
pub mod redirect_uri;
pub mod risk;
pub mod session_caller;
pub mod target;
pub mod tenant_segment;
pub mod token_check;
pub mod token_request;

#[cfg(test)]
mod fixtures;

/// Which generation of an endpoint a request came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndpointVersion {
    V1,
    V2,
}
