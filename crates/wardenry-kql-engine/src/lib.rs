//! Runs KQL.
//!
//! A query goes through five steps: it is parsed (`wardenry-kql-syntax`), checked (`wardenry-kql-semantics`), lowered
//! to a DataFusion plan ([`lower`]), optimised and run. What DataFusion lacks is in [`operators`], as [`transform`]s.

mod control;
mod engine;
mod error;
mod external;
mod function;
mod in_order;
mod interrupt;
mod literal;
mod lower;
mod normalise;
mod operators;
mod options;
mod prepare;
mod range;
pub mod render;
mod session;
pub mod sources;
mod stream;
mod tables;
mod transform;
mod unique;
mod window;

pub use engine::{Engine, Explanation, QueryError, Run};
pub use error::RunError;
pub use external::{External, ExternalError, ExternalRequest, NoExternal};
pub use options::{Limits, RunOptions};
pub use stream::{QueryStream, ResultColumn, Statistics};
pub use tables::{MemoryTables, Tables};
