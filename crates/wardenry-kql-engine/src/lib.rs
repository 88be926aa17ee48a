//! Runs KQL.
//!
//! [`Engine::run`] takes a query's text and [`Tables`], and gives a [`QueryStream`] for each tabular statement: columns with KQL
//! types, batches in the layout of [`wardenry_kql_functions::layout`], statistics. [`render`] turns them into text. What a query may
//! use up is in [`Limits`]; every limit has an error of its own in [`RunError`], and no error of DataFusion reaches a query's author.
//!
//! A query goes through these steps: it is parsed (`wardenry-kql-syntax`) and checked (`wardenry-kql-semantics`); subqueries and shared
//! relations run first (`prepare`); the rest is lowered to a DataFusion plan (`lower`), optimised and run. What DataFusion lacks is
//! in `operators`, mostly as `transform`s: operators of our own inside a DataFusion plan.
//!
//! The engine reads nothing that it is not given: tables come in through [`Tables`], the time through [`RunOptions`], and
//! addresses of `externaldata` go to an [`External`], which by default allows none.

mod control;
mod deep;
mod engine;
mod error;
mod execution;
mod external;
mod function;
mod grouping;
mod in_order;
mod ingestion_time;
mod interrupt;
mod joins;
mod literal;
mod lower;
mod needed;
mod normalise;
mod notice;
mod opaque;
mod operators;
mod options;
mod prepare;
mod range;
pub mod render;
mod selectivity;
mod session;
pub mod sources;
mod stage;
mod stream;
mod tables;
mod transform;
mod unions;
mod unique;
mod window;

pub use engine::{Engine, Explanation, QueryError, Run};
pub use error::RunError;
pub use external::{External, ExternalError, ExternalRequest, NoExternal};
pub use needed::Needed;
pub use notice::NO_GEO_DATABASE;
pub use options::{Limits, RunOptions};
pub use stream::{QueryStream, ResultColumn, Statistics};
pub use tables::{MemoryTables, Tables};
