//! The distinct values of each group, in the order in which they came.

use datafusion_common::Result;
use datafusion_expr::EmitTo;
use hashbrown::HashTable;

use super::column::{Column, mix};
use super::lists::{Emitted, Lists};

/// [`Lists`] without repetitions: one hash table finds the entry of a group's value.
#[derive(Debug, Default)]
pub(super) struct Sets<C> {
    lists: Lists<C>,
    /// The group of each entry.
    owners: Vec<u32>,
    table: HashTable<u32>,
}

#[inline]
fn hash<C: Column>(group: u32, value: C::Value<'_>) -> u64 {
    mix(C::hash(value) ^ u64::from(group).wrapping_mul(0x9e37_79b9_7f4a_7c15))
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
        self.lists.entries(group).map(|entry| self.lists.get(entry))
    }

    /// Adds a value, and says where it is if it is new.
    #[inline]
    pub(super) fn insert(&mut self, group: usize, value: C::Value<'_>) -> Result<Option<u32>> {
        let owner = u32::try_from(group).unwrap_or(u32::MAX);
        let hashed = hash::<C>(owner, value);
        let (lists, owners) = (&self.lists, &self.owners);
        let known = self.table.find(hashed, |entry| {
            owners[*entry as usize] == owner && C::compare(lists.get(*entry), value).is_eq()
        });
        if known.is_some() {
            return Ok(None);
        }
        let entry = self.lists.push(group, value)?;
        if entry as usize == self.owners.len() {
            self.owners.push(owner);
        } else {
            self.owners[entry as usize] = owner;
        }
        let (lists, owners) = (&self.lists, &self.owners);
        self.table
            .insert_unique(hashed, entry, |entry| hash::<C>(owners[*entry as usize], lists.get(*entry)));
        Ok(Some(entry))
    }

    /// Forgets a group's values.
    pub(super) fn clear(&mut self, group: usize) {
        let owner = u32::try_from(group).unwrap_or(u32::MAX);
        for entry in self.lists.entries(group) {
            let hashed = hash::<C>(owner, self.lists.get(entry));
            if let Ok(found) = self.table.find_entry(hashed, |other| *other == entry) {
                found.remove();
            }
        }
        self.lists.clear(group);
    }

    /// Takes the values of the first groups out; `moved` is told (old entry, new entry) of those that are kept.
    pub(super) fn emit(&mut self, emit: EmitTo, mut moved: impl FnMut(u32, u32)) -> Result<Emitted> {
        let Self { lists, owners, table } = self;
        table.clear();
        owners.clear();
        let taken = lists.emit(emit, |group, old, new| {
            owners.push(u32::try_from(group).unwrap_or(u32::MAX));
            moved(old, new);
        })?;
        if owners.is_empty() {
            *owners = Vec::new();
            *table = HashTable::new();
        }
        for (entry, owner) in (0..).zip(owners.iter()) {
            let hashed = hash::<C>(*owner, lists.get(entry));
            table.insert_unique(hashed, entry, |entry| hash::<C>(owners[*entry as usize], lists.get(*entry)));
        }
        Ok(taken)
    }

    pub(super) fn bytes(&self) -> usize {
        self.lists.bytes() + self.owners.capacity() * size_of::<u32>() + self.table.allocation_size()
    }
}
