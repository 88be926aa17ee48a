#![expect(
    clippy::cast_possible_truncation,
    reason = "limbs are the low halves of what was calculated with their carries"
)]

use std::cmp::Ordering;

/// 10¹⁷, whose square is the scale of decimals and which fits one limb.
const HALF_SCALE: u64 = 100_000_000_000_000_000;

/// A whole number of 256 bits, the lowest 64 first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Magnitude([u64; 4]);

type Wide = [u64; 8];

impl Magnitude {
    pub(super) const ZERO: Self = Self([0; 4]);

    /// 10⁷⁶, the first number with more than 76 digits.
    pub(super) const LIMIT: Self = {
        let mut limit = Self([1, 0, 0, 0]);
        let mut digits = 0;
        while digits < 76 {
            limit = limit.appended(0);
            digits += 1;
        }
        limit
    };

    /// `value` × 10³⁴.
    pub(super) fn scaled(value: u64) -> Self {
        let mut limbs = [value, 0, 0, 0];
        multiply_by(&mut limbs, HALF_SCALE);
        multiply_by(&mut limbs, HALF_SCALE);
        Self(limbs)
    }

    /// The number with one more decimal digit. Wraps.
    pub(super) const fn appended(self, digit: u64) -> Self {
        let mut limbs = self.0;
        let mut carry = digit as u128;
        let mut index = 0;
        while index < 4 {
            let product = limbs[index] as u128 * 10 + carry;
            limbs[index] = product as u64;
            carry = product >> 64;
            index += 1;
        }
        Self(limbs)
    }

    /// The number without its last decimal digit, and that digit.
    pub(super) fn split_last_digit(self) -> (Self, u8) {
        let mut limbs = self.0;
        let digit = divide_by(&mut limbs, 10);
        (Self(limbs), digit as u8)
    }

    pub(super) const fn to_halves(self) -> (u128, u128) {
        let [a, b, c, d] = self.0;
        (a as u128 | (b as u128) << 64, c as u128 | (d as u128) << 64)
    }

    pub(super) const fn from_halves(low: u128, high: u128) -> Self {
        Self([low as u64, (low >> 64) as u64, high as u64, (high >> 64) as u64])
    }

    pub(super) const fn low_bits(self) -> u64 {
        self.0[0]
    }

    /// Wraps; two numbers below the limit do not.
    pub(super) fn added(self, other: Self) -> Self {
        let mut limbs = [0; 4];
        let mut carry = 0;
        for (sum, (a, b)) in limbs.iter_mut().zip(self.0.into_iter().zip(other.0)) {
            let total = u128::from(a) + u128::from(b) + carry;
            *sum = total as u64;
            carry = total >> 64;
        }
        Self(limbs)
    }

    /// Wraps if the other number is larger.
    pub(super) fn subtracted(self, other: Self) -> Self {
        let mut limbs = self.0;
        subtract(&mut limbs, &other.0);
        Self(limbs)
    }

    /// The product of two numbers with the scale, with the scale. `None` if it does not fit.
    pub(super) fn multiplied(self, other: Self) -> Option<Self> {
        let mut product: Wide = [0; 8];
        for (i, a) in self.0.into_iter().enumerate() {
            let mut carry = 0;
            for (j, b) in other.0.into_iter().enumerate() {
                let total = u128::from(a) * u128::from(b) + u128::from(product[i + j]) + carry;
                product[i + j] = total as u64;
                carry = total >> 64;
            }
            product[i + 4] = carry as u64;
        }
        divide_by(&mut product, HALF_SCALE);
        divide_by(&mut product, HALF_SCALE);
        narrow(product)
    }

    /// The quotient of two numbers with the scale, with the scale. `None` if it does not fit or the divisor is zero.
    pub(super) fn divided(self, divisor: Self) -> Option<Self> {
        let mut dividend: Wide = [0; 8];
        dividend[..4].copy_from_slice(&self.0);
        multiply_by(&mut dividend, HALF_SCALE);
        multiply_by(&mut dividend, HALF_SCALE);
        Some(divide(dividend, divisor)?.0).and_then(narrow)
    }

    /// `None` if the divisor is zero.
    pub(super) fn remainder(self, divisor: Self) -> Option<Self> {
        let mut dividend: Wide = [0; 8];
        dividend[..4].copy_from_slice(&self.0);
        Some(divide(dividend, divisor)?.1)
    }

    /// Without the digits behind the point.
    pub(super) fn divided_by_scale(self) -> Self {
        let mut limbs = self.0;
        divide_by(&mut limbs, HALF_SCALE);
        divide_by(&mut limbs, HALF_SCALE);
        Self(limbs)
    }
}

impl PartialOrd for Magnitude {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Magnitude {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

fn narrow(wide: Wide) -> Option<Magnitude> {
    let (low, high) = wide.split_at(4);
    if high.iter().all(|limb| *limb == 0) { low.try_into().ok().map(Magnitude) } else { None }
}

/// Wraps.
fn multiply_by(limbs: &mut [u64], factor: u64) {
    let mut carry = 0;
    for limb in limbs {
        let product = u128::from(*limb) * u128::from(factor) + carry;
        *limb = product as u64;
        carry = product >> 64;
    }
}

/// Leaves the quotient; returns the remainder.
fn divide_by(limbs: &mut [u64], divisor: u64) -> u64 {
    let mut remainder = 0;
    for limb in limbs.iter_mut().rev() {
        let dividend = remainder << 64 | u128::from(*limb);
        *limb = (dividend / u128::from(divisor)) as u64;
        remainder = dividend % u128::from(divisor);
    }
    remainder as u64
}

fn subtract(limbs: &mut [u64; 4], other: &[u64; 4]) {
    let mut borrow = false;
    for (limb, subtrahend) in limbs.iter_mut().zip(other) {
        let (difference, first) = limb.overflowing_sub(*subtrahend);
        let (difference, second) = difference.overflowing_sub(u64::from(borrow));
        *limb = difference;
        borrow = first || second;
    }
}

/// Quotient and remainder, bit by bit. A divisor is below the limit, so that a remainder can be doubled.
fn divide(dividend: Wide, divisor: Magnitude) -> Option<(Wide, Magnitude)> {
    if divisor == Magnitude::ZERO {
        return None;
    }
    let mut quotient: Wide = [0; 8];
    let mut remainder = Magnitude::ZERO;
    for (limb, quotient_limb) in dividend.into_iter().zip(&mut quotient).rev() {
        for bit in (0..64).rev() {
            remainder = remainder.added(remainder);
            remainder.0[0] |= limb >> bit & 1;
            if remainder >= divisor {
                remainder = remainder.subtracted(divisor);
                *quotient_limb |= 1 << bit;
            }
        }
    }
    Some((quotient, remainder))
}
