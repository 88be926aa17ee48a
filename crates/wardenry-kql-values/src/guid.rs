//! The text form of `guid`.

/// Appends the 36 characters of a GUID, in lower case.
pub fn write(out: &mut String, guid: u128) {
    for (position, byte) in guid.to_be_bytes().into_iter().enumerate() {
        if matches!(position, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push(digit(byte >> 4));
        out.push(digit(byte & 15));
    }
}

fn digit(nibble: u8) -> char {
    char::from(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 })
}

/// The 36 characters of a GUID.
pub fn text(guid: u128) -> String {
    let mut out = String::with_capacity(36);
    write(&mut out, guid);
    out
}

/// Reads the first 32 hexadecimal digits, with each of the four hyphens in its place or left out. What follows is
/// ignored. Source: `toguid()`.
pub fn parse(text: &str) -> Option<u128> {
    let mut guid: u128 = 0;
    let mut digits = 0;
    for character in text.chars() {
        match character.to_digit(16) {
            Some(digit) => {
                guid = guid << 4 | u128::from(digit);
                digits += 1;
                if digits == 32 {
                    return Some(guid);
                }
            }
            None if character == '-' && matches!(digits, 8 | 12 | 16 | 20) => {}
            None => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_32_digits_and_writes_36_characters() {
        // [D toguid-function.md]
        let expected = "01234567-89ab-cdef-0123-456789abcdef";
        for text in [
            "0123456789abcdef0123456789abcdef",
            "0123456789ab-cdef-0123-456789abcdef",
            "01234567-89AB-CDEF-0123-456789ABCDEF and more",
        ] {
            assert_eq!(super::parse(text).map(super::text).as_deref(), Some(expected), "{text:?}");
        }
        for text in ["a string that is not a guid", "", "0123", "0-123456789abcdef0123456789abcdef"] {
            assert_eq!(super::parse(text), None, "{text:?}");
        }
    }
}
