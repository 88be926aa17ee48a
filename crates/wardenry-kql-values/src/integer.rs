//! The text forms of `int` and `long` that conversions read. Writing them is Rust's own.

/// Reads what `tolong()` accepts: digits with a sign, or `0x` and up to 16 hexadecimal digits (the 64 bits), blanks around.
/// Neither fractions nor exponents; `None` if out of range.
pub fn parse_long(text: &str) -> Option<i64> {
    let text = text.trim();
    match hexadecimal(text) {
        Some((negative, digits)) => {
            let bits = u64::from_str_radix(digits, 16).ok()?.cast_signed();
            Some(if negative { bits.wrapping_neg() } else { bits })
        }
        None => text.parse().ok(),
    }
}

/// Reads what `toint()` accepts: as [`parse_long`], within 32 bits.
pub fn parse_int(text: &str) -> Option<i32> {
    let text = text.trim();
    match hexadecimal(text) {
        Some((negative, digits)) => {
            let bits = u32::from_str_radix(digits, 16).ok()?.cast_signed();
            Some(if negative { bits.wrapping_neg() } else { bits })
        }
        None => text.parse().ok(),
    }
}

/// The sign and the digits of a hexadecimal number.
fn hexadecimal(text: &str) -> Option<(bool, &str)> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let digits = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X"))?;
    // `from_str_radix` takes a sign, which may not stand here.
    Some((negative, if digits.starts_with(['+', '-']) { "" } else { digits }))
}

#[cfg(test)]
mod tests {
    use super::{parse_int, parse_long};

    #[test]
    fn reads_decimal_and_hexadecimal_digits() {
        // kql-semantics, casts and text forms.
        let cases = [
            (" 42 ", Some(42), Some(42)),
            ("12.5", None, None),
            ("0x1F", Some(31), Some(31)),
            ("1e3", None, None),
            ("2147483648", None, Some(2_147_483_648)),
            ("+7", Some(7), Some(7)),
            ("-7", Some(-7), Some(-7)),
            ("", None, None),
            ("0x", None, None),
            ("0x+1", None, None),
            ("0xFFFFFFFF", Some(-1), Some(4_294_967_295)),
            ("9223372036854775808", None, None),
        ];
        for (text, int, long) in cases {
            assert_eq!((parse_int(text), parse_long(text)), (int, long), "{text:?}");
        }
    }
}
