//! `series_periods_detect`, `series_periods_validate`: how often a series repeats itself.
//! [D series-periods-detect-function.md], [D series-periods-validate-function.md]
//!
//! The pages do not say how periods are scored. Here the score of a period is the correlation (Pearson's) between the series and
//! itself that much later, without its straight line. A period must be a hill: the series is less like itself one
//! element earlier and later. A score that chance would explain (below 1.96/√n) is 0.
//!
//! Detection takes those hills that nothing between half and one and a half times the period tops, and leaves out multiples of a shorter
//! period that are hardly better than it. It looks at periods from 4 elements to half of the series, both ends excluded
//! where a neighbour is missing. The results are the documented ones for the pages' examples, but for the digits of the scores.

use std::cmp::Ordering;

use datafusion_expr::ColumnarValue;

use super::line::Line;
use super::numbers::{integer, limit_steps, number, push_array, push_reals, real, reals};
use super::totals::correlation;
use crate::strings::{Texts, argument, dynamic_rows, kernel};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const DETECT: ScalarFunction =
    ScalarFunction { names: &["series_periods_detect"], bind: bind_detect };

pub(crate) const VALIDATE: ScalarFunction =
    ScalarFunction { names: &["series_periods_validate"], bind: bind_validate };

pub(super) const LEAST_PERIOD: usize = 4;
/// How much better a multiple of a period must be.
const BETTER: f64 = 0.05;

/// Gives the array of the columns: periods and scores, the best first, with zeros up to `num_periods` elements (no more than
/// the series has).
fn bind_detect(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some(series) = reals(series.get(row)) else { return Ok(false) };
            let (Some(least), Some(most), Some(count)) = (
                number(function, arguments, 1, row)?,
                number(function, arguments, 2, row)?,
                integer(function, arguments, 3, row)?,
            ) else {
                return Ok(false);
            };
            let count = usize::try_from(count).unwrap_or(0).min(series.len());
            let mut found = detect(function, &series)?;
            found.retain(|period| (least..=most).contains(&real(period.length)));
            found.truncate(count);
            let (mut periods, mut scores): (Vec<f64>, Vec<f64>) =
                found.iter().map(|period| (real(period.length), period.score)).unzip();
            periods.resize(count, 0.0);
            scores.resize(count, 0.0);
            push_array(json, &[periods, scores], |json, values| push_reals(json, values));
            Ok(true)
        })
    }))
}

/// Gives the array of the columns: the periods as given, and their scores. A period between two whole numbers has the score of the
/// better one.
fn bind_validate(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some(series) = reals(series.get(row)) else { return Ok(false) };
            let Some(periods) = periods(function, arguments, row)? else { return Ok(false) };
            limit_steps(function, series.len(), 6 * periods.len())?;
            let likeness = Likeness::of(&series);
            let scores: Vec<f64> = periods.iter().map(|period| likeness.score_of_real(*period)).collect();
            push_array(json, &[periods, scores], |json, values| push_reals(json, values));
            Ok(true)
        })
    }))
}

fn periods(
    function: &'static str,
    arguments: &[ColumnarValue],
    row: usize,
) -> Result<Option<Vec<f64>>, FunctionError> {
    (1..arguments.len()).map(|index| number(function, arguments, index, row)).collect()
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Period {
    pub(super) length: usize,
    pub(super) score: f64,
}

/// The periods of a series, the best first.
pub(super) fn detect(function: &'static str, series: &[Option<f64>]) -> Result<Vec<Period>, FunctionError> {
    let longest = series.len() / 2;
    limit_steps(function, series.len(), longest)?;
    let likeness = Likeness::of(series);
    let curve: Vec<f64> = (0..=longest).map(|lag| likeness.at(lag)).collect();
    let mut found: Vec<Period> = Vec::new();
    for length in LEAST_PERIOD..longest {
        let score = curve[length];
        let is_hill = score > curve[length - 1] && score > curve[length + 1];
        let around = &curve[length.div_ceil(2)..=(length + length / 2).min(longest)];
        let is_top = around.iter().all(|other| *other <= score);
        let is_multiple = found
            .iter()
            .any(|shorter| near_multiple(length, shorter.length) && score < shorter.score + BETTER);
        if is_hill && is_top && score >= likeness.least_score() && !is_multiple {
            found.push(Period { length, score });
        }
    }
    found.sort_by(|left, right| right.score.partial_cmp(&left.score).unwrap_or(Ordering::Equal));
    Ok(found)
}

/// A period of `shorter` elements and a bit has multiples that are off by one each.
fn near_multiple(length: usize, shorter: usize) -> bool {
    let times = (length + shorter / 2) / shorter;
    times > 1 && length.abs_diff(times * shorter) <= times
}

/// How much a series is like itself somewhat later.
struct Likeness {
    /// Without the straight line through it.
    series: Vec<Option<f64>>,
    is_level: bool,
}

impl Likeness {
    fn of(series: &[Option<f64>]) -> Self {
        let known: Vec<f64> = series.iter().flatten().copied().collect();
        // Where elements are missing, the line runs through those that there are.
        let line = Line::through(&known);
        let mut place = 0;
        let series: Vec<Option<f64>> = (series.iter())
            .map(|value| {
                let value = (*value)?;
                let level = line.map_or(0.0, |line| line.at(place));
                place += 1;
                Some(value - level)
            })
            .collect();
        let largest = |values: &mut dyn Iterator<Item = f64>| {
            values.fold(0.0, |largest: f64, value| largest.max(value.abs()))
        };
        let is_level =
            largest(&mut series.iter().flatten().copied()) <= 1e-12 * largest(&mut known.iter().copied());
        Self { series, is_level }
    }

    /// From 0 to 1.
    fn at(&self, lag: usize) -> f64 {
        if self.is_level || lag >= self.series.len() {
            return 0.0;
        }
        let pairs = self.series.iter().zip(&self.series[lag..]);
        let (early, late): (Vec<f64>, Vec<f64>) = pairs.filter_map(|(early, late)| early.zip(*late)).unzip();
        let correlation = correlation(&early, &late).unwrap_or(0.0);
        if correlation.is_nan() { 0.0 } else { correlation.clamp(0.0, 1.0) }
    }

    /// What chance would explain lies below.
    fn least_score(&self) -> f64 {
        1.96 / real(self.series.len()).sqrt()
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the period is positive and no longer than the series"
    )]
    fn score_of_real(&self, period: f64) -> f64 {
        if !(real(LEAST_PERIOD)..=real(self.series.len()) / 2.0).contains(&period) {
            return 0.0;
        }
        self.score(period.floor() as usize).max(self.score(period.ceil() as usize))
    }

    fn score(&self, length: usize) -> f64 {
        let score = self.at(length);
        let is_hill = score > self.at(length - 1) && score > self.at(length + 1);
        if is_hill && score >= self.least_score() { score } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::series::testing::near;
    use crate::strings::calling::{Argument, call, dynamic, jsons, long};

    /// The traffic of the pages, twice a day.
    const TRAFFIC: &str = "[80,139,87,110,68,54,50,51,53,133,86,141,97,156,94,149,95,140,77,61,50,54,47,133,72,152,94,\
        148,105,162,101,160,87,63,53,55,54,151,103,189,108,183,113,175,113,178,90,71,62,62,65,165,109,181,115,182,121,178,114,170]";

    fn real(value: f64) -> Argument {
        Argument::Constant(Value::Real(Some(value)))
    }

    /// [D series-periods-detect-function.md]: 14, and no other. The page has the score 0.84.
    #[test]
    fn detects_a_week() {
        let arguments = [dynamic(TRAFFIC), real(0.0), real(50.0), long(2)];
        near(&call("series_periods_detect", ScalarType::Dynamic, &arguments), "[[14,0],[0.9,0]]", 0.1);
    }

    /// [D series-periods-validate-function.md]: the page has the scores 0.84 and 0.
    #[test]
    fn validates_a_week() {
        let arguments = [dynamic(TRAFFIC), real(14.0), real(10.0)];
        near(&call("series_periods_validate", ScalarType::Dynamic, &arguments), "[[14,10],[0.9,0]]", 0.1);
    }

    #[test]
    fn level_and_short_series_have_no_period() {
        let detect = |series: &str| {
            call(
                "series_periods_detect",
                ScalarType::Dynamic,
                &[dynamic(series), real(0.0), real(50.0), long(1)],
            )
        };
        assert_eq!(detect("[5,5,5,5,5,5,5,5,5,5,5,5]"), jsons(&["[[0.0],[0.0]]"]));
        assert_eq!(detect("[1,2,3,4,5,6,7,8,9,10,11,12]"), jsons(&["[[0.0],[0.0]]"]));
        assert_eq!(detect("[1,2]"), jsons(&["[[0.0],[0.0]]"]));
        assert_eq!(detect("[]"), jsons(&["[[],[]]"]));
        assert_eq!(detect("{}"), jsons(&["null"]));
        let validate =
            call("series_periods_validate", ScalarType::Dynamic, &[dynamic("[1,2,1,2]"), real(2.0), long(9)]);
        assert_eq!(validate, jsons(&["[[2.0,9.0],[0.0,0.0]]"]));
    }
}
