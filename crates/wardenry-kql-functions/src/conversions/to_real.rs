use arrow::array::ArrayRef;
use wardenry_kql_values::{Decimal, ScalarType, real};

use super::{from_dynamic, impossible};
use crate::FunctionError;
use crate::rows::{Argument, Bool, Dec, Int, Long, Real, Text, map1};

#[expect(clippy::cast_precision_loss, reason = "the nearest real is what a long becomes")]
pub(super) fn convert(argument: &Argument, from: ScalarType, rows: usize) -> Result<ArrayRef, FunctionError> {
    match from {
        ScalarType::Bool => map1::<Bool, Real>(argument, rows, |value| Some(f64::from(u8::from(value)))),
        ScalarType::Int => map1::<Int, Real>(argument, rows, |value| Some(f64::from(value))),
        ScalarType::Long | ScalarType::Datetime | ScalarType::Timespan => {
            map1::<Long, Real>(argument, rows, |value| Some(value as f64))
        }
        ScalarType::Real => Ok(argument.array().clone()),
        ScalarType::Decimal => map1::<Dec, Real>(argument, rows, |value: Decimal| Some(value.to_f64())),
        ScalarType::String => map1::<Text, Real>(argument, rows, real::parse),
        ScalarType::Dynamic => from_dynamic::convert(argument, ScalarType::Real),
        ScalarType::Guid => impossible(ScalarType::Real, rows),
    }
}
