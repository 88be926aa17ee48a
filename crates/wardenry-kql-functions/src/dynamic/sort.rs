//! `array_sort_asc`, `array_sort_desc`: one array sorted, the others in step.
//! [array-sort-asc-function.md, array-sort-desc-function.md]

use std::cmp::Ordering;

use super::cells::Cell;
use super::per_row;
use super::value::Dynamic;
use super::writer::DynamicWriter;
use crate::ScalarFunction;

pub(super) const ASCENDING: ScalarFunction =
    ScalarFunction { names: &["array_sort_asc"], bind: |call| Ok(per_row::dynamic(call, ascending)) };
pub(super) const DESCENDING: ScalarFunction =
    ScalarFunction { names: &["array_sort_desc"], bind: |call| Ok(per_row::dynamic(call, descending)) };

fn ascending(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    sort(cells, writer, |order| order)
}

fn descending(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    sort(cells, writer, Ordering::reverse)
}

/// The arrays, then on request whether nulls come last. The result of one array is an array; that of several is an array of
/// arrays, null for those that are not as long as the first. Numbers come before texts, and texts before the rest, in
/// either direction.
fn sort(cells: &[Cell<'_>], writer: &mut DynamicWriter, direction: fn(Ordering) -> Ordering) -> Option<()> {
    let (arrays, nulls_last) = match cells {
        [arrays @ .., Cell::Bool(nulls_last)] => (arrays, *nulls_last),
        _ => (cells, true),
    };
    let first: Vec<Dynamic<'_>> = arrays.first()?.array()?.collect();
    let mut order: Vec<usize> = (0..first.len()).collect();
    order.sort_by(|left, right| {
        let (left, right) = (first[*left], first[*right]);
        match (left.is_null(), right.is_null()) {
            (false, false) => {
                left.sort_rank().cmp(&right.sort_rank()).then_with(|| direction(left.order(right)))
            }
            (true, true) => Ordering::Equal,
            (left_is_null, _) if left_is_null == nulls_last => Ordering::Greater,
            _ => Ordering::Less,
        }
    });
    let write = |elements: &[Dynamic<'_>], writer: &mut DynamicWriter| {
        writer.begin_array();
        for index in &order {
            writer.value(elements[*index]);
        }
        writer.end_array();
    };
    if arrays.len() == 1 {
        write(&first, writer);
        return Some(());
    }
    writer.begin_array();
    for array in arrays {
        match array.array().map(Iterator::collect::<Vec<_>>) {
            Some(elements) if elements.len() == first.len() => write(&elements, writer),
            _ => writer.null(),
        }
    }
    writer.end_array();
    Some(())
}
