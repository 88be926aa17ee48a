//! `like`, `notlike`, `likecs`, `notlikecs`: `%` stands for any text, `_` for any character, as in SQL.
//!
//! The reference does not describe them.

use super::arguments::{Texts, argument, bool_rows, kernel};
use super::patterns::{Pattern, PatternCache};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const LIKE: ScalarFunction =
    ScalarFunction { names: &["like", "notlike", "likecs", "notlikecs"], bind };

fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    let negated = function.starts_with("not");
    let wrap: fn(&str) -> String = if function.ends_with("cs") {
        |pattern| expression("(?s)", pattern)
    } else {
        |pattern| expression("(?si)", pattern)
    };
    let pattern = Pattern::bind(call, 1, wrap)?;
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::of(function, argument(function, arguments, 0)?, types.first())?;
        let patterns = PatternCache::new(&pattern, wrap, arguments)?;
        bool_rows(function, arguments, rows, |row| {
            patterns.with(row, |regex| Some(regex.is_match(texts.get(row)) != negated))
        })
    }))
}

fn expression(flags: &str, pattern: &str) -> String {
    let mut expression = format!(r"{flags}\A");
    for c in pattern.chars() {
        match c {
            '%' => expression.push_str(".*"),
            '_' => expression.push('.'),
            other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    expression.push_str(r"\z");
    expression
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::strings::calling::{bools, call, text, texts};

    #[test]
    fn per_cent_and_underscore() {
        let rows = texts(&["abc", "ABCD", "bc", "a\nc"]);
        assert_eq!(
            call("like", ScalarType::Bool, &[rows.clone(), text("a%c%")]),
            bools(&[true, true, false, true])
        );
        assert_eq!(
            call("notlike", ScalarType::Bool, &[rows.clone(), text("_bc")]),
            bools(&[false, true, true, true])
        );
        assert_eq!(call("likecs", ScalarType::Bool, &[rows, text("a%")]), bools(&[true, false, false, true]));
    }
}
