//! A set of values of a type other than text.

use std::hash::Hash;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{Decimal256Type, Float64Type, Int32Type, Int64Type};
use hashbrown::HashSet;
use wardenry_kql_values::ScalarType;

use super::items::{Element, Item, Items, real_bits};

/// Up to this number of keys, comparing with each is faster than hashing.
const MAX_COMPARED: usize = 8;

/// The items of a list by their keys; those of the left side's type count.
#[derive(Debug)]
pub(super) struct ValueSet {
    bits: KeySet<u64>,
    guids: KeySet<u128>,
    decimals: KeySet<(u128, i128)>,
    elements: HashSet<Element>,
}

impl ValueSet {
    pub(super) fn new(items: &Items) -> Self {
        let mut bits = Vec::new();
        let mut guids = Vec::new();
        let mut decimals = Vec::new();
        let mut elements = HashSet::new();
        for item in &items.items {
            match item {
                Item::Text(_) => {}
                Item::Bits(key) => bits.push(*key),
                Item::Guid(key) => guids.push(*key),
                Item::Decimal(low, high) => decimals.push((*low, *high)),
                Item::Element(element) => {
                    elements.insert(element.clone());
                }
            }
        }
        Self { bits: KeySet::new(bits), guids: KeySet::new(guids), decimals: KeySet::new(decimals), elements }
    }

    /// Which rows are in the set. What null slots get does not matter.
    pub(super) fn search(&self, array: &ArrayRef, scalar_type: ScalarType) -> BooleanBuffer {
        self.search_typed(array, scalar_type).unwrap_or_else(|| BooleanBuffer::new_unset(array.len()))
    }

    fn search_typed(&self, array: &ArrayRef, scalar_type: ScalarType) -> Option<BooleanBuffer> {
        let rows = array.len();
        Some(match scalar_type {
            ScalarType::Bool => {
                let values = array.as_boolean_opt()?;
                BooleanBuffer::collect_bool(rows, |row| self.bits.contains(u64::from(values.value(row))))
            }
            ScalarType::Int => {
                let values = array.as_primitive_opt::<Int32Type>()?.values();
                BooleanBuffer::collect_bool(rows, |row| {
                    self.bits.contains(i64::from(values[row]).cast_unsigned())
                })
            }
            ScalarType::Long | ScalarType::Datetime | ScalarType::Timespan => {
                let values = array.as_primitive_opt::<Int64Type>()?.values();
                BooleanBuffer::collect_bool(rows, |row| self.bits.contains(values[row].cast_unsigned()))
            }
            ScalarType::Real => {
                let values = array.as_primitive_opt::<Float64Type>()?.values();
                let contains =
                    |row: usize| real_bits(values[row]).is_some_and(|bits| self.bits.contains(bits));
                BooleanBuffer::collect_bool(rows, contains)
            }
            ScalarType::Decimal => {
                let values = array.as_primitive_opt::<Decimal256Type>()?;
                BooleanBuffer::collect_bool(rows, |row| self.decimals.contains(values.value(row).to_parts()))
            }
            ScalarType::Guid => {
                let values = array.as_fixed_size_binary_opt()?;
                let key = |row: usize| values.value(row).try_into().map(u128::from_be_bytes);
                BooleanBuffer::collect_bool(rows, |row| key(row).is_ok_and(|key| self.guids.contains(key)))
            }
            ScalarType::Dynamic => BooleanBuffer::collect_bool(rows, |row| {
                let element = Item::of_row(array, row, ScalarType::Dynamic);
                matches!(element, Some(Item::Element(element)) if self.elements.contains(&element))
            }),
            ScalarType::String => return None,
        })
    }
}

#[derive(Debug)]
enum KeySet<K> {
    Few(Vec<K>),
    Many(HashSet<K>),
}

impl<K: Copy + Eq + Hash> KeySet<K> {
    fn new(keys: Vec<K>) -> Self {
        if keys.len() > MAX_COMPARED { Self::Many(keys.into_iter().collect()) } else { Self::Few(keys) }
    }

    #[inline]
    fn contains(&self, key: K) -> bool {
        match self {
            Self::Few(keys) => keys.iter().fold(0, |any, candidate| any | u8::from(*candidate == key)) != 0,
            Self::Many(keys) => keys.contains(&key),
        }
    }
}
