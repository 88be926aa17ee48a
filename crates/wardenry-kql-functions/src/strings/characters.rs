//! `tolower`, `toupper`, `reverse`, `translate`, `regex_quote`: what changes single characters.
//!
//! [D tolower-function.md], [D toupper-function.md], [D reverse-function.md], [D translate-function.md],
//! [D regex-quote-function.md]

use super::arguments::{Texts, argument, kernel, text_rows};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const CHARACTERS: ScalarFunction =
    ScalarFunction { names: &["tolower", "toupper", "reverse", "regex_quote"], bind };
pub(crate) const TRANSLATE: ScalarFunction = ScalarFunction { names: &["translate"], bind: bind_translate };

fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let write: fn(&str, &mut String) = match function {
        "tolower" => write_lower,
        "toupper" => write_upper,
        "reverse" => |text, out| out.extend(text.chars().rev()),
        _ => |text, out| out.push_str(&regex::escape(text)),
    };
    let types = call.argument_types.to_vec();
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::of(function, argument(function, arguments, 0)?, types.first())?;
        text_rows(function, arguments, rows, |row, out| {
            write(texts.get(row), out);
            Ok(())
        })
    }))
}

/// Character by character: what has no single lower case stays.
fn write_lower(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_lowercase();
        return;
    }
    out.extend(text.chars().map(|c| single(c.to_lowercase()).unwrap_or(c)));
}

fn write_upper(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_uppercase();
        return;
    }
    out.extend(text.chars().map(|c| single(c.to_uppercase()).unwrap_or(c)));
}

fn single(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next();
    if mapped.next().is_none() { first } else { None }
}

/// Each character of the first list becomes the one at the same place of the second; its last one stands for all that are
/// missing. With an empty second list the characters go away.
fn bind_translate(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let searched = Texts::raw(function, argument(function, arguments, 0)?)?;
        let replacements = Texts::raw(function, argument(function, arguments, 1)?)?;
        let texts = Texts::raw(function, argument(function, arguments, 2)?)?;
        text_rows(function, arguments, rows, |row, out| {
            let (searched, replacements) = (searched.get(row), replacements.get(row));
            for c in texts.get(row).chars() {
                match searched.chars().position(|searched| searched == c) {
                    Some(place) => {
                        out.extend(replacements.chars().nth(place).or(replacements.chars().next_back()));
                    }
                    None => out.push(c),
                }
            }
            Ok(())
        })
    }))
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::strings::calling::{call, strings, text, texts};

    #[test]
    fn case_is_changed_character_by_character() {
        let rows = texts(&["ABC", "ÄÖß", "Σς", ""]);
        assert_eq!(
            call("tolower", ScalarType::String, std::slice::from_ref(&rows)),
            strings(&["abc", "äöß", "σς", ""])
        );
        assert_eq!(call("toupper", ScalarType::String, &[rows]), strings(&["ABC", "ÄÖß", "ΣΣ", ""]));
    }

    /// [D reverse-function.md], [D regex-quote-function.md]
    #[test]
    fn reversed_and_quoted() {
        assert_eq!(
            call("reverse", ScalarType::String, &[texts(&["123.45", "é😀"])]),
            strings(&["54.321", "😀é"])
        );
        assert_eq!(
            call("regex_quote", ScalarType::String, &[text("(so$me.Te^xt)")]),
            strings(&[r"\(so\$me\.Te\^xt\)"])
        );
    }

    /// [D translate-function.md]
    #[test]
    fn translated() {
        let translate = |searched: &str, replacements: &str, source: &str| {
            call("translate", ScalarType::String, &[text(searched), text(replacements), text(source)])
        };
        assert_eq!(translate("abc", "x", "abc"), strings(&["xxx"]));
        assert_eq!(translate("abc", "", "ab"), strings(&[""]));
        assert_eq!(translate("krasp", "otsku", "spark"), strings(&["kusto"]));
    }
}
