//! `series_fill_const`, `series_fill_forward`, `series_fill_backward`, `series_fill_linear`: fill the gaps of a series.
//!
//! [D series-fill-const-function.md], [D series-fill-forward-function.md], [D series-fill-backward-function.md],
//! [D series-fill-linear-function.md]

use serde_json::Value;
use wardenry_kql_values::Value as Constant;

use super::numbers::{elements, push_array, push_real};
use crate::strings::{Texts, argument, constant_text, dynamic_rows, kernel};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const FILL: ScalarFunction = ScalarFunction {
    names: &["series_fill_const", "series_fill_forward", "series_fill_backward", "series_fill_linear"],
    bind,
};

/// The optional arguments count where they are constant.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let number = |index: usize| {
        constant_text(call.constants, index)
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or(Value::Null)
    };
    let (placeholder, constant) = match function {
        "series_fill_const" => (number(2), if call.constants.len() > 1 { number(1) } else { Value::from(0) }),
        "series_fill_linear" => {
            (number(1), if call.constants.len() > 3 { number(3) } else { Value::from(0.0) })
        }
        _ => (number(1), Value::Null),
    };
    let fill_edges = !matches!(call.constants.get(2), Some(Some(Constant::Bool(Some(false)))));
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some(mut elements) = elements(series.get(row)) else { return Ok(false) };
            let is_gap = |element: &Value| element.is_null() || same_number(element, &placeholder);
            match function {
                "series_fill_const" => {
                    for gap in elements.iter_mut().filter(|element| is_gap(element)) {
                        *gap = constant.clone();
                    }
                }
                "series_fill_forward" => carry(elements.iter_mut(), is_gap),
                "series_fill_backward" => carry(elements.iter_mut().rev(), is_gap),
                _ => {
                    let known: Vec<Option<f64>> = elements
                        .iter()
                        .map(|element| if is_gap(element) { None } else { element.as_f64() })
                        .collect();
                    let filled = interpolate(&known, fill_edges, constant.as_f64());
                    push_array(json, &filled, |json, value| match value {
                        Some(value) => push_real(json, *value),
                        None => json.push_str("null"),
                    });
                    return Ok(true);
                }
            }
            push_array(json, &elements, |json, element| json.push_str(&element.to_string()));
            Ok(true)
        })
    }))
}

#[expect(clippy::float_cmp, reason = "a placeholder is found by its exact value")]
fn same_number(element: &Value, placeholder: &Value) -> bool {
    matches!((element.as_f64(), placeholder.as_f64()), (Some(element), Some(placeholder)) if element == placeholder)
}

/// Gives each gap the element before it. Gaps at the start stay.
fn carry<'a>(elements: impl Iterator<Item = &'a mut Value>, is_gap: impl Fn(&Value) -> bool) {
    let mut last = None;
    for element in elements {
        if !is_gap(element) {
            last = Some(element.clone());
        } else if let Some(last) = &last {
            element.clone_from(last);
        }
    }
}

/// Straight lines from element to element. Before the first and behind the last one their values stand, if the edges are
/// to be filled; a series without any becomes `constant`.
#[expect(clippy::cast_precision_loss, reason = "a series has far fewer than 2^53 elements")]
fn interpolate(known: &[Option<f64>], fill_edges: bool, constant: Option<f64>) -> Vec<Option<f64>> {
    let places: Vec<(usize, f64)> =
        known.iter().enumerate().filter_map(|(place, value)| value.map(|value| (place, value))).collect();
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        return vec![constant; known.len()];
    };
    let mut filled = known.to_vec();
    if fill_edges {
        filled[..first.0].fill(Some(first.1));
        filled[last.0..].fill(Some(last.1));
    }
    for pair in places.windows(2) {
        let [(left, from), (right, to)] = [pair[0], pair[1]];
        let step = (to - from) / (right - left) as f64;
        for (distance, gap) in filled[left + 1..right].iter_mut().enumerate() {
            *gap = Some(from + step * (distance + 1) as f64);
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::strings::calling::{Argument, call, dynamic, jsons, long};

    fn fill(function: &str, series: &str, rest: &[Argument]) -> Vec<Value> {
        let arguments: Vec<_> = [dynamic(series)].into_iter().chain(rest.iter().cloned()).collect();
        call(function, ScalarType::Dynamic, &arguments)
    }

    /// kql-semantics §18.
    #[test]
    fn gaps_are_filled() {
        assert_eq!(fill("series_fill_linear", "[1,null,5]", &[]), jsons(&["[1.0,3.0,5.0]"]));
        assert_eq!(fill("series_fill_forward", "[1,null,5]", &[]), jsons(&["[1,1,5]"]));
        assert_eq!(fill("series_fill_const", "[1,null,5]", &[long(0)]), jsons(&["[1,0,5]"]));
        assert_eq!(fill("series_fill_const", "7", &[long(0)]), jsons(&["null"]));
    }

    /// The pages of the functions.
    #[test]
    fn examples_of_the_reference() {
        let series = "[null,null,36,41,null,null,16,61,33,null,null]";
        assert_eq!(
            fill("series_fill_forward", series, &[]),
            jsons(&["[null,null,36,41,41,41,16,61,33,33,33]"])
        );
        assert_eq!(
            fill("series_fill_const", "[111,null,36,41,23,null]", &[long(-1)]),
            jsons(&["[111,-1,36,41,23,-1]"])
        );
        let real_null = Argument::Constant(Value::Real(None));
        let no_edges = [real_null, Argument::Constant(Value::Bool(Some(false)))];
        assert_eq!(
            fill("series_fill_linear", "[null,111.0,null,36.0,null]", &no_edges),
            jsons(&["[null,111.0,73.5,36.0,null]"])
        );
        assert_eq!(
            fill("series_fill_linear", "[null,111.0,null,36.0,null]", &[]),
            jsons(&["[111.0,111.0,73.5,36.0,36.0]"])
        );
        assert_eq!(fill("series_fill_linear", "[null,null]", &[]), jsons(&["[0.0,0.0]"]));
    }
}
