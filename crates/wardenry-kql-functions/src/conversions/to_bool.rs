use arrow::array::ArrayRef;
use wardenry_kql_values::{Decimal, ScalarType, boolean};

use super::{from_dynamic, impossible};
use crate::FunctionError;
use crate::rows::{Argument, Bool, Dec, Int, Long, Real, Text, map1};

/// Of numbers all but zero are true.
pub(super) fn convert(argument: &Argument, from: ScalarType, rows: usize) -> Result<ArrayRef, FunctionError> {
    match from {
        ScalarType::Bool => Ok(argument.array().clone()),
        ScalarType::Int => map1::<Int, Bool>(argument, rows, |value| Some(value != 0)),
        ScalarType::Long => map1::<Long, Bool>(argument, rows, |value| Some(value != 0)),
        ScalarType::Real => map1::<Real, Bool>(argument, rows, |value| Some(value != 0.0)),
        ScalarType::Decimal => map1::<Dec, Bool>(argument, rows, |value| Some(value != Decimal::ZERO)),
        ScalarType::String => map1::<Text, Bool>(argument, rows, boolean::parse),
        ScalarType::Dynamic => from_dynamic::convert(argument, ScalarType::Bool),
        ScalarType::Datetime | ScalarType::Timespan | ScalarType::Guid => impossible(ScalarType::Bool, rows),
    }
}
