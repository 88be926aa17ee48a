//! Dynamic values: JSON text, paths, arrays, bags.
//!
//! A dynamic column holds JSON text (see [`crate::layout`]); this module is the only one that knows it. Others read values through
//! [`Dynamic`], write them with [`DynamicWriter`] or [`to_dynamic`], follow paths with [`PathKernel`], convert whole columns
//! with [`convert`], and expand them into rows with [`expand`]. Reading never copies; results that are parts of a value share
//! its bytes. Why text, and what it costs, is in `docs/decisions/dynamic-values.md`.

#[cfg(test)]
mod agreement;
mod arrays;
mod bags;
mod canonical;
mod cells;
mod conversions;
mod equality;
mod expand;
mod extract_json;
mod generate;
mod json_path;
mod locate;
pub(crate) mod negate;
mod numeric;
mod parse_json;
mod path;
mod path_is;
mod per_row;
mod rotate;
mod scan;
mod sets;
mod size;
mod sort;
#[cfg(test)]
mod tests;
mod text;
mod to_json;
mod treepath;
mod validate;
mod value;
mod views;
mod writer;
mod xml;

pub use cells::{Cell, Cells, to_dynamic};
pub use conversions::convert;
pub use expand::{BagExpansion, Expanded, expand};
pub use numeric::{as_f64_array, element_as_f64, is_long_array, write_f64_array};
pub use path::{PathKernel, PathStep};
pub use path_is::is_letter_by_letter;
pub use validate::is_json;
pub use value::{Dynamic, Elements, Key, Kind, Members};
pub use writer::DynamicWriter;

use crate::{FunctionError, ScalarFunction};

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction { names: &["parse_json", "todynamic", "parsejson", "toobject"], bind: parse_json::bind },
    arrays::CONCAT,
    arrays::IFF,
    arrays::INDEX_OF,
    arrays::JACCARD,
    arrays::LENGTH,
    arrays::PACK,
    arrays::REVERSE,
    arrays::SLICE,
    arrays::SPLIT,
    arrays::STRCAT,
    arrays::SUM,
    arrays::ZIP,
    bags::HAS_KEY,
    bags::KEYS,
    bags::MERGE,
    bags::PACK,
    bags::PACK_ALL,
    bags::REMOVE_KEYS,
    bags::SET_KEY,
    bags::ZIP,
    extract_json::EXTRACT_JSON,
    generate::RANGE,
    generate::REPEAT,
    path::PATH,
    path_is::PATH_IS,
    rotate::ROTATE_LEFT,
    rotate::ROTATE_RIGHT,
    rotate::SHIFT_LEFT,
    rotate::SHIFT_RIGHT,
    sets::DIFFERENCE,
    sets::EQUALS,
    sets::HAS_ELEMENT,
    sets::INTERSECT,
    sets::UNION,
    size::ESTIMATE_DATA_SIZE,
    sort::ASCENDING,
    sort::DESCENDING,
    to_json::DYNAMIC_TO_JSON,
    treepath::TREEPATH,
    xml::PARSE_XML,
];

/// A call that is not well typed. The checker lets none through.
fn misplaced(function: &'static str) -> FunctionError {
    FunctionError::Argument {
        function,
        message: "the arguments are not of the types that it takes".to_owned(),
    }
}
