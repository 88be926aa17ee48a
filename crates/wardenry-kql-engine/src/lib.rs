//! Runs KQL.
//!
//! A query goes through five steps: it is parsed (`wardenry-kql-syntax`), checked (`wardenry-kql-semantics`), lowered
//! to a DataFusion plan ([`lower`]), optimised and run. What DataFusion lacks is in [`operators`], as [`transform`]s.

mod control;
mod error;
mod lower;
mod operators;
mod transform;

pub use error::RunError;
