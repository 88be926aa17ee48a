//! `indexof` and `indexof_regex`: where something occurs. [D indexof-function.md], [D indexof-regex-function.md]

use super::arguments::{Integers, Texts, argument, kernel, long_rows};
use super::patterns::{Pattern, PatternCache, as_written};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const INDEXOF: ScalarFunction = ScalarFunction { names: &["indexof"], bind: bind_text };
pub(crate) const INDEXOF_REGEX: ScalarFunction =
    ScalarFunction { names: &["indexof_regex"], bind: bind_regex };

/// The optional arguments: from where, how far, and which occurrence.
struct Window {
    starts: Integers,
    lengths: Integers,
    occurrences: Integers,
}

/// The window of a row, in code points.
#[derive(Clone, Copy)]
struct RowWindow {
    start: i64,
    /// `None` is unlimited.
    length: Option<usize>,
    occurrence: usize,
}

impl Window {
    fn of(
        function: &'static str,
        arguments: &[datafusion_expr::ColumnarValue],
    ) -> Result<Self, FunctionError> {
        Ok(Self {
            starts: Integers::opt(function, arguments, 2, 0)?,
            lengths: Integers::opt(function, arguments, 3, -1)?,
            occurrences: Integers::opt(function, arguments, 4, 1)?,
        })
    }

    /// `None` for what makes the result null: a length below −1, a negative occurrence.
    fn get(&self, row: usize) -> Option<RowWindow> {
        let (start, length) = (self.starts.get(row)?, self.lengths.get(row)?);
        let length = if length == -1 { None } else { Some(usize::try_from(length).ok()?) };
        let occurrence = usize::try_from(self.occurrences.get(row)?).ok()?;
        Some(RowWindow { start, length, occurrence })
    }
}

/// A negative start counts from the end. Each occurrence is looked for in a window of the whole length that starts
/// behind the start of the one before: so the reference's example with a second occurrence comes out.
fn bind_text(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::raw(function, argument(function, arguments, 0)?)?;
        let lookups = Texts::raw(function, argument(function, arguments, 1)?)?;
        let window = Window::of(function, arguments)?;
        long_rows(function, arguments, rows, |row| {
            let (text, lookup) = (texts.get(row), lookups.get(row));
            let Some(mut window) = window.get(row) else { return Ok(None) };
            if window.start < 0 {
                window.start = window.start.saturating_add(as_long(text.chars().count())).max(0);
            }
            let find = |part: &str| {
                part.find(lookup).map(|at| (at, part[at..].chars().next().map_or(1, char::len_utf8)))
            };
            Ok(Some(index_of(text, window, find)))
        })
    }))
}

/// Matches do not overlap. A negative start gives null.
fn bind_regex(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let pattern = Pattern::bind(call, 1, as_written)?;
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::raw(function, argument(function, arguments, 0)?)?;
        let patterns = PatternCache::new(&pattern, as_written, arguments)?;
        let window = Window::of(function, arguments)?;
        long_rows(function, arguments, rows, |row| {
            let Some(window) = window.get(row).filter(|window| window.start >= 0) else { return Ok(None) };
            patterns.with(row, |regex| {
                let find = |part: &str| {
                    regex.find(part).map(|found| {
                        // An empty match is passed with the character behind it.
                        let behind = part[found.start()..].chars().next().map_or(1, char::len_utf8);
                        (found.start(), if found.is_empty() { behind } else { found.len() })
                    })
                };
                Some(index_of(texts.get(row), window, find))
            })
        })
    }))
}

/// The code point index of an occurrence, or −1. `find` gives the place of the next one in a part of the text, and how
/// many bytes to go on behind it.
fn index_of(text: &str, window: RowWindow, find: impl Fn(&str) -> Option<(usize, usize)>) -> i64 {
    let Some(mut from) = byte_of(text, usize::try_from(window.start).unwrap_or(usize::MAX)) else {
        return -1;
    };
    for occurrence in 1..=window.occurrence {
        let Some(rest) = text.get(from..) else { return -1 };
        let part = match window.length.and_then(|length| rest.char_indices().nth(length)) {
            Some((end, _)) => &rest[..end],
            None => rest,
        };
        let Some((place, step)) = find(part) else { return -1 };
        if occurrence == window.occurrence {
            return as_long(text[..from + place].chars().count());
        }
        from += place + step;
    }
    -1
}

/// The byte where a code point starts; the end of the text counts as one.
fn byte_of(text: &str, index: usize) -> Option<usize> {
    text.char_indices().map(|(start, _)| start).chain([text.len()]).nth(index)
}

fn as_long(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::strings::calling::{call, long, longs, text};

    fn index(function: &str, source: &str, lookup: &str, numbers: &[i64]) -> Vec<Value> {
        let arguments: Vec<_> = [text(source), text(lookup)]
            .into_iter()
            .chain(numbers.iter().map(|number| long(*number)))
            .collect();
        call(function, ScalarType::Long, &arguments)
    }

    /// [D indexof-function.md], kql-semantics §5.
    #[test]
    fn examples_of_the_reference() {
        let cases: [(&str, &str, &[i64], i64); 11] = [
            ("abcdefg", "cde", &[], 2),
            ("abcdefg", "cde", &[1, 4], 2),
            ("abcdefg", "cde", &[1, 2], -1),
            ("abcdefg", "cde", &[3, 4], -1),
            ("abcdefg", "cde", &[-5], 2),
            ("1234567", "5", &[1, 4], 4),
            ("abcdefg", "cde", &[2, -1], 2),
            ("abcdefgabcdefg", "cde", &[1, 10, 2], 9),
            ("abcdefgabcdefg", "cde", &[1, -1, 3], -1),
            ("é😀", "😀", &[], 1),
            ("é😀", "z", &[], -1),
        ];
        for (source, lookup, numbers, expected) in cases {
            assert_eq!(
                index("indexof", source, lookup, numbers),
                longs(&[expected]),
                "{source} {lookup} {numbers:?}"
            );
        }
        assert_eq!(index("indexof", "a", "a", &[0, -2]), [Value::Long(None)]);
        assert_eq!(index("indexof", "a", "a", &[0, -1, -1]), [Value::Long(None)]);
        assert_eq!(index("indexof", "aé", "", &[2]), longs(&[2]));
        assert_eq!(index("indexof", "aé", "", &[0, -1, 9]), longs(&[-1]));
    }

    /// [D indexof-regex-function.md]
    #[test]
    fn examples_of_the_reference_with_expressions() {
        let cases: [(&str, &str, &[i64], i64); 4] = [
            ("abcabc", "a.c", &[], 0),
            ("abcabcdefg", "a.c", &[0, 9, 2], 3),
            ("abcabc", "a.c", &[1, -1, 2], -1),
            ("ababaa", "a.a", &[0, -1, 2], -1),
        ];
        for (source, lookup, numbers, expected) in cases {
            assert_eq!(
                index("indexof_regex", source, lookup, numbers),
                longs(&[expected]),
                "{source} {lookup}"
            );
        }
        assert_eq!(index("indexof_regex", "abcabc", "a|ab", &[-1]), [Value::Long(None)]);
    }
}
