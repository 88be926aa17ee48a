//! Numbers of two types, brought to one.

use std::sync::Arc;

use wardenry_kql_values::{Decimal, ScalarType};

use crate::FunctionError;
use crate::rows::{Argument, Bool, Dec, Int, Long, Real, map1};

/// The type in which numbers (and bools) of two types are compared.
pub(super) fn common_number(left: ScalarType, right: ScalarType) -> ScalarType {
    if left == ScalarType::Decimal || right == ScalarType::Decimal {
        ScalarType::Decimal
    } else if left == ScalarType::Real || right == ScalarType::Real {
        ScalarType::Real
    } else {
        ScalarType::Long
    }
}

/// A number as one of a wider type. What a decimal cannot hold becomes null.
pub(super) fn widen(
    function: &'static str,
    from: ScalarType,
    argument: &Argument,
    to: ScalarType,
    rows: usize,
) -> Result<Argument, FunctionError> {
    use ScalarType as T;
    let rows = if argument.is_constant() { 1 } else { rows };
    let array = match (from, to) {
        _ if from == to => Arc::clone(argument.array()),
        (T::Bool, T::Long) => map1::<Bool, Long>(argument, rows, |value| Some(i64::from(value)))?,
        (T::Bool, T::Real) => map1::<Bool, Real>(argument, rows, |value| Some(f64::from(u8::from(value))))?,
        (T::Bool, T::Decimal) => map1::<Bool, Dec>(argument, rows, |value| Some(i64::from(value).into()))?,
        (T::Int, T::Long) => map1::<Int, Long>(argument, rows, |value| Some(i64::from(value)))?,
        (T::Int, T::Real) => map1::<Int, Real>(argument, rows, |value| Some(f64::from(value)))?,
        (T::Int, T::Decimal) => map1::<Int, Dec>(argument, rows, |value| Some(i64::from(value).into()))?,
        (T::Long, T::Real) => map1::<Long, Real>(argument, rows, |value| Some(value as f64))?,
        (T::Long, T::Decimal) => map1::<Long, Dec>(argument, rows, |value| Some(value.into()))?,
        (T::Real, T::Decimal) => map1::<Real, Dec>(argument, rows, Decimal::from_f64)?,
        _ => return Err(super::misplaced(function)),
    };
    Ok(argument.with_array(array))
}
