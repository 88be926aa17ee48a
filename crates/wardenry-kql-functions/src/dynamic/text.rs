//! Strings of JSON, read and written.

/// What the inside of a JSON string means. Lone surrogates become U+FFFD, unknown escapes the character itself.
pub(super) fn unescape(inside: &str) -> String {
    let mut out = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        let Some(letter) = escape.chars().next() else {
            return out;
        };
        rest = &escape[letter.len_utf8()..];
        out.push(match letter {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => unicode_escape(&mut rest),
            other => other,
        });
    }
    out.push_str(rest);
    out
}

/// Whether writing the string anew would give the same inside. No for some, `\u0001` for example, that would.
pub(super) fn has_minimal_escapes(inside: &str) -> bool {
    let mut rest = inside;
    while let Some((_, escape)) = rest.split_once('\\') {
        match escape.as_bytes().first() {
            Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') => rest = &escape[1..],
            _ => return false,
        }
    }
    true
}

/// The character of the digits that `rest` begins with, and of the second half of a surrogate pair.
fn unicode_escape(rest: &mut &str) -> char {
    let Some(unit) = code_unit(rest) else {
        return char::REPLACEMENT_CHARACTER;
    };
    *rest = &rest[4..];
    if !(0xD800..0xDC00).contains(&unit) {
        return char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
    }
    let second =
        rest.strip_prefix("\\u").and_then(code_unit).filter(|second| (0xDC00..0xE000).contains(second));
    match second {
        Some(second) => {
            *rest = &rest[6..];
            let code = 0x1_0000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        None => char::REPLACEMENT_CHARACTER,
    }
}

fn code_unit(digits: &str) -> Option<u32> {
    let digits = digits.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

/// Writes a JSON string. Only what must be escaped is: quotes, backslashes, control characters.
pub(super) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x08 => out.push_str("\\b"),
            0x09 => out.push_str("\\t"),
            0x0A => out.push_str("\\n"),
            0x0C => out.push_str("\\f"),
            0x0D => out.push_str("\\r"),
            control => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                out.push_str("\\u00");
                out.push(char::from(DIGITS[usize::from(control >> 4)]));
                out.push(char::from(DIGITS[usize::from(control & 15)]));
            }
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}
