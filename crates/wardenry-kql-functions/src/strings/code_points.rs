//! `unicode_codepoints_from_string` and `unicode_codepoints_to_string`, with their old names `to_utf8` and `make_string`.
//!
//! [D unicode-codepoints-from-string-function.md], [D unicode-codepoints-to-string-function.md]

use std::fmt::Write as _;

use datafusion_expr::ColumnarValue;
use wardenry_kql_values::ScalarType;

use super::arguments::{Integers, Texts, argument, dynamic_rows, kernel, text_rows};
use crate::dynamic::Dynamic;
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const FROM_STRING: ScalarFunction =
    ScalarFunction { names: &["unicode_codepoints_from_string", "to_utf8"], bind: bind_from_string };
pub(crate) const TO_STRING: ScalarFunction =
    ScalarFunction { names: &["unicode_codepoints_to_string", "make_string"], bind: bind_to_string };

fn bind_from_string(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::of(function, argument(function, arguments, 0)?, types.first())?;
        dynamic_rows(function, arguments, rows, |row, json| {
            json.push('[');
            for (index, c) in texts.get(row).chars().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                write!(json, "{comma}{}", u32::from(c)).expect("a String takes what is written");
            }
            json.push(']');
            Ok(true)
        })
    }))
}

/// An argument: a code point, or an array of them.
enum CodePoints {
    Single(Integers),
    Arrays(Texts),
}

impl CodePoints {
    fn of(
        function: &'static str,
        argument: &ColumnarValue,
        scalar_type: ScalarType,
    ) -> Result<Self, FunctionError> {
        Ok(match scalar_type {
            ScalarType::Dynamic => Self::Arrays(Texts::raw(function, argument)?),
            _ => Self::Single(Integers::of(function, argument)?),
        })
    }

    /// Appends the characters of a row; `None` if one of them is no code point.
    fn write(&self, row: usize, out: &mut String) -> Option<()> {
        match self {
            Self::Single(points) => out.push(character(points.get(row))?),
            Self::Arrays(arrays) => {
                let value = Dynamic::new(arrays.get(row));
                if !value.is_array() {
                    out.push(character(value.as_i64())?);
                }
                for point in value.elements() {
                    out.push(character(point.as_i64())?);
                }
            }
        }
        Some(())
    }
}

fn character(point: Option<i64>) -> Option<char> {
    u32::try_from(point?).ok().and_then(char::from_u32)
}

/// What is no code point makes the whole result empty.
fn bind_to_string(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    Ok(kernel(function, move |arguments, rows| {
        argument(function, arguments, 0)?;
        let columns = arguments
            .iter()
            .zip(&types)
            .map(|(argument, scalar_type)| CodePoints::of(function, argument, *scalar_type));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        text_rows(function, arguments, rows, |row, out| {
            if columns.iter().any(|points| points.write(row, out).is_none()) {
                out.clear();
            }
            Ok(())
        })
    }))
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::strings::calling::{Argument, call, dynamic, jsons, long, strings, text};

    /// [D unicode-codepoints-from-string-function.md], [D unicode-codepoints-to-string-function.md]
    #[test]
    fn to_and_fro() {
        let from =
            |source: &str| call("unicode_codepoints_from_string", ScalarType::Dynamic, &[text(source)]);
        assert_eq!(from("⒦⒰⒮⒯⒪"), jsons(&["[9382,9392,9390,9391,9386]"]));
        assert_eq!(from(""), jsons(&["[]"]));
        let to = |arguments: &[Argument]| call("unicode_codepoints_to_string", ScalarType::String, arguments);
        assert_eq!(to(&[long(75), long(117), long(115)]), strings(&["Kus"]));
        assert_eq!(to(&[dynamic("[75, 117, 115]"), long(116), long(111)]), strings(&["Kusto"]));
        assert_eq!(to(&[long(75), long(0xD800)]), strings(&[""]));
        assert_eq!(call("make_string", ScalarType::String, &[dynamic("[72,105]")]), strings(&["Hi"]));
    }
}
