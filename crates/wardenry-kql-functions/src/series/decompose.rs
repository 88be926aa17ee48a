//! Series taken apart: the seasonal part, the trend and what is left.
//!
//! - `series_seasonal` [D series-seasonal-function.md]
//! - `series_decompose` [D series-decompose-function.md]
//! - `series_decompose_forecast` [D series-decompose-forecast-function.md]
//! - `series_decompose_anomalies` [D series-decompose-anomalies-function.md]
//!
//! The steps are those of the pages: the season is the median of the elements at the same place of the period, the trend is the mean or
//! the line of what the season leaves, the baseline is both. Elements that are no numbers are left out of all of it; the
//! residual is null for them, and they are no anomalies. The last `test_points` elements are not learned from. A
//! period that is to be detected must have a score of at least the threshold, see [`super::periods`] for how it is found.

use datafusion_expr::ColumnarValue;

use super::numbers::{
    integer, mean, median, number, push_array, push_optional_reals, push_reals, real, reals, text,
};
use super::outliers::{learned, scores};
use super::periods::detect;
use crate::strings::{Texts, argument, dynamic_rows, kernel};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const SEASONAL: ScalarFunction =
    ScalarFunction { names: &["series_seasonal"], bind: bind_seasonal };

pub(crate) const DECOMPOSE: ScalarFunction =
    ScalarFunction { names: &["series_decompose", "series_decompose_forecast"], bind: bind_decompose };

pub(crate) const ANOMALIES: ScalarFunction =
    ScalarFunction { names: &["series_decompose_anomalies"], bind: bind_anomalies };

/// Stands for a period that is to be detected.
const DETECTED: i64 = -1;

fn bind_seasonal(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some(series) = reals(series.get(row)) else { return Ok(false) };
            let period = integer(function, arguments, 1, row)?.unwrap_or(DETECTED);
            let learned = learned(series.len(), integer(function, arguments, 2, row)?.unwrap_or(0));
            let period = period_of(function, &series[..learned], period, 0.7)?;
            push_reals(json, &seasonal(&series, learned, period));
            Ok(true)
        })
    }))
}

/// Both give the array of the columns baseline, seasonal part, trend, residual. Null for a trend that is none of `avg`, `linefit`, `none`.
fn bind_decompose(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let places = if function == "series_decompose" {
        Places { period: 1, trend: 2, test_points: 3, threshold: 4 }
    } else {
        Places { period: 2, trend: 3, test_points: 1, threshold: 4 }
    };
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        let trends = text(function, arguments, places.trend)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some(series) = reals(series.get(row)) else { return Ok(false) };
            let Some(trend) = Trend::parse(trends.get(row)) else { return Ok(false) };
            let parts = places.decompose(function, arguments, row, &series, trend)?;
            json.push('[');
            for part in [&parts.baseline, &parts.seasonal, &parts.trend] {
                push_reals(json, part);
                json.push(',');
            }
            push_optional_reals(json, &parts.residual);
            json.push(']');
            Ok(true)
        })
    }))
}

/// Gives the array of the columns: 1, -1 or 0 for each element, its score by `series_outliers`, the baseline. An anomaly is what
/// has a score beyond the threshold, 1.5 unless it is given.
fn bind_anomalies(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let places = Places { period: 2, trend: 3, test_points: 4, threshold: 6 };
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        let trends = text(function, arguments, places.trend)?;
        let methods = text(function, arguments, 5)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some(series) = reals(series.get(row)) else { return Ok(false) };
            let Some(trend) = Trend::parse(trends.get(row)) else { return Ok(false) };
            let range = match methods.get(row) {
                "" | "ctukey" => (10.0, 90.0),
                "tukey" => (25.0, 75.0),
                _ => return Ok(false),
            };
            let threshold = number(function, arguments, 1, row)?.unwrap_or(1.5);
            let parts = places.decompose(function, arguments, row, &series, trend)?;
            let largest = series.iter().flatten().fold(0.0_f64, |largest, value| largest.max(value.abs()));
            let scores = scores(&parts.residual, parts.learned, range, largest);
            json.push('[');
            push_array(json, &scores, |json, score| {
                json.push_str(if *score > threshold {
                    "1"
                } else if *score < -threshold {
                    "-1"
                } else {
                    "0"
                });
            });
            json.push(',');
            push_reals(json, &scores);
            json.push(',');
            push_reals(json, &parts.baseline);
            json.push(']');
            Ok(true)
        })
    }))
}

/// Where the arguments of a function are.
#[derive(Clone, Copy)]
struct Places {
    period: usize,
    trend: usize,
    test_points: usize,
    threshold: usize,
}

impl Places {
    fn decompose(
        self,
        function: &'static str,
        arguments: &[ColumnarValue],
        row: usize,
        series: &[Option<f64>],
        trend: Trend,
    ) -> Result<Parts, FunctionError> {
        let period = integer(function, arguments, self.period, row)?.unwrap_or(DETECTED);
        let test_points = integer(function, arguments, self.test_points, row)?.unwrap_or(0);
        let threshold = number(function, arguments, self.threshold, row)?.unwrap_or(0.6);
        let learned = learned(series.len(), test_points);
        let period = period_of(function, &series[..learned], period, threshold)?;
        Ok(Parts::of(series, learned, period, trend))
    }
}

#[derive(Clone, Copy)]
enum Trend {
    Average,
    Line,
    None,
}

impl Trend {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "" | "avg" => Some(Self::Average),
            "linefit" => Some(Self::Line),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

struct Parts {
    learned: usize,
    baseline: Vec<f64>,
    seasonal: Vec<f64>,
    trend: Vec<f64>,
    residual: Vec<Option<f64>>,
}

impl Parts {
    fn of(series: &[Option<f64>], learned: usize, period: Option<usize>, trend: Trend) -> Self {
        let seasonal = seasonal(series, learned, period);
        let left: Vec<Option<f64>> =
            series.iter().zip(&seasonal).map(|(value, seasonal)| Some((*value)? - seasonal)).collect();
        let trend = match trend {
            Trend::Average => {
                let known: Vec<f64> = left[..learned].iter().flatten().copied().collect();
                vec![mean(&known).unwrap_or(0.0); series.len()]
            }
            Trend::Line => line(&left[..learned], series.len()),
            Trend::None => vec![0.0; series.len()],
        };
        let baseline: Vec<f64> =
            seasonal.iter().zip(&trend).map(|(seasonal, trend)| seasonal + trend).collect();
        let residual =
            series.iter().zip(&baseline).map(|(value, baseline)| Some((*value)? - baseline)).collect();
        Self { learned, baseline, seasonal, trend, residual }
    }
}

/// The line through the elements that there are, at all of `len` places.
fn line(elements: &[Option<f64>], len: usize) -> Vec<f64> {
    let known = elements.iter().enumerate().filter_map(|(place, value)| Some((real(place), (*value)?)));
    let (places, values): (Vec<f64>, Vec<f64>) = known.unzip();
    let (Some(mean_place), Some(mean_value)) = (mean(&places), mean(&values)) else { return vec![0.0; len] };
    let squares: f64 = places.iter().map(|place| (place - mean_place).powi(2)).sum();
    let products: f64 =
        places.iter().zip(&values).map(|(place, value)| (place - mean_place) * (value - mean_value)).sum();
    let slope = if squares > 0.0 { products / squares } else { 0.0 };
    (0..len).map(|place| mean_value + slope * (real(place) - mean_place)).collect()
}

/// The period to use: the given one, or the best that is detected. None for 0 and for negative numbers.
fn period_of(
    function: &'static str,
    series: &[Option<f64>],
    period: i64,
    threshold: f64,
) -> Result<Option<usize>, FunctionError> {
    if period != DETECTED {
        return Ok(usize::try_from(period).ok().filter(|period| *period > 0));
    }
    let best = detect(function, series)?.into_iter().next();
    Ok(best.filter(|best| best.score >= threshold).map(|best| best.length))
}

/// For each element the median of those at the same place of the period; 0 without a period.
fn seasonal(series: &[Option<f64>], learned: usize, period: Option<usize>) -> Vec<f64> {
    let Some(period) = period else { return vec![0.0; series.len()] };
    let medians: Vec<f64> = (0..period.min(series.len()))
        .map(|phase| {
            let mut same: Vec<f64> =
                series[..learned].iter().skip(phase).step_by(period).flatten().copied().collect();
            median(&mut same).unwrap_or(0.0)
        })
        .collect();
    (0..series.len()).map(|place| medians[place % period]).collect()
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::series::testing::near;
    use crate::strings::calling::{Argument, call, dynamic, jsons, long, text};

    fn result(function: &str, arguments: &[Argument]) -> Vec<Value> {
        call(function, ScalarType::Dynamic, arguments)
    }

    /// [D series-seasonal-function.md]: two periods that are detected, and a series that is too short.
    #[test]
    fn seasons_are_detected() {
        let seasonal = |series: &str| result("series_seasonal", &[dynamic(series)]);
        assert_eq!(
            seasonal("[2,5,3,4,3,2,1,2,3,4,3,2,1,2,3,4,3,2,1,2,3,4,3,2,1]"),
            jsons(&[
                "[1.0,2.0,3.0,4.0,3.0,2.0,1.0,2.0,3.0,4.0,3.0,2.0,1.0,2.0,3.0,4.0,3.0,2.0,1.0,2.0,3.0,4.0,3.0,2.0,1.0]"
            ])
        );
        assert_eq!(
            seasonal("[8,12,14,12,10,10,12,14,12,10,10,12,14,12,10,10,12,14,12,10]"),
            jsons(&[
                "[10.0,12.0,14.0,12.0,10.0,10.0,12.0,14.0,12.0,10.0,10.0,12.0,14.0,12.0,10.0,10.0,12.0,14.0,12.0,10.0]"
            ])
        );
        assert_eq!(
            seasonal("[1,3,5,2,4,6,1,3,5,2,4,6]"),
            jsons(&["[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]"])
        );
    }

    /// [D series-seasonal-function.md], a forced period.
    #[test]
    fn periods_may_be_given() {
        let seasonal = |series: &str| result("series_seasonal", &[dynamic(series), long(3)]);
        assert_eq!(seasonal("[1,3,5,1,3,5,2,4,6]"), jsons(&["[1.0,3.0,5.0,1.0,3.0,5.0,1.0,3.0,5.0]"]));
        assert_eq!(
            seasonal("[1,3,5,2,4,6,1,3,5,2,4,6]"),
            jsons(&["[1.5,3.5,5.5,1.5,3.5,5.5,1.5,3.5,5.5,1.5,3.5,5.5]"])
        );
        assert_eq!(result("series_seasonal", &[dynamic("[1,2]"), long(0)]), jsons(&["[0.0,0.0]"]));
    }

    /// The medians of 1, 1, 4 and 2, 2, 2 are 1 and 2; what they leave has the mean 0.5.
    #[test]
    fn parts_by_hand() {
        let series = dynamic("[1,2,1,2,4,2]");
        assert_eq!(
            result("series_decompose", &[series.clone(), long(2)]),
            jsons(&[
                "[[1.5,2.5,1.5,2.5,1.5,2.5],[1.0,2.0,1.0,2.0,1.0,2.0],[0.5,0.5,0.5,0.5,0.5,0.5],[-0.5,-0.5,-0.5,-0.5,2.5,-0.5]]"
            ])
        );
        assert_eq!(
            result("series_decompose", &[series.clone(), long(2), text("none")]),
            jsons(&[
                "[[1.0,2.0,1.0,2.0,1.0,2.0],[1.0,2.0,1.0,2.0,1.0,2.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,3.0,0.0]]"
            ])
        );
        assert_eq!(result("series_decompose", &[series, long(2), text("other")]), jsons(&["null"]));
        near(
            &result("series_decompose", &[dynamic("[1,null,3,9]"), long(0), text("linefit"), long(1)]),
            "[[1,2,3,4],[0,0,0,0],[1,2,3,4],[0,null,0,5]]",
            1e-12,
        );
    }

    /// A line is carried on, and so is a season: the points to forecast are not learned from.
    #[test]
    fn forecasts() {
        near(
            &result(
                "series_decompose_forecast",
                &[dynamic("[1,2,3,4,0,0]"), long(2), long(0), text("linefit")],
            ),
            "[[1,2,3,4,5,6],[0,0,0,0,0,0],[1,2,3,4,5,6],[0,0,0,0,-5,-6]]",
            1e-12,
        );
        near(
            &result("series_decompose_forecast", &[dynamic("[1,5,1,5,0,0]"), long(2), long(2)]),
            "[[1,5,1,5,1,5],[1,5,1,5,1,5],[0,0,0,0,0,0],[0,0,0,0,-1,-5]]",
            1e-12,
        );
    }

    /// 0 to 10 are learned from: the mean is 5, the percentiles of the residuals are -4 and 4.
    #[test]
    fn anomalies() {
        let series = dynamic("[0,1,2,3,4,5,6,7,8,9,10,40,-30]");
        let arguments = [series, Argument::Constant(Value::Real(Some(1.5))), long(0), text("avg"), long(2)];
        near(
            &result("series_decompose_anomalies", &arguments),
            "[[0,0,0,0,0,0,0,0,0,0,0,1,-1],[-0.125,0,0,0,0,0,0,0,0,0,0.125,3.875,-3.875],[5,5,5,5,5,5,5,5,5,5,5,5,5]]",
            1e-12,
        );
    }

    #[test]
    fn a_level_series_with_a_spike() {
        let flags = result("series_decompose_anomalies", &[dynamic("[1,1,1,1,1,1,1,1,1,1,1,9]")]);
        let [Value::Dynamic(Some(json))] = flags.as_slice() else { panic!("{flags:?}") };
        assert!(json.starts_with("[[0,0,0,0,0,0,0,0,0,0,0,1],"), "{json}");
        assert_eq!(result("series_decompose_anomalies", &[dynamic("[]")]), jsons(&["[[],[],[]]"]));
    }
}
