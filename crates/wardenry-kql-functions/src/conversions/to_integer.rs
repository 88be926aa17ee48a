use arrow::array::ArrayRef;
use wardenry_kql_values::{Decimal, ScalarType, integer};

use super::{from_dynamic, impossible};
use crate::FunctionError;
use crate::rows::{Argument, Bool, Dec, Int, Long, Real, Text, map1};

/// Numbers lose their fraction, then all but their lowest 32 bits.
pub(super) fn to_int(argument: &Argument, from: ScalarType, rows: usize) -> Result<ArrayRef, FunctionError> {
    match from {
        ScalarType::Bool => map1::<Bool, Int>(argument, rows, |value| Some(i32::from(value))),
        ScalarType::Int => Ok(argument.array().clone()),
        ScalarType::Long | ScalarType::Datetime | ScalarType::Timespan => {
            map1::<Long, Int>(argument, rows, |value| Some(low_bits(value)))
        }
        ScalarType::Real => map1::<Real, Int>(argument, rows, |value| whole(value).map(low_bits)),
        ScalarType::Decimal => {
            map1::<Dec, Int>(argument, rows, |value: Decimal| Some(low_bits(value.to_i64_wrapping())))
        }
        ScalarType::String => map1::<Text, Int>(argument, rows, integer::parse_int),
        ScalarType::Dynamic => from_dynamic::convert(argument, ScalarType::Int),
        ScalarType::Guid => impossible(ScalarType::Int, rows),
    }
}

/// Numbers lose their fraction.
pub(super) fn to_long(argument: &Argument, from: ScalarType, rows: usize) -> Result<ArrayRef, FunctionError> {
    match from {
        ScalarType::Bool => map1::<Bool, Long>(argument, rows, |value| Some(i64::from(value))),
        ScalarType::Int => map1::<Int, Long>(argument, rows, |value| Some(i64::from(value))),
        ScalarType::Long | ScalarType::Datetime | ScalarType::Timespan => Ok(argument.array().clone()),
        ScalarType::Real => map1::<Real, Long>(argument, rows, whole),
        ScalarType::Decimal => {
            map1::<Dec, Long>(argument, rows, |value: Decimal| Some(value.to_i64_wrapping()))
        }
        ScalarType::String => map1::<Text, Long>(argument, rows, integer::parse_long),
        ScalarType::Dynamic => from_dynamic::convert(argument, ScalarType::Long),
        ScalarType::Guid => impossible(ScalarType::Long, rows),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "wraps at 32 bits")]
pub(super) const fn low_bits(value: i64) -> i32 {
    value as i32
}

/// The whole part; `None` for NaN and for what 64 bits do not hold.
#[expect(clippy::cast_possible_truncation, reason = "the fraction is cut off, the range is checked")]
pub(crate) fn whole(value: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (-LIMIT..LIMIT).contains(&value).then_some(value as i64)
}
