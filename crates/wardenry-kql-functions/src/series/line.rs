//! The straight line through numbers that lie evenly, by least squares.

use std::fmt::Write as _;

use super::numbers::{push_real, push_reals, real};

/// A line through numbers at 1, 2, 3, …, as `series_fit_line` gives it. [D series-fit-line-function.md]
///
/// Variances are those of a sample, the residual one too: the example of the page tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) r_square: f64,
    pub(super) slope: f64,
    pub(super) variance: f64,
    pub(super) residual_variance: f64,
    pub(super) interception: f64,
}

impl Line {
    /// `None` without numbers. One number has a level line without a variance; a constant series fits it entirely.
    pub(super) fn through(series: &[f64]) -> Option<Self> {
        let count = real(series.len());
        let mean_place = f64::midpoint(count, 1.0);
        let mean = super::numbers::mean(series)?;
        let (mut squares, mut products) = (0.0, 0.0);
        for (place, value) in (1..).zip(series) {
            let (place, value) = (real(place) - mean_place, value - mean);
            squares += value * value;
            products += place * value;
        }
        let place_squares = (count - 1.0) * count * (count + 1.0) / 12.0;
        let slope = if series.len() > 1 { products / place_squares } else { 0.0 };
        let interception = mean - slope * mean_place;
        let residuals: f64 = (1..)
            .zip(series)
            .map(|(place, value)| (value - (slope * real(place) + interception)).powi(2))
            .sum();
        let divisor = (count - 1.0).max(1.0);
        Some(Self {
            r_square: r_square(squares, residuals),
            slope,
            variance: squares / divisor,
            residual_variance: residuals / divisor,
            interception,
        })
    }

    /// The value at a place that counts from 0, as those of arrays do.
    pub(super) fn at(&self, place: usize) -> f64 {
        self.slope * real(place + 1) + self.interception
    }

    pub(super) fn values(&self, len: usize) -> Vec<f64> {
        (0..len).map(|place| self.at(place)).collect()
    }

    /// Appends the members of a bag.
    pub(super) fn write_members(&self, json: &mut String, fit_name: &str, fit: &[f64]) {
        for (name, value) in [
            ("rsquare", self.r_square),
            ("slope", self.slope),
            ("variance", self.variance),
            ("rvariance", self.residual_variance),
            ("interception", self.interception),
        ] {
            write!(json, "\"{name}\":").expect("a String takes what is written");
            push_real(json, value);
            json.push(',');
        }
        write!(json, "\"{fit_name}\":").expect("a String takes what is written");
        push_reals(json, fit);
    }
}

/// How much of the sum of squares is gone. All of nothing is.
pub(super) fn r_square(squares: f64, residuals: f64) -> f64 {
    if squares == 0.0 { 1.0 } else { (1.0 - residuals / squares).clamp(0.0, 1.0) }
}
