//! `min`, `max` and their `if` forms, over types of a fixed size.

use arrow::array::{Array, ArrayRef};
use arrow::buffer::BooleanBuffer;
use datafusion_common::Result;
use datafusion_expr::EmitTo;

use super::column::{Column, cast};
use super::groups::{Groups, Rows};
use super::slots::Slots;

/// The greatest or the smallest value; of nothing null. Nulls do not count, and NaN only beside nothing else.
#[derive(Debug)]
pub(super) struct Extreme<C> {
    greatest: bool,
    best: Slots<C>,
}

impl<C: Column> Extreme<C> {
    pub(super) fn new(greatest: bool) -> Self {
        Self { greatest, best: Slots::default() }
    }

    fn take(&mut self, array: &ArrayRef, rows: &Rows<'_>) -> Result<()> {
        let array = cast::<C::Array>(array)?;
        let (best, greatest) = (&mut self.best, self.greatest);
        rows.for_each(array.nulls(), |row, group| {
            let value = C::read(array, row);
            if best.get(group).is_none_or(|old| C::replaces(value, old, greatest)) {
                best.set(group, value);
            }
        });
        Ok(())
    }
}

impl<C: Column> Groups for Extreme<C> {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.greatest))
    }

    fn resize(&mut self, groups: usize) {
        self.best.resize(groups);
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        self.take(&arguments[0], rows)
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        self.take(&states[0], rows)
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        self.best.emit(emit)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.best.emit(emit)?])
    }

    fn size(&self) -> usize {
        self.best.bytes()
    }

    fn convert(&self, arguments: &[ArrayRef], chosen: Option<BooleanBuffer>) -> Result<Vec<ArrayRef>> {
        let array = arguments[0].clone();
        let Some(chosen) = chosen else { return Ok(vec![array]) };
        let unchosen = arrow::array::BooleanArray::new(!&chosen, None);
        Ok(vec![arrow::compute::nullif(&array, &unchosen)?])
    }
}
