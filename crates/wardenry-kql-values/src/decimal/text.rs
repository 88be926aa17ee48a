use super::{Decimal, Magnitude};

/// Digits behind the point.
const SCALE: i64 = 34;
/// Digits before the point.
const WHOLE_DIGITS: i64 = 42;

impl Decimal {
    /// Reads digits with sign, fraction and exponent, blanks around: `-12.50`, `1e-3`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let mut digits = whole.bytes().chain(fraction.bytes());
        if number.len() <= 1 && number.trim_start_matches('.').is_empty()
            || !digits.clone().all(|b| b.is_ascii_digit())
        {
            return None;
        }

        // How many digits stand before the point, once the number has no leading zeros and no exponent.
        let leading_zeros = digits.clone().take_while(|digit| *digit == b'0').count();
        let significant = whole.len() + fraction.len() - leading_zeros;
        let point =
            i64::try_from(whole.len()).ok()? - i64::try_from(leading_zeros).ok()? + i64::from(exponent);
        if significant == 0 {
            return Some(Self::ZERO);
        }
        if point > WHOLE_DIGITS {
            return None;
        }
        digits.by_ref().take(leading_zeros).for_each(drop);
        let mut magnitude = Magnitude::ZERO;
        for _ in 0..point + SCALE {
            magnitude = magnitude.appended(u64::from(digits.next().unwrap_or(b'0') - b'0'));
        }
        if point + SCALE >= 0 && digits.next().is_some_and(|digit| digit >= b'5') {
            magnitude = magnitude.added(Magnitude::ZERO.appended(1));
        }
        Self::new(negative, magnitude)
    }

    /// Appends the digits, without zeros at the end of the fraction and without an exponent: `1500`, `-0.25`.
    pub fn write(self, out: &mut String) {
        let mut digits = [b'0'; 77];
        let mut rest = self.magnitude;
        for digit in digits.iter_mut().rev() {
            let (quotient, last) = rest.split_last_digit();
            *digit = b'0' + last;
            rest = quotient;
        }
        let (whole, fraction) = digits.split_at(digits.len() - 34);
        if self.negative {
            out.push('-');
        }
        let first = whole.iter().position(|digit| *digit != b'0').unwrap_or(whole.len() - 1);
        out.extend(whole[first..].iter().copied().map(char::from));
        let length = fraction.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
        if length > 0 {
            out.push('.');
            out.extend(fraction[..length].iter().copied().map(char::from));
        }
    }

    /// The text of a decimal.
    pub fn text(self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn reads_and_writes_digits() {
        let cases = [
            ("0", "0"),
            ("-0.0", "0"),
            ("1.50", "1.5"),
            ("-12.50", "-12.5"),
            // [D scalar-data-types/decimal.md]: decimal(1e5) is 100,000.
            ("1e5", "100000"),
            (" +1e-3 ", "0.001"),
            (".5", "0.5"),
            ("5.", "5"),
            ("123.45678", "123.45678"),
            ("1e-34", "0.0000000000000000000000000000000001"),
            ("5e-35", "0.0000000000000000000000000000000001"),
            ("4e-35", "0"),
            ("1e-999999999", "0"),
            ("0e999999999", "0"),
            ("999999999999999999999999999999999999999999", "999999999999999999999999999999999999999999"),
        ];
        for (text, expected) in cases {
            assert_eq!(Decimal::parse(text).map(Decimal::text).as_deref(), Some(expected), "{text:?}");
        }
        for text in ["", "-", ".", "1.2.3", "abc", "1e", "0x1F", "1e42", "NaN", "inf", "--1"] {
            assert_eq!(Decimal::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn every_decimal_reads_back() {
        let mut random: u128 = 0x9e37_79b9_7f4a_7c15;
        for _ in 0..500 {
            random = random
                .wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645)
                .wrapping_add(0x5851_f42d_4c95_7f2d);
            let decimal = Decimal::from_parts(random, (random.cast_signed() >> 60) / 3).unwrap();
            assert_eq!(Decimal::parse(&decimal.text()), Some(decimal));
        }
    }
}
