//! `replace_regex`, `replace_string` and `replace_strings`.
//!
//! [D replace-regex-function.md], [D replace-string-function.md], [D replace-strings-function.md]

use std::borrow::Cow;

use regex::{Captures, Regex};

use super::arguments::{Texts, argument, constant_text, kernel, text_rows};
use super::patterns::{Pattern, PatternCache, as_written};
use crate::dynamic::Dynamic;
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const REPLACE_REGEX: ScalarFunction =
    ScalarFunction { names: &["replace_regex", "replace"], bind: bind_regex };
pub(crate) const REPLACE_STRING: ScalarFunction =
    ScalarFunction { names: &["replace_string"], bind: bind_string };
pub(crate) const REPLACE_STRINGS: ScalarFunction =
    ScalarFunction { names: &["replace_strings"], bind: bind_strings };

/// What a match becomes.
#[derive(Debug)]
struct Rewrite {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Group(usize),
}

impl Rewrite {
    /// Reads `\0` to `\9` as groups and `\\` as a backslash.
    fn parse(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            let next = characters.peek().copied();
            match (c, next) {
                ('\\', Some(digit @ '0'..='9')) => {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    pieces.push(Piece::Group(digit as usize - '0' as usize));
                    characters.next();
                }
                ('\\', Some('\\')) => {
                    plain.push('\\');
                    characters.next();
                }
                _ => plain.push(c),
            }
        }
        pieces.push(Piece::Text(plain));
        Self { pieces }
    }

    fn write(&self, found: &Captures<'_>, out: &mut String) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Group(group) => out.push_str(found.get(*group).map_or("", |found| found.as_str())),
            }
        }
    }
}

/// The old `replace(regex, rewrite, source)` has its arguments the other way round.
fn bind_regex(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let [source, lookup, rewrite] = if function == "replace" { [2, 0, 1] } else { [0, 1, 2] };
    let pattern = Pattern::bind(call, lookup, as_written)?;
    let constant_rewrite = constant_text(call.constants, rewrite).as_deref().map(Rewrite::parse);
    Ok(kernel(function, move |arguments, rows| {
        let patterns = PatternCache::new(&pattern, as_written, arguments)?;
        let texts = Texts::raw(function, argument(function, arguments, source)?)?;
        let rewrites = Texts::raw(function, argument(function, arguments, rewrite)?)?;
        text_rows(function, arguments, rows, |row, out| {
            patterns.with(row, |regex| match &constant_rewrite {
                Some(rewrite) => replace_matches(regex, rewrite, texts.get(row), out),
                None => replace_matches(regex, &Rewrite::parse(rewrites.get(row)), texts.get(row), out),
            })
        })
    }))
}

fn replace_matches(regex: &Regex, rewrite: &Rewrite, text: &str, out: &mut String) {
    let mut copied = 0;
    for found in regex.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(&text[copied..whole.start()]);
        rewrite.write(&found, out);
        copied = whole.end();
    }
    out.push_str(&text[copied..]);
}

/// An empty `lookup` replaces nothing.
fn bind_string(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::raw(function, argument(function, arguments, 0)?)?;
        let lookups = Texts::raw(function, argument(function, arguments, 1)?)?;
        let rewrites = Texts::raw(function, argument(function, arguments, 2)?)?;
        text_rows(function, arguments, rows, |row, out| {
            let (text, lookup) = (texts.get(row), lookups.get(row));
            let mut copied = 0;
            if !lookup.is_empty() {
                for (start, found) in text.match_indices(lookup) {
                    out.push_str(&text[copied..start]);
                    out.push_str(rewrites.get(row));
                    copied = start + found.len();
                }
            }
            out.push_str(&text[copied..]);
            Ok(())
        })
    }))
}

/// Earlier lookups take precedence, wherever in the text they are found.
fn bind_strings(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let constant = |index: usize| match call.constants.get(index) {
        Some(Some(value)) => Some(texts_of_array(&value.text())),
        _ => None,
    };
    let (constant_lookups, constant_rewrites) = (constant(1), constant(2));
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::raw(function, argument(function, arguments, 0)?)?;
        let lookups = Texts::raw(function, argument(function, arguments, 1)?)?;
        let rewrites = Texts::raw(function, argument(function, arguments, 2)?)?;
        text_rows(function, arguments, rows, |row, out| {
            let (row_lookups, row_rewrites);
            let lookups = match &constant_lookups {
                Some(lookups) => lookups,
                None => {
                    row_lookups = texts_of_array(lookups.get(row));
                    &row_lookups
                }
            };
            let rewrites = match &constant_rewrites {
                Some(rewrites) => rewrites,
                None => {
                    row_rewrites = texts_of_array(rewrites.get(row));
                    &row_rewrites
                }
            };
            replace_all(texts.get(row), lookups, rewrites, out);
            Ok(())
        })
    }))
}

/// The elements of an array; `None` for those that are not text.
fn texts_of_array(json: &str) -> Vec<Option<String>> {
    Dynamic::new(json).elements().map(|element| element.as_str().map(Cow::into_owned)).collect()
}

fn replace_all(text: &str, lookups: &[Option<String>], rewrites: &[Option<String>], out: &mut String) {
    // Pieces of the text in order: those that no lookup has taken yet, and those that one has, with their rewriting.
    let mut pieces = vec![(text, None)];
    for (index, lookup) in lookups.iter().enumerate() {
        let Some(lookup) = lookup.as_deref().filter(|lookup| !lookup.is_empty()) else { continue };
        let rewrite = rewrites.get(index).and_then(Option::as_deref);
        let mut split = Vec::with_capacity(pieces.len());
        for (piece, taken) in pieces {
            if taken.is_some() {
                split.push((piece, taken));
                continue;
            }
            let mut copied = 0;
            for (start, found) in piece.match_indices(lookup) {
                split.push((&piece[copied..start], None));
                split.push((found, Some(rewrite.unwrap_or(found))));
                copied = start + found.len();
            }
            split.push((&piece[copied..], None));
        }
        pieces = split;
    }
    for (piece, rewrite) in pieces {
        out.push_str(rewrite.unwrap_or(piece));
    }
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::strings::calling::{call, dynamic, strings, text, texts};

    /// kql-semantics §5, [D replace-regex-function.md].
    #[test]
    fn groups_in_the_rewriting() {
        let replace = |source: &str, lookup: &str, rewrite: &str| {
            call("replace_regex", ScalarType::String, &[text(source), text(lookup), text(rewrite)])
        };
        assert_eq!(replace("a1b2", r"([a-z])(\d)", r"\2\1"), strings(&["1a2b"]));
        assert_eq!(replace("-", r"([a-z])(\d)", r"\2\1"), strings(&["-"]));
        assert_eq!(
            replace("Number is 1.000000", r"is (\d+)", r"was: \1"),
            strings(&["Number was: 1.000000"])
        );
        assert_eq!(replace("a.b", r"\.", r"$1\0\\"), strings(&[r"a$1.\b"]));
        let old = call("replace", ScalarType::String, &[text("b"), text("x"), texts(&["abb", "c"])]);
        assert_eq!(old, strings(&["axx", "c"]));
    }

    /// kql-semantics §5.
    #[test]
    fn plain_texts() {
        let replace = |lookup: &str| {
            call("replace_string", ScalarType::String, &[texts(&["aaaa"]), text(lookup), text("b")])
        };
        assert_eq!(replace("aa"), strings(&["bb"]));
        assert_eq!(replace(""), strings(&["aaaa"]));
    }

    /// [D replace-strings-function.md]
    #[test]
    fn several_texts() {
        let replace = |source: &str, lookups: &str, rewrites: &str| {
            call("replace_strings", ScalarType::String, &[text(source), dynamic(lookups), dynamic(rewrites)])
        };
        let magic = "A magic trick can turn a cat into a dog";
        assert_eq!(
            replace(magic, r#"["cat","dog"]"#, r#"["dog","pigeon"]"#),
            strings(&["A magic trick can turn a dog into a pigeon"])
        );
        assert_eq!(
            replace(magic, r#"["turn"," into a dog"]"#, r#"["disappear",""]"#),
            strings(&["A magic trick can disappear a cat"])
        );
        let this = "This is an example of using replace_strings()";
        assert_eq!(
            replace(this, r#"["This","is"]"#, r#"["This","was"]"#),
            strings(&["This was an example of using replace_strings()"])
        );
        assert_eq!(
            replace(this, r#"["is","This"]"#, r#"["was","This"]"#),
            strings(&["Thwas was an example of using replace_strings()"])
        );
        assert_eq!(
            replace(this, r#"["This","is"]"#, r#"[12345,"was"]"#),
            strings(&["This was an example of using replace_strings()"])
        );
    }
}
