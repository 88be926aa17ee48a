use arrow::array::{Array, ArrayRef};
use wardenry_kql_values::Value;

use super::{concatenated, repeated};
use crate::RunError;
use crate::control::Memory;

/// `prev`: the value some rows before.
pub(super) struct Back {
    term: usize,
    rows: usize,
    default: Value,
    /// The last values, at most `rows` of them.
    tail: Option<ArrayRef>,
    tail_bytes: usize,
}

impl Back {
    pub(super) fn new(term: usize, rows: usize, default: &Value) -> Self {
        Self { term, rows, default: default.clone(), tail: None, tail_bytes: 0 }
    }

    pub(super) fn push(&mut self, arguments: &[ArrayRef], memory: &Memory) -> Result<ArrayRef, RunError> {
        let values = &arguments[self.term];
        let rows = values.len();
        let known = match &self.tail {
            Some(tail) => concatenated(&[tail.as_ref(), values.as_ref()])?,
            None => ArrayRef::clone(values),
        };
        let missing = (self.rows - self.tail.as_ref().map_or(0, Array::len)).min(rows);
        let present = rows - missing;
        let shifted = if missing == 0 {
            known.slice(0, rows)
        } else {
            let missing = repeated(&self.default, missing)?;
            concatenated(&[missing.as_ref(), known.slice(0, present).as_ref()])?
        };
        let kept = self.rows.min(known.len());
        let tail = known.slice(known.len() - kept, kept);
        memory.shrink(self.tail_bytes);
        self.tail_bytes = tail.get_array_memory_size();
        memory.grow(self.tail_bytes)?;
        self.tail = Some(tail);
        Ok(shifted)
    }
}

/// `next`: for each of the first `rows` rows of the pieces, the value `distance` rows behind.
pub(super) fn ahead<'a>(
    pieces: impl Iterator<Item = &'a ArrayRef>,
    rows: usize,
    distance: usize,
    default: &Value,
) -> Result<ArrayRef, RunError> {
    let mut skipped = 0;
    let mut found = 0;
    let mut slices: Vec<ArrayRef> = Vec::new();
    for piece in pieces {
        if found == rows {
            break;
        }
        let start = distance.saturating_sub(skipped).min(piece.len());
        let length = (piece.len() - start).min(rows - found);
        skipped += piece.len();
        if length > 0 {
            slices.push(piece.slice(start, length));
            found += length;
        }
    }
    if found < rows {
        slices.push(repeated(default, rows - found)?);
    }
    let slices: Vec<&dyn Array> = slices.iter().map(AsRef::as_ref).collect();
    concatenated(&slices)
}
