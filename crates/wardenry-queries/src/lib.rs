//! Queries that people keep: saved ones, for themselves or for their organisation, and what they have run.
//!
//! [`Queries`] asks for an [`Owner`], which is made from a verified caller only: everybody has their own queries, and reads those that
//! members of the same tenant share. What is stored, and that nothing grows without an end, is settled here; [`QueryStore`] only keeps it.
//! Nothing here runs a query or knows its language.

mod model;
mod service;
mod store;

pub use model::{
    MAX_HISTORY, MAX_NAME_CHARACTERS, MAX_SAVED, MAX_TEXT_BYTES, Owner, PastQuery, QueryId, SavedQuery,
};
pub use service::{NewQuery, Queries, QueryError};
pub use store::{QueryStore, QueryStoreError};
