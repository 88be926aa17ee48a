//! Which numbers belong to which groups, when nobody asks before the end.

use datafusion_expr::EmitTo;

use super::groups::emitted;

/// So many pairs are written down before repetitions are looked for.
const FIRST_LOG: usize = 1 << 16;

/// A set of pairs of a group and a number. They are written down as they come and sorted from time to time: memory is gone
/// through in order, where a hash table of millions of pairs would miss the cache at each of them.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// `group << 32 | number`; [`Self::known`] of them sorted and without repetitions, then those that came since.
    log: Vec<u64>,
    known: usize,
    spare: Vec<u64>,
}

impl Pairs {
    #[inline]
    pub(super) fn add(&mut self, group: usize, number: u32) {
        let pair = ((group as u64) << 32) | u64::from(number);
        if self.log.last() == Some(&pair) {
            return;
        }
        if self.log.len() == self.log.capacity() {
            self.make_room();
        }
        self.log.push(pair);
    }

    /// Forgets repetitions, and grows unless they were many.
    fn make_room(&mut self) {
        self.settle();
        let room = (2 * self.known).max(FIRST_LOG);
        self.log.reserve_exact(room - self.known);
    }

    /// Brings all pairs in order, each once.
    fn settle(&mut self) {
        if self.known < self.log.len() {
            sort(&mut self.log, &mut self.spare);
            self.log.dedup();
            self.known = self.log.len();
        }
    }

    /// How many numbers each of the first groups has, and the numbers of one after another, ascending. These groups are forgotten.
    #[expect(clippy::cast_possible_truncation, reason = "the halves of a pair")]
    pub(super) fn take(&mut self, emit: EmitTo, groups: usize) -> (Vec<usize>, Vec<u32>) {
        self.settle();
        let count = emitted(emit, groups);
        let mut lengths = vec![0; count];
        let taken = self.log.partition_point(|pair| ((pair >> 32) as usize) < count);
        let mut numbers = Vec::with_capacity(taken);
        for pair in self.log.drain(..taken) {
            lengths[(pair >> 32) as usize] += 1;
            numbers.push((pair & u64::from(u32::MAX)) as u32);
        }
        for pair in &mut self.log {
            *pair -= (count as u64) << 32;
        }
        self.known = self.log.len();
        if self.log.is_empty() {
            *self = Self::default();
        }
        (lengths, numbers)
    }

    pub(super) fn bytes(&self) -> usize {
        (self.log.capacity() + self.spare.capacity()) * size_of::<u64>()
    }
}

/// Sorts by the bytes in which the values differ, from the lowest up. Short ones as the library does.
fn sort(values: &mut Vec<u64>, spare: &mut Vec<u64>) {
    if values.len() < 1 << 10 {
        values.sort_unstable();
        return;
    }
    let mut counts = [[0_usize; 256]; 8];
    for value in values.iter() {
        for (byte, counts) in value.to_le_bytes().into_iter().zip(&mut counts) {
            counts[usize::from(byte)] += 1;
        }
    }
    spare.clear();
    spare.resize(values.len(), 0);
    for (digit, counts) in counts.iter_mut().enumerate() {
        if counts.contains(&values.len()) {
            continue;
        }
        let mut start = 0;
        for count in counts.iter_mut() {
            start += std::mem::replace(count, start);
        }
        for value in values.iter() {
            let place = &mut counts[usize::from(value.to_le_bytes()[digit])];
            spare[*place] = *value;
            *place += 1;
        }
        std::mem::swap(values, spare);
    }
    // The room belongs to the next pairs.
    if spare.capacity() > values.capacity() {
        spare.truncate(values.len());
        spare.copy_from_slice(values);
        std::mem::swap(values, spare);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_pair_counts_once() {
        let mut pairs = Pairs::default();
        let mut expected = BTreeSet::new();
        let mut state = 7_u64;
        for _ in 0..300_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (group, number) = ((state >> 40) % 300, (state >> 50) as u32 % 700);
            pairs.add(usize::try_from(group).unwrap(), number);
            expected.insert((group, number));
        }
        let (lengths, numbers) = pairs.take(EmitTo::First(100), 300);
        let of = |groups: std::ops::Range<u64>| expected.range((groups.start, 0)..(groups.end, 0));
        assert_eq!(numbers, of(0..100).map(|(_, number)| *number).collect::<Vec<_>>());
        for (group, length) in (0..).zip(lengths) {
            assert_eq!(length, of(group..group + 1).count());
        }
        pairs.add(0, 5000);
        let (lengths, numbers) = pairs.take(EmitTo::All, 200);
        assert_eq!(lengths.len(), 200);
        assert_eq!(numbers.len(), of(100..300).count() + 1);
        assert_eq!(lengths[0], of(100..101).count() + 1);
        assert_eq!(pairs.bytes(), 0);
    }
}
