/// The multiples of a positive whole number.
///
/// Dividing by a constant takes a multiplication and a correction: with m = ⌊2⁶⁴ / size⌋ and v < 2⁶³, ⌊v·m / 2⁶⁴⌋ is
/// the quotient or one less.
#[derive(Clone, Copy, Debug)]
pub(super) struct Multiples {
    size: u64,
    reciprocal: u64,
}

impl Multiples {
    /// `None` if the number is not positive.
    pub(super) fn of(size: i64) -> Option<Self> {
        let size = u64::try_from(size).ok().filter(|size| *size > 0)?;
        // For one 2⁶⁴ itself would not fit; the correction makes up for it.
        let reciprocal = u64::try_from((1_u128 << 64) / u128::from(size)).unwrap_or(u64::MAX);
        Some(Self { size, reciprocal })
    }

    /// The largest multiple that is not above the value. `None` if it does not fit 64 bits.
    #[inline]
    pub(super) fn below(self, value: i64) -> Option<i64> {
        if value >= 0 {
            Some(value - self.remainder(value.cast_unsigned()).cast_signed())
        } else {
            // −1 − v is not negative, and its remainder that of v counted from the other end.
            let back = self.size - 1 - self.remainder((!value).cast_unsigned());
            value.checked_sub_unsigned(back)
        }
    }

    #[inline]
    fn remainder(self, value: u64) -> u64 {
        let quotient = ((u128::from(value) * u128::from(self.reciprocal)) >> 64) as u64;
        let remainder = value - quotient * self.size;
        if remainder >= self.size { remainder - self.size } else { remainder }
    }
}

#[cfg(test)]
mod tests {
    use super::Multiples;

    #[test]
    fn agrees_with_division() {
        let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut next = move || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> (random % 61)).cast_signed()
        };
        let mut sizes: Vec<i64> = (0..300).map(|_| next() & i64::MAX).filter(|size| *size > 0).collect();
        sizes.extend([1, 2, 3, i64::MAX, 1 << 62, 36_000_000_000]);
        for size in sizes {
            let multiples = Multiples::of(size).unwrap();
            let edges = [0, 1, -1, size, -size, size - 1, i64::MAX, i64::MIN];
            for value in (0..100).map(|_| next()).chain(edges) {
                assert_eq!(
                    multiples.below(value),
                    value.checked_sub(value.rem_euclid(size)),
                    "{value} {size}"
                );
            }
        }
        assert!(Multiples::of(0).is_none() && Multiples::of(-1).is_none());
    }
}
