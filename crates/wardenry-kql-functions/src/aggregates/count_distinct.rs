//! `count_distinct`, `count_distinctif`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, ListArray};
use datafusion_common::Result;
use datafusion_expr::EmitTo;
use wardenry_kql_values::ScalarType;

use super::column::{Column, cast};
use super::groups::{Groups, Rows, emitted, list_array, nulls};
use super::sets::Sets;

/// The exact number of distinct values that are not null.
#[derive(Debug)]
pub(super) struct CountDistinct<C> {
    of: ScalarType,
    sets: Sets<C>,
}

impl<C: Column> CountDistinct<C> {
    pub(super) fn new(of: ScalarType) -> Self {
        Self { of, sets: Sets::default() }
    }
}

impl<C: Column> Groups for CountDistinct<C> {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.of))
    }

    fn resize(&mut self, groups: usize) {
        self.sets.resize(groups);
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let array = cast::<C::Array>(&arguments[0])?;
        rows.try_for_each(nulls(&arguments[0], self.of), |row, group| {
            self.sets.insert(group, C::read(array, row)).map(|_| ())
        })
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let lists = cast::<ListArray>(&states[0])?;
        let values = cast::<C::Array>(lists.values())?;
        let offsets = lists.value_offsets();
        rows.try_for_each(None, |row, group| {
            for index in offsets[row]..offsets[row + 1] {
                let index = usize::try_from(index).unwrap_or_default();
                self.sets.insert(group, C::read(values, index))?;
            }
            Ok(())
        })
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let count = emitted(emit, self.sets.groups());
        let lengths = (0..count).map(|group| i64::try_from(self.sets.length(group)).unwrap_or(i64::MAX));
        let counts: Int64Array = lengths.collect::<Vec<_>>().into();
        match emit {
            EmitTo::All => self.sets = Sets::default(),
            EmitTo::First(_) => {
                self.sets.emit(emit, |_, _| ())?;
            }
        }
        Ok(Arc::new(counts))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let taken = self.sets.emit(emit, |_, _| ())?;
        Ok(vec![list_array(taken.values, taken.lengths.into_iter())?])
    }

    fn size(&self) -> usize {
        self.sets.bytes()
    }
}
