//! `make_set`, `make_set_if`.

use arrow::array::{Array, ArrayRef, ListArray, StringViewArray};
use datafusion_common::Result;
use datafusion_expr::EmitTo;
use wardenry_kql_values::ScalarType;

use super::arrays::arrays;
use super::column::{Column, cast};
use super::encoded::{PerText, encoded};
use super::groups::{Groups, Rows, list_array, nulls};
use super::lists::Emitted;
use super::sets::Sets;
use super::texts::Texts;
use crate::dynamic::{Cells, Dynamic};

/// The distinct values in the order in which they came. The elements of a dynamic array are values of their own; two
/// dynamic values are the same if their compact texts are.
#[derive(Debug)]
pub(super) struct MakeSet<C> {
    of: ScalarType,
    /// The most elements of a set; further ones are dropped.
    limit: usize,
    sets: Sets<C>,
    /// The numbers of the texts of a dictionary.
    known: PerText<u32>,
}

impl<C: Column> MakeSet<C> {
    pub(super) fn new(of: ScalarType, limit: usize) -> Self {
        Self { of, limit, sets: Sets::default(), known: PerText::default() }
    }

    #[inline]
    fn insert(&mut self, group: usize, value: C::Value<'_>) -> Result<()> {
        if self.sets.length(group) < self.limit {
            self.sets.insert(group, value)?;
        }
        Ok(())
    }

    fn take(&mut self, emit: EmitTo) -> Result<Emitted> {
        self.known = PerText::default();
        self.sets.emit(emit, |_, _| ())
    }
}

impl<C: Column> Groups for MakeSet<C> {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.of, self.limit))
    }

    fn resize(&mut self, groups: usize) {
        self.sets.resize(groups);
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        if let Some((keys, dictionary)) = encoded(&arguments[0]) {
            let texts = cast::<C::Array>(dictionary)?;
            self.known.enter(dictionary);
            return rows.try_for_each(None, |row, group| {
                let Self { sets, known, limit, .. } = self;
                if sets.length(group) < *limit {
                    let number = known.get(keys[row], |key| sets.number(C::read(texts, key)))?;
                    sets.insert_number(group, number)?;
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
        let taken = self.take(emit)?;
        arrays(Cells::new(&taken.values, self.of)?, |_| false, &taken.lengths)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let taken = self.take(emit)?;
        Ok(vec![list_array(taken.values, taken.lengths.into_iter())?])
    }

    fn size(&self) -> usize {
        self.sets.bytes() + self.known.bytes()
    }
}

/// [`MakeSet`] over dynamic values.
#[derive(Debug)]
pub(super) struct MakeDynamicSet(MakeSet<Texts>);

impl MakeDynamicSet {
    pub(super) fn new(limit: usize) -> Self {
        Self(MakeSet::new(ScalarType::Dynamic, limit))
    }
}

impl Groups for MakeDynamicSet {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.0.limit))
    }

    fn resize(&mut self, groups: usize) {
        self.0.resize(groups);
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let array = cast::<StringViewArray>(&arguments[0])?;
        let sets = &mut self.0;
        rows.try_for_each(array.nulls(), |row, group| {
            let value = Dynamic::new(array.value(row));
            if !value.is_array() {
                return sets.insert(group, value.compact().as_bytes());
            }
            for element in value.elements().filter(|element| !element.is_null()) {
                sets.insert(group, element.compact().as_bytes())?;
            }
            Ok(())
        })
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        self.0.merge(states, rows)
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        self.0.evaluate(emit)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        self.0.state(emit)
    }

    fn size(&self) -> usize {
        self.0.size()
    }
}
