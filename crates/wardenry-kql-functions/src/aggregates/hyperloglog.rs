//! Counters of `HyperLogLog`, and the estimate that they give.

/// What `dcount`'s accuracy argument means: 2^bits counters of a byte each.
/// `[D includes/estimation-accuracy.md]`: 0 is 12 bits (1.6 % standard error), 1 is 14 (0.8 %), 2 is 16 (0.4 %),
/// 3 is 17 (0.28 %), 4 is 18 (0.2 %).
pub(crate) const BITS: [u8; 5] = [12, 14, 16, 17, 18];

/// The bits of an accuracy from 0 to 4.
pub(crate) fn bits(accuracy: i64) -> u8 {
    let index = usize::try_from(accuracy).unwrap_or_default();
    BITS.get(index).copied().unwrap_or(18)
}

/// Up to this many distinct values are counted exactly; the page promises about 1000 and 8000.
pub(crate) fn exact_limit(bits: u8) -> usize {
    match bits {
        ..=14 => 1024,
        _ => 8192,
    }
}

/// Takes a hash into the counters.
#[inline]
pub(crate) fn add(counters: &mut [u8], bits: u8, hash: u64) {
    let index = usize::try_from(hash >> (64 - bits)).unwrap_or_default();
    let rank = ((hash << bits).leading_zeros() + 1).min(u32::from(64 - bits) + 1);
    let rank = u8::try_from(rank).unwrap_or(u8::MAX);
    if let Some(counter) = counters.get_mut(index) {
        *counter = (*counter).max(rank);
    }
}

/// The number of distinct hashes, by Ertl's estimator, which has no bias to be corrected at either end
/// (O. Ertl, "New cardinality estimation algorithms for `HyperLogLog` sketches", 2017, section 4).
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "an estimate")]
pub(crate) fn estimate(counters: &[u8], bits: u8) -> i64 {
    let size = counters.len() as f64;
    let most = usize::from(64 - bits) + 1;
    let mut histogram = vec![0_u32; most + 1];
    for counter in counters {
        histogram[usize::from(*counter).min(most)] += 1;
    }
    let mut z = size * tau(1.0 - f64::from(histogram[most]) / size);
    for rank in (1..most).rev() {
        z = 0.5 * (z + f64::from(histogram[rank]));
    }
    z += size * sigma(f64::from(histogram[0]) / size);
    (size * size / (2.0 * std::f64::consts::LN_2 * z)).round() as i64
}

#[expect(clippy::float_cmp, reason = "iterates to a fixed point")]
fn sigma(x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut x, mut y, mut z) = (x, 1.0, x);
    loop {
        let before = z;
        x *= x;
        z += x * y;
        y += y;
        if z == before {
            return z;
        }
    }
}

#[expect(clippy::float_cmp, reason = "iterates to a fixed point")]
fn tau(x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut x, mut y, mut z) = (x, 1.0, 1.0 - x);
    loop {
        let before = z;
        x = x.sqrt();
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z == before {
            return z / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregates::column::mix;

    #[test]
    fn estimates_stay_within_three_standard_errors() {
        for (accuracy, error) in [(0, 0.016), (1, 0.008), (2, 0.004), (3, 0.0028), (4, 0.002)] {
            let bits = bits(accuracy);
            let mut counters = vec![0; 1 << bits];
            let mut count = 0_u64;
            for target in [1_000_u64, 20_000, 100_000, 300_000] {
                while count < target {
                    count += 1;
                    add(&mut counters, bits, mix(count));
                }
                #[expect(clippy::cast_precision_loss, reason = "an estimate")]
                let off = (estimate(&counters, bits) as f64 / count as f64 - 1.0).abs();
                assert!(off < 3.0 * error, "accuracy {accuracy}, {count} values: off by {off}");
            }
        }
    }

    #[test]
    fn no_value_is_none() {
        assert_eq!(estimate(&[0; 1 << 12], 12), 0);
    }
}
