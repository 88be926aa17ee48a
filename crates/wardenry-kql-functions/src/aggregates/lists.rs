//! Any number of values for each group, without an allocation for each.

use arrow::array::ArrayRef;
use datafusion_common::{Result, resources_err};
use datafusion_expr::EmitTo;

use super::column::Column;
use super::groups::emitted;

const NONE: u32 = u32::MAX;
/// What the offsets of a list array can count.
const MOST_ENTRIES: usize = i32::MAX as usize;

/// The values of all groups are in one column; those of a group form a chain in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Lists<C> {
    values: C,
    next: Vec<u32>,
    chains: Vec<Chain>,
    /// The first of the entries to be used again.
    free: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Chain {
    first: u32,
    last: u32,
    length: u32,
}

const EMPTY: Chain = Chain { first: NONE, last: NONE, length: 0 };

/// The values of some groups, one after another.
pub(super) struct Emitted {
    pub(super) values: ArrayRef,
    pub(super) lengths: Vec<usize>,
    /// Where each value was, for what is kept beside the values.
    pub(super) entries: Vec<u32>,
}

impl<C: Column> Lists<C> {
    pub(super) fn resize(&mut self, groups: usize) {
        if groups > self.chains.len() {
            self.chains.resize(groups, EMPTY);
        }
    }

    pub(super) fn groups(&self) -> usize {
        self.chains.len()
    }

    #[inline]
    pub(super) fn length(&self, group: usize) -> usize {
        self.chains[group].length as usize
    }

    #[inline]
    pub(super) fn get(&self, entry: u32) -> C::Value<'_> {
        self.values.get(entry as usize)
    }

    /// Appends to a group's values and says where the value is now.
    pub(super) fn push(&mut self, group: usize, value: C::Value<'_>) -> Result<u32> {
        let entry = match self.free {
            Some(entry) => {
                let next = self.next[entry as usize];
                self.free = (next != NONE).then_some(next);
                self.values.set(entry as usize, value);
                self.next[entry as usize] = NONE;
                entry
            }
            None => {
                if self.next.len() >= MOST_ENTRIES {
                    return resources_err!("an aggregation holds more than {MOST_ENTRIES} values");
                }
                let entry = u32::try_from(self.next.len()).unwrap_or(NONE);
                self.values.push(value);
                self.next.push(NONE);
                entry
            }
        };
        let chain = &mut self.chains[group];
        if chain.length == 0 {
            chain.first = entry;
        } else {
            self.next[chain.last as usize] = entry;
        }
        chain.last = entry;
        chain.length += 1;
        Ok(entry)
    }

    /// Where a group's values are.
    pub(super) fn entries(&self, group: usize) -> impl Iterator<Item = u32> {
        let chain = self.chains[group];
        let mut entry = chain.first;
        (0..chain.length).map(move |_| {
            let this = entry;
            entry = self.next[this as usize];
            this
        })
    }

    /// Forgets a group's values; their entries are used again.
    pub(super) fn clear(&mut self, group: usize) {
        let chain = std::mem::replace(&mut self.chains[group], EMPTY);
        if chain.length > 0 {
            self.next[chain.last as usize] = self.free.unwrap_or(NONE);
            self.free = Some(chain.first);
        }
    }

    /// Takes the values of the first groups out. Entries of other groups move: those that are kept are told, as
    /// (group, value, old entry, new entry).
    pub(super) fn emit(
        &mut self,
        emit: EmitTo,
        mut moved: impl FnMut(usize, C::Value<'_>, u32, u32),
    ) -> Result<Emitted> {
        let count = emitted(emit, self.chains.len());
        let lengths: Vec<usize> = self.chains[..count].iter().map(|chain| chain.length as usize).collect();
        let mut entries = Vec::with_capacity(lengths.iter().sum());
        for group in 0..count {
            entries.extend(self.entries(group));
        }
        let values = self.values.gather(&entries)?;
        let old = std::mem::take(self);
        self.resize(old.chains.len() - count);
        for (group, from) in (count..old.chains.len()).enumerate() {
            for entry in old.entries(from) {
                let new = self.push(group, old.get(entry))?;
                moved(group, old.get(entry), entry, new);
            }
        }
        Ok(Emitted { values, lengths, entries })
    }

    pub(super) fn bytes(&self) -> usize {
        self.values.bytes()
            + self.next.capacity() * size_of::<u32>()
            + self.chains.capacity() * size_of::<Chain>()
    }
}
