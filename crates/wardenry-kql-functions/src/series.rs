//! Series: arrays of numbers along an axis.

#![expect(clippy::unnecessary_wraps, reason = "all functions are bound in the same way")]

mod elementwise;
mod fill;
mod numbers;
mod stats;

use crate::ScalarFunction;

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[elementwise::ELEMENTWISE, fill::FILL, stats::STATS];
