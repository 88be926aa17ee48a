//! `series_fit_poly`: the polynomial through a series, by least squares. [D series-fit-poly-function.md]
//!
//! The places are brought to −1…1 first and the powers made orthogonal (modified Gram–Schmidt), which keeps high degrees
//! from drowning in rounding.

use super::line::r_square;
use super::numbers::{complete, integer, limit_steps, mean, push_real, push_reals, real};
use crate::strings::{Texts, argument, dynamic_rows, kernel};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const FIT_POLY: ScalarFunction = ScalarFunction { names: &["series_fit_poly"], bind };

/// Higher ones mean nothing in arithmetic of 53 bits.
const MAX_DEGREE: usize = 32;

/// Gives the array of the columns: r-square, the coefficients from the highest power down, variance, residual variance, the
/// polynomial's values. Null for an empty series, elements that are no numbers, places of another length, and a degree that is not in
/// 1…32.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        let places = super::numbers::text(function, arguments, 1)?;
        let with_places = arguments.len() > 1;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some(series) = complete(series.get(row)) else { return Ok(false) };
            let places = if with_places {
                complete(places.get(row))
            } else {
                Some((1..=series.len()).map(real).collect())
            };
            let degree = integer(function, arguments, 2, row)?.unwrap_or(1);
            let degree = usize::try_from(degree).unwrap_or(0);
            let Some(places) = places.filter(|places| places.len() == series.len()) else {
                return Ok(false);
            };
            if !(1..=MAX_DEGREE).contains(&degree) {
                return Ok(false);
            }
            limit_steps(function, series.len(), degree * degree)?;
            let (Some(average), Some(coefficients)) = (mean(&series), fit(&places, &series, degree)) else {
                return Ok(false);
            };
            let values: Vec<f64> = places.iter().map(|place| value_at(&coefficients, *place)).collect();
            let squares: f64 = series.iter().map(|value| (value - average).powi(2)).sum();
            let residuals: f64 = series.iter().zip(&values).map(|(value, fit)| (value - fit).powi(2)).sum();
            let divisor = (real(series.len()) - 1.0).max(1.0);
            json.push('[');
            push_real(json, r_square(squares, residuals));
            json.push(',');
            let highest_first: Vec<f64> = coefficients.iter().rev().copied().collect();
            push_reals(json, &highest_first);
            for value in [squares / divisor, residuals / divisor] {
                json.push(',');
                push_real(json, value);
            }
            json.push(',');
            push_reals(json, &values);
            json.push(']');
            Ok(true)
        })
    }))
}

/// The coefficients, the lowest power first. Powers that the places do not tell apart from lower ones get 0.
fn fit(places: &[f64], series: &[f64], degree: usize) -> Option<Vec<f64>> {
    let low = places.iter().copied().reduce(f64::min)?;
    let high = places.iter().copied().reduce(f64::max)?;
    let (middle, half) = (low / 2.0 + high / 2.0, high / 2.0 - low / 2.0);
    let half = if half > 0.0 { half } else { 1.0 };
    let scaled: Vec<f64> = places.iter().map(|place| (place - middle) / half).collect();

    // Each basis vector with its polynomial in the scaled place.
    let mut basis: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    let mut rest = series.to_vec();
    let mut coefficients = vec![0.0; degree + 1];
    let mut power = vec![1.0; places.len()];
    for exponent in 0..=degree {
        let mut vector = power.clone();
        let mut polynomial = vec![0.0; degree + 1];
        polynomial[exponent] = 1.0;
        let length = norm(&vector);
        for (other, other_polynomial) in &basis {
            let along = dot(&vector, other);
            subtract(&mut vector, other, along);
            subtract(&mut polynomial, other_polynomial, along);
        }
        let rest_length = norm(&vector);
        if rest_length > length * 1e-12 {
            vector.iter_mut().chain(&mut polynomial).for_each(|value| *value /= rest_length);
            let along = dot(&rest, &vector);
            subtract(&mut rest, &vector, along);
            subtract(&mut coefficients, &polynomial, -along);
            basis.push((vector, polynomial));
        }
        power.iter_mut().zip(&scaled).for_each(|(power, place)| *power *= place);
    }

    // From powers of (x - middle) / half to powers of x, by Horner's rule.
    let mut result = vec![0.0; degree + 1];
    for coefficient in coefficients.iter().rev() {
        for power in (0..=degree).rev() {
            let below = if power > 0 { result[power - 1] } else { 0.0 };
            result[power] = (below - middle * result[power]) / half;
        }
        result[0] += coefficient;
    }
    Some(result)
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

fn norm(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

fn subtract(vector: &mut [f64], other: &[f64], times: f64) {
    vector.iter_mut().zip(other).for_each(|(value, other)| *value -= times * other);
}

fn value_at(coefficients: &[f64], place: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |value, coefficient| value * place + coefficient)
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::series::testing::near;
    use crate::strings::calling::{Argument, call, dynamic, jsons};

    fn fit(arguments: &[Argument]) -> Vec<Value> {
        call("series_fit_poly", ScalarType::Dynamic, arguments)
    }

    fn int(value: i32) -> Argument {
        Argument::Constant(Value::Int(Some(value)))
    }

    /// The places are 1, 2, 3, … without others: the line is the one of `series_fit_line`.
    #[test]
    fn a_line_by_default() {
        near(&fit(&[dynamic("[1,3]")]), "[1, [2,-1], 2, 0, [1,3]]", 1e-12);
        near(
            &fit(&[dynamic("[2,5,6,8,11,15,17,18,25,26,30,30]")]),
            "[0.9829, [2.7308,-1.6667], 98.6288, 1.6865, \
             [1.0641,3.7949,6.5256,9.2564,11.9872,14.7179,17.4487,20.1795,22.9103,25.641,28.3718,31.1026]]",
            1e-4,
        );
    }

    /// `y = x³ - 2x + 5` at uneven places; the values have the mean 75.
    #[test]
    fn a_cubic() {
        let variance =
            [6.0, 5.0, 4.0, 26.0, 334.0].iter().map(|value: &f64| (value - 75.0).powi(2)).sum::<f64>() / 4.0;
        near(
            &fit(&[dynamic("[6,5,4,26,334]"), dynamic("[-1,0,1,3,7]"), int(3)]),
            &format!("[1, [1,0,-2,5], {variance}, 0, [6,5,4,26,334]]"),
            1e-9,
        );
    }

    #[test]
    fn what_has_no_fit() {
        assert_eq!(fit(&[dynamic("[]")]), jsons(&["null"]));
        assert_eq!(fit(&[dynamic("[1,2]"), dynamic("[1]")]), jsons(&["null"]));
        assert_eq!(fit(&[dynamic("[1,2]"), dynamic("[1,2]"), int(0)]), jsons(&["null"]));
        // Two places tell a line and no more.
        near(&fit(&[dynamic("[1,3]"), dynamic("[1,2]"), int(4)]), "[1, [0,0,0,2,-1], 2, 0, [1,3]]", 1e-9);
    }
}
