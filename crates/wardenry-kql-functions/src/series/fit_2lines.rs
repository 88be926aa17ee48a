//! `series_fit_2lines`, `series_fit_2lines_dynamic`: two straight lines, one up to a split and one from there on.
//! [D series-fit-2lines-function.md], [D series-fit-2lines-dynamic-function.md]
//!
//! The split is the place, from 0, of the first element of the right part. It is where both lines together leave the smallest
//! residuals, the first of equal ones; each part has at least two elements. Each line counts its own places from 1, as
//! `series_fit_line` of the part does. The page leaves these two things open.

use std::fmt::Write as _;

use super::line::{Line, r_square};
use super::numbers::{complete, mean, push_real, push_reals, real};
use crate::strings::{Texts, argument, dynamic_rows, kernel};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const FIT_2LINES: ScalarFunction =
    ScalarFunction { names: &["series_fit_2lines", "series_fit_2lines_dynamic"], bind };

/// `series_fit_2lines` gives the array of its columns: of the whole, of the right line, of the left line. A series of less than
/// four elements gives null, and so does one with an element that is no number.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some(fit) = complete(series.get(row)).and_then(|series| TwoLines::through(&series)) else {
                return Ok(false);
            };
            if function == "series_fit_2lines" {
                fit.write_array(json);
            } else {
                fit.write_bag(json);
            }
            Ok(true)
        })
    }))
}

struct TwoLines {
    split: usize,
    left: Line,
    right: Line,
    r_square: f64,
    variance: f64,
    residual_variance: f64,
    fit: Vec<f64>,
}

impl TwoLines {
    fn through(series: &[f64]) -> Option<Self> {
        let split = best_split(series)?;
        let (left_part, right_part) = series.split_at(split);
        let (left, right) = (Line::through(left_part)?, Line::through(right_part)?);
        let mut fit = left.values(left_part.len());
        fit.extend(right.values(right_part.len()));
        let average = mean(series)?;
        let squares: f64 = series.iter().map(|value| (value - average).powi(2)).sum();
        let residuals: f64 = series.iter().zip(&fit).map(|(value, fit)| (value - fit).powi(2)).sum();
        let divisor = real(series.len()) - 1.0;
        Some(Self {
            split,
            left,
            right,
            r_square: r_square(squares, residuals),
            variance: squares / divisor,
            residual_variance: residuals / divisor,
            fit,
        })
    }

    fn write_array(&self, json: &mut String) {
        json.push('[');
        push_real(json, self.r_square);
        write!(json, ",{}", self.split).expect("a String takes what is written");
        for value in [self.variance, self.residual_variance] {
            json.push(',');
            push_real(json, value);
        }
        json.push(',');
        push_reals(json, &self.fit);
        for line in [&self.right, &self.left] {
            let values =
                [line.r_square, line.slope, line.interception, line.variance, line.residual_variance];
            for value in values {
                json.push(',');
                push_real(json, value);
            }
        }
        json.push(']');
    }

    fn write_bag(&self, json: &mut String) {
        json.push_str("{\"rsquare\":");
        push_real(json, self.r_square);
        write!(json, ",\"split_idx\":{},\"variance\":", self.split).expect("a String takes what is written");
        push_real(json, self.variance);
        json.push_str(",\"rvariance\":");
        push_real(json, self.residual_variance);
        json.push_str(",\"line_fit\":");
        push_reals(json, &self.fit);
        let (left, right) = self.fit.split_at(self.split);
        for (name, line, fit) in [("right", &self.right, right), ("left", &self.left, left)] {
            write!(json, ",\"{name}\":{{").expect("a String takes what is written");
            line.write_members(json, "line_fit", fit);
            json.push('}');
        }
        json.push('}');
    }
}

/// Sums over the first elements tell what a line through any part leaves: one pass is enough.
fn best_split(series: &[f64]) -> Option<usize> {
    let average = mean(series)?;
    let mut sums = vec![Sums::default()];
    let mut running = Sums::default();
    for (place, value) in series.iter().enumerate() {
        running.add(real(place), value - average);
        sums.push(running);
    }
    let last = series.len().checked_sub(2)?;
    let mut best: Option<(usize, f64)> = None;
    for (split, before) in sums.iter().enumerate().take(last + 1).skip(2) {
        let left = before.residuals(split, 0);
        let right = running.minus(before).residuals(series.len() - split, split);
        if best.is_none_or(|(_, residuals)| left + right < residuals) {
            best = Some((split, left + right));
        }
    }
    best.map(|(split, _)| split)
}

#[derive(Clone, Copy, Default)]
struct Sums {
    values: f64,
    squares: f64,
    products: f64,
}

impl Sums {
    fn add(&mut self, place: f64, value: f64) {
        self.values += value;
        self.squares += value * value;
        self.products += place * value;
    }

    fn minus(&self, other: &Self) -> Self {
        Self {
            values: self.values - other.values,
            squares: self.squares - other.squares,
            products: self.products - other.products,
        }
    }

    /// What the best line through so many elements from a place on leaves.
    fn residuals(&self, count: usize, first: usize) -> f64 {
        let count = real(count);
        let mean_place = real(first) + (count - 1.0) / 2.0;
        let squares = self.squares - self.values * self.values / count;
        let products = self.products - mean_place * self.values;
        let place_squares = (count - 1.0) * count * (count + 1.0) / 12.0;
        (squares - products * products / place_squares).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::series::testing::near;
    use crate::strings::calling::{call, dynamic, jsons};

    /// By hand: `y = x` for three elements, then `y = 12 - 2x` for four; each fits entirely.
    #[test]
    fn two_lines() {
        let series = dynamic("[1,2,3,10,8,6,4]");
        let mean = 34.0_f64 / 7.0;
        let squares: f64 =
            [1.0, 2.0, 3.0, 10.0, 8.0, 6.0, 4.0].iter().map(|value: &f64| (value - mean).powi(2)).sum();
        let variance = squares / 6.0;
        let array =
            format!("[1, 3, {variance}, 0, [1,2,3,10,8,6,4], 1, -2, 12, {}, 0, 1, 1, 0, 1, 0]", 20.0 / 3.0);
        let columns = call("series_fit_2lines", ScalarType::Dynamic, std::slice::from_ref(&series));
        near(&columns, &array, 1e-9);
        let bag = format!(
            r#"{{"rsquare": 1, "split_idx": 3, "variance": {variance}, "rvariance": 0, "line_fit": [1,2,3,10,8,6,4],
                "right": {{"rsquare": 1, "slope": -2, "interception": 12, "variance": {}, "rvariance": 0, "line_fit": [10,8,6,4]}},
                "left": {{"rsquare": 1, "slope": 1, "interception": 0, "variance": 1, "rvariance": 0, "line_fit": [1,2,3]}}}}"#,
            20.0 / 3.0
        );
        near(&call("series_fit_2lines_dynamic", ScalarType::Dynamic, &[series]), &bag, 1e-9);
    }

    #[test]
    fn short_series_have_no_two_lines() {
        let fit = |series: &str| call("series_fit_2lines", ScalarType::Dynamic, &[dynamic(series)]);
        assert_eq!(fit("[1,2,3]"), jsons(&["null"]));
        assert_eq!(fit("[]"), jsons(&["null"]));
    }
}
