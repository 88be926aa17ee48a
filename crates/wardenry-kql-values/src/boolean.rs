//! The text forms of `bool`.

use crate::integer;

/// `True` or `False`, as `tostring()` writes it. Inside dynamic values a bool is written as JSON writes it.
pub const fn text(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// Reads what `tobool()` accepts: `true` and `false` in any case, and whole numbers, of which all but zero are true.
/// Blanks around the text are not accepted.
pub fn parse(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        None
    } else {
        integer::parse_long(text).map(|number| number != 0)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_words_and_whole_numbers() {
        // kql-semantics, casts and text forms.
        let cases = [
            ("true", Some(true)),
            ("FALSE", Some(false)),
            ("1", Some(true)),
            ("0", Some(false)),
            ("2", Some(true)),
            ("yes", None),
            (" true", None),
            ("1 ", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(super::parse(text), expected, "{text:?}");
        }
    }
}
