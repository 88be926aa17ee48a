//! `series_outliers`: how far each element lies outside of the usual range, by Tukey's test.
//! [D series-outliers-function.md]
//!
//! The score is the distance to the nearer end of the range between two percentiles, in widths of that range, and 0 within:
//! 1.5 is the fence of Tukey's test. Percentiles lie on straight lines between neighbours. The page says no more than the
//! percentiles (25 and 75 for `tukey`, 10 and 90 for `ctukey`).
//!
//! A range narrower than a billionth of the largest element counts as that wide: so scores stay finite, and the dust of
//! rounding is no outlier.

use super::numbers::{elements, integer, number, percentile, push_reals};
use crate::strings::{Texts, argument, dynamic_rows, kernel};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const OUTLIERS: ScalarFunction = ScalarFunction { names: &["series_outliers"], bind };

/// The share of the largest element that the range is wide at least.
const LEAST_RANGE: f64 = 1e-9;

/// Elements that are null or `ignore_val` have the score 0 and do not count; the last `test_points` do not count either, but
/// have a score. Null for a kind that is neither `tukey` nor `ctukey`, and for percentiles outside of 2…98.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        let kind = super::numbers::text(function, arguments, 1)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some(elements) = elements(series.get(row)) else { return Ok(false) };
            let ignored = number(function, arguments, 2, row)?;
            let range = match kind.get(row) {
                "tukey" => (25.0, 75.0),
                "" | "ctukey" => (
                    number(function, arguments, 3, row)?.unwrap_or(10.0),
                    number(function, arguments, 4, row)?.unwrap_or(90.0),
                ),
                _ => return Ok(false),
            };
            let allowed = 2.0..=98.0;
            if !allowed.contains(&range.0) || !allowed.contains(&range.1) || range.0 > range.1 {
                return Ok(false);
            }
            let values: Vec<Option<f64>> = elements
                .iter()
                .map(|element| element.as_f64().filter(|value| Some(*value) != ignored))
                .collect();
            let test_points = integer(function, arguments, 5, row)?.unwrap_or(0);
            let largest = values.iter().flatten().fold(0.0_f64, |largest, value| largest.max(value.abs()));
            push_reals(json, &scores(&values, learned(values.len(), test_points), range, largest));
            Ok(true)
        })
    }))
}

/// How many elements count, if the last `test_points` do not.
pub(super) fn learned(len: usize, test_points: i64) -> usize {
    len.saturating_sub(usize::try_from(test_points).unwrap_or(0))
}

/// The score of each value, 0 for those that are missing; the first `learned` ones make the range. `largest` is the size of
/// the numbers that they come from.
pub(super) fn scores(
    values: &[Option<f64>],
    learned: usize,
    (low, high): (f64, f64),
    largest: f64,
) -> Vec<f64> {
    let mut sorted: Vec<f64> = values[..learned].iter().flatten().copied().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let (Some(low), Some(high)) = (percentile(&sorted, low), percentile(&sorted, high)) else {
        return vec![0.0; values.len()];
    };
    let width = (high - low).max(largest * LEAST_RANGE);
    let score = |value: f64| {
        if value > high {
            (value - high) / width
        } else if value < low {
            (value - low) / width
        } else {
            0.0
        }
    };
    values.iter().map(|value| value.map_or(0.0, score)).collect()
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::series::testing::near;
    use crate::strings::calling::{Argument, call, dynamic, jsons, long, text};

    fn outliers(arguments: &[Argument]) -> Vec<Value> {
        call("series_outliers", ScalarType::Dynamic, arguments)
    }

    /// Of 0, 1, …, 10 the tenth percentile is 1 and the ninetieth 9, the quarters are 2.5 and 7.5.
    #[test]
    fn distances_in_ranges() {
        let series = dynamic("[0,1,2,3,4,5,6,7,8,9,10]");
        near(&outliers(std::slice::from_ref(&series)), "[-0.125,0,0,0,0,0,0,0,0,0,0.125]", 1e-12);
        near(&outliers(&[series, text("tukey")]), "[-0.5,-0.3,-0.1,0,0,0,0,0,0.1,0.3,0.5]", 1e-12);
    }

    #[test]
    fn some_elements_do_not_count() {
        let series = dynamic("[0,1,2,3,4,5,6,7,8,9,10,null,99,30]");
        let arguments = [series, text("ctukey"), long(99), long(10), long(90), long(1)];
        near(&outliers(&arguments), "[-0.125,0,0,0,0,0,0,0,0,0,0.125,0,0,2.625]", 1e-12);
    }

    #[test]
    fn a_level_series_has_finite_scores() {
        assert_eq!(outliers(&[dynamic("[3,3,3]")]), jsons(&["[0.0,0.0,0.0]"]));
        assert_eq!(outliers(&[dynamic("[]")]), jsons(&["[]"]));
        let spike = "[0,0,0,0,0,0,0,0,0,0,0,1]";
        near(&outliers(&[dynamic(spike)]), "[0,0,0,0,0,0,0,0,0,0,0,1000000000]", 1.0);
        assert_eq!(outliers(&[dynamic("[1]"), text("other")]), jsons(&["null"]));
    }
}
