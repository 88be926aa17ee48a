//! Arrays as sets: the distinct elements, in the order in which they come first.

use std::borrow::Cow;
use std::collections::HashSet;

use super::cells::Cell;
use super::equality::Wanted;
use super::per_row;
use super::value::{Dynamic, Elements};
use super::writer::DynamicWriter;
use crate::ScalarFunction;

pub(super) const UNION: ScalarFunction =
    ScalarFunction { names: &["set_union"], bind: |call| Ok(per_row::dynamic(call, union)) };
pub(super) const INTERSECT: ScalarFunction =
    ScalarFunction { names: &["set_intersect"], bind: |call| Ok(per_row::dynamic(call, intersect)) };
pub(super) const DIFFERENCE: ScalarFunction =
    ScalarFunction { names: &["set_difference"], bind: |call| Ok(per_row::dynamic(call, difference)) };
pub(super) const HAS_ELEMENT: ScalarFunction =
    ScalarFunction { names: &["set_has_element"], bind: |call| Ok(per_row::bool(call, has_element)) };
pub(super) const EQUALS: ScalarFunction =
    ScalarFunction { names: &["set_equals"], bind: |call| Ok(per_row::bool(call, equals)) };

type Set<'a> = HashSet<Cow<'a, str>>;

fn set<'a>(elements: impl IntoIterator<Item = Dynamic<'a>>) -> Set<'a> {
    elements.into_iter().map(Dynamic::canonical).collect()
}

fn arrays<'a>(cells: &[Cell<'a>]) -> Option<Vec<Elements<'a>>> {
    cells.iter().map(Cell::array).collect()
}

/// [set-union-function.md]
fn union(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    write_distinct(arrays(cells)?.into_iter().flatten(), writer, |_| true);
    Some(())
}

/// [set-intersect-function.md]
fn intersect(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let mut arrays = arrays(cells)?.into_iter();
    let first = arrays.next()?;
    let others: Vec<Set<'_>> = arrays.map(set).collect();
    write_distinct(first, writer, |element| others.iter().all(|other| other.contains(element)));
    Some(())
}

/// [set-difference-function.md]
fn difference(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let mut arrays = arrays(cells)?.into_iter();
    let first = arrays.next()?;
    let others = set(arrays.flatten());
    write_distinct(first, writer, |element| !others.contains(element));
    Some(())
}

fn write_distinct<'a>(
    elements: impl Iterator<Item = Dynamic<'a>>,
    writer: &mut DynamicWriter,
    wanted: impl Fn(&str) -> bool,
) {
    let mut seen = Set::new();
    writer.begin_array();
    for element in elements {
        let canonical = element.canonical();
        if wanted(&canonical) && seen.insert(canonical) {
            writer.value(element);
        }
    }
    writer.end_array();
}

/// [set-has-element-function.md]
fn has_element(cells: &[Cell<'_>]) -> Option<bool> {
    let wanted = Wanted::new(*cells.get(1)?);
    Some(cells.first()?.array()?.any(|element| wanted.is(element)))
}

fn equals(cells: &[Cell<'_>]) -> Option<bool> {
    let [left, right] = cells else { return None };
    Some(set(left.array()?) == set(right.array()?))
}

/// The size of the intersection by that of the union; NaN if both are empty. [jaccard-index-function.md]
#[expect(clippy::cast_precision_loss, reason = "no array has 2^52 elements")]
pub(super) fn jaccard_index(cells: &[Cell<'_>]) -> Option<f64> {
    let [left, right] = cells else { return None };
    let (left, right) = (set(left.array()?), set(right.array()?));
    let common = left.intersection(&right).count();
    Some(common as f64 / (left.len() + right.len() - common) as f64)
}
