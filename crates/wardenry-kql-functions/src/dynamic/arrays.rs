//! Functions of one array or several.

use wardenry_kql_values::ScalarType;

use super::cells::Cell;
use super::equality::Wanted;
use super::value::{Dynamic, Kind};
use super::writer::DynamicWriter;
use super::{element_as_f64, per_row};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(super) const LENGTH: ScalarFunction =
    ScalarFunction { names: &["array_length", "arraylength"], bind: |call| Ok(per_row::long(call, length)) };
pub(super) const CONCAT: ScalarFunction =
    ScalarFunction { names: &["array_concat"], bind: |call| Ok(per_row::dynamic(call, concat)) };
pub(super) const SLICE: ScalarFunction =
    ScalarFunction { names: &["array_slice"], bind: |call| Ok(per_row::dynamic(call, slice)) };
pub(super) const SPLIT: ScalarFunction =
    ScalarFunction { names: &["array_split"], bind: |call| Ok(per_row::dynamic(call, split)) };
pub(super) const INDEX_OF: ScalarFunction =
    ScalarFunction { names: &["array_index_of"], bind: |call| Ok(per_row::long(call, index_of)) };
pub(super) const IFF: ScalarFunction =
    ScalarFunction { names: &["array_iff", "array_iif"], bind: |call| Ok(per_row::dynamic(call, iff)) };
pub(super) const REVERSE: ScalarFunction =
    ScalarFunction { names: &["array_reverse"], bind: |call| Ok(per_row::dynamic(call, reverse)) };
pub(super) const SUM: ScalarFunction =
    ScalarFunction { names: &["array_sum"], bind: |call| Ok(per_row::real(call, sum)) };
pub(super) const STRCAT: ScalarFunction =
    ScalarFunction { names: &["strcat_array", "array_strcat"], bind: |call| Ok(per_row::text(call, strcat)) };
pub(super) const ZIP: ScalarFunction =
    ScalarFunction { names: &["zip"], bind: |call| Ok(per_row::dynamic(call, zip)) };
pub(super) const PACK: ScalarFunction =
    ScalarFunction { names: &["pack_array"], bind: |call| Ok(per_row::dynamic(call, pack)) };
pub(super) const JACCARD: ScalarFunction = ScalarFunction { names: &["jaccard_index"], bind: bind_jaccard };

/// [array-length-function.md]
fn length(cells: &[Cell<'_>]) -> Option<i64> {
    i64::try_from(cells.first()?.array()?.count()).ok()
}

/// [array-concat-function.md]; null if one of them is no array.
fn concat(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    writer.begin_array();
    for cell in cells {
        cell.array()?.for_each(|element| writer.value(element));
    }
    writer.end_array();
    Some(())
}

/// An index that counts from the end if it is negative; before the first element is the first.
fn position(index: i64, length: usize) -> usize {
    match usize::try_from(index) {
        Ok(index) => index.min(length),
        Err(_) => length.saturating_sub(usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX)),
    }
}

/// [array-slice-function.md]: both ends belong to it.
fn slice(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let [array, start, end] = cells else { return None };
    let elements = array.array()?;
    let (start, end) = (start.integer()?, end.integer()?);
    let (start, behind) = if start < 0 || end < 0 {
        let length = elements.clone().count();
        // An end before the first element leaves nothing.
        let behind = if end < 0 {
            i64::try_from(length).ok()?.saturating_add(end).saturating_add(1)
        } else {
            end.saturating_add(1)
        };
        (position(start, length), usize::try_from(behind.max(0)).ok()?)
    } else {
        (usize::try_from(start).ok()?, usize::try_from(end.saturating_add(1)).ok()?)
    };
    writer.begin_array();
    elements.take(behind).skip(start).for_each(|element| writer.value(element));
    writer.end_array();
    Some(())
}

/// [array-split-function.md]
fn split(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let [array, indices] = cells else { return None };
    let elements: Vec<_> = array.array()?.collect();
    let cuts: Vec<i64> = match indices.array() {
        Some(indices) => indices.map(Dynamic::as_i64).collect::<Option<_>>()?,
        None => vec![indices.integer()?],
    };
    let mut start = 0;
    writer.begin_array();
    for cut in cuts {
        let end = position(cut, elements.len()).max(start);
        write_array(writer, &elements[start..end]);
        start = end;
    }
    write_array(writer, &elements[start..]);
    writer.end_array();
    Some(())
}

fn write_array(writer: &mut DynamicWriter, elements: &[Dynamic<'_>]) {
    writer.begin_array();
    for element in elements {
        writer.value(*element);
    }
    writer.end_array();
}

/// [array-index-of-function.md]
fn index_of(cells: &[Cell<'_>]) -> Option<i64> {
    let (array, wanted) = (cells.first()?.array()?, Wanted::new(*cells.get(1)?));
    let optional = |index: usize, default: i64| match cells.get(index) {
        Some(cell) => cell.integer(),
        None => Some(default),
    };
    let (start, length, occurrence) = (optional(2, 0)?, optional(3, -1)?, optional(4, 1)?);
    if length < -1 || occurrence < 0 {
        return None;
    }
    let start =
        if start < 0 { position(start, array.clone().count()) } else { usize::try_from(start).ok()? };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let earlier = usize::try_from(occurrence.max(1) - 1).ok()?;
    let found =
        array.enumerate().skip(start).take(length).filter(|(_, element)| wanted.is(*element)).nth(earlier);
    found.map_or(Some(-1), |(index, _)| i64::try_from(index).ok())
}

/// [array-iff-function.md]
fn iff(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let [conditions, when_true, when_false] = cells else { return None };
    let conditions = conditions.array()?;
    let (mut if_true, mut if_false) = (when_true.array(), when_false.array());
    writer.begin_array();
    for condition in conditions {
        let true_element = if_true.as_mut().map(Iterator::next);
        let false_element = if_false.as_mut().map(Iterator::next);
        let holds = match condition.kind() {
            Kind::Bool => condition.as_bool(),
            Kind::Long | Kind::Real => condition.as_f64().map(|number| number != 0.0),
            _ => None,
        };
        let (element, scalar) = match holds {
            Some(true) => (true_element, when_true),
            Some(false) => (false_element, when_false),
            None => (Some(None), when_true),
        };
        match element {
            Some(Some(element)) => writer.value(element),
            Some(None) => writer.null(),
            None => scalar.write(writer),
        }
    }
    writer.end_array();
    Some(())
}

/// [array-reverse-function.md]
fn reverse(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let mut elements: Vec<_> = cells.first()?.array()?.collect();
    elements.reverse();
    write_array(writer, &elements);
    Some(())
}

/// [array-sum-function.md]; null if an element is no number, and if there are no elements.
fn sum(cells: &[Cell<'_>]) -> Option<f64> {
    let mut numbers = cells.first()?.array()?.map(element_as_f64);
    let first = numbers.next()??;
    numbers.try_fold(first, |sum, number| Some(sum + number?))
}

/// [strcat-array-function.md]: texts without quotes, null as nothing, other elements as JSON.
fn strcat(cells: &[Cell<'_>], out: &mut String) {
    let [array, Cell::String(delimiter)] = cells else { return };
    for (index, element) in array.array().into_iter().flatten().enumerate() {
        if index > 0 {
            out.push_str(delimiter);
        }
        match element.kind() {
            Kind::Null => {}
            Kind::String => out.push_str(&element.as_str().unwrap_or_default()),
            _ => out.push_str(&element.compact()),
        }
    }
}

/// [zip-function.md]: as long as the longest array.
fn zip(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let mut arrays = cells.iter().map(Cell::array).collect::<Option<Vec<_>>>()?;
    let length = arrays.iter().map(|array| array.clone().count()).max()?;
    writer.begin_array();
    for _ in 0..length {
        writer.begin_array();
        for array in &mut arrays {
            writer.value(array.next().unwrap_or(Dynamic::NULL));
        }
        writer.end_array();
    }
    writer.end_array();
    Some(())
}

/// [pack-array-function.md]
#[expect(clippy::unnecessary_wraps, reason = "row functions may say null")]
fn pack(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    writer.begin_array();
    for cell in cells {
        cell.write(writer);
    }
    writer.end_array();
    Some(())
}

/// [jaccard-index-function.md]
#[expect(clippy::unnecessary_wraps, reason = "what binds may fail")]
fn bind_jaccard(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    Ok(if call.result_type == ScalarType::Dynamic {
        per_row::dynamic(call, |cells, writer| {
            writer.real(super::sets::jaccard_index(cells)?);
            Some(())
        })
    } else {
        per_row::real(call, super::sets::jaccard_index)
    })
}
