//! `arg_max`, `arg_min`; also `min` and `max` over texts.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray};
use datafusion_common::Result;
use datafusion_expr::EmitTo;
use wardenry_kql_values::ScalarType;

use super::column::{Column, cast};
use super::groups::{Groups, Rows, nulls};
use super::returned::{Picked, columns, struct_array};
use super::slots::Slots;

const NONE: u32 = u32::MAX;

/// What the result is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Give {
    /// The extreme itself.
    Extreme,
    /// The one returned column.
    Column,
    /// All returned columns, as a struct.
    Struct,
}

/// Picks a row for each group: one with the greatest (smallest) key. Of equal keys the first row wins. A row without a
/// key is picked when no row of the group has one.
///
/// Which rows are picked depends on the keys and the order of the rows alone, so aggregations with the same key over the
/// same input pick the same rows, whatever they return.
#[derive(Debug)]
pub(super) struct ArgExtreme<C> {
    of: ScalarType,
    greatest: bool,
    returned: Vec<ScalarType>,
    give: Give,
    keys: Slots<C>,
    /// Whether a row was picked.
    picked: Vec<bool>,
    columns: Vec<Box<dyn Picked>>,
    /// For each group, the row of the current batch that is the best so far.
    candidates: Vec<u32>,
}

impl<C: Column> ArgExtreme<C> {
    pub(super) fn new(of: ScalarType, greatest: bool, returned: Vec<ScalarType>, give: Give) -> Self {
        let columns = columns(&returned);
        Self {
            of,
            greatest,
            returned,
            give,
            keys: Slots::default(),
            picked: Vec::new(),
            columns,
            candidates: Vec::new(),
        }
    }

    /// Offers rows. `present` are those that stand for one; others are states of groups without any row.
    fn offer(
        &mut self,
        keys: &ArrayRef,
        key_nulls: Option<&arrow::buffer::NullBuffer>,
        present: Option<&BooleanArray>,
        returned: &[ArrayRef],
        rows: &Rows<'_>,
    ) -> Result<()> {
        let keys = cast::<C::Array>(keys)?;
        // The best row is found first, so that each group's values are copied once for a batch.
        let mut groups: Vec<usize> = Vec::new();
        rows.for_each(None, |row, group| {
            if present.is_some_and(|present| !present.value(row)) {
                return;
            }
            let candidate = self.candidates[group];
            let is_null = key_nulls.is_some_and(|nulls| nulls.is_null(row));
            let wins = if is_null {
                !self.picked[group] && candidate == NONE
            } else {
                let current = match candidate {
                    NONE => self.keys.get(group),
                    other if key_nulls.is_some_and(|nulls| nulls.is_null(other as usize)) => None,
                    other => Some(C::read(keys, other as usize)),
                };
                current.is_none_or(|current| C::replaces(C::read(keys, row), current, self.greatest))
            };
            if wins {
                if candidate == NONE {
                    groups.push(group);
                }
                self.candidates[group] = u32::try_from(row).unwrap_or(NONE);
            }
        });
        let mut picks = Vec::with_capacity(groups.len());
        for group in groups {
            let row = std::mem::replace(&mut self.candidates[group], NONE) as usize;
            self.picked[group] = true;
            if key_nulls.is_none_or(|nulls| nulls.is_valid(row)) {
                self.keys.set(group, C::read(keys, row));
            }
            picks.push((group, row));
        }
        for (column, array) in self.columns.iter_mut().zip(returned) {
            column.pick(array, &picks)?;
        }
        Ok(())
    }
}

impl<C: Column> Groups for ArgExtreme<C> {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.of, self.greatest, self.returned.clone(), self.give))
    }

    fn resize(&mut self, groups: usize) {
        if groups > self.picked.len() {
            self.picked.resize(groups, false);
            self.candidates.resize(groups, NONE);
            self.keys.resize(groups);
            self.columns.iter_mut().for_each(|column| column.resize(groups));
        }
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let (keys, returned) = (&arguments[0], &arguments[1..]);
        self.offer(keys, nulls(keys, self.of), None, returned, rows)
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let (keys, present, returned) = (&states[0], cast::<BooleanArray>(&states[1])?, &states[2..]);
        self.offer(keys, keys.nulls(), Some(present), returned, rows)
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let mut state = self.state(emit)?;
        match self.give {
            Give::Extreme => Ok(state.swap_remove(0)),
            Give::Column => Ok(state.swap_remove(2)),
            Give::Struct => struct_array(&self.returned, state.split_off(2)),
        }
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        emit.take_needed(&mut self.candidates);
        let present = emit.take_needed(&mut self.picked);
        let mut state = vec![self.keys.emit(emit)?, Arc::new(BooleanArray::from(present)) as ArrayRef];
        for column in &mut self.columns {
            state.push(column.emit(emit)?);
        }
        Ok(state)
    }

    fn size(&self) -> usize {
        self.keys.bytes()
            + self.picked.capacity()
            + self.candidates.capacity() * size_of::<u32>()
            + self.columns.iter().map(|column| column.bytes()).sum::<usize>()
    }
}
