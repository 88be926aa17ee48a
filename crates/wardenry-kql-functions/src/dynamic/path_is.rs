//! Whether a path into a dynamic value leads to a certain string.

use std::sync::Arc;

use aho_corasick::AhoCorasick;
use arrow::array::{Array, AsArray, BooleanArray};
use arrow::buffer::BooleanBuffer;
use wardenry_kql_values::{ScalarType, Value};

use super::path::{constant_steps, follow};
use super::validate::is_json;
use super::value::Dynamic;
use crate::rows::kernel;
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

const FUNCTION: &str = "path_is";

/// `path_is(value, string, step…)` is true where `path(value, step…) == string` is, and false elsewhere, never null. A value of type
/// `string` is read as `parse_json` reads it.
///
/// Not a function of the language: a condition is worked out with it. Most rows can be ruled out by a search for the string that does
/// not look at the structure of the value. For which strings that works says [`is_letter_by_letter`].
pub(super) const PATH_IS: ScalarFunction = ScalarFunction { names: &[FUNCTION], bind };

/// Whether each place where a string occurs in JSON has it letter by letter, or with an escape by number (`\u0041`).
///
/// A quote, a backslash, a slash and control characters have escapes of their own. And what does not begin with a letter, or is a word of
/// JSON or of a number, could be the text of something else than a string: `1e2` is written as 100.
pub fn is_letter_by_letter(string: &str) -> bool {
    let is_word = ["true", "false", "null", "nan", "inf", "infinity"]
        .iter()
        .any(|word| string.eq_ignore_ascii_case(word));
    string.starts_with(|first: char| first.is_ascii_alphabetic())
        && !is_word
        && !string.contains(|c: char| c.is_control() || matches!(c, '"' | '\\' | '/'))
}

fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let misplaced = || super::misplaced(FUNCTION);
    let string = match call.constants.get(1) {
        Some(Some(Value::String(string))) if is_letter_by_letter(string) => string.clone(),
        _ => return Err(misplaced()),
    };
    let steps = constant_steps(call.constants.iter().skip(2)).ok_or_else(misplaced)?;
    let parse = call.argument_types.first() == Some(&ScalarType::String);
    let needles = AhoCorasick::new([string.as_ref(), r"\u"]).map_err(|_| misplaced())?;
    Ok(kernel(FUNCTION, move |arguments, rows| {
        let base = arguments.first().ok_or_else(misplaced)?.expanded(rows)?;
        let texts = base.as_string_view_opt().ok_or_else(misplaced)?;
        let leads_there = |text: &str| {
            let (start, end) = follow(text, &steps, &[], 0)?;
            let found = Dynamic::new(text.get(start..end)?).as_str()? == *string;
            Some(found && (!parse || is_json(text)))
        };
        let found = BooleanBuffer::collect_bool(texts.len(), |row| {
            texts.is_valid(row) && {
                let text = texts.value(row);
                needles.is_match(text) && leads_there(text).unwrap_or(false)
            }
        });
        Ok(Arc::new(BooleanArray::new(found, None)))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_that_are_written_as_they_are() {
        for string in ["New-InboxRule", "a", "x y.z@example.com", "e5"] {
            assert!(is_letter_by_letter(string), "{string}");
        }
        for string in
            ["", "5", "1e2", "-a", "true", "Infinity", "NaN", "a/b", "a\\b", "a\"", "a\nb", "{a", "é"]
        {
            assert!(!is_letter_by_letter(string), "{string}");
        }
    }
}
