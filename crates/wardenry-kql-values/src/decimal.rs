//! The `decimal` type: its numbers, their text form and their arithmetic.

mod magnitude;
mod text;

use std::cmp::Ordering;

use magnitude::Magnitude;

/// A decimal number with 34 digits behind the point and 42 before it.
///
/// KQL's own decimals have 34 significant digits wherever the point is; this type has all of those for numbers from 1 up, and
/// fewer below. What has more digits behind the point is rounded, half away from zero. Operations whose result does
/// not fit are `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// Never set for zero.
    negative: bool,
    /// In units of 10⁻³⁴.
    magnitude: Magnitude,
}

impl Decimal {
    pub const ZERO: Self = Self { negative: false, magnitude: Magnitude::ZERO };

    fn new(negative: bool, magnitude: Magnitude) -> Option<Self> {
        (magnitude < Magnitude::LIMIT)
            .then_some(Self { negative: negative && magnitude != Magnitude::ZERO, magnitude })
    }

    /// The units of 10⁻³⁴ as a 256-bit number in two's complement, the lower half first: what an Arrow `Decimal256(76, 34)` holds.
    pub fn to_parts(self) -> (u128, i128) {
        let (low, high) = self.magnitude.to_halves();
        if self.negative {
            let (low, borrow) = 0_u128.overflowing_sub(low);
            (low, 0_i128.wrapping_sub(high.cast_signed()).wrapping_sub(i128::from(borrow)))
        } else {
            (low, high.cast_signed())
        }
    }

    /// The opposite of [`Decimal::to_parts`]. `None` if there are more than 76 digits.
    pub fn from_parts(low: u128, high: i128) -> Option<Self> {
        if high < 0 {
            let (low, borrow) = 0_u128.overflowing_sub(low);
            let high = 0_i128.wrapping_sub(high).wrapping_sub(i128::from(borrow));
            Self::new(true, Magnitude::from_halves(low, high.cast_unsigned()))
        } else {
            Self::new(false, Magnitude::from_halves(low, high.cast_unsigned()))
        }
    }

    /// A real's shortest text, as a decimal. `None` for NaN, infinities and what does not fit.
    pub fn from_f64(value: f64) -> Option<Self> {
        Self::parse(&format!("{value:e}"))
    }

    /// The nearest real.
    pub fn to_f64(self) -> f64 {
        let mut text = String::new();
        self.write(&mut text);
        text.parse().unwrap_or(f64::NAN)
    }

    /// The whole part, its lowest 64 bits.
    pub fn to_i64_wrapping(self) -> i64 {
        let whole = self.magnitude.divided_by_scale().low_bits().cast_signed();
        if self.negative { whole.wrapping_neg() } else { whole }
    }

    #[must_use]
    pub fn negated(self) -> Self {
        Self { negative: !self.negative && self.magnitude != Magnitude::ZERO, ..self }
    }

    #[must_use]
    pub fn abs(self) -> Self {
        Self { negative: false, ..self }
    }

    pub fn checked_add(self, other: Self) -> Option<Self> {
        if self.negative == other.negative {
            return Self::new(self.negative, self.magnitude.added(other.magnitude));
        }
        match self.magnitude.cmp(&other.magnitude) {
            Ordering::Less => Self::new(other.negative, other.magnitude.subtracted(self.magnitude)),
            _ => Self::new(self.negative, self.magnitude.subtracted(other.magnitude)),
        }
    }

    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(other.negated())
    }

    pub fn checked_mul(self, other: Self) -> Option<Self> {
        Self::new(self.negative != other.negative, self.magnitude.multiplied(other.magnitude)?)
    }

    /// `None` also for a divisor of zero.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        Self::new(self.negative != other.negative, self.magnitude.divided(other.magnitude)?)
    }

    /// The remainder that is never negative. `None` also for a divisor of zero.
    pub fn checked_rem_euclid(self, other: Self) -> Option<Self> {
        let remainder = self.magnitude.remainder(other.magnitude)?;
        if self.negative && remainder != Magnitude::ZERO {
            Self::new(false, other.magnitude.subtracted(remainder))
        } else {
            Self::new(false, remainder)
        }
    }

    /// The largest multiple of a size that is not above the number. `None` also for a size that is not positive.
    pub fn checked_bin(self, size: Self) -> Option<Self> {
        if size.negative {
            return None;
        }
        self.checked_sub(self.checked_rem_euclid(size)?)
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self { negative: value < 0, magnitude: Magnitude::scaled(value.unsigned_abs()) }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude.cmp(&other.magnitude),
            (true, true) => other.magnitude.cmp(&self.magnitude),
            (negative, _) => {
                if negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn calculates_without_binary_fractions() {
        let (a, b) = (decimal("7.5"), decimal("-0.1"));
        assert_eq!(a.checked_add(b), Some(decimal("7.4")));
        assert_eq!(b.checked_sub(a), Some(decimal("-7.6")));
        assert_eq!(a.checked_mul(b), Some(decimal("-0.75")));
        assert_eq!(a.checked_div(b), Some(decimal("-75")));
        assert_eq!(
            decimal("1").checked_div(decimal("3")),
            Some(decimal("0.3333333333333333333333333333333333"))
        );
        assert_eq!(decimal("-7.5").checked_rem_euclid(decimal("2")), Some(decimal("0.5")));
        assert_eq!(decimal("-7.5").checked_bin(decimal("2")), Some(decimal("-8")));
        assert_eq!(a.checked_div(Decimal::ZERO), None);
        assert_eq!(a.checked_bin(decimal("-1")), None);
        assert_eq!(decimal("1e41").checked_mul(decimal("10")), None);
        assert!(b < a && decimal("-2") < decimal("-1"));
    }

    #[test]
    fn converts_to_other_numbers() {
        assert_eq!(decimal("-12.75").to_i64_wrapping(), -12);
        assert_eq!(decimal("-12.75").to_f64().to_bits(), (-12.75_f64).to_bits());
        assert_eq!(Decimal::from(i64::MIN), decimal("-9223372036854775808"));
        assert_eq!(Decimal::from_f64(0.1), Some(decimal("0.1")));
        assert_eq!(Decimal::from_f64(1e300), None);
        assert_eq!(Decimal::from_f64(f64::NAN), None);
    }

    #[test]
    fn every_decimal_survives_its_parts() {
        for text in
            ["0", "1", "-1", "123456789012345678901234567890.5", "-0.0000000000000000000000000000000001"]
        {
            let (low, high) = decimal(text).to_parts();
            assert_eq!(Decimal::from_parts(low, high), Some(decimal(text)));
        }
        assert_eq!(decimal("-0.0000000000000000000000000000000001").to_parts(), (u128::MAX, -1));
        assert_eq!(Decimal::from_parts(0, i128::MIN), None);
    }
}
