//! `percentile`, `percentiles`, their weighted and array forms.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array, ListArray, UInt32Array};
use arrow::datatypes::{DataType, Int64Type};
use datafusion_common::Result;
use datafusion_expr::EmitTo;
use wardenry_kql_values::ScalarType;

use super::arrays::DynamicColumn;
use super::column::{Column, Numbers, cast};
use super::groups::{Groups, Rows, list_array, nulls};
use super::lists::Lists;
use super::returned::struct_array;
use crate::dynamic::{Cells, DynamicWriter};

/// How the values come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// The value of the one percentile, in its own type.
    Value,
    /// A dynamic array of all.
    Array,
    /// All, as a struct.
    Struct,
}

/// Nearest-rank percentiles over all values, exactly `[D percentiles-aggregation-function.md]`: the smallest value such
/// that `p` percent of the values are not greater. A weighted value counts as often as its weight says; without a positive
/// weight it does not count.
#[derive(Debug)]
pub(super) struct Percentile<C> {
    of: ScalarType,
    percentiles: Vec<f64>,
    form: Form,
    values: Lists<C>,
    /// The weight of each entry.
    weights: Option<Numbers<Int64Type>>,
}

impl<C: Column> Percentile<C> {
    pub(super) fn new(of: ScalarType, percentiles: Vec<f64>, weighted: bool, form: Form) -> Self {
        Self { of, percentiles, form, values: Lists::default(), weights: weighted.then(Numbers::default) }
    }

    fn push(&mut self, group: usize, value: C::Value<'_>, weight: i64) -> Result<()> {
        if let Some(weights) = &mut self.weights {
            if weight <= 0 {
                return Ok(());
            }
            weights.push(weight);
        }
        self.values.push(group, value).map(|_| ())
    }

    /// The first groups' values and weights, for each group how many.
    fn take(&mut self, emit: EmitTo) -> Result<(ArrayRef, ArrayRef, Vec<usize>)> {
        let mut old = self.weights.as_mut().map(std::mem::take);
        let new = &mut self.weights;
        let taken = self.values.emit(emit, |_, _, from, _| {
            if let (Some(old), Some(new)) = (&old, new.as_mut()) {
                new.push(old.get(from as usize));
            }
        })?;
        let weights = match &mut old {
            Some(old) => old.gather(&taken.entries)?,
            None => Arc::new(Int64Array::from(Vec::<i64>::new())),
        };
        Ok((taken.values, weights, taken.lengths))
    }
}

/// The rank, from 1, of a percentile among so many.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank is between 1 and the count"
)]
fn rank(percentile: f64, count: u128) -> u128 {
    // What multiplication adds beyond the exact product must not push the rank up.
    let rank = (percentile * count as f64 / 100.0 - 1e-9).ceil();
    (rank.max(1.0) as u128).min(count)
}

/// The places of the percentiles in `order`, which is sorted.
fn places(order: &[u32], weights: Option<&Int64Array>, percentiles: &[f64]) -> Vec<Option<u32>> {
    let Some(weights) = weights else {
        let count = order.len() as u128;
        let place = |percentile: &f64| {
            let rank = usize::try_from(rank(*percentile, count)).ok()?;
            order.get(rank.checked_sub(1)?).copied()
        };
        return percentiles.iter().map(place).collect();
    };
    let weight = |entry: u32| u128::from(weights.value(entry as usize).unsigned_abs());
    let total: u128 = order.iter().map(|entry| weight(*entry)).sum();
    let place = |percentile: &f64| {
        let rank = rank(*percentile, total);
        let mut passed = 0;
        order.iter().copied().find(|entry| {
            passed += weight(*entry);
            passed >= rank
        })
    };
    percentiles.iter().map(place).collect()
}

impl<C: Column> Groups for Percentile<C> {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.of, self.percentiles.clone(), self.weights.is_some(), self.form))
    }

    fn resize(&mut self, groups: usize) {
        self.values.resize(groups);
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        // The percentile of an `int` is a `long`.
        let widened = match arguments[0].data_type() {
            DataType::Int32 => arrow::compute::cast(&arguments[0], &DataType::Int64)?,
            _ => Arc::clone(&arguments[0]),
        };
        let array = cast::<C::Array>(&widened)?;
        let value_nulls = nulls(&widened, self.of);
        if self.weights.is_none() {
            return rows.try_for_each(value_nulls, |row, group| self.push(group, C::read(array, row), 1));
        }
        let weights = arrow::compute::cast(&arguments[1], &DataType::Int64)?;
        let weights = cast::<Int64Array>(&weights)?;
        let both = arrow::buffer::NullBuffer::union(value_nulls, weights.nulls());
        rows.try_for_each(both.as_ref(), |row, group| {
            self.push(group, C::read(array, row), weights.value(row))
        })
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let lists = cast::<ListArray>(&states[0])?;
        let values = cast::<C::Array>(lists.values())?;
        let offsets = lists.value_offsets();
        let weights = match states.get(1) {
            Some(weights) => {
                let lists = cast::<ListArray>(weights)?;
                Some((cast::<Int64Array>(lists.values())?, lists.value_offsets()))
            }
            None => None,
        };
        rows.try_for_each(None, |row, group| {
            for (step, index) in (offsets[row]..offsets[row + 1]).enumerate() {
                let weight = weights.map_or(1, |(weights, offsets)| {
                    weights.value(usize::try_from(offsets[row]).unwrap_or_default() + step)
                });
                self.push(group, C::read(values, usize::try_from(index).unwrap_or_default()), weight)?;
            }
            Ok(())
        })
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let weighted = self.weights.is_some();
        let (values, weights, lengths) = self.take(emit)?;
        let column = cast::<C::Array>(&values)?;
        let weights = if weighted { Some(cast::<Int64Array>(&weights)?) } else { None };
        let mut picks: Vec<Vec<Option<u32>>> =
            vec![Vec::with_capacity(lengths.len()); self.percentiles.len()];
        let mut order: Vec<u32> = Vec::new();
        let mut from = 0_u32;
        for length in &lengths {
            let to = from + u32::try_from(*length).unwrap_or_default();
            order.clear();
            order.extend(from..to);
            let compare = |left: &u32, right: &u32| {
                C::compare(C::read(column, *left as usize), C::read(column, *right as usize))
            };
            if let ([percentile], None, Some(most)) = (&*self.percentiles, weights, length.checked_sub(1)) {
                // One value needs no order among the others.
                let rank = usize::try_from(rank(*percentile, *length as u128)).unwrap_or(1);
                let (_, place, _) = order.select_nth_unstable_by(rank.saturating_sub(1).min(most), compare);
                picks[0].push(Some(*place));
            } else {
                order.sort_unstable_by(compare);
                for (picks, place) in picks.iter_mut().zip(places(&order, weights, &self.percentiles)) {
                    picks.push(place);
                }
            }
            from = to;
        }
        match self.form {
            Form::Array => {
                let cells = Cells::new(&values, self.of)?;
                let mut column = DynamicColumn::default();
                for group in 0..lengths.len() {
                    if lengths[group] == 0 {
                        column.null();
                        continue;
                    }
                    let cell = |writer: &mut DynamicWriter, pick: &Vec<Option<u32>>| match pick[group] {
                        Some(place) => cells.get(place as usize).write(writer),
                        None => writer.null(),
                    };
                    column.value(|writer| {
                        writer.begin_array();
                        for pick in &picks {
                            cell(writer, pick);
                        }
                        writer.end_array();
                    })?;
                }
                Ok(column.finish())
            }
            Form::Value | Form::Struct => {
                let columns = picks
                    .into_iter()
                    .map(|picks| Ok(arrow::compute::take(&values, &UInt32Array::from(picks), None)?));
                let mut columns = columns.collect::<Result<Vec<_>>>()?;
                if self.form == Form::Value {
                    return Ok(columns.swap_remove(0));
                }
                struct_array(&vec![self.of; columns.len()], columns)
            }
        }
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let weighted = self.weights.is_some();
        let (values, weights, lengths) = self.take(emit)?;
        let mut state = vec![list_array(values, lengths.iter().copied())?];
        if weighted {
            state.push(list_array(weights, lengths.iter().copied())?);
        }
        Ok(state)
    }

    fn size(&self) -> usize {
        self.values.bytes() + self.weights.as_ref().map_or(0, Column::bytes)
    }
}
