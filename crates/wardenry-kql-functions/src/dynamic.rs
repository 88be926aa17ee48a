//! Dynamic values: JSON text, paths, arrays, bags.

use crate::ScalarFunction;

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[];
