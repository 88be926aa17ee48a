//! Distinct values, by `HyperLogLog`. [D hll-aggregation-function.md]

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::aggregates::hyperloglog::{BITS, add, estimate, exact_limit};
use crate::dynamic::{Dynamic, DynamicWriter};

/// `[[limit, bits], ["hash", …], ["counters"]]`: hashes while there are few of them, as decimal texts; then counters, one byte each
/// in Base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hll {
    bits: u8,
    hashes: BTreeSet<u64>,
    counters: Option<Box<[u8]>>,
}

impl Hll {
    pub(crate) fn new(bits: u8) -> Self {
        Self { bits, hashes: BTreeSet::new(), counters: None }
    }

    pub(crate) fn insert(&mut self, hash: u64) {
        if let Some(counters) = &mut self.counters {
            add(counters, self.bits, hash);
            return;
        }
        self.hashes.insert(hash);
        if self.hashes.len() > exact_limit(self.bits) {
            self.count_hashes();
        }
    }

    /// Goes over from hashes to counters.
    fn count_hashes(&mut self) -> &mut [u8] {
        let bits = self.bits;
        let counters = self.counters.get_or_insert_with(|| vec![0; 1 << bits].into());
        for hash in std::mem::take(&mut self.hashes) {
            add(counters, bits, hash);
        }
        counters
    }

    /// Takes another one in; false if it is of another accuracy.
    pub(crate) fn merge(&mut self, other: &Self) -> bool {
        if other.bits != self.bits {
            return false;
        }
        other.hashes.iter().for_each(|hash| self.insert(*hash));
        if let Some(counters) = &other.counters {
            for (own, other) in self.count_hashes().iter_mut().zip(counters) {
                *own = (*own).max(*other);
            }
        }
        true
    }

    /// The number of distinct values.
    pub(crate) fn count(&self) -> i64 {
        match &self.counters {
            Some(counters) => estimate(counters, self.bits),
            None => i64::try_from(self.hashes.len()).unwrap_or(i64::MAX),
        }
    }

    pub(crate) fn parse(json: &str) -> Option<Self> {
        let mut parts = Dynamic::new(json).elements();
        let (head, hashes, counters) = (parts.next()?, parts.next()?, parts.next()?);
        let bits = u8::try_from(head.element(1)?.as_i64()?).ok().filter(|bits| BITS.contains(bits))?;
        if !hashes.is_array() || !counters.is_array() || parts.next().is_some() {
            return None;
        }
        let mut hll = Self::new(bits);
        for hash in hashes.elements() {
            let hash: i64 = hash.as_str()?.parse().ok()?;
            hll.insert(hash.cast_unsigned());
        }
        if let Some(counters) = counters.element(0) {
            let counters = STANDARD.decode(counters.as_str()?.as_bytes()).ok()?;
            if counters.len() != 1 << bits || counters.iter().any(|counter| *counter > 65 - bits) {
                return None;
            }
            hll.merge(&Self { bits, hashes: BTreeSet::new(), counters: Some(counters.into()) });
        }
        Some(hll)
    }

    pub(crate) fn write(&self, writer: &mut DynamicWriter) {
        writer.begin_array();
        writer.begin_array();
        writer.long(i64::try_from(exact_limit(self.bits)).unwrap_or(i64::MAX));
        writer.long(self.bits.into());
        writer.end_array();
        writer.begin_array();
        for hash in &self.hashes {
            writer.string(&hash.cast_signed().to_string());
        }
        writer.end_array();
        writer.begin_array();
        if let Some(counters) = &self.counters {
            writer.string(&STANDARD.encode(counters));
        }
        writer.end_array();
        writer.end_array();
    }

    /// Memory in use.
    pub(crate) fn bytes(&self) -> usize {
        // A set of this kind takes about twice what is in it.
        size_of::<Self>()
            + self.hashes.len() * 2 * size_of::<u64>()
            + self.counters.as_ref().map_or(0, |counters| counters.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(hll: &Hll) -> String {
        let mut writer = DynamicWriter::new();
        hll.write(&mut writer);
        writer.take()
    }

    /// Hashes that are spread as hashes are.
    fn of(values: std::ops::Range<u64>) -> Hll {
        let mut hll = Hll::new(14);
        values.for_each(|value| hll.insert(value.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17)));
        hll
    }

    #[test]
    fn texts_read_back() {
        for count in [0, 1, 1_024, 1_025, 50_000] {
            let hll = of(0..count);
            assert_eq!(Hll::parse(&text(&hll)), Some(hll), "{count} values");
        }
        assert_eq!(text(&Hll::new(14)), "[[1024,14],[],[]]");
    }

    #[test]
    fn two_are_one_of_all_values() {
        for (first, second) in
            [(0..10, 5..20), (0..900, 800..1_700), (0..10, 0..40_000), (0..40_000, 0..50_000)]
        {
            let end = second.end.max(first.end);
            let mut merged = of(first);
            assert!(merged.merge(&of(second)));
            assert_eq!(merged, of(0..end));
        }
        assert!(!of(0..3).merge(&Hll::new(12)), "the accuracies differ");
    }

    #[test]
    fn what_is_no_sketch() {
        for json in
            ["null", "[]", "[1,2,3]", "[[1024,14],[],[],[]]", "[[1024,13],[],[]]", "[[1024,14],[1],[]]"]
        {
            assert_eq!(Hll::parse(json), None, "{json}");
        }
        assert_eq!(Hll::parse("[[1024,14],[],[\"AAAA\"]]"), None);
    }
}
