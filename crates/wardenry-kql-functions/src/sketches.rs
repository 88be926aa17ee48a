//! Sketches: what `dcount` and `percentile` know of values, as dynamic values that can be kept and merged.
//! [D using-hll-tdigest.md]
//!
//! The aggregations `hll` and `tdigest` make them (`crate::aggregates`), the functions here read them. Both are arrays of three
//! arrays in the order of the service's, and like there nothing but these functions should look into them: a service's
//! sketch is no sketch here, because its hashes are others. What is no sketch gives null.

#![expect(clippy::unnecessary_wraps, reason = "all functions are bound in the same way")]

mod digest;
mod functions;
mod hll;

pub(crate) use digest::{Digest, Number};
pub(crate) use hll::Hll;

use crate::ScalarFunction;

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[
    functions::DCOUNT_HLL,
    functions::HLL_MERGE,
    functions::PERCENTILE,
    functions::PERCENTILES,
    functions::RANK,
    functions::TDIGEST_MERGE,
];
