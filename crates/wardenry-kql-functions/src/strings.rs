//! Text: search, regular expressions, pieces, replacement.

use crate::ScalarFunction;

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[];
