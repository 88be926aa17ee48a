use arrow::array::ArrayRef;
use wardenry_kql_values::{Decimal, ScalarType, timespan};

use super::{from_dynamic, impossible, to_integer};
use crate::FunctionError;
use crate::rows::{Argument, Dec, Int, Long, Real, Text, map1};

/// A number is one of ticks.
pub(super) fn convert(argument: &Argument, from: ScalarType, rows: usize) -> Result<ArrayRef, FunctionError> {
    match from {
        ScalarType::Int => map1::<Int, Long>(argument, rows, |value| Some(i64::from(value))),
        ScalarType::Long | ScalarType::Datetime | ScalarType::Timespan => Ok(argument.array().clone()),
        ScalarType::Real => map1::<Real, Long>(argument, rows, to_integer::whole),
        ScalarType::Decimal => {
            map1::<Dec, Long>(argument, rows, |value: Decimal| Some(value.to_i64_wrapping()))
        }
        ScalarType::String => map1::<Text, Long>(argument, rows, timespan::parse),
        ScalarType::Dynamic => from_dynamic::convert(argument, ScalarType::Timespan),
        ScalarType::Bool | ScalarType::Guid => impossible(ScalarType::Timespan, rows),
    }
}
