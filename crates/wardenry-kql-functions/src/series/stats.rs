//! `series_stats` and `series_stats_dynamic`. [D series-stats-function.md], [D series-stats-dynamic-function.md]

use std::fmt::Write as _;

use wardenry_kql_values::Value as Constant;

use super::numbers::{elements, push_real};
use crate::strings::{Texts, argument, dynamic_rows, kernel};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const STATS: ScalarFunction =
    ScalarFunction { names: &["series_stats", "series_stats_dynamic"], bind };

/// `series_stats` gives the array of its columns: minimum and its place, maximum and its place, average, standard
/// deviation, variance. An element that is no finite number makes the result null, unless such are to be ignored.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let ignore = matches!(call.constants.get(1), Some(Some(Constant::Bool(Some(true)))));
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some(elements) = elements(series.get(row)) else { return Ok(false) };
            let numbers: Vec<(usize, f64)> = (elements.iter().enumerate())
                .filter_map(|(place, element)| element.as_f64().map(|number| (place, number)))
                .collect();
            if numbers.is_empty() || numbers.len() < elements.len() && !ignore {
                return Ok(false);
            }
            let stats = Stats::of(&numbers);
            if function == "series_stats" {
                stats.write_array(json);
            } else {
                stats.write_bag(json);
            }
            Ok(true)
        })
    }))
}

struct Stats {
    min: (usize, f64),
    max: (usize, f64),
    average: f64,
    variance: f64,
    sum: f64,
    len: usize,
}

impl Stats {
    /// Of the numbers of a series with their places; there is at least one.
    #[expect(clippy::cast_precision_loss, reason = "a series has far fewer than 2^53 elements")]
    fn of(numbers: &[(usize, f64)]) -> Self {
        let (mut min, mut max) = (numbers[0], numbers[0]);
        for number in numbers {
            if number.1 < min.1 {
                min = *number;
            }
            if number.1 > max.1 {
                max = *number;
            }
        }
        let sum: f64 = numbers.iter().map(|(_, number)| number).sum();
        let count = numbers.len() as f64;
        let average = sum / count;
        // Welford's way: one pass, and no difference of large numbers.
        let (mut mean, mut squares) = (0.0, 0.0);
        for (index, (_, number)) in numbers.iter().enumerate() {
            let before = number - mean;
            mean += before / (index + 1) as f64;
            squares += before * (number - mean);
        }
        let variance = if numbers.len() > 1 { squares / (count - 1.0) } else { 0.0 };
        Self { min, max, average, variance, sum, len: numbers.len() }
    }

    fn write_array(&self, json: &mut String) {
        json.push('[');
        self.write_values(json, ["", ",", ",", ",", ",", ",", ","]);
        json.push(']');
    }

    fn write_bag(&self, json: &mut String) {
        json.push('{');
        self.write_values(
            json,
            [
                r#""min":"#,
                r#","min_idx":"#,
                r#","max":"#,
                r#","max_idx":"#,
                r#","avg":"#,
                r#","stdev":"#,
                r#","variance":"#,
            ],
        );
        json.push_str(r#","sum":"#);
        push_real(json, self.sum);
        write!(json, r#","len":{}}}"#, self.len).expect("a String takes what is written");
    }

    fn write_values(&self, json: &mut String, before: [&str; 7]) {
        json.push_str(before[0]);
        push_real(json, self.min.1);
        write!(json, "{}{}{}", before[1], self.min.0, before[2]).expect("a String takes what is written");
        push_real(json, self.max.1);
        write!(json, "{}{}{}", before[3], self.max.0, before[4]).expect("a String takes what is written");
        push_real(json, self.average);
        json.push_str(before[5]);
        push_real(json, self.variance.sqrt());
        json.push_str(before[6]);
        push_real(json, self.variance);
    }
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::strings::calling::{Argument, call, dynamic, jsons};

    /// [D series-stats-dynamic-function.md]; the page shows the deviation and the variance with more digits than tell reals
    /// apart.
    #[test]
    fn example_of_the_reference() {
        let series = dynamic("[23,46,23,87,4,8,3,75,2,56,13,75,32,16,29]");
        let bag = r#"{"min":2.0,"min_idx":8,"max":87.0,"max_idx":3,"avg":32.8,"stdev":28.50363385354827,"variance":812.4571428571429,"sum":492.0,"len":15}"#;
        assert_eq!(
            call("series_stats_dynamic", ScalarType::Dynamic, std::slice::from_ref(&series)),
            jsons(&[bag])
        );
        let array = "[2.0,8,87.0,3,32.8,28.50363385354827,812.4571428571429]";
        assert_eq!(call("series_stats", ScalarType::Dynamic, &[series]), jsons(&[array]));
    }

    #[test]
    fn what_is_no_number_makes_the_result_null() {
        let series = dynamic("[1,null,3]");
        assert_eq!(
            call("series_stats", ScalarType::Dynamic, std::slice::from_ref(&series)),
            jsons(&["null"])
        );
        let ignoring = [series, Argument::Constant(Value::Bool(Some(true)))];
        let array = format!("[1.0,0,3.0,2,2.0,{:?},2.0]", 2.0_f64.sqrt());
        assert_eq!(call("series_stats", ScalarType::Dynamic, &ignoring), jsons(&[&array]));
    }
}
