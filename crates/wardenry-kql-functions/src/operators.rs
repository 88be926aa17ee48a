//! Comparison, arithmetic and logic.

#![expect(clippy::unnecessary_wraps, reason = "all functions are bound in the same way")]

mod arithmetic;
mod bits;
mod choice;
pub(crate) mod comparison;
mod emptiness;
mod extremes;
mod gettype;
mod logic;
mod range;

use crate::ScalarFunction;

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction { names: &["==", "!=", "<", "<=", ">", ">="], bind: comparison::bind },
    ScalarFunction { names: &["between", "!between"], bind: range::bind },
    ScalarFunction { names: &["and", "or", "not"], bind: logic::bind },
    ScalarFunction { names: &["+", "-", "*", "/", "%"], bind: arithmetic::bind },
    ScalarFunction { names: &["negate"], bind: arithmetic::bind_negate },
    ScalarFunction { names: &["iff", "iif", "case"], bind: choice::bind },
    ScalarFunction { names: &["coalesce"], bind: choice::bind_coalesce },
    ScalarFunction {
        names: &["isnull", "isnotnull", "notnull", "isempty", "isnotempty", "notempty"],
        bind: emptiness::bind,
    },
    ScalarFunction { names: &["max_of", "min_of"], bind: extremes::bind },
    ScalarFunction { names: &["gettype"], bind: gettype::bind },
    ScalarFunction {
        names: &[
            "binary_and",
            "binary_or",
            "binary_xor",
            "binary_not",
            "binary_shift_left",
            "binary_shift_right",
            "bitset_count_ones",
        ],
        bind: bits::bind,
    },
];
