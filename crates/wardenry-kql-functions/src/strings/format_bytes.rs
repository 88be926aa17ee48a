//! `format_bytes`: a number of bytes with a unit, in steps of 1024. [D format-bytes-function.md]
//!
//! The reference leaves open how a rounded number is written and what other units do. Here it has no zeros at the end of its
//! fraction, and an unknown unit is refused.

use std::fmt::Write as _;

use wardenry_kql_values::{ScalarType, Value};

use crate::conversions::converted;
use crate::rows::{Real, kernel, text1};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(super) const FORMAT_BYTES: ScalarFunction = ScalarFunction { names: &["format_bytes"], bind };

const UNITS: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];

/// A real has no more digits than these behind its point that mean anything.
const MAX_PRECISION: i64 = 15;

fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let Some(&number_type) = call.argument_types.first() else {
        return Err(FunctionError::misplaced(function));
    };
    let precision = precision(call.constants.get(1).and_then(Option::as_ref));
    let unit = match call.constants.get(2) {
        Some(Some(Value::String(unit))) if !unit.is_empty() => {
            let known = UNITS.iter().position(|known| known.eq_ignore_ascii_case(unit));
            Some(known.ok_or_else(|| FunctionError::Argument {
                function,
                message: format!("{unit:?} is no unit; there are {}", UNITS.join(", ")),
            })?)
        }
        _ => None,
    };
    Ok(kernel(function, move |arguments, rows| {
        let Some(size) = arguments.first() else { return Err(FunctionError::misplaced(function)) };
        let size = converted(size, number_type, ScalarType::Real, rows)?;
        text1::<Real>(&size, rows, |out, size| write_size(out, size, precision, unit))
    }))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what is between 0 and 15"
)]
fn precision(value: Option<&Value>) -> usize {
    let digits = match value {
        Some(Value::Int(Some(digits))) => i64::from(*digits),
        Some(Value::Long(Some(digits))) => *digits,
        Some(Value::Real(Some(digits))) => *digits as i64,
        _ => 0,
    };
    digits.clamp(0, MAX_PRECISION) as usize
}

/// In the largest unit of which there is one at least, if the query names none.
fn write_size(out: &mut String, size: f64, precision: usize, unit: Option<usize>) {
    let largest = || (1..UNITS.len()).rev().find(|step| size.abs() >= scale(*step)).unwrap_or(0);
    let unit = unit.unwrap_or_else(largest);
    let start = out.len();
    // Half goes away from zero, as in `round`.
    let digits = 10_f64.powi(i32::try_from(precision).unwrap_or_default());
    let number = size / scale(unit);
    let scaled = (number * digits).round();
    let rounded = if scaled.is_finite() { scaled / digits } else { number };
    // Writing to a text does not fail.
    let _ = write!(out, "{rounded:.precision$}");
    if out[start..].contains('.') {
        let kept = out[start..].trim_end_matches('0').trim_end_matches('.').len();
        out.truncate(start + kept);
    }
    if &out[start..] == "-0" {
        out.replace_range(start.., "0");
    }
    out.push(' ');
    out.push_str(UNITS[unit]);
}

fn scale(step: usize) -> f64 {
    1024_f64.powi(i32::try_from(step).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn what_fits_the_size() {
        // [D format-bytes-function.md]
        check("format_bytes", "long -> string", "564 | 564 Bytes\n20010332 | 19 MB\n0 | 0 Bytes\nnull | ");
        check("format_bytes", "int -> string", "1024 | 1 KB\n1023 | 1023 Bytes\n-2048 | -2 KB");
        check("format_bytes", "real -> string", "0.4 | 0 Bytes\n-0.4 | 0 Bytes\n1.5e30 | 1301042606983 EB");
        check("format_bytes", "decimal -> string", "1048576 | 1 MB");
    }
}
