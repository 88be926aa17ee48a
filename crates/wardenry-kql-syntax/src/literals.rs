//! What the text of a literal means.

use std::borrow::Cow;

use wardenry_kql_values::{Decimal, ScalarType, Value, boolean, datetime, guid, integer, real, timespan};

/// Whether `word` opens a literal when a parenthesis follows it directly.
pub(crate) fn opens_typed_literal(word: &str) -> bool {
    matches!(
        word,
        "bool"
            | "date"
            | "datetime"
            | "decimal"
            | "double"
            | "guid"
            | "int"
            | "int32"
            | "int64"
            | "long"
            | "real"
            | "time"
            | "timespan"
            | "uuid"
    )
}

/// Whether `unit` may stand right behind a number to make it a `timespan`.
pub(crate) fn is_timespan_unit(unit: &str) -> bool {
    let stem = match unit {
        "d" | "day" | "days" | "h" | "hr" | "hrs" | "hour" | "hours" | "m" | "min" | "minute" | "minutes"
        | "s" | "sec" | "second" | "seconds" | "ms" | "tick" | "ticks" => return true,
        _ => unit,
    };
    let Some(rest) = ["milli", "micro", "nano"].into_iter().find_map(|prefix| stem.strip_prefix(prefix))
    else {
        return false;
    };
    matches!(rest, "" | "s" | "sec" | "second" | "seconds")
}

/// `30min`, `1.5h`: a number and a unit. `None` when the span is too long for the type.
pub(crate) fn timespan_with_unit(text: &str) -> Option<i64> {
    match text.strip_suffix("sec") {
        // `millisec` and the like are units of literals only.
        Some(stem) if !stem.ends_with(|last: char| last.is_ascii_digit() || last == '.') => {
            timespan::parse_with_unit(&format!("{stem}second"))
        }
        _ => timespan::parse_with_unit(text),
    }
}

/// The digits of a `long`, decimal or hexadecimal, without a sign.
pub(crate) fn unsigned(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// What `datetime(…)` has between its parentheses, if that is a time without a date.
pub(crate) fn time_of_day(inside: &str) -> Option<i64> {
    datetime::parse_time_of_day(unquoted(inside))
}

/// Quotes are allowed: `datetime("2024-01-01")`.
fn unquoted(inside: &str) -> &str {
    let text = inside.trim();
    ['"', '\'']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
        .map_or(text, str::trim)
}

/// The value of a typed literal with `inside` between its parentheses, `None` if it is no value of the type.
pub(crate) fn typed(scalar_type: ScalarType, inside: &str) -> Option<Value> {
    let text = unquoted(inside);
    if text == "null" {
        return Some(Value::null(scalar_type));
    }
    Some(match scalar_type {
        ScalarType::Bool => Value::Bool(Some(boolean::parse(text)?)),
        ScalarType::Int => Value::Int(Some(integer::parse_int(text)?)),
        ScalarType::Long => Value::Long(Some(integer::parse_long(text)?)),
        ScalarType::Real => Value::Real(Some(real::parse(text)?)),
        ScalarType::Decimal => Value::Decimal(Some(Decimal::parse(text).map(|_| text.into())?)),
        ScalarType::Datetime => Value::Datetime(Some(datetime::parse_literal(text)?)),
        ScalarType::Timespan => {
            Value::Timespan(Some(timespan::parse(text).or_else(|| timespan_with_unit(text))?))
        }
        ScalarType::Guid => Value::Guid(Some(guid::parse(text)?)),
        ScalarType::String | ScalarType::Dynamic => return None,
    })
}

/// A string literal taken apart.
pub(crate) struct StringParts<'t> {
    /// `h` or `H` stands before it.
    pub(crate) hidden: bool,
    pub(crate) content: &'t str,
    /// How many bytes stand before the content.
    pub(crate) prefix: usize,
    pub(crate) form: StringForm,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum StringForm {
    /// With backslash escapes.
    Escaped,
    /// `@"…"`; the quote is doubled inside.
    Verbatim(char),
    Fenced,
}

/// Takes a string token apart; its closing quotes may be missing.
pub(crate) fn string_parts(token: &str) -> StringParts<'_> {
    let mut rest = token;
    let hidden = rest.starts_with(['h', 'H']);
    if hidden {
        rest = &rest[1..];
    }
    let verbatim = rest.starts_with('@');
    if verbatim {
        rest = &rest[1..];
    }
    let fence = ["```", "~~~"].into_iter().find(|fence| rest.starts_with(fence));
    let opening = rest.chars().next().unwrap_or('"');
    let opening_length = fence.map_or(opening.len_utf8(), str::len);
    let prefix = token.len() - rest.len() + opening_length;
    let content = token.get(prefix..).unwrap_or_default();
    let content = match fence {
        Some(fence) => content.strip_suffix(fence).unwrap_or(content),
        None if opening.is_ascii() => content.strip_suffix(opening).unwrap_or(content),
        // Typographic quotes close as something else than they open.
        None => content
            .strip_suffix(|last: char| !last.is_ascii() || matches!(last, '"' | '\''))
            .unwrap_or(content),
    };
    let form = match (fence, verbatim) {
        (Some(_), _) => StringForm::Fenced,
        (None, true) => StringForm::Verbatim(opening),
        (None, false) if opening.is_ascii() => StringForm::Escaped,
        (None, false) => StringForm::Fenced,
    };
    StringParts { hidden, content, prefix, form }
}

impl<'t> StringParts<'t> {
    /// The text that the literal stands for. `bad_escape` is told where in the content an escape sequence is
    /// wrong.
    pub(crate) fn text(&self, bad_escape: impl FnMut(usize)) -> Cow<'t, str> {
        match self.form {
            StringForm::Fenced => Cow::Borrowed(self.content),
            StringForm::Verbatim(quote) if self.content.contains(quote) => {
                let doubled: String = [quote, quote].iter().collect();
                Cow::Owned(self.content.replace(&doubled, quote.encode_utf8(&mut [0; 4])))
            }
            StringForm::Verbatim(_) => Cow::Borrowed(self.content),
            StringForm::Escaped if self.content.contains('\\') => {
                Cow::Owned(unescape(self.content, bad_escape))
            }
            StringForm::Escaped => Cow::Borrowed(self.content),
        }
    }
}

fn unescape(content: &str, mut bad_escape: impl FnMut(usize)) -> String {
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    // A character beyond 16 bits may be written as two `\u`.
    let mut high_surrogate: Option<u32> = None;
    while let Some(at) = rest.find('\\') {
        if at > 0 {
            high_surrogate = None;
        }
        text.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let (code, length) = match escape_sequence(escape) {
            Some(found) => found,
            None => {
                bad_escape(content.len() - rest.len() + at);
                (u32::from('\\'), 0)
            }
        };
        match (high_surrogate.take(), code) {
            (Some(high), 0xdc00..=0xdfff) => {
                text.pop();
                let combined = 0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00);
                text.push(char::from_u32(combined).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            _ => {
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                high_surrogate = (0xd800..0xdc00).contains(&code).then_some(code);
            }
        }
        rest = &escape[length..];
    }
    text.push_str(rest);
    text
}

/// The code point that the text behind a backslash means, and its length.
fn escape_sequence(escape: &str) -> Option<(u32, usize)> {
    let hexadecimal = |digits: usize| {
        let digits_text = escape.get(1..=digits)?;
        if !digits_text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        Some((u32::from_str_radix(digits_text, 16).ok()?, digits + 1))
    };
    let simple = |character: char| Some((u32::from(character), 1));
    match escape.bytes().next()? {
        b'"' => simple('"'),
        b'\'' => simple('\''),
        b'\\' => simple('\\'),
        b'a' => simple('\u{7}'),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'v' => simple('\u{b}'),
        b'u' => hexadecimal(4),
        b'U' => hexadecimal(8),
        b'x' => hexadecimal(2),
        b'0'..=b'7' => {
            let digits = escape.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            // Three digits go up to \377.
            let digits = if digits == 3 && escape.as_bytes()[0] > b'3' { 2 } else { digits };
            Some((u32::from_str_radix(&escape[..digits], 8).ok()?, digits))
        }
        _ => None,
    }
}
