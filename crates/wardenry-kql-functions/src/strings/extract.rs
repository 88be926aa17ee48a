//! `extract`: what a group of a regular expression matches first. [D extract-function.md]

use regex::Regex;

use super::arguments::{Integers, Texts, argument, kernel, text_rows};
use super::patterns::{Pattern, PatternCache, as_written};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const EXTRACT: ScalarFunction = ScalarFunction { names: &["extract"], bind };

/// Group 0 is the whole match. Where nothing matches, or the group takes no part, the result is empty.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let pattern = Pattern::bind(call, 0, as_written)?;
    Ok(kernel(function, move |arguments, rows| {
        let patterns = PatternCache::new(&pattern, as_written, arguments)?;
        let groups = Integers::of(function, argument(function, arguments, 1)?)?;
        let texts = Texts::raw(function, argument(function, arguments, 2)?)?;
        text_rows(function, arguments, rows, |row, extracted| {
            let Some(group) = groups.get(row).and_then(|group| usize::try_from(group).ok()) else {
                return Ok(());
            };
            patterns.with(row, |regex| {
                extracted.push_str(first_of_group(regex, group, texts.get(row)).unwrap_or_default());
            })
        })
    }))
}

fn first_of_group<'t>(regex: &Regex, group: usize, text: &'t str) -> Option<&'t str> {
    if group == 0 {
        return regex.find(text).map(|found| found.as_str());
    }
    if group >= regex.captures_len() {
        return None;
    }
    let mut locations = regex.capture_locations();
    regex.captures_read(&mut locations, text)?;
    let (start, end) = locations.get(group)?;
    text.get(start..end)
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::strings::calling::{call, long, strings, text, texts};

    /// kql-semantics §5.
    #[test]
    fn a_group_or_the_whole_match() {
        let rows = texts(&["id=42;", "none"]);
        let extract = |pattern: &str, group: i64| {
            call("extract", ScalarType::String, &[text(pattern), long(group), rows.clone()])
        };
        assert_eq!(extract(r"id=(\d+)", 1), strings(&["42", ""]));
        assert_eq!(extract(r"id=(\d+)", 0), strings(&["id=42", ""]));
        assert_eq!(extract(r"id=(\d+)", 7), strings(&["", ""]));
        assert_eq!(extract(r"id=(\d+)", -1), strings(&["", ""]));
        assert_eq!(extract(r"id(x)?", 1), strings(&["", ""]));
    }

    /// [D extract-function.md]
    #[test]
    fn examples_of_the_reference() {
        let rows = texts(&["User: James, Email: James@example.com, Age: 29", "User: David, Age: 35"]);
        let extract = |pattern: &str, group: i64| {
            call("extract", ScalarType::String, &[text(pattern), long(group), rows.clone()])
        };
        assert_eq!(extract("User: ([^,]+)", 1), strings(&["James", "David"]));
        assert_eq!(extract(r"Email: (\S+),", 1), strings(&["James@example.com", ""]));
        assert_eq!(extract(r"\d+", 0), strings(&["29", "35"]));
    }
}
