//! A dynamic value beside a number, and dynamic values beside each other.
//!
//! The number inside is compared; a value that is no number is unequal to all, and has no order. Dynamic values are equal
//! if they mean the same, however they are spaced and in whatever order their members stand. [D scalar-data-types/dynamic.md]

use std::cmp::Ordering;

use arrow::array::BooleanArray;
use arrow::buffer::BooleanBuffer;
use wardenry_kql_values::{Decimal, ScalarType};

use super::{Comparison, with_null_rules};
use crate::FunctionError;
use crate::dynamic::{Dynamic, Kind};
use crate::rows::{Argument, Dec, Int, Json, Long, Real, Source, bits2};

pub(super) fn compare(
    comparison: Comparison,
    (left_type, left): (ScalarType, &Argument),
    (right_type, right): (ScalarType, &Argument),
    rows: usize,
) -> Result<BooleanArray, FunctionError> {
    let bits = match (left_type, right_type) {
        (ScalarType::Dynamic, ScalarType::Dynamic) => bits2::<Json, Json>(left, right, rows, |a, b| {
            comparison.holds(same(a, b).then_some(Ordering::Equal))
        })?,
        (ScalarType::Dynamic, number) => beside(number, left, right, rows, |order| comparison.holds(order))?,
        (number, _) => {
            beside(number, right, left, rows, |order| comparison.holds(order.map(Ordering::reverse)))?
        }
    };
    Ok(with_null_rules(comparison, bits, left, right, rows))
}

/// The dynamic value's order relative to the number.
fn beside(
    number_type: ScalarType,
    dynamic: &Argument,
    number: &Argument,
    rows: usize,
    holds: impl Fn(Option<Ordering>) -> bool,
) -> Result<BooleanBuffer, FunctionError> {
    fn rows_of<N: Source>(
        dynamic: &Argument,
        number: &Argument,
        rows: usize,
        holds: impl Fn(Option<Ordering>) -> bool,
        order: impl Fn(&str, N::Item<'_>) -> Option<Ordering>,
    ) -> Result<BooleanBuffer, FunctionError> {
        bits2::<Json, N>(dynamic, number, rows, |json, number| holds(order(json, number)))
    }
    match number_type {
        ScalarType::Int => rows_of::<Int>(dynamic, number, rows, holds, |json, n| long(json, i64::from(n))),
        ScalarType::Long => rows_of::<Long>(dynamic, number, rows, holds, long),
        ScalarType::Real => rows_of::<Real>(dynamic, number, rows, holds, real),
        ScalarType::Decimal => rows_of::<Dec>(dynamic, number, rows, holds, decimal),
        _ => Err(FunctionError::misplaced("==")),
    }
}

fn long(json: &str, number: i64) -> Option<Ordering> {
    let value = Dynamic::new(json);
    if let Some(value) = value.as_i64() {
        return Some(value.cmp(&number));
    }
    #[expect(clippy::cast_precision_loss, reason = "beside a real, a long is a real")]
    let number = number as f64;
    value.as_f64()?.partial_cmp(&number)
}

fn real(json: &str, number: f64) -> Option<Ordering> {
    Dynamic::new(json).as_f64()?.partial_cmp(&number)
}

fn decimal(json: &str, number: Decimal) -> Option<Ordering> {
    let value = Dynamic::new(json);
    matches!(value.kind(), Kind::Long | Kind::Real)
        .then(|| Decimal::parse(value.text()))?
        .map(|value| value.cmp(&number))
}

/// Whether two JSON texts mean the same value.
fn same(left: &str, right: &str) -> bool {
    left == right || Dynamic::new(left).canonical() == Dynamic::new(right).canonical()
}
