//! `new_guid`. Source: `new-guid-function.md`.

use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::FixedSizeBinaryArray;
use arrow::buffer::Buffer;
use datafusion_expr::ColumnarValue;
use std::sync::Arc;

use crate::{FunctionError, Kernel, ScalarCall};

/// Guids of version 4 from the query's seed. Each row gets another one, also in a query that is written twice.
pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call_number = CALLS.fetch_add(1, Ordering::Relaxed);
    Ok(Box::new(NewGuid { seed: mix(call.context.seed) ^ mix(call_number), given: AtomicU64::new(0) }))
}

#[derive(Debug)]
struct NewGuid {
    seed: u64,
    /// How many were given; batches run on several threads.
    given: AtomicU64,
}

impl Kernel for NewGuid {
    fn evaluate(&self, _: &[ColumnarValue], rows: usize) -> Result<ColumnarValue, FunctionError> {
        let first = self.given.fetch_add(rows as u64, Ordering::Relaxed);
        let bytes: Vec<u8> = (first..first.wrapping_add(rows as u64))
            .flat_map(|number| self.guid(number).to_be_bytes())
            .collect();
        Ok(ColumnarValue::Array(Arc::new(FixedSizeBinaryArray::new(16, Buffer::from_vec(bytes), None))))
    }
}

impl NewGuid {
    fn guid(&self, number: u64) -> u128 {
        let high = mix(self.seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let low = mix(high ^ self.seed.rotate_left(32) ^ number);
        let bits = u128::from(high) << 64 | u128::from(low);
        // Version 4, variant 1 (RFC 9562, section 5.4).
        bits & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62
    }
}

/// The output function of `SplitMix64`.
const fn mix(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::NewGuid;
    use std::sync::atomic::AtomicU64;

    #[test]
    fn guids_are_random_ones_and_distinct() {
        let source = NewGuid { seed: 7, given: AtomicU64::new(0) };
        let guids: HashSet<u128> = (0..1000).map(|number| source.guid(number)).collect();
        assert_eq!(guids.len(), 1000);
        assert!(guids.iter().all(|guid| guid >> 76 & 0xf == 4 && guid >> 62 & 0x3 == 2));
    }
}
