//! Moving the elements of an array: `array_rotate_left`, `array_shift_right` and their opposites.
//! [array-rotate-left-function.md, array-shift-left-function.md]

use super::cells::Cell;
use super::per_row;
use super::value::{Dynamic, Kind};
use super::writer::DynamicWriter;
use crate::ScalarFunction;

pub(super) const ROTATE_LEFT: ScalarFunction = ScalarFunction {
    names: &["array_rotate_left"],
    bind: |call| Ok(per_row::dynamic(call, |cells, writer| rotate(cells, writer, i64::saturating_neg))),
};
pub(super) const ROTATE_RIGHT: ScalarFunction = ScalarFunction {
    names: &["array_rotate_right"],
    bind: |call| Ok(per_row::dynamic(call, |cells, writer| rotate(cells, writer, |count| count))),
};
pub(super) const SHIFT_LEFT: ScalarFunction = ScalarFunction {
    names: &["array_shift_left"],
    bind: |call| Ok(per_row::dynamic(call, |cells, writer| shift(cells, writer, i64::saturating_neg))),
};
pub(super) const SHIFT_RIGHT: ScalarFunction = ScalarFunction {
    names: &["array_shift_right"],
    bind: |call| Ok(per_row::dynamic(call, |cells, writer| shift(cells, writer, |count| count))),
};

/// `to_right` turns the count into that of places to the right.
fn rotate(cells: &[Cell<'_>], writer: &mut DynamicWriter, to_right: fn(i64) -> i64) -> Option<()> {
    let [array, count] = cells else { return None };
    let mut elements: Vec<Dynamic<'_>> = array.array()?.collect();
    let count = to_right(count.integer()?);
    if !elements.is_empty() {
        let length = i64::try_from(elements.len()).ok()?;
        elements.rotate_right(usize::try_from(count.rem_euclid(length)).ok()?);
    }
    writer.begin_array();
    for element in elements {
        writer.value(element);
    }
    writer.end_array();
    Some(())
}

/// The places that become free hold the third argument; without one the empty text if the elements are texts, null otherwise.
fn shift(cells: &[Cell<'_>], writer: &mut DynamicWriter, to_right: fn(i64) -> i64) -> Option<()> {
    let (array, count) = (cells.first()?, cells.get(1)?);
    let elements: Vec<Dynamic<'_>> = array.array()?.collect();
    let texts = !elements.is_empty() && elements.iter().all(|element| element.kind() == Kind::String);
    let filler = cells.get(2).copied().unwrap_or(if texts { Cell::String("") } else { Cell::Null });
    let count = to_right(count.integer()?);
    writer.begin_array();
    for place in 0..i64::try_from(elements.len()).ok()? {
        let source = place.checked_sub(count).and_then(|source| usize::try_from(source).ok());
        match source.and_then(|source| elements.get(source)) {
            Some(element) => writer.value(*element),
            None => filler.write(writer),
        }
    }
    writer.end_array();
    Some(())
}
