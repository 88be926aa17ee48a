//! Numbers for values.

use arrow::array::ArrayRef;
use datafusion_common::{Result, resources_err};
use hashbrown::HashTable;

use super::column::Column;

/// Gives equal values the same number. A value is hashed and compared once here; whoever counts combinations of values works with
/// their numbers.
#[derive(Debug, Default)]
pub(super) struct Distinct<C> {
    values: C,
    count: u32,
    /// With the upper half of each value's hash, so that growing reads no value and few wrong ones are compared.
    table: HashTable<(u32, u32)>,
}

#[inline]
const fn upper(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// The upper half again as a hash: the table takes the place from the lower bits and a tag from the upper ones.
#[inline]
const fn spread(upper: u32) -> u64 {
    (upper as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl<C: Column> Distinct<C> {
    /// The number of a value.
    #[inline]
    pub(super) fn number(&mut self, value: C::Value<'_>) -> Result<u32> {
        let upper = upper(C::hash(value));
        let hashed = spread(upper);
        let values = &self.values;
        let known = self.table.find(hashed, |(of, number)| {
            *of == upper && C::compare(values.get(*number as usize), value).is_eq()
        });
        if let Some((_, number)) = known {
            return Ok(*number);
        }
        let number = self.count;
        if number == u32::MAX {
            return resources_err!("an aggregation holds more than {number} different values");
        }
        self.values.push(value);
        self.count += 1;
        self.table.insert_unique(hashed, (upper, number), |(upper, _)| spread(*upper));
        Ok(number)
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> C::Value<'_> {
        self.values.get(number as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.count as usize
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> + use<C> {
        0..self.count
    }

    /// All values, in the order of their numbers.
    pub(super) fn all(&mut self) -> Result<ArrayRef> {
        let numbers: Vec<u32> = self.numbers().collect();
        self.values.gather(&numbers)
    }

    pub(super) fn bytes(&self) -> usize {
        self.values.bytes() + self.table.allocation_size()
    }
}
