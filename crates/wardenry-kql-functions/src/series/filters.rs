//! `series_fir` and `series_iir`: a series through a filter. [D series-fir-function.md], [D series-iir-function.md]
//!
//! What stands before the start of a series, and behind its end for a centred filter, is 0. A series or a filter with an
//! element that is no number gives null.

use wardenry_kql_values::Value as Constant;

use super::numbers::{complete, limit_steps, push_reals};
use crate::strings::{Texts, argument, dynamic_rows, kernel};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const FIR: ScalarFunction = ScalarFunction { names: &["series_fir"], bind: bind_fir };

pub(crate) const IIR: ScalarFunction = ScalarFunction { names: &["series_iir"], bind: bind_iir };

/// `normalize` and `center` count where they are constant. A filter with a negative coefficient cannot be normalised: null.
fn bind_fir(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let flag = |index: usize| match call.constants.get(index) {
        Some(Some(Constant::Bool(value))) => *value,
        _ => None,
    };
    let (normalize, center) = (flag(2), flag(3).unwrap_or(false));
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        let filter = Texts::raw(function, argument(function, arguments, 1)?)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some((series, mut filter)) = complete(series.get(row)).zip(complete(filter.get(row))) else {
                return Ok(false);
            };
            limit_steps(function, series.len(), filter.len())?;
            let any_negative = filter.iter().any(|coefficient| *coefficient < 0.0);
            if normalize.unwrap_or(!any_negative) {
                let sum: f64 = filter.iter().sum();
                if any_negative || sum == 0.0 {
                    return Ok(false);
                }
                for coefficient in &mut filter {
                    *coefficient /= sum;
                }
            }
            push_reals(json, &through_fir(&series, &filter, center));
            Ok(true)
        })
    }))
}

/// The filter over the element and those before it; if centred, over as many on both sides.
fn through_fir(series: &[f64], filter: &[f64], center: bool) -> Vec<f64> {
    let ahead = if center { filter.len().saturating_sub(1) / 2 } else { 0 };
    (0..series.len())
        .map(|place| {
            let newest = place + ahead;
            let terms = filter
                .iter()
                .enumerate()
                .filter_map(|(back, coefficient)| Some(coefficient * series.get(newest.checked_sub(back)?)?));
            terms.sum()
        })
        .collect()
}

fn bind_iir(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        let numerators = Texts::raw(function, argument(function, arguments, 1)?)?;
        let denominators = Texts::raw(function, argument(function, arguments, 2)?)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let (Some(series), Some(numerators), Some(denominators)) =
                (complete(series.get(row)), complete(numerators.get(row)), complete(denominators.get(row)))
            else {
                return Ok(false);
            };
            limit_steps(function, series.len(), numerators.len() + denominators.len())?;
            let Some((first, rest)) = denominators.split_first().filter(|(first, _)| **first != 0.0) else {
                return Ok(false);
            };
            let mut output = through_fir(&series, &numerators, false);
            for place in 0..output.len() {
                let feedback: f64 =
                    (1..=place).zip(rest).map(|(back, coefficient)| coefficient * output[place - back]).sum();
                output[place] = (output[place] - feedback) / first;
            }
            push_reals(json, &output);
            Ok(true)
        })
    }))
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::strings::calling::{Argument, call, dynamic, jsons};

    fn bool(value: bool) -> Argument {
        Argument::Constant(Value::Bool(Some(value)))
    }

    fn filter(function: &str, arguments: &[Argument]) -> Vec<Value> {
        call(function, ScalarType::Dynamic, arguments)
    }

    /// [D series-fir-function.md]: a moving average shifts a spike, unless it is centred; differences.
    #[test]
    fn finite_filters() {
        let spike = dynamic("[0,0,5,0,0,0,0]");
        assert_eq!(
            filter("series_fir", &[spike.clone(), dynamic("[1,1,1,1,1]")]),
            jsons(&["[0.0,0.0,1.0,1.0,1.0,1.0,1.0]"])
        );
        assert_eq!(
            filter("series_fir", &[spike, dynamic("[1,1,1]"), bool(false), bool(true)]),
            jsons(&["[0.0,5.0,5.0,5.0,0.0,0.0,0.0]"])
        );
        let steps = dynamic("[0,0,2,2,3]");
        assert_eq!(
            filter("series_fir", &[steps.clone(), dynamic("[1,-1]"), bool(false), bool(false)]),
            jsons(&["[0.0,0.0,2.0,0.0,1.0]"])
        );
        assert_eq!(
            filter("series_fir", &[steps.clone(), dynamic("[1,-1]")]),
            jsons(&["[0.0,0.0,2.0,0.0,1.0]"])
        );
        assert_eq!(filter("series_fir", &[steps, dynamic("[1,-1]"), bool(true)]), jsons(&["null"]));
    }

    /// [D series-iir-function.md]: a running sum.
    #[test]
    fn infinite_filters() {
        let series = dynamic("[1,2,3,4]");
        assert_eq!(
            filter("series_iir", &[series.clone(), dynamic("[1]"), dynamic("[1,-1]")]),
            jsons(&["[1.0,3.0,6.0,10.0]"])
        );
        // y = (x + x₋₁ − y₋₁) / 2
        assert_eq!(
            filter("series_iir", &[series.clone(), dynamic("[1,1]"), dynamic("[2,1]")]),
            jsons(&["[0.5,1.25,1.875,2.5625]"])
        );
        assert_eq!(filter("series_iir", &[series, dynamic("[1]"), dynamic("[0,1]")]), jsons(&["null"]));
    }
}
