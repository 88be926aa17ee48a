//! Kernels that look at one row at a time, its arguments of whatever type.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array};
use wardenry_kql_values::ScalarType;

use super::cells::{Cell, Cells};
use super::views::ViewWriter;
use super::writer::DynamicWriter;
use crate::rows::{Argument, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

/// A larger value is refused: some functions make large values of small ones.
pub(super) const MAX_VALUE_BYTES: usize = 64 << 20;

/// A function that writes one dynamic value, or says with `None` that the result is null. It stops early once the text is
/// longer than [`MAX_VALUE_BYTES`], if it may write much more than it reads.
pub(super) type WriteRow = fn(&[Cell<'_>], &mut DynamicWriter) -> Option<()>;

/// A kernel with a dynamic result.
pub(super) fn dynamic(call: &ScalarCall<'_>, write: WriteRow) -> Box<dyn Kernel> {
    let (function, types) = (call.name, call.argument_types.to_vec());
    kernel(function, move |arguments, rows| {
        let mut out = ViewWriter::new(rows);
        let mut writer = DynamicWriter::new();
        for_each_row(function, &types, arguments, rows, |cells| {
            writer.clear();
            if write(cells, &mut writer).is_none() || writer.text() == "null" {
                out.null();
                return Ok(());
            }
            if writer.text().len() > MAX_VALUE_BYTES {
                let message = format!("a value would be longer than {} MiB", MAX_VALUE_BYTES >> 20);
                return Err(FunctionError::Limit { function, message });
            }
            out.text(writer.text());
            Ok(())
        })?;
        finish(function, out)
    })
}

/// A kernel with a text as its result. Null gives the empty text.
pub(super) fn text(call: &ScalarCall<'_>, write: fn(&[Cell<'_>], &mut String)) -> Box<dyn Kernel> {
    let (function, types) = (call.name, call.argument_types.to_vec());
    kernel(function, move |arguments, rows| {
        let mut out = ViewWriter::new(rows);
        let mut text = String::new();
        for_each_row(function, &types, arguments, rows, |cells| {
            text.clear();
            write(cells, &mut text);
            out.text(&text);
            Ok(())
        })?;
        finish(function, out)
    })
}

pub(super) fn bool(call: &ScalarCall<'_>, f: fn(&[Cell<'_>]) -> Option<bool>) -> Box<dyn Kernel> {
    collected(call, f, |values| Arc::new(BooleanArray::from(values)))
}

pub(super) fn long(call: &ScalarCall<'_>, f: fn(&[Cell<'_>]) -> Option<i64>) -> Box<dyn Kernel> {
    collected(call, f, |values| Arc::new(Int64Array::from(values)))
}

pub(super) fn real(call: &ScalarCall<'_>, f: fn(&[Cell<'_>]) -> Option<f64>) -> Box<dyn Kernel> {
    collected(call, f, |values| Arc::new(Float64Array::from(values)))
}

fn collected<T: 'static>(
    call: &ScalarCall<'_>,
    f: fn(&[Cell<'_>]) -> Option<T>,
    array: fn(Vec<Option<T>>) -> ArrayRef,
) -> Box<dyn Kernel> {
    let (function, types) = (call.name, call.argument_types.to_vec());
    kernel(function, move |arguments, rows| {
        let mut values = Vec::with_capacity(rows);
        for_each_row(function, &types, arguments, rows, |cells| {
            values.push(f(cells));
            Ok(())
        })?;
        Ok(array(values))
    })
}

fn for_each_row(
    function: &'static str,
    types: &[ScalarType],
    arguments: &[Argument],
    rows: usize,
    mut f: impl FnMut(&[Cell<'_>]) -> Result<(), FunctionError>,
) -> Result<(), FunctionError> {
    let columns = types
        .iter()
        .zip(arguments)
        .map(|(scalar_type, argument)| Cells::new(argument.array().as_ref(), *scalar_type))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| FunctionError::Arrow { function, source })?;
    let mut cells = Vec::with_capacity(columns.len());
    for row in 0..rows {
        cells.clear();
        cells.extend(columns.iter().zip(arguments).map(|(column, argument)| column.get(argument.row(row))));
        f(&cells)?;
    }
    Ok(())
}

fn finish(function: &'static str, out: ViewWriter) -> Result<ArrayRef, FunctionError> {
    let array = out.finish().map_err(|source| FunctionError::Arrow { function, source })?;
    Ok(Arc::new(array))
}
