//! Texts, compared by their bytes. A null slot is the empty text, so the result is never null.

use arrow::array::{Array, StringViewArray};
use arrow::buffer::BooleanBuffer;
use arrow::compute::kernels::cmp;

use super::Comparison;
use crate::FunctionError;
use crate::rows::{Argument, Text, bits2};

pub(super) fn compare(
    function: &'static str,
    comparison: Comparison,
    left: &Argument,
    right: &Argument,
    rows: usize,
) -> Result<BooleanBuffer, FunctionError> {
    if !comparison.is_equality() || left.nulls(rows).is_some() && right.nulls(rows).is_some() {
        return bits2::<Text, Text>(left, right, rows, |a, b| comparison.holds(a.partial_cmp(b)));
    }
    let (l, r) = (left.datum(), right.datum());
    let operation = if comparison == Comparison::Equal { cmp::eq } else { cmp::neq };
    let array = operation(&*l, &*r).map_err(|source| FunctionError::Arrow { function, source })?;
    let (bits, _) = array.into_parts();

    // Where one side's slot is null, the other side's text decides.
    let (nulls, other) = match (left.nulls(rows), right.nulls(rows)) {
        (Some(nulls), _) => (nulls, right),
        (None, Some(nulls)) => (nulls, left),
        (None, None) => return Ok(bits),
    };
    let texts = other.downcast::<StringViewArray>()?;
    let matches = BooleanBuffer::collect_bool(rows, |row| {
        (view_length(texts, other.row(row)) == 0) == (comparison == Comparison::Equal)
    });
    Ok(&(&bits & nulls.inner()) | &(&matches & &!nulls.inner()))
}

/// The length of a text in bytes: a view starts with it.
#[expect(clippy::cast_possible_truncation, reason = "the lowest 32 bits are the length")]
pub(in crate::operators) fn view_length(texts: &StringViewArray, row: usize) -> u32 {
    if texts.is_null(row) { 0 } else { texts.views()[row] as u32 }
}
