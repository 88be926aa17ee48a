//! One number for a series, or for two.
//!
//! - `series_sum`, `series_product`, `series_magnitude`: elements that are no numbers do not count; without any that do the
//!   result is null. [D series-sum-function.md], [D series-product-function.md], [D series-magnitude-function.md]
//! - `series_dot_product`, `series_cosine_similarity`: the longer series is cut to the shorter one, and pairs with an element that
//!   is no number do not count. [D series-dot-product-function.md], [D series-cosine-similarity-function.md]
//! - `series_pearson_correlation`: null if a series has an element that is no number, or their lengths differ.
//!   [D series-pearson-correlation-function.md]

use datafusion_expr::ColumnarValue;
use serde_json::Value;

use super::numbers::{complete, mean, number, reals};
use crate::strings::{Texts, argument, kernel, real_rows, value_of_row};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const OF_ONE: ScalarFunction =
    ScalarFunction { names: &["series_sum", "series_product", "series_magnitude"], bind: bind_one };

pub(crate) const OF_TWO: ScalarFunction =
    ScalarFunction { names: &["series_dot_product", "series_cosine_similarity"], bind: bind_two };

pub(crate) const CORRELATION: ScalarFunction =
    ScalarFunction { names: &["series_pearson_correlation"], bind: bind_correlation };

fn bind_one(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        real_rows(function, arguments, rows, |row| {
            let Some(elements) = reals(series.get(row)) else { return Ok(None) };
            let numbers: Vec<f64> = elements.into_iter().flatten().collect();
            if numbers.is_empty() {
                return Ok(None);
            }
            Ok(Some(match function {
                "series_sum" => numbers.iter().sum(),
                "series_product" => numbers.iter().product(),
                _ => numbers.iter().map(|number| number * number).sum::<f64>().sqrt(),
            }))
        })
    }))
}

fn bind_two(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        real_rows(function, arguments, rows, |row| {
            let Some(pairs) = pairs(function, arguments, row)? else { return Ok(None) };
            let product: f64 = pairs.iter().map(|(left, right)| left * right).sum();
            if function == "series_dot_product" {
                return Ok(Some(product));
            }
            let magnitude = |squares: f64| squares.sqrt();
            let left = number(function, arguments, 2, row)?
                .unwrap_or_else(|| magnitude(pairs.iter().map(|(left, _)| left * left).sum()));
            let right = number(function, arguments, 3, row)?
                .unwrap_or_else(|| magnitude(pairs.iter().map(|(_, right)| right * right).sum()));
            Ok(Some(product / (left * right)))
        })
    }))
}

/// The elements of two series side by side; a number stands for as many of itself as the other has. `None` if one of them is
/// neither, or empty.
fn pairs(
    function: &'static str,
    arguments: &[ColumnarValue],
    row: usize,
) -> Result<Option<Vec<(f64, f64)>>, FunctionError> {
    let side = |index| value_of_row(function, argument(function, arguments, index)?, row);
    let (left, right) = match (side(0)?, side(1)?) {
        (Value::Array(left), Value::Array(right)) => (left, right),
        (Value::Array(left), right) if right.is_number() => {
            let right = vec![right; left.len()];
            (left, right)
        }
        (left, Value::Array(right)) if left.is_number() => (vec![left; right.len()], right),
        _ => return Ok(None),
    };
    if left.is_empty() || right.is_empty() {
        return Ok(None);
    }
    let numbers = left.iter().map(Value::as_f64).zip(right.iter().map(Value::as_f64));
    Ok(Some(numbers.filter_map(|(left, right)| left.zip(right)).collect()))
}

fn bind_correlation(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let left = Texts::raw(function, argument(function, arguments, 0)?)?;
        let right = Texts::raw(function, argument(function, arguments, 1)?)?;
        real_rows(function, arguments, rows, |row| {
            let Some((left, right)) = complete(left.get(row)).zip(complete(right.get(row))) else {
                return Ok(None);
            };
            Ok(if left.len() == right.len() { correlation(&left, &right) } else { None })
        })
    }))
}

/// Pearson's coefficient of two series of the same length; NaN if one of them is constant, `None` if they are empty.
pub(super) fn correlation(left: &[f64], right: &[f64]) -> Option<f64> {
    let (left_mean, right_mean) = (mean(left)?, mean(right)?);
    let (mut products, mut left_squares, mut right_squares) = (0.0, 0.0, 0.0);
    for (left, right) in left.iter().zip(right) {
        let (left, right) = (left - left_mean, right - right_mean);
        products += left * right;
        left_squares += left * left;
        right_squares += right * right;
    }
    Some(products / (left_squares.sqrt() * right_squares.sqrt()))
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::strings::calling::{Argument, call, dynamic, long};

    fn total(function: &str, arguments: &[Argument]) -> Option<f64> {
        match call(function, ScalarType::Real, arguments).as_slice() {
            [Value::Real(value)] => *value,
            other => panic!("{other:?}"),
        }
    }

    /// The pages of the functions.
    #[test]
    fn examples_of_the_reference() {
        let series = [dynamic("[1,2,3,4]")];
        assert_eq!(total("series_sum", &series), Some(10.0));
        assert_eq!(total("series_product", &series), Some(24.0));
        assert_eq!(total("series_magnitude", &series), Some(30.0_f64.sqrt()));
        assert_eq!(total("series_dot_product", &[dynamic("[1,2,4]"), dynamic("[4,2,1]")]), Some(12.0));
        assert_eq!(total("series_dot_product", &[dynamic("[1,2,4]"), long(1)]), Some(7.0));
        let similarity =
            total("series_cosine_similarity", &[dynamic("[0.1,0.2,0.1,0.2]"), dynamic("[1,2,3,4]")]);
        assert!(similarity.is_some_and(|similarity| (similarity - 0.923_760_430_703_401).abs() < 1e-14));
        let correlation =
            total("series_pearson_correlation", &[dynamic("[1,2,3,4,5]"), dynamic("[2,4,6,8,10]")]);
        assert!(correlation.is_some_and(|correlation| (correlation - 1.0).abs() < 1e-15));
    }

    #[test]
    fn what_is_missing_does_not_count() {
        assert_eq!(total("series_sum", &[dynamic("[1,null,2.5]")]), Some(3.5));
        assert_eq!(total("series_sum", &[dynamic("[]")]), None);
        assert_eq!(total("series_dot_product", &[dynamic(r#"[1,"x",4,5]"#), dynamic("[4,2,1]")]), Some(8.0));
        assert_eq!(total("series_dot_product", &[dynamic("[]"), dynamic("[4]")]), None);
        assert_eq!(total("series_pearson_correlation", &[dynamic("[1,2]"), dynamic("[1,2,3]")]), None);
        assert_eq!(total("series_pearson_correlation", &[dynamic("[1,null]"), dynamic("[1,2]")]), None);
    }

    #[test]
    fn magnitudes_may_be_given() {
        let real = |value| Argument::Constant(Value::Real(Some(value)));
        // (1·3 + 2·4) / (2 · 5)
        let arguments = [dynamic("[1,2]"), dynamic("[3,4]"), real(2.0), real(5.0)];
        assert_eq!(total("series_cosine_similarity", &arguments), Some(1.1));
    }
}
