use std::sync::Arc;

use arrow::array::{ArrayRef, StringViewBuilder};
use arrow::buffer::NullBuffer;

use super::{Argument, Source, TextRows};
use crate::FunctionError;
use crate::dynamic::DynamicWriter;

/// A dynamic value for each row: what the function writes, or null if it says `false` (whatever it wrote).
pub(crate) fn dynamic_rows(rows: usize, f: impl Fn(&mut DynamicWriter, usize) -> bool) -> ArrayRef {
    let mut builder = StringViewBuilder::with_capacity(rows);
    let mut writer = DynamicWriter::new();
    for row in 0..rows {
        writer.clear();
        if f(&mut writer, row) { builder.append_value(writer.text()) } else { builder.append_null() }
    }
    Arc::new(builder.finish())
}

/// One argument to a dynamic value, as [`dynamic_rows`] says; null for null.
pub(crate) fn dynamic1<S: Source>(
    argument: &Argument,
    rows: usize,
    f: impl Fn(&mut DynamicWriter, S::Item<'_>) -> bool,
) -> Result<ArrayRef, FunctionError> {
    let values = S::column(argument)?;
    let nulls = S::nulls(argument, rows);
    Ok(dynamic_rows(rows, |writer, row| {
        nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row))
            && f(writer, S::get(&values, argument.row(row)))
    }))
}

/// Two arguments to text. The function appends to the buffer; a null gives the empty text.
pub(crate) fn text2<A: Source, B: Source>(
    left: &Argument,
    right: &Argument,
    rows: usize,
    f: impl Fn(&mut String, A::Item<'_>, B::Item<'_>),
) -> Result<ArrayRef, FunctionError> {
    let (a, b) = (A::column(left)?, B::column(right)?);
    let nulls = NullBuffer::union(A::nulls(left, rows).as_ref(), B::nulls(right, rows).as_ref());
    Ok(TextRows::collect(rows, nulls.as_ref(), |out, row| {
        f(out, A::get(&a, left.row(row)), B::get(&b, right.row(row)));
    }))
}
