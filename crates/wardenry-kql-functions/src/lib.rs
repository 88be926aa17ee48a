//! What KQL's functions, operators and aggregations do to columns.
//!
//! A [`ScalarFunction`] is *bound* to a call site: it sees the types of its arguments and those that are constant, and
//! returns a [`Kernel`] for that site (a compiled regular expression, a prepared search). The kernel then runs over
//! batches. Whether the call is well typed has been settled before, by `wardenry-kql-semantics`.
//!
//! How KQL's types are laid out in Arrow is in [`layout`]: it is the same for every column of every batch.

pub mod aggregates;
mod call;
mod conversions;
mod datetime;
pub mod dynamic;
mod encoding;
pub mod layout;
mod math;
mod network;
mod operators;
mod registry;
mod rows;
mod series;
mod sketches;
mod strings;
#[cfg(test)]
mod testing;
pub mod text_patterns;

pub use call::{Context, FunctionError, Kernel, ScalarCall, ScalarFunction};
pub use network::{GeoDatabase, GeoLocation};
pub use registry::{scalar, scalar_functions};
pub use strings::{may_have_term, necessary_terms, terms};
