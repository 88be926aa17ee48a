//! `countof`: how often something occurs. [D countof-function.md]

use super::arguments::{Texts, argument, constant_text, kernel, long_rows, refuse};
use super::patterns::{Pattern, PatternCache, as_written};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const COUNTOF: ScalarFunction = ScalarFunction { names: &["countof"], bind };

/// Plain occurrences may overlap, matches of a regular expression do not. The empty text does not occur.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let kind = if call.argument_types.len() > 2 { constant_text(call.constants, 2) } else { None };
    match kind.as_deref() {
        None | Some("normal") => {}
        Some("regex") => return bind_regex(call),
        Some(other) => {
            return Err(refuse(function, format!("the kind is `normal` or `regex`, not `{other}`")));
        }
    }
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::raw(function, argument(function, arguments, 0)?)?;
        let lookups = Texts::raw(function, argument(function, arguments, 1)?)?;
        long_rows(function, arguments, rows, |row| {
            Ok(i64::try_from(overlapping_occurrences(texts.get(row), lookups.get(row))).ok())
        })
    }))
}

fn bind_regex(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let pattern = Pattern::bind(call, 1, as_written)?;
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::raw(function, argument(function, arguments, 0)?)?;
        let patterns = PatternCache::new(&pattern, as_written, arguments)?;
        long_rows(function, arguments, rows, |row| {
            patterns.with(row, |regex| i64::try_from(regex.find_iter(texts.get(row)).count()).ok())
        })
    }))
}

fn overlapping_occurrences(text: &str, lookup: &str) -> usize {
    let Some(first) = lookup.chars().next() else { return 0 };
    let mut rest = text;
    let mut count = 0;
    while let Some(place) = rest.find(lookup) {
        count += 1;
        rest = &rest[place + first.len_utf8()..];
    }
    count
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::strings::calling::{call, longs, text, try_call};

    /// [D countof-function.md], kql-semantics §5.
    #[test]
    fn examples_of_the_reference() {
        let cases: [(&str, &str, Option<&str>, i64); 9] = [
            ("aaa", "a", None, 3),
            ("aaaa", "aa", None, 3),
            ("ababa", "ab", Some("normal"), 2),
            ("ababa", "aba", None, 2),
            ("ababa", "aba", Some("regex"), 1),
            ("abcabc", "a.c", Some("regex"), 2),
            ("aaaa", "aa", Some("regex"), 2),
            ("ééé", "éé", None, 2),
            ("abc", "", None, 0),
        ];
        for (source, lookup, kind, expected) in cases {
            let arguments: Vec<_> = [text(source), text(lookup)].into_iter().chain(kind.map(text)).collect();
            assert_eq!(
                call("countof", ScalarType::Long, &arguments),
                longs(&[expected]),
                "{source} {lookup} {kind:?}"
            );
        }
        let error = try_call("countof", ScalarType::Long, &[text("a"), text("a"), text("fuzzy")])
            .expect_err("no kind");
        assert_eq!(error.to_string(), "countof: the kind is `normal` or `regex`, not `fuzzy`");
    }
}
