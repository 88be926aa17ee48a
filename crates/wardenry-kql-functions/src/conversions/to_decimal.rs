use arrow::array::ArrayRef;
use wardenry_kql_values::{Decimal, ScalarType};

use super::{from_dynamic, impossible};
use crate::FunctionError;
use crate::rows::{Argument, Bool, Dec, Int, Long, Real, Text, map1};

pub(super) fn convert(argument: &Argument, from: ScalarType, rows: usize) -> Result<ArrayRef, FunctionError> {
    match from {
        ScalarType::Bool => map1::<Bool, Dec>(argument, rows, |value| Some(Decimal::from(i64::from(value)))),
        ScalarType::Int => map1::<Int, Dec>(argument, rows, |value| Some(Decimal::from(i64::from(value)))),
        ScalarType::Long | ScalarType::Datetime | ScalarType::Timespan => {
            map1::<Long, Dec>(argument, rows, |value| Some(Decimal::from(value)))
        }
        ScalarType::Real => map1::<Real, Dec>(argument, rows, Decimal::from_f64),
        ScalarType::Decimal => Ok(argument.array().clone()),
        ScalarType::String => map1::<Text, Dec>(argument, rows, Decimal::parse),
        ScalarType::Dynamic => from_dynamic::convert(argument, ScalarType::Decimal),
        ScalarType::Guid => impossible(ScalarType::Decimal, rows),
    }
}
