//! `make_bag`, `make_bag_if`.

use arrow::array::{Array, ArrayRef, ListArray, StringViewArray};
use datafusion_common::Result;
use datafusion_expr::EmitTo;

use super::arrays::DynamicColumn;
use super::column::{Column, cast};
use super::groups::{Groups, Rows, list_array};
use super::lists::Emitted;
use super::sets::Sets;
use super::texts::Texts;
use crate::dynamic::Dynamic;

/// The members of property bags, in one bag: of each name the first value. Other values do not count. A group without any
/// bag has an empty one.
#[derive(Debug)]
pub(super) struct MakeBag {
    limit: usize,
    names: Sets<Texts>,
    /// The value of each entry of `names`, as JSON text.
    values: Texts,
}

impl MakeBag {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, names: Sets::default(), values: Texts::default() }
    }

    fn insert(&mut self, group: usize, name: &[u8], value: &[u8]) -> Result<()> {
        if self.names.length(group) < self.limit && self.names.insert(group, name)?.is_some() {
            self.values.push(value);
        }
        Ok(())
    }

    fn take(&mut self, emit: EmitTo) -> Result<(Emitted, ArrayRef)> {
        let mut old = std::mem::take(&mut self.values);
        let values = &mut self.values;
        let taken = self.names.emit(emit, |from, _| values.push(old.get(from as usize)))?;
        let values = old.gather(&taken.entries)?;
        Ok((taken, values))
    }
}

impl Groups for MakeBag {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.limit))
    }

    fn resize(&mut self, groups: usize) {
        self.names.resize(groups);
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let array = cast::<StringViewArray>(&arguments[0])?;
        rows.try_for_each(array.nulls(), |row, group| {
            for (name, value) in Dynamic::new(array.value(row)).members() {
                self.insert(group, name.name().as_bytes(), value.text().as_bytes())?;
            }
            Ok(())
        })
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let lists = cast::<ListArray>(&states[0])?;
        let names = cast::<StringViewArray>(lists.values())?;
        let offsets = lists.value_offsets();
        let values = cast::<ListArray>(&states[1])?;
        let value_offsets = values.value_offsets();
        let values = cast::<StringViewArray>(values.values())?;
        rows.try_for_each(None, |row, group| {
            let entries = (offsets[row]..offsets[row + 1]).zip(value_offsets[row]..);
            for (name, value) in entries {
                let name = Texts::read(names, usize::try_from(name).unwrap_or_default());
                let value = Texts::read(values, usize::try_from(value).unwrap_or_default());
                self.insert(group, name, value)?;
            }
            Ok(())
        })
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let (taken, values) = self.take(emit)?;
        let names = cast::<StringViewArray>(&taken.values)?;
        let values = cast::<StringViewArray>(&values)?;
        let mut column = DynamicColumn::default();
        let mut from = 0;
        for length in taken.lengths {
            column.value(|writer| {
                writer.begin_bag();
                for index in from..from + length {
                    writer.key(names.value(index));
                    writer.value(Dynamic::new(values.value(index)));
                }
                writer.end_bag();
            })?;
            from += length;
        }
        Ok(column.finish())
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let (taken, values) = self.take(emit)?;
        Ok(vec![
            list_array(taken.values, taken.lengths.iter().copied())?,
            list_array(values, taken.lengths.iter().copied())?,
        ])
    }

    fn size(&self) -> usize {
        self.names.bytes() + self.values.bytes()
    }
}
