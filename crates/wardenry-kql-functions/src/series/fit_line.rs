//! `series_fit_line`, `series_fit_line_dynamic`. [D series-fit-line-function.md], [D series-fit-line-dynamic-function.md]

use super::line::Line;
use super::numbers::{complete, push_real, push_reals};
use crate::strings::{Texts, argument, dynamic_rows, kernel};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const FIT_LINE: ScalarFunction =
    ScalarFunction { names: &["series_fit_line", "series_fit_line_dynamic"], bind };

/// `series_fit_line` gives the array of its columns: r-square, slope, variance, residual variance, interception, the line. An
/// empty series gives null, and so does one with an element that is no number.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let series = Texts::raw(function, argument(function, arguments, 0)?)?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some(series) = complete(series.get(row)) else { return Ok(false) };
            let Some(line) = Line::through(&series) else { return Ok(false) };
            let fit = line.values(series.len());
            if function == "series_fit_line_dynamic" {
                json.push('{');
                line.write_members(json, "line_fit", &fit);
                json.push('}');
                return Ok(true);
            }
            json.push('[');
            for value in [line.r_square, line.slope, line.variance, line.residual_variance, line.interception]
            {
                push_real(json, value);
                json.push(',');
            }
            push_reals(json, &fit);
            json.push(']');
            Ok(true)
        })
    }))
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::series::testing::near;
    use crate::strings::calling::{call, dynamic, jsons};

    /// The pages of the functions, which cut the numbers to three digits.
    #[test]
    fn example_of_the_reference() {
        let series = dynamic("[2,5,6,8,11,15,17,18,25,26,30,30]");
        let line = call("series_fit_line", ScalarType::Dynamic, std::slice::from_ref(&series));
        near(
            &line,
            "[0.9829, 2.7308, 98.6288, 1.6865, -1.6667, \
             [1.0641,3.7949,6.5256,9.2564,11.9872,14.7179,17.4487,20.1795,22.9103,25.641,28.3718,31.1026]]",
            1e-4,
        );
        let bag = call("series_fit_line_dynamic", ScalarType::Dynamic, &[series]);
        near(
            &bag,
            r#"{"rsquare": 0.9829, "slope": 2.7308, "variance": 98.6288, "rvariance": 1.6865, "interception": -1.6667,
               "line_fit": [1.0641,3.7949,6.5256,9.2564,11.9872,14.7179,17.4487,20.1795,22.9103,25.641,28.3718,31.1026]}"#,
            1e-4,
        );
    }

    #[test]
    fn short_and_broken_series() {
        let fit = |series: &str| call("series_fit_line", ScalarType::Dynamic, &[dynamic(series)]);
        assert_eq!(fit("[1,3]"), jsons(&["[1.0,2.0,2.0,0.0,-1.0,[1.0,3.0]]"]));
        assert_eq!(fit("[7]"), jsons(&["[1.0,0.0,0.0,0.0,7.0,[7.0]]"]));
        assert_eq!(fit("[]"), jsons(&["null"]));
        assert_eq!(fit("[1,null]"), jsons(&["null"]));
    }
}
