//! `make_list`, `make_list_if`, `make_list_with_nulls`.

use arrow::array::{Array, ArrayRef, ListArray};
use arrow::buffer::NullBuffer;
use datafusion_common::Result;
use datafusion_expr::EmitTo;
use wardenry_kql_values::ScalarType;

use super::arrays::arrays;
use super::column::{Column, cast};
use super::groups::{Groups, Rows, list_array, nulls};
use super::lists::Lists;
use super::texts::Texts;
use crate::dynamic::{Cells, Dynamic};

/// The values in the order in which they came. The elements of a dynamic array are values of their own.
#[derive(Debug)]
pub(super) struct MakeList<C> {
    of: ScalarType,
    /// The most elements of a list; further ones are dropped.
    limit: usize,
    lists: Lists<C>,
    /// Which entries are nulls, if nulls are kept.
    nulls: Option<Vec<bool>>,
}

impl<C: Column> MakeList<C> {
    pub(super) fn new(of: ScalarType, limit: usize, with_nulls: bool) -> Self {
        Self { of, limit, lists: Lists::default(), nulls: with_nulls.then(Vec::new) }
    }

    fn push(&mut self, group: usize, value: C::Value<'_>, is_null: bool) -> Result<()> {
        if self.lists.length(group) < self.limit {
            self.lists.push(group, value)?;
            if let Some(nulls) = &mut self.nulls {
                nulls.push(is_null);
            }
        }
        Ok(())
    }

    /// Takes the first groups' values, and says which are null.
    fn take(&mut self, emit: EmitTo) -> Result<(ArrayRef, Vec<usize>, Option<NullBuffer>)> {
        let old = self.nulls.as_mut().map(std::mem::take);
        let new = &mut self.nulls;
        let taken = self.lists.emit(emit, |_, _, from, _| {
            if let (Some(old), Some(new)) = (&old, new.as_mut()) {
                new.push(old[from as usize]);
            }
        })?;
        let nulls = old.map(|old| taken.entries.iter().map(|entry| !old[*entry as usize]).collect());
        Ok((taken.values, taken.lengths, nulls))
    }
}

impl MakeList<Texts> {
    /// A dynamic value: itself, or the elements of an array.
    fn push_dynamic(&mut self, group: usize, text: &str) -> Result<()> {
        let value = Dynamic::new(text);
        if !value.is_array() {
            return self.push(group, value.text().as_bytes(), false);
        }
        for element in value.elements() {
            if !element.is_null() || self.nulls.is_some() {
                self.push(group, element.text().as_bytes(), false)?;
            }
        }
        Ok(())
    }
}

impl<C: Column> Groups for MakeList<C> {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.of, self.limit, self.nulls.is_some()))
    }

    fn resize(&mut self, groups: usize) {
        self.lists.resize(groups);
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let array = cast::<C::Array>(&arguments[0])?;
        let nulls = nulls(&arguments[0], self.of);
        if self.nulls.is_some() {
            return rows.try_for_each(None, |row, group| {
                let is_null = nulls.is_some_and(|nulls| nulls.is_null(row));
                self.push(group, C::read(array, row), is_null)
            });
        }
        rows.try_for_each(nulls, |row, group| self.push(group, C::read(array, row), false))
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let lists = cast::<ListArray>(&states[0])?;
        let values = cast::<C::Array>(lists.values())?;
        let offsets = lists.value_offsets();
        rows.try_for_each(None, |row, group| {
            for index in offsets[row]..offsets[row + 1] {
                let index = usize::try_from(index).unwrap_or_default();
                self.push(group, C::read(values, index), values.is_null(index))?;
            }
            Ok(())
        })
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let of = self.of;
        let (values, lengths, nulls) = self.take(emit)?;
        let is_null = |index| nulls.as_ref().is_some_and(|nulls: &NullBuffer| nulls.is_null(index));
        arrays(Cells::new(&values, of)?, is_null, &lengths)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let (values, lengths, nulls) = self.take(emit)?;
        let values = match nulls {
            Some(nulls) => {
                arrow::array::make_array(values.to_data().into_builder().nulls(Some(nulls)).build()?)
            }
            None => values,
        };
        Ok(vec![list_array(values, lengths.into_iter())?])
    }

    fn size(&self) -> usize {
        self.lists.bytes() + self.nulls.as_ref().map_or(0, Vec::capacity)
    }
}

/// [`MakeList`] over dynamic values.
#[derive(Debug)]
pub(super) struct MakeDynamicList(MakeList<Texts>);

impl MakeDynamicList {
    pub(super) fn new(limit: usize, with_nulls: bool) -> Self {
        Self(MakeList::new(ScalarType::Dynamic, limit, with_nulls))
    }
}

impl Groups for MakeDynamicList {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.0.limit, self.0.nulls.is_some()))
    }

    fn resize(&mut self, groups: usize) {
        self.0.resize(groups);
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let array = cast::<arrow::array::StringViewArray>(&arguments[0])?;
        let lists = &mut self.0;
        let skipped = array.nulls().filter(|_| lists.nulls.is_none());
        rows.try_for_each(skipped, |row, group| {
            if array.is_null(row) {
                lists.push(group, b"", true)
            } else {
                lists.push_dynamic(group, array.value(row))
            }
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
