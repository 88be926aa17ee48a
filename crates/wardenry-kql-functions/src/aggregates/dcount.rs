//! `dcount`, `dcountif`: the number of distinct values, exact for small groups, estimated for large ones.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, Int64Array, LargeBinaryArray, LargeBinaryBuilder, ListArray, UInt64Array,
};
use arrow::datatypes::UInt64Type;
use datafusion_common::{Result, internal_err};
use datafusion_expr::EmitTo;
use wardenry_kql_values::ScalarType;

use super::column::{Column, Numbers, cast};
use super::encoded::{PerText, encoded};
use super::groups::{Groups, Rows, emitted, list_array, nulls};
use super::hyperloglog::{add, estimate, exact_limit};
use super::sets::Sets;

/// Keeps the hashes of each group's values until they are too many, then counters of `HyperLogLog`. The answer depends
/// on the set of values alone, not on their order or on how they were spread over partitions.
#[derive(Debug)]
pub(super) struct Dcount<C> {
    of: ScalarType,
    bits: u8,
    hashes: Sets<Numbers<UInt64Type>>,
    /// For each group, one more than the place of its counters; 0 without.
    dense: Vec<u32>,
    counters: Vec<Box<[u8]>>,
    /// The hashes of the texts of a dictionary.
    known: PerText<u64>,
    column: std::marker::PhantomData<fn(C)>,
}

impl<C: Column> Dcount<C> {
    pub(super) fn new(of: ScalarType, bits: u8) -> Self {
        Self {
            of,
            bits,
            hashes: Sets::default(),
            dense: Vec::new(),
            counters: Vec::new(),
            known: PerText::default(),
            column: std::marker::PhantomData,
        }
    }

    #[inline]
    fn counters(&mut self, group: usize) -> Option<&mut [u8]> {
        let place = self.dense[group].checked_sub(1)?;
        self.counters.get_mut(place as usize).map(|counters| &mut **counters)
    }

    #[inline]
    fn insert(&mut self, group: usize, hash: u64) -> Result<()> {
        let bits = self.bits;
        if let Some(counters) = self.counters(group) {
            add(counters, bits, hash);
            return Ok(());
        }
        self.hashes.insert(group, hash)?;
        if self.hashes.length(group) > exact_limit(bits) {
            self.densify(group);
        }
        Ok(())
    }

    /// Goes over from hashes to counters.
    fn densify(&mut self, group: usize) {
        let bits = self.bits;
        let mut counters = vec![0; 1 << bits].into_boxed_slice();
        for hash in self.hashes.values(group) {
            add(&mut counters, bits, hash);
        }
        self.hashes.clear(group);
        self.counters.push(counters);
        self.dense[group] = u32::try_from(self.counters.len()).unwrap_or(u32::MAX);
    }

    fn take_counters(&mut self, emit: EmitTo) -> Vec<Option<Box<[u8]>>> {
        let dense = emit.take_needed(&mut self.dense);
        let mut all: Vec<Option<Box<[u8]>>> =
            std::mem::take(&mut self.counters).into_iter().map(Some).collect();
        let mut take = |place: u32| all.get_mut(place.checked_sub(1)? as usize)?.take();
        let taken = dense.into_iter().map(&mut take).collect();
        for place in &mut self.dense {
            if let Some(counters) = take(*place) {
                self.counters.push(counters);
                *place = u32::try_from(self.counters.len()).unwrap_or(u32::MAX);
            }
        }
        taken
    }
}

impl<C: Column> Groups for Dcount<C> {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.of, self.bits))
    }

    fn resize(&mut self, groups: usize) {
        self.hashes.resize(groups);
        if groups > self.dense.len() {
            self.dense.resize(groups, 0);
        }
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        if let Some((keys, dictionary)) = encoded(&arguments[0]) {
            let texts = cast::<C::Array>(dictionary)?;
            self.known.enter(dictionary);
            return rows.try_for_each(None, |row, group| {
                let hash = self.known.get(keys[row], |key| Ok(C::hash(C::read(texts, key))))?;
                self.insert(group, hash)
            });
        }
        let array = cast::<C::Array>(&arguments[0])?;
        rows.try_for_each(nulls(&arguments[0], self.of), |row, group| {
            self.insert(group, C::hash(C::read(array, row)))
        })
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let lists = cast::<ListArray>(&states[0])?;
        let hashes = cast::<UInt64Array>(lists.values())?.values();
        let offsets = lists.value_offsets();
        let counters = cast::<LargeBinaryArray>(&states[1])?;
        rows.try_for_each(None, |row, group| {
            if counters.is_valid(row) {
                let other = counters.value(row);
                if other.len() != 1 << self.bits {
                    return internal_err!("dcount got counters of another accuracy");
                }
                if self.dense[group] == 0 {
                    self.densify(group);
                }
                for (own, other) in self.counters(group).into_iter().flatten().zip(other) {
                    *own = (*own).max(*other);
                }
            }
            for index in offsets[row]..offsets[row + 1] {
                self.insert(group, hashes[usize::try_from(index).unwrap_or_default()])?;
            }
            Ok(())
        })
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let count = emitted(emit, self.hashes.groups());
        let counts = (0..count).map(|group| match self.counters(group) {
            Some(_) => {
                let place = self.dense[group] as usize - 1;
                estimate(&self.counters[place], self.bits)
            }
            None => i64::try_from(self.hashes.length(group)).unwrap_or(i64::MAX),
        });
        let counts: Vec<i64> = counts.collect();
        match emit {
            EmitTo::All => *self = Self::new(self.of, self.bits),
            EmitTo::First(_) => {
                self.hashes.emit(emit, |_, _| ())?;
                self.take_counters(emit);
            }
        }
        Ok(Arc::new(Int64Array::from(counts)))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let taken = self.hashes.emit(emit, |_, _| ())?;
        let mut counters = LargeBinaryBuilder::new();
        self.take_counters(emit).iter().for_each(|own| counters.append_option(own.as_deref()));
        Ok(vec![list_array(taken.values, taken.lengths.into_iter())?, Arc::new(counters.finish())])
    }

    fn size(&self) -> usize {
        self.hashes.bytes()
            + self.known.bytes()
            + self.dense.capacity() * size_of::<u32>()
            + (self.counters.len() << self.bits)
    }
}
