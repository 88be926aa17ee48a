//! `trim`, `trim_start`, `trim_end`: take one match of a regular expression off the ends of a text.
//!
//! [D trim-function.md], [D trim-start-function.md], [D trim-end-function.md]

use super::arguments::{Texts, argument, kernel, text_rows};
use super::patterns::{Pattern, PatternCache};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const TRIM: ScalarFunction = ScalarFunction { names: &["trim", "trim_start", "trim_end"], bind };

fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let at_start = if function == "trim_end" { None } else { Some(Pattern::bind(call, 0, starting)?) };
    let at_end = if function == "trim_start" { None } else { Some(Pattern::bind(call, 0, ending)?) };
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::raw(function, argument(function, arguments, 1)?)?;
        let cache = |pattern, wrap| PatternCache::new(pattern, wrap, arguments);
        let at_start = at_start.as_ref().map(|pattern| cache(pattern, starting)).transpose()?;
        let at_end = at_end.as_ref().map(|pattern| cache(pattern, ending)).transpose()?;
        text_rows(function, arguments, rows, |row, out| {
            let mut text = texts.get(row);
            if let Some(patterns) = &at_start {
                let end = patterns.with(row, |regex| regex.find(text).map_or(0, |found| found.end()))?;
                text = &text[end..];
            }
            if let Some(patterns) = &at_end {
                let start =
                    patterns.with(row, |regex| regex.find(text).map_or(text.len(), |found| found.start()))?;
                text = &text[..start];
            }
            out.push_str(text);
            Ok(())
        })
    }))
}

fn starting(pattern: &str) -> String {
    format!(r"\A(?:{pattern})")
}

fn ending(pattern: &str) -> String {
    format!(r"(?:{pattern})\z")
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::strings::calling::{call, strings, text, texts};

    fn trim(function: &str, pattern: &str, rows: &[&str]) -> Vec<Value> {
        call(function, ScalarType::String, &[text(pattern), texts(rows)])
    }

    /// kql-semantics §5.
    #[test]
    fn one_match_goes_at_each_end() {
        let rows = ["xxaxx", "--b"];
        assert_eq!(trim("trim", "x", &rows), strings(&["xax", "--b"]));
        assert_eq!(trim("trim", "x+", &rows), strings(&["a", "--b"]));
        assert_eq!(trim("trim", r"[^\w]+", &rows), strings(&["xxaxx", "b"]));
        assert_eq!(trim("trim", "x|y", &["x", "", "xyz"]), strings(&["", "", "yz"]));
    }

    /// [D trim-function.md], [D trim-start-function.md], [D trim-end-function.md]
    #[test]
    fn examples_of_the_reference() {
        assert_eq!(trim("trim", "--", &["--https://bing.com--"]), strings(&["https://bing.com"]));
        assert_eq!(trim("trim", r"[^\w]+", &["-  Te st1// $"]), strings(&["Te st1"]));
        assert_eq!(trim("trim", r"\s+", &["    Hello, world!    \t"]), strings(&["Hello, world!"]));
        assert_eq!(trim("trim_start", "https://", &["https://bing.com"]), strings(&["bing.com"]));
        assert_eq!(trim("trim_start", r"[^\w]+", &["-  Te st1// $"]), strings(&["Te st1// $"]));
        assert_eq!(trim("trim_end", ".com", &["bing.com"]), strings(&["bing"]));
        assert_eq!(trim("trim_end", r"[^\w]+", &["-  Te st1// $"]), strings(&["-  Te st1"]));
    }
}
