use arrow::array::ArrayRef;
use wardenry_kql_values::{Decimal, ScalarType, datetime};

use super::{from_dynamic, impossible, to_integer};
use crate::FunctionError;
use crate::rows::{Argument, Dec, Int, Long, Real, Text, map1};

/// A number is one of ticks since 0001-01-01.
pub(super) fn convert(argument: &Argument, from: ScalarType, rows: usize) -> Result<ArrayRef, FunctionError> {
    let in_range = |ticks: i64| datetime::in_range(ticks).then_some(ticks);
    match from {
        ScalarType::Int => map1::<Int, Long>(argument, rows, |value| in_range(i64::from(value))),
        ScalarType::Long | ScalarType::Timespan => map1::<Long, Long>(argument, rows, in_range),
        ScalarType::Real => {
            map1::<Real, Long>(argument, rows, |value| to_integer::whole(value).and_then(in_range))
        }
        ScalarType::Decimal => {
            map1::<Dec, Long>(argument, rows, |value: Decimal| in_range(value.to_i64_wrapping()))
        }
        ScalarType::Datetime => Ok(argument.array().clone()),
        ScalarType::String => map1::<Text, Long>(argument, rows, datetime::parse),
        ScalarType::Dynamic => from_dynamic::convert(argument, ScalarType::Datetime),
        ScalarType::Bool | ScalarType::Guid => impossible(ScalarType::Datetime, rows),
    }
}
