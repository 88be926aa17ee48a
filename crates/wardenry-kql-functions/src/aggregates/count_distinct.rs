//! `count_distinct`, `count_distinctif`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, ListArray, UInt32Array};
use arrow::compute::take;
use datafusion_common::Result;
use datafusion_expr::EmitTo;
use wardenry_kql_values::ScalarType;

use super::column::{Column, cast};
use super::distinct::Distinct;
use super::encoded::{PerText, encoded};
use super::groups::{Groups, Rows, list_array, nulls};
use super::pairs::Pairs;

/// The exact number of distinct values that are not null.
#[derive(Debug)]
pub(super) struct CountDistinct<C> {
    of: ScalarType,
    values: Distinct<C>,
    groups: usize,
    /// Which group has which values; `None` while there is one group, which has all of them.
    pairs: Option<Pairs>,
    /// The numbers of the texts of a dictionary.
    known: PerText<u32>,
}

impl<C: Column> CountDistinct<C> {
    pub(super) fn new(of: ScalarType) -> Self {
        Self { of, values: Distinct::default(), groups: 0, pairs: None, known: PerText::default() }
    }

    #[inline]
    fn insert(&mut self, group: usize, value: C::Value<'_>) -> Result<()> {
        let number = self.values.number(value)?;
        if let Some(pairs) = &mut self.pairs {
            pairs.add(group, number);
        }
        Ok(())
    }

    /// How many values each of the first groups has, and the numbers of these values.
    fn take(&mut self, emit: EmitTo) -> (Vec<usize>, Vec<u32>) {
        let (lengths, numbers) = match &mut self.pairs {
            Some(pairs) => pairs.take(emit, self.groups),
            None if self.groups == 0 || emit == EmitTo::First(0) => return (Vec::new(), Vec::new()),
            None => (vec![self.values.len()], self.values.numbers().collect()),
        };
        self.groups -= lengths.len();
        (lengths, numbers)
    }

    /// Values that no group has any more take no memory once all groups are gone.
    fn tidy(&mut self) {
        if self.groups == 0 {
            *self = Self::new(self.of);
        }
    }
}

impl<C: Column> Groups for CountDistinct<C> {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.of))
    }

    fn resize(&mut self, groups: usize) {
        if groups > 1 && self.pairs.is_none() {
            let mut pairs = Pairs::default();
            self.values.numbers().for_each(|number| pairs.add(0, number));
            self.pairs = Some(pairs);
        }
        self.groups = self.groups.max(groups);
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        if let Some((keys, dictionary)) = encoded(&arguments[0]) {
            let texts = cast::<C::Array>(dictionary)?;
            self.known.enter(dictionary);
            return rows.try_for_each(None, |row, group| {
                let Self { values, known, pairs, .. } = self;
                let number = known.get(keys[row], |key| values.number(C::read(texts, key)))?;
                if let Some(pairs) = pairs {
                    pairs.add(group, number);
                }
                Ok(())
            });
        }
        let array = cast::<C::Array>(&arguments[0])?;
        rows.try_for_each(nulls(&arguments[0], self.of), |row, group| self.insert(group, C::read(array, row)))
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let lists = cast::<ListArray>(&states[0])?;
        let values = cast::<C::Array>(lists.values())?;
        let offsets = lists.value_offsets();
        rows.try_for_each(None, |row, group| {
            for index in offsets[row]..offsets[row + 1] {
                self.insert(group, C::read(values, usize::try_from(index).unwrap_or_default()))?;
            }
            Ok(())
        })
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let (lengths, _) = self.take(emit);
        self.tidy();
        let counts = lengths.into_iter().map(|length| i64::try_from(length).unwrap_or(i64::MAX));
        Ok(Arc::new(Int64Array::from_iter_values(counts)))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let (lengths, numbers) = self.take(emit);
        let values = take(&self.values.all()?, &UInt32Array::from(numbers), None)?;
        self.tidy();
        Ok(vec![list_array(values, lengths.into_iter())?])
    }

    fn size(&self) -> usize {
        self.values.bytes() + self.known.bytes() + self.pairs.as_ref().map_or(0, Pairs::bytes)
    }
}
