//! Dynamic values: JSON text, paths, arrays, bags.
//!
//! A dynamic column holds JSON text (see [`crate::layout`]); this module is the only one that knows it. Others read values through
//! [`Dynamic`], write them with [`DynamicWriter`] or [`to_dynamic`], and expand them with [`expand`]. Reading never copies;
//! results that are parts of a value share its bytes.

#[cfg(test)]
mod agreement;
mod canonical;
mod cells;
mod expand;
mod locate;
mod numeric;
mod scan;
mod text;
mod validate;
mod value;
mod views;
mod writer;

pub use cells::{Cell, Cells, to_dynamic};
pub use expand::{BagExpansion, Expanded, expand};
pub use numeric::{as_f64_array, element_as_f64, is_long_array, write_f64_array};
pub use validate::is_json;
pub use value::{Dynamic, Elements, Key, Kind, Members};
pub use writer::DynamicWriter;

use crate::ScalarFunction;

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[];
