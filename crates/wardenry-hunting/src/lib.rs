//! Hunting as a service: queries over the lake, and events into it, for the tenant that the caller's token names.
//!
//! [`Hunting`] runs queries: it asks for a [`HuntReader`], counts the call against the tenant's quotas
//! ([`quota`]), waits for the tenant's turn ([`schedule`]), and runs the query on threads of its own, whose processor
//! time it charges (`metered`). [`Ingest`] takes event batches in the shape of the event stream and asks for an
//! [`EventWriter`].
//!
//! [`Language`] is what an editor asks; [`chart`] draws results.
//!
//! Both proofs are made from a verified caller only and carry its tenant; the tables of a query are made from the
//! proof. Nothing here takes a tenant from a request.

mod access;
pub mod chart;
mod error;
mod grid;
pub mod ingest;
mod language;
mod metered;
pub mod quota;
pub mod schedule;
mod service;
mod visible;
mod window;

pub use access::{AccessRefusal, EventWriter, HUNTER_ROLES, HuntReader, SENDER_ROLES, TableSet};
pub use error::HuntError;
pub use ingest::Ingest;
pub use language::Language;
pub use service::{Hunt, HuntSettings, Hunting, Shape};
pub use window::{DEFAULT_LOOK_BACK, ParseWindowError, Window};
// What the proofs and the service are made from.
pub use wardenry_lake::{Lake, LakeSettings};
pub use wardenry_oauth::caller::Caller;
