//! `take_any`, `take_anyif`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, StringViewArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use datafusion_common::Result;
use datafusion_expr::EmitTo;
use wardenry_kql_values::ScalarType;

use super::column::cast;
use super::groups::{Groups, Rows};
use super::returned::{Picked, columns, struct_array};

/// The values of the first row. With one column, of the first row in which it is neither null nor an empty text.
#[derive(Debug)]
pub(super) struct TakeAny {
    of: Vec<ScalarType>,
    /// Several columns come back as a struct.
    fused: bool,
    picked: Vec<bool>,
    columns: Vec<Box<dyn Picked>>,
}

impl TakeAny {
    pub(super) fn new(of: Vec<ScalarType>, fused: bool) -> Self {
        let columns = columns(&of);
        Self { of, fused, picked: Vec::new(), columns }
    }

    fn offer(&mut self, arrays: &[ArrayRef], wanted: Option<&NullBuffer>, rows: &Rows<'_>) -> Result<()> {
        let picked = &mut self.picked;
        let mut picks = Vec::new();
        rows.for_each(wanted, |row, group| {
            if !picked[group] {
                picked[group] = true;
                picks.push((group, row));
            }
        });
        if picks.is_empty() {
            return Ok(());
        }
        for (column, array) in self.columns.iter_mut().zip(arrays) {
            column.pick(array, &picks)?;
        }
        Ok(())
    }
}

/// Rows with something in the column.
fn filled(array: &ArrayRef, scalar_type: ScalarType) -> Result<Option<NullBuffer>> {
    if scalar_type != ScalarType::String {
        return Ok(array.nulls().cloned());
    }
    let texts = cast::<StringViewArray>(array)?;
    // The lower half of a view is the text's length.
    #[expect(clippy::cast_possible_truncation, reason = "the length is the low 32 bits")]
    let filled = BooleanBuffer::collect_bool(texts.len(), |row| texts.views()[row] as u32 != 0);
    Ok(NullBuffer::union(Some(&NullBuffer::new(filled)), texts.nulls()))
}

impl Groups for TakeAny {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.of.clone(), self.fused))
    }

    fn resize(&mut self, groups: usize) {
        if groups > self.picked.len() {
            self.picked.resize(groups, false);
            self.columns.iter_mut().for_each(|column| column.resize(groups));
        }
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        if let (false, [of]) = (self.fused, &*self.of) {
            let filled = filled(&arguments[0], *of)?;
            self.offer(arguments, filled.as_ref(), rows)
        } else {
            self.offer(arguments, None, rows)
        }
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let present = NullBuffer::new(cast::<BooleanArray>(&states[0])?.values().clone());
        self.offer(&states[1..], Some(&present), rows)
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let mut state = self.state(emit)?;
        if self.fused { struct_array(&self.of, state.split_off(1)) } else { Ok(state.swap_remove(1)) }
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let present = emit.take_needed(&mut self.picked);
        let mut state: Vec<ArrayRef> = vec![Arc::new(BooleanArray::from(present))];
        for column in &mut self.columns {
            state.push(column.emit(emit)?);
        }
        Ok(state)
    }

    fn size(&self) -> usize {
        self.picked.capacity() + self.columns.iter().map(|column| column.bytes()).sum::<usize>()
    }
}
