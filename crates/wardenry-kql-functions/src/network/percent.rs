//! `url_encode`, `url_encode_component`, `url_decode`. Sources: `url-encode-function.md` and its neighbours.

use crate::rows::{Text, kernel, text1};
use crate::{FunctionError, Kernel, ScalarCall};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| match (function, arguments) {
        ("url_encode", [text]) => text1::<Text>(text, rows, |out, text| encode(out, text, "+")),
        ("url_encode_component", [text]) => text1::<Text>(text, rows, |out, text| encode(out, text, "%20")),
        ("url_decode", [text]) => text1::<Text>(text, rows, decode),
        _ => Err(FunctionError::misplaced(function)),
    }))
}

/// Keeps letters, digits and `-_.!*()`; writes the bytes of others as two digits in lower case.
fn encode(out: &mut String, text: &str, blank: &str) {
    for byte in text.bytes() {
        match byte {
            b' ' => out.push_str(blank),
            b'-' | b'_' | b'.' | b'!' | b'*' | b'(' | b')' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => {
                out.push('%');
                out.push(char::from(DIGITS[usize::from(byte >> 4)]));
                out.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
}

/// `+` is a blank; a `%` without two digits stays; bytes that are no UTF-8 become U+FFFD.
fn decode(out: &mut String, text: &str) {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        out.push_str(text);
        return;
    }
    let text = text.as_bytes();
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let digit = |index: usize| text.get(index).and_then(|digit| char::from(*digit).to_digit(16));
        let escaped = if *byte == b'%' { digit(at + 1).zip(digit(at + 2)) } else { None };
        match (byte, escaped) {
            (_, Some((high, low))) => {
                bytes.push(u8::try_from(high << 4 | low).unwrap_or_default());
                at += 3;
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*byte),
        }
        at += 1;
    }
    out.push_str(&String::from_utf8_lossy(&bytes));
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn encodes_in_lower_case() {
        // kql-semantics, addresses; [D url-encode-function.md, url-encode-component-function.md]
        check(
            "url_encode",
            "string -> string",
            "https://www.bing.com/hello world | https%3a%2f%2fwww.bing.com%2fhello+world\na b | a+b",
        );
        check(
            "url_encode_component",
            "string -> string",
            "https://www.bing.com/hello world/ | https%3a%2f%2fwww.bing.com%2fhello%20world%2f\na b/c | a%20b%2fc\n\
             é | %c3%a9",
        );
    }

    #[test]
    fn decodes_what_is_encoded() {
        // [D url-decode-function.md]
        check(
            "url_decode",
            "string -> string",
            "https%3a%2f%2fwww.bing.com%2f | https://www.bing.com/\na%20b | a b\na+b | a b\n100% | 100%\n\
             %zz%4 | %zz%4\n%C3%A9 | é\n%ff | \u{fffd}\nplain | plain",
        );
    }
}
