//! The distinct values of each group, in the order in which they came.

use arrow::array::UInt32Array;
use arrow::compute::take;
use arrow::datatypes::UInt32Type;
use datafusion_common::Result;
use datafusion_expr::EmitTo;
use hashbrown::HashTable;

use super::column::{Column, Numbers, cast, mix};
use super::distinct::Distinct;
use super::lists::{Emitted, Lists};

/// [`Lists`] without repetitions. A value has a number, the same in all groups, and one hash table knows the pairs of a group and
/// a number: what a group has is found without reading a value.
#[derive(Debug, Default)]
pub(super) struct Sets<C> {
    distinct: Distinct<C>,
    /// The numbers of each group's values.
    lists: Lists<Numbers<UInt32Type>>,
    pairs: HashTable<u64>,
}

#[inline]
fn pair(group: usize, number: u32) -> u64 {
    ((group as u64) << 32) | u64::from(number)
}

impl<C: Column> Sets<C> {
    pub(super) fn resize(&mut self, groups: usize) {
        self.lists.resize(groups);
    }

    pub(super) fn groups(&self) -> usize {
        self.lists.groups()
    }

    #[inline]
    pub(super) fn length(&self, group: usize) -> usize {
        self.lists.length(group)
    }

    pub(super) fn values(&self, group: usize) -> impl Iterator<Item = C::Value<'_>> {
        self.lists.entries(group).map(|entry| self.distinct.get(self.lists.get(entry)))
    }

    /// Adds a value, and says where it is if it is new.
    #[inline]
    pub(super) fn insert(&mut self, group: usize, value: C::Value<'_>) -> Result<Option<u32>> {
        let number = self.number(value)?;
        self.insert_number(group, number)
    }

    /// The number of a value, for [`Self::insert_number`]. It holds until values are taken out.
    #[inline]
    pub(super) fn number(&mut self, value: C::Value<'_>) -> Result<u32> {
        self.distinct.number(value)
    }

    #[inline]
    pub(super) fn insert_number(&mut self, group: usize, number: u32) -> Result<Option<u32>> {
        let pair = pair(group, number);
        let hashed = mix(pair);
        if self.pairs.find(hashed, |other| *other == pair).is_some() {
            return Ok(None);
        }
        let entry = self.lists.push(group, number)?;
        self.pairs.insert_unique(hashed, pair, |pair| mix(*pair));
        Ok(Some(entry))
    }

    /// Forgets a group's values.
    pub(super) fn clear(&mut self, group: usize) {
        for entry in self.lists.entries(group) {
            let pair = pair(group, self.lists.get(entry));
            if let Ok(found) = self.pairs.find_entry(mix(pair), |other| *other == pair) {
                found.remove();
            }
        }
        self.lists.clear(group);
    }

    /// Takes the values of the first groups out; `moved` is told (old entry, new entry) of those that are kept.
    pub(super) fn emit(&mut self, emit: EmitTo, mut moved: impl FnMut(u32, u32)) -> Result<Emitted> {
        let Self { distinct, lists, pairs } = self;
        pairs.clear();
        let taken = lists.emit(emit, |group, number, old, new| {
            let pair = pair(group, number);
            pairs.insert_unique(mix(pair), pair, |pair| mix(*pair));
            moved(old, new);
        })?;
        let values = take(&distinct.all()?, cast::<UInt32Array>(&taken.values)?, None)?;
        if pairs.is_empty() {
            *pairs = HashTable::new();
            *distinct = Distinct::default();
        }
        Ok(Emitted { values, ..taken })
    }

    pub(super) fn bytes(&self) -> usize {
        self.distinct.bytes() + self.lists.bytes() + self.pairs.allocation_size()
    }
}
