//! `substring`. [D substring-function.md]

use super::arguments::{Integers, Texts, argument, kernel, text_rows};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const SUBSTRING: ScalarFunction = ScalarFunction { names: &["substring"], bind };

/// Counts code points from 0; a negative start counts from the end. What lies outside of the text is empty, and so is
/// the result if the start lies before the text or the length is negative.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::raw(function, argument(function, arguments, 0)?)?;
        let starts = Integers::of(function, argument(function, arguments, 1)?)?;
        let lengths = Integers::opt(function, arguments, 2, i64::MAX)?;
        text_rows(function, arguments, rows, |row, out| {
            if let (Some(start), Some(length)) = (starts.get(row), lengths.get(row)) {
                out.push_str(substring(texts.get(row), start, length).unwrap_or_default());
            }
            Ok(())
        })
    }))
}

fn substring(text: &str, start: i64, length: i64) -> Option<&str> {
    let (at, length) = (usize::try_from(start.unsigned_abs()).ok()?, usize::try_from(length).ok()?);
    if text.is_ascii() {
        let start = if start < 0 { text.len().checked_sub(at)? } else { at };
        let end = start.saturating_add(length).min(text.len());
        return text.get(start..end);
    }
    let rest = if start < 0 {
        let (start, _) = text.char_indices().rev().nth(at - 1)?;
        &text[start..]
    } else {
        after_characters(text, at)
    };
    Some(&rest[..rest.len() - after_characters(rest, length).len()])
}

/// What comes after the first `count` characters.
fn after_characters(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or("", |(start, _)| &text[start..])
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::strings::calling::{call, long, strings, text};

    fn part(source: &str, numbers: &[i64]) -> Vec<Value> {
        let arguments: Vec<_> =
            [text(source)].into_iter().chain(numbers.iter().map(|number| long(*number))).collect();
        call("substring", ScalarType::String, &arguments)
    }

    /// kql-semantics §5, [D substring-function.md].
    #[test]
    fn starts_and_lengths() {
        assert_eq!(part("hello", &[1, 3]), strings(&["ell"]));
        assert_eq!(part("hello", &[-2]), strings(&["lo"]));
        assert_eq!(part("hello", &[9]), strings(&[""]));
        assert_eq!(part("hello", &[1, -1]), strings(&[""]));
        assert_eq!(part("hello", &[-9, 3]), strings(&[""]));
        assert_eq!(part("123456", &[1]), strings(&["23456"]));
        assert_eq!(part("123456", &[2, 2]), strings(&["34"]));
        assert_eq!(part("ABCD", &[0, 2]), strings(&["AB"]));
        assert_eq!(part("123456", &[-2, 2]), strings(&["56"]));
    }

    #[test]
    fn code_points_count() {
        assert_eq!(part("é😀x", &[1, 1]), strings(&["😀"]));
        assert_eq!(part("é😀x", &[-2]), strings(&["😀x"]));
        assert_eq!(part("é😀x", &[-4]), strings(&[""]));
        assert_eq!(part("é😀x", &[3, 1]), strings(&[""]));
        assert_eq!(part("é😀x", &[0, i64::MAX]), strings(&["é😀x"]));
        assert_eq!(part("é😀x", &[i64::MIN]), strings(&[""]));
        assert_eq!(part("abc", &[i64::MAX, i64::MAX]), strings(&[""]));
    }
}
