//! `series_abs`, `series_sin` and the like: a function of each element.
//!
//! An element that is no number gives null. `series_abs` and `series_sign` leave whole numbers whole, the others give reals.
//! [D series-abs-function.md], [D series-floor-function.md] and their neighbours

use serde_json::Value;

use super::numbers::{elements, push_array, push_real};
use crate::strings::{Texts, argument, dynamic_rows, kernel};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const EACH: ScalarFunction = ScalarFunction {
    names: &[
        "series_abs",
        "series_sign",
        "series_floor",
        "series_ceiling",
        "series_exp",
        "series_log",
        "series_sin",
        "series_cos",
        "series_tan",
        "series_asin",
        "series_acos",
        "series_atan",
    ],
    bind,
};

fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some(elements) = elements(series.get(row)) else { return Ok(false) };
            push_array(json, &elements, |json, element| write_result(function, element, json));
            Ok(true)
        })
    }))
}

fn write_result(function: &str, element: &Value, json: &mut String) {
    let Some(number) = element.as_f64() else { return json.push_str("null") };
    let result = match function {
        "series_abs" => match element.as_i64() {
            Some(whole) => return json.push_str(&whole.wrapping_abs().to_string()),
            None => number.abs(),
        },
        "series_sign" => {
            let sign = i8::from(number > 0.0) - i8::from(number < 0.0);
            return json.push_str(&sign.to_string());
        }
        "series_floor" => number.floor(),
        "series_ceiling" => number.ceil(),
        "series_exp" => number.exp(),
        "series_log" => number.ln(),
        "series_sin" => number.sin(),
        "series_cos" => number.cos(),
        "series_tan" => number.tan(),
        "series_asin" => number.asin(),
        "series_acos" => number.acos(),
        _ => number.atan(),
    };
    push_real(json, result);
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::strings::calling::{call, dynamic, jsons};

    fn each(function: &str, series: &str) -> Vec<Value> {
        call(function, ScalarType::Dynamic, &[dynamic(series)])
    }

    /// The pages of the functions.
    #[test]
    fn examples_of_the_reference() {
        assert_eq!(each("series_abs", "[-6.5,0,8.2]"), jsons(&["[6.5,0,8.2]"]));
        assert_eq!(each("series_sign", "[-6,0,8]"), jsons(&["[-1,0,1]"]));
        assert_eq!(each("series_floor", "[-1.5,1,2.5]"), jsons(&["[-2.0,1.0,2.0]"]));
        assert_eq!(each("series_ceiling", "[-1.5,1,2.5]"), jsons(&["[-1.0,1.0,3.0]"]));
        assert_eq!(each("series_acos", "[-1,0,1]"), jsons(&["[3.141592653589793,1.5707963267948966,0.0]"]));
    }

    #[test]
    fn what_is_no_number_is_null() {
        assert_eq!(each("series_exp", r#"[0,"x",null]"#), jsons(&["[1.0,null,null]"]));
        assert_eq!(each("series_log", "[1,0,-1]"), jsons(&[r#"[0.0,"-Infinity","NaN"]"#]));
        assert_eq!(each("series_sin", "{}"), jsons(&["null"]));
    }
}
