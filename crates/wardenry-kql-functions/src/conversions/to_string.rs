use std::fmt::Write as _;

use arrow::array::ArrayRef;
use wardenry_kql_values::{Decimal, ScalarType, boolean, datetime, guid, real, timespan};

use crate::FunctionError;
use crate::rows::{Argument, Bool, Dec, Guid, Int, Long, Real, text1};

pub(super) fn convert(argument: &Argument, from: ScalarType, rows: usize) -> Result<ArrayRef, FunctionError> {
    match from {
        ScalarType::Bool => text1::<Bool>(argument, rows, |out, value| out.push_str(boolean::text(value))),
        ScalarType::Int => text1::<Int>(argument, rows, |out, value| write_number(out, i64::from(value))),
        ScalarType::Long => text1::<Long>(argument, rows, write_number),
        ScalarType::Real => text1::<Real>(argument, rows, real::write),
        ScalarType::Decimal => text1::<Dec>(argument, rows, |out, value: Decimal| value.write(out)),
        ScalarType::Datetime => text1::<Long>(argument, rows, datetime::write),
        ScalarType::Timespan => text1::<Long>(argument, rows, timespan::write),
        ScalarType::Guid => text1::<Guid>(argument, rows, guid::write),
        ScalarType::Dynamic => super::from_dynamic::convert(argument, ScalarType::String),
        ScalarType::String => Ok(argument.array().clone()),
    }
}

fn write_number(out: &mut String, value: i64) {
    let _infallible = write!(out, "{value}");
}
