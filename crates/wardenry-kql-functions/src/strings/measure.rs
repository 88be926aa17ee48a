//! `strlen`, `string_size`, `strcmp`, `isascii`, `isutf8`.
//!
//! [D strlen-function.md], [D string-size-function.md], [D strcmp-function.md], [D isascii-function.md], [D isutf8-function.md]

use std::cmp::Ordering;

use super::arguments::{Texts, argument, bool_rows, kernel, long_rows};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const LENGTHS: ScalarFunction =
    ScalarFunction { names: &["strlen", "string_size"], bind: bind_lengths };
pub(crate) const STRCMP: ScalarFunction = ScalarFunction { names: &["strcmp"], bind: bind_strcmp };
pub(crate) const IS_ENCODED: ScalarFunction =
    ScalarFunction { names: &["isascii", "isutf8"], bind: bind_is_encoded };

/// Code points, or bytes of UTF-8.
fn bind_lengths(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    let length: fn(&str) -> usize = if function == "strlen" { |text| text.chars().count() } else { str::len };
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::of(function, argument(function, arguments, 0)?, types.first())?;
        long_rows(function, arguments, rows, |row| Ok(i64::try_from(length(texts.get(row))).ok()))
    }))
}

/// −1, 0 or 1, in the order of code points.
fn bind_strcmp(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let left = Texts::raw(function, argument(function, arguments, 0)?)?;
        let right = Texts::raw(function, argument(function, arguments, 1)?)?;
        long_rows(function, arguments, rows, |row| {
            Ok(Some(match left.get(row).cmp(right.get(row)) {
                Ordering::Less => -1,
                Ordering::Equal => 0,
                Ordering::Greater => 1,
            }))
        })
    }))
}

/// Text is always UTF-8.
fn bind_is_encoded(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::raw(function, argument(function, arguments, 0)?)?;
        bool_rows(function, arguments, rows, |row| {
            Ok(Some(function == "isutf8" || texts.get(row).is_ascii()))
        })
    }))
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::strings::calling::{bools, call, longs, text, texts};

    /// kql-semantics §5.
    #[test]
    fn lengths_in_code_points_and_bytes() {
        let rows = texts(&["é😀", ""]);
        assert_eq!(call("strlen", ScalarType::Long, std::slice::from_ref(&rows)), longs(&[2, 0]));
        assert_eq!(call("string_size", ScalarType::Long, &[rows]), longs(&[6, 0]));
    }

    /// [D strcmp-function.md]
    #[test]
    fn order_of_code_points() {
        let left = texts(&["ABC", "abc", "ABC", "abcde"]);
        let right = texts(&["ABC", "ABC", "abc", "abc"]);
        assert_eq!(call("strcmp", ScalarType::Long, &[left, right]), longs(&[0, 1, -1, 1]));
    }

    #[test]
    fn encodings() {
        assert_eq!(call("isascii", ScalarType::Bool, &[texts(&["a", "é", ""])]), bools(&[true, false, true]));
        assert_eq!(call("isutf8", ScalarType::Bool, &[text("some string")]), bools(&[true]));
    }
}
