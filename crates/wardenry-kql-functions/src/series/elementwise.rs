//! `series_add`, `series_greater` and the like: two series, or a series and a number, element by element.
//!
//! An element that is no number, or that one of the series lacks, gives null. [D series-add-function.md],
//! [D series-divide-function.md], [D series-greater-function.md]

use serde_json::Value;

use super::numbers::{push_array, push_real};
use crate::strings::{argument, dynamic_rows, kernel, value_of_row};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const ELEMENTWISE: ScalarFunction = ScalarFunction {
    names: &[
        "series_add",
        "series_subtract",
        "series_multiply",
        "series_divide",
        "series_pow",
        "series_equals",
        "series_not_equals",
        "series_greater",
        "series_greater_equals",
        "series_less",
        "series_less_equals",
    ],
    bind,
};

fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let (left, right) = (argument(function, arguments, 0)?, argument(function, arguments, 1)?);
        dynamic_rows(function, arguments, rows, |row, json| {
            let (left, right) = (value_of_row(function, left, row)?, value_of_row(function, right, row)?);
            let len = match (&left, &right) {
                (Value::Array(left), Value::Array(right)) => left.len().max(right.len()),
                (Value::Array(series), _) | (_, Value::Array(series)) => series.len(),
                _ => return Ok(false),
            };
            let places: Vec<usize> = (0..len).collect();
            push_array(json, &places, |json, place| {
                write_result(function, element(&left, *place), element(&right, *place), json);
            });
            Ok(true)
        })
    }))
}

/// The element of a series, or the number that stands for all of its elements.
fn element(series: &Value, place: usize) -> Option<&Value> {
    match series {
        Value::Array(elements) => elements.get(place),
        number => Some(number),
    }
}

fn write_result(function: &str, left: Option<&Value>, right: Option<&Value>, json: &mut String) {
    let integers = left.and_then(Value::as_i64).zip(right.and_then(Value::as_i64));
    let whole = integers.and_then(|(left, right)| match function {
        "series_add" => Some(left.wrapping_add(right)),
        "series_subtract" => Some(left.wrapping_sub(right)),
        "series_multiply" => Some(left.wrapping_mul(right)),
        _ => None,
    });
    if let Some(whole) = whole {
        json.push_str(&whole.to_string());
        return;
    }
    let Some((left, right)) = left.and_then(Value::as_f64).zip(right.and_then(Value::as_f64)) else {
        json.push_str("null");
        return;
    };
    #[expect(clippy::float_cmp, reason = "the language compares reals exactly")]
    let truth = match function {
        "series_add" => return push_real(json, left + right),
        "series_subtract" => return push_real(json, left - right),
        "series_multiply" => return push_real(json, left * right),
        "series_divide" => return push_real(json, left / right),
        "series_pow" => return push_real(json, left.powf(right)),
        "series_equals" => left == right,
        "series_not_equals" => left != right,
        "series_greater" => left > right,
        "series_greater_equals" => left >= right,
        "series_less" => left < right,
        _ => left <= right,
    };
    json.push_str(if truth { "true" } else { "false" });
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::strings::calling::{call, dynamic, jsons, long};

    fn both(function: &str, left: &str, right: &str) -> Vec<Value> {
        call(function, ScalarType::Dynamic, &[dynamic(left), dynamic(right)])
    }

    /// The pages of the functions, kql-semantics §18.
    #[test]
    fn examples_of_the_reference() {
        assert_eq!(both("series_add", "[1,2,4]", "[4,2,1]"), jsons(&["[5,4,5]"]));
        assert_eq!(both("series_divide", "[1,2,4]", "[4,2,1]"), jsons(&["[0.25,1.0,4.0]"]));
        assert_eq!(both("series_greater", "[1,2,4]", "[4,2,1]"), jsons(&["[false,false,true]"]));
        assert_eq!(both("series_greater", "[1,4]", "[2,2]"), jsons(&["[false,true]"]));
    }

    #[test]
    fn what_is_missing_is_null() {
        assert_eq!(both("series_multiply", r#"[1,"x",2.5]"#, "[4,2]"), jsons(&["[4,null,null]"]));
        assert_eq!(
            call("series_subtract", ScalarType::Dynamic, &[dynamic("[1,2.5]"), long(1)]),
            jsons(&["[0,1.5]"])
        );
        assert_eq!(both("series_less", "1", "2"), jsons(&["null"]));
    }
}
