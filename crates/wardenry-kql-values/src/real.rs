//! The text forms of `real`.

use std::fmt::Write as _;

/// Appends the shortest digits that read back as the same number.
///
/// There is always a fraction (`1500.0`) or an exponent: from 1E+15 up and below 0.0001 the form is `1.5E+15`, `1E-05`.
/// The special values are `NaN`, `Infinity` and `-Infinity`.
pub fn write(out: &mut String, value: f64) {
    if value.is_nan() {
        out.push_str("NaN");
        return;
    }
    if value.is_infinite() {
        out.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
        return;
    }
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-4..1e15).contains(&magnitude) {
        let start = out.len();
        let _infallible = write!(out, "{value}");
        if !out[start..].contains('.') {
            out.push_str(".0");
        }
        return;
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    let _infallible = write!(out, "{digits}E{sign}{exponent:0>2}");
}

/// The text of a number.
pub fn text(value: f64) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

/// Reads what `toreal()` accepts: digits with sign, fraction and exponent, `nan`, `inf` and `infinity` in any case, blanks
/// around. No hexadecimal digits.
pub fn parse(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{parse, text};

    #[test]
    fn writes_a_fraction_or_an_exponent() {
        let cases = [
            // kql-semantics, casts and text forms.
            (1500.0, "1500.0"),
            (1.5, "1.5"),
            (-0.25, "-0.25"),
            (0.0, "0.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (123_456_789_012_345.0, "123456789012345.0"),
            (1e15, "1E+15"),
            (-1.25e20, "-1.25E+20"),
            (0.0001, "0.0001"),
            // [D erfc-function.md] shows 2.20904969985854E-05.
            (2.209_049_699_858_54e-5, "2.20904969985854E-05"),
            (f64::MAX, "1.7976931348623157E+308"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (value, expected) in cases {
            assert_eq!(text(value), expected);
        }
    }

    #[test]
    fn reads_decimal_digits_only() {
        // kql-semantics, casts and text forms.
        let cases = [
            (" 42 ", Some(42.0)),
            ("12.5", Some(12.5)),
            ("0x1F", None),
            ("1e3", Some(1000.0)),
            ("2147483648", Some(2_147_483_648.0)),
            ("+7", Some(7.0)),
            ("", None),
            ("1,5", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_number_reads_back() {
        let mut bits: u64 = 0x9e37_79b9_7f4a_7c15;
        for _ in 0..2000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = f64::from_bits(bits);
            if !value.is_nan() {
                assert_eq!(parse(&text(value)), Some(value), "{bits:x}");
            }
        }
    }
}
