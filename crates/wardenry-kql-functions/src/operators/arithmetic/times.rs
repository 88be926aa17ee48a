use arrow::array::ArrayRef;
use wardenry_kql_values::{ScalarType, datetime};

use super::Arithmetic;
use crate::FunctionError;
use crate::conversions::whole;
use crate::rows::{Argument, Long, Real, map2};

/// At least one operand is a `datetime` or a `timespan`; both are ticks, the other may be a `long` or a `real`.
#[expect(clippy::cast_precision_loss, reason = "beside a real, ticks are a real")]
pub(super) fn calculate(
    function: &'static str,
    operation: Arithmetic,
    (left_type, left): (ScalarType, &Argument),
    (right_type, right): (ScalarType, &Argument),
    rows: usize,
) -> Result<ArrayRef, FunctionError> {
    use Arithmetic::{Add, Divide, Modulo, Multiply, Subtract};
    use ScalarType::{Datetime, Long as LongType, Real as RealType, Timespan};
    // A datetime may not leave its years.
    let limit = match (left_type, operation, right_type) {
        (Datetime, Subtract | Modulo, Datetime) | (Datetime, Modulo, Timespan) => any,
        (Datetime, _, _) | (_, _, Datetime) => datetime::in_range,
        _ => any,
    };
    let within = |ticks: Option<i64>| ticks.filter(|ticks| limit(*ticks));
    match (left_type, operation, right_type) {
        (Datetime | Timespan, Add, Datetime | Timespan) => {
            map2::<Long, Long, Long>(left, right, rows, |a, b| within(a.checked_add(b)))
        }
        (Datetime | Timespan, Subtract, Datetime | Timespan) => {
            map2::<Long, Long, Long>(left, right, rows, |a, b| within(a.checked_sub(b)))
        }
        (Datetime | Timespan, Divide, Datetime | Timespan) => {
            map2::<Long, Long, Real>(left, right, rows, |a, b| Some(a as f64 / b as f64))
        }
        (Datetime | Timespan, Modulo, Datetime | Timespan | LongType) => {
            map2::<Long, Long, Long>(left, right, rows, |a, b| {
                within((b != 0).then(|| a.wrapping_rem_euclid(b)))
            })
        }
        (Timespan, Multiply, Timespan)
        | (Datetime | Timespan, Multiply, LongType)
        | (LongType, Multiply, Datetime | Timespan) => {
            map2::<Long, Long, Long>(left, right, rows, |a, b| within(a.checked_mul(b)))
        }
        (Datetime | Timespan, Divide, LongType) => {
            map2::<Long, Long, Long>(left, right, rows, |a, b| within(a.checked_div(b)))
        }
        (Datetime | Timespan, Multiply, RealType) => {
            map2::<Long, Real, Long>(left, right, rows, |a, b| within(whole(a as f64 * b)))
        }
        (RealType, Multiply, Datetime | Timespan) => {
            map2::<Real, Long, Long>(left, right, rows, |a, b| within(whole(a * b as f64)))
        }
        (Datetime | Timespan, Divide, RealType) => {
            map2::<Long, Real, Long>(left, right, rows, |a, b| within(whole(a as f64 / b)))
        }
        (Datetime | Timespan, Modulo, RealType) => {
            map2::<Long, Real, Long>(left, right, rows, |a, b| within(whole((a as f64).rem_euclid(b))))
        }
        _ => Err(FunctionError::misplaced(function)),
    }
}

const fn any(_ticks: i64) -> bool {
    true
}
