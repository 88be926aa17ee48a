//! Arrays of numbers, read from JSON and written to it, and the numbers beside them.

use datafusion_common::ScalarValue;
use datafusion_expr::ColumnarValue;
use serde_json::Value;
use wardenry_kql_values::Decimal;

use crate::FunctionError;
use crate::strings::{Texts, argument, value_of_row};

/// The steps that one series may take. A day by minutes has 1440 elements, a year by hours 8760: a filter or a search for
/// periods over them takes some ten millions.
const MAX_STEPS: usize = 1 << 27;

/// The elements of an array; `None` for what is not one.
pub(super) fn elements(json: &str) -> Option<Vec<Value>> {
    match serde_json::from_str(json) {
        Ok(Value::Array(elements)) => Some(elements),
        _ => None,
    }
}

/// The elements of an array, `None` for those that are no numbers.
pub(super) fn reals(json: &str) -> Option<Vec<Option<f64>>> {
    Some(elements(json)?.iter().map(Value::as_f64).collect())
}

/// The elements of an array of nothing but numbers.
pub(super) fn complete(json: &str) -> Option<Vec<f64>> {
    elements(json)?.iter().map(Value::as_f64).collect()
}

/// The number that an argument is in a row; `None` if it is null, or there is no such argument.
pub(super) fn number(
    function: &'static str,
    arguments: &[ColumnarValue],
    index: usize,
    row: usize,
) -> Result<Option<f64>, FunctionError> {
    let Some(argument) = arguments.get(index) else { return Ok(None) };
    let decimal = match argument {
        ColumnarValue::Scalar(scalar) => decimal(scalar),
        ColumnarValue::Array(array) => {
            ScalarValue::try_from_array(array, row).ok().and_then(|scalar| decimal(&scalar))
        }
    };
    match decimal {
        Some(number) => Ok(Some(number)),
        None => Ok(value_of_row(function, argument, row)?.as_f64()),
    }
}

fn decimal(scalar: &ScalarValue) -> Option<f64> {
    let ScalarValue::Decimal256(Some(value), ..) = scalar else { return None };
    let (low, high) = value.to_parts();
    Some(Decimal::from_parts(low, high)?.to_f64())
}

/// The whole number that an argument is in a row.
#[expect(clippy::cast_possible_truncation, reason = "a number out of range becomes the nearest in it")]
pub(super) fn integer(
    function: &'static str,
    arguments: &[ColumnarValue],
    index: usize,
    row: usize,
) -> Result<Option<i64>, FunctionError> {
    Ok(number(function, arguments, index, row)?.map(|number| number as i64))
}

/// The text that an argument is; empty if there is no such argument.
pub(super) fn text(
    function: &'static str,
    arguments: &[ColumnarValue],
    index: usize,
) -> Result<Texts, FunctionError> {
    if index < arguments.len() {
        Texts::raw(function, argument(function, arguments, index)?)
    } else {
        Ok(Texts::One("".into()))
    }
}

/// Refuses what would take too long.
pub(super) fn limit_steps(
    function: &'static str,
    steps: usize,
    per_step: usize,
) -> Result<(), FunctionError> {
    if steps.saturating_mul(per_step) > MAX_STEPS {
        let message = format!("a series of {steps} elements is too long for it");
        return Err(FunctionError::Limit { function, message });
    }
    Ok(())
}

/// A length or a position as a real.
#[expect(clippy::cast_precision_loss, reason = "a series has far fewer than 2^53 elements")]
pub(super) fn real(count: usize) -> f64 {
    count as f64
}

pub(super) fn mean(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / real(numbers.len()))
}

/// Between the two numbers in the middle, if their count is even. Puts the numbers in order.
pub(super) fn median(numbers: &mut [f64]) -> Option<f64> {
    numbers.sort_unstable_by(f64::total_cmp);
    percentile(numbers, 50.0)
}

/// Between the two nearest of sorted numbers, along a straight line.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rank is at least 0 and below the count"
)]
pub(super) fn percentile(sorted: &[f64], percent: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let rank = real(last) * percent.clamp(0.0, 100.0) / 100.0;
    let below = sorted[rank.floor() as usize];
    let above = sorted[rank.ceil() as usize];
    Some(below + (above - below) * rank.fract())
}

/// Appends a real, always with a fraction. What is not finite is text, for JSON has no number for it.
pub(super) fn push_real(json: &mut String, value: f64) {
    if value.is_finite() {
        json.push_str(&wardenry_kql_values::real::text(value));
    } else {
        json.push('"');
        json.push_str(&wardenry_kql_values::real::text(value));
        json.push('"');
    }
}

/// Appends an array of reals.
pub(super) fn push_reals(json: &mut String, values: &[f64]) {
    push_array(json, values, |json, value| push_real(json, *value));
}

/// Appends an array of reals with gaps.
pub(super) fn push_optional_reals(json: &mut String, values: &[Option<f64>]) {
    push_array(json, values, |json, value| match value {
        Some(value) => push_real(json, *value),
        None => json.push_str("null"),
    });
}

/// Appends an array of what `write` appends for each item.
pub(super) fn push_array<T>(json: &mut String, items: &[T], mut write: impl FnMut(&mut String, &T)) {
    json.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        write(json, item);
    }
    json.push(']');
}
