//! One definition for an aggregation over one group and over many.

use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use datafusion_common::{Result, ScalarValue};
use datafusion_expr::{Accumulator, EmitTo, GroupsAccumulator};
use wardenry_kql_values::ScalarType;

use super::column::cast;

/// The state of an aggregation for each of many groups.
pub(super) trait Groups: Debug + Send + Sync + 'static {
    /// The same aggregation without any group.
    fn fresh(&self) -> Box<dyn Groups>;

    /// Has at least this many groups from now on.
    fn resize(&mut self, groups: usize);

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()>;

    /// Takes in what [`Self::state`] of another gave.
    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()>;

    /// The results of the first groups, which are forgotten.
    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef>;

    /// What [`Self::merge`] takes, for the first groups, which are forgotten.
    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>>;

    /// Memory in use; cheap, as it is asked for after every batch.
    fn size(&self) -> usize;

    /// The state of each row as a group of its own.
    fn convert(&self, arguments: &[ArrayRef], chosen: Option<BooleanBuffer>) -> Result<Vec<ArrayRef>> {
        let count = arguments.first().map_or(0, Array::len);
        let groups: Vec<usize> = (0..count).collect();
        let mut each = self.fresh();
        each.resize(count);
        each.update(arguments, &Rows { groups: Assignment::Each(&groups), count, chosen })?;
        each.state(EmitTo::All)
    }
}

/// The rows of a batch, and the group of each.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    groups: Assignment<'a>,
    pub(super) count: usize,
    /// The rows that count; all if there is none.
    chosen: Option<BooleanBuffer>,
}

/// Which rows of a batch count.
#[derive(Debug)]
pub(super) enum Chosen {
    All,
    Some(BooleanBuffer),
}

#[derive(Clone, Copy, Debug)]
enum Assignment<'a> {
    /// All rows are of group 0.
    One,
    Each(&'a [usize]),
}

impl Rows<'_> {
    /// Calls `visit(row, group)` for the rows that count and are not null.
    #[inline]
    pub(super) fn for_each(&self, nulls: Option<&NullBuffer>, mut visit: impl FnMut(usize, usize)) {
        match (self.without(nulls), self.groups) {
            (None, Assignment::One) => (0..self.count).for_each(|row| visit(row, 0)),
            (None, Assignment::Each(groups)) => {
                groups.iter().enumerate().for_each(|(row, group)| visit(row, *group));
            }
            (Some(chosen), Assignment::One) => chosen.set_indices().for_each(|row| visit(row, 0)),
            (Some(chosen), Assignment::Each(groups)) => {
                chosen.set_indices().for_each(|row| visit(row, groups[row]));
            }
        }
    }

    /// The same, until an error.
    pub(super) fn try_for_each(
        &self,
        nulls: Option<&NullBuffer>,
        mut visit: impl FnMut(usize, usize) -> Result<()>,
    ) -> Result<()> {
        let mut result = Ok(());
        self.for_each(nulls, |row, group| {
            if result.is_ok() {
                result = visit(row, group);
            }
        });
        result
    }

    /// Which rows count and are not null, if all belong to one group.
    pub(super) fn in_one_group(&self, nulls: Option<&NullBuffer>) -> Option<Chosen> {
        matches!(self.groups, Assignment::One).then(|| self.without(nulls).map_or(Chosen::All, Chosen::Some))
    }

    fn without(&self, nulls: Option<&NullBuffer>) -> Option<BooleanBuffer> {
        let nulls = nulls.filter(|nulls| nulls.null_count() > 0);
        match (&self.chosen, nulls) {
            (None, None) => None,
            (Some(chosen), None) => Some(chosen.clone()),
            (None, Some(nulls)) => Some(nulls.inner().clone()),
            (Some(chosen), Some(nulls)) => Some(chosen & nulls.inner()),
        }
    }
}

/// The nulls of an argument. A text has none: its null slots are empty texts.
pub(super) fn nulls(array: &ArrayRef, scalar_type: ScalarType) -> Option<&NullBuffer> {
    if scalar_type == ScalarType::String { None } else { array.nulls() }
}

/// Rows for which a condition is true.
fn truths(condition: &BooleanArray) -> BooleanBuffer {
    match condition.nulls() {
        None => condition.values().clone(),
        Some(nulls) => condition.values() & nulls.inner(),
    }
}

/// The rows that count: a filter says so, and the argument that is a condition.
fn chosen(
    arguments: &[ArrayRef],
    condition: Option<usize>,
    filter: Option<&BooleanArray>,
) -> Result<Option<BooleanBuffer>> {
    let condition = match condition.and_then(|index| arguments.get(index)) {
        Some(array) => Some(truths(cast::<BooleanArray>(array)?)),
        None => None,
    };
    Ok(match (condition, filter.map(truths)) {
        (Some(condition), Some(filter)) => Some(&condition & &filter),
        (condition, filter) => condition.or(filter),
    })
}

/// [`Groups`] for grouping.
#[derive(Debug)]
pub(super) struct Many {
    pub(super) groups: Box<dyn Groups>,
    /// The argument that says which rows count.
    pub(super) condition: Option<usize>,
}

impl GroupsAccumulator for Many {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        let chosen = chosen(values, self.condition, opt_filter)?;
        self.groups.resize(total_num_groups);
        let rows = Rows { groups: Assignment::Each(group_indices), count: group_indices.len(), chosen };
        self.groups.update(values, &rows)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        self.groups.evaluate(emit_to)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        self.groups.state(emit_to)
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.groups.resize(total_num_groups);
        let rows = Rows { groups: Assignment::Each(group_indices), count: group_indices.len(), chosen: None };
        self.groups.merge(values, &rows)
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        self.groups.convert(values, chosen(values, self.condition, opt_filter)?)
    }

    fn size(&self) -> usize {
        self.groups.size()
    }
}

/// [`Groups`] without grouping. Giving the result or the state resets it.
#[derive(Debug)]
pub(super) struct Single {
    pub(super) groups: Box<dyn Groups>,
    /// The argument that says which rows count.
    pub(super) condition: Option<usize>,
}

impl Accumulator for Single {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let chosen = chosen(values, self.condition, None)?;
        let count = values.first().map_or(0, Array::len);
        self.groups.resize(1);
        self.groups.update(values, &Rows { groups: Assignment::One, count, chosen })
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.groups.resize(1);
        ScalarValue::try_from_array(&self.groups.evaluate(EmitTo::All)?, 0)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.groups.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.groups.resize(1);
        let arrays = self.groups.state(EmitTo::All)?;
        arrays.iter().map(|array| ScalarValue::try_from_array(array, 0)).collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let count = states.first().map_or(0, Array::len);
        self.groups.resize(1);
        self.groups.merge(states, &Rows { groups: Assignment::One, count, chosen: None })
    }
}

/// How many groups are to be given.
pub(super) fn emitted(emit: EmitTo, groups: usize) -> usize {
    match emit {
        EmitTo::All => groups,
        EmitTo::First(count) => count.min(groups),
    }
}

/// A list array of the values that belong to each group.
pub(super) fn list_array(values: ArrayRef, lengths: impl Iterator<Item = usize>) -> Result<ArrayRef> {
    let field = arrow::datatypes::Field::new_list_field(values.data_type().clone(), true);
    let offsets = arrow::buffer::OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(arrow::array::ListArray::try_new(Arc::new(field), offsets, values, None)?))
}
