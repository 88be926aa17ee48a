//! Loops over rows: what most kernels are made of.
//!
//! A kernel made with [`kernel`] is a closure from its arguments to an array. When all arguments are constant it sees
//! one row, and its result comes back as a constant. [`map1`], [`map2`] and [`map3`] apply a function to every row: null
//! if an argument is null (a text never is) or if the function says `None`. The functions also run over the arbitrary values
//! behind null slots, so that the loops have no branches; they must not panic.

mod argument;
mod sink;
mod source;
mod written;

use std::fmt;

use arrow::array::ArrayRef;
use arrow::buffer::{BooleanBuffer, NullBuffer};
use datafusion_expr::ColumnarValue;

pub(crate) use argument::Argument;
pub(crate) use sink::{Sink, TextRows};
pub(crate) use source::{Bool, Dec, Guid, Int, Json, Long, Real, Source, Text};
pub(crate) use written::{dynamic_rows, dynamic1, text2};

use crate::{FunctionError, Kernel};

struct Closure<F> {
    function: &'static str,
    evaluate: F,
}

impl<F> fmt::Debug for Closure<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closure").field("function", &self.function).finish_non_exhaustive()
    }
}

impl<F> Kernel for Closure<F>
where
    F: Fn(&[Argument], usize) -> Result<ArrayRef, FunctionError> + Send + Sync,
{
    fn evaluate(&self, arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue, FunctionError> {
        let arguments = arguments
            .iter()
            .map(|argument| Argument::new(self.function, argument))
            .collect::<Result<Vec<_>, _>>()?;
        let constant = arguments.iter().all(Argument::is_constant);
        let array = (self.evaluate)(&arguments, if constant { 1 } else { rows })?;
        if constant { argument::scalar(self.function, &array) } else { Ok(ColumnarValue::Array(array)) }
    }
}

/// A kernel from a closure over the arguments and the number of rows.
pub(crate) fn kernel<F>(function: &'static str, evaluate: F) -> Box<dyn Kernel>
where
    F: Fn(&[Argument], usize) -> Result<ArrayRef, FunctionError> + Send + Sync + 'static,
{
    Box::new(Closure { function, evaluate })
}

/// Where all of the arguments have values, as far as they can be null.
pub(crate) fn common_nulls(arguments: &[&Argument], rows: usize) -> Option<NullBuffer> {
    arguments
        .iter()
        .map(|argument| argument.nulls(rows))
        .reduce(|left, right| NullBuffer::union(left.as_ref(), right.as_ref()))
        .flatten()
}

/// One argument of the type `S` to the type `O`.
pub(crate) fn map1<S: Source, O: Sink>(
    argument: &Argument,
    rows: usize,
    f: impl Fn(S::Item<'_>) -> Option<O::Item>,
) -> Result<ArrayRef, FunctionError> {
    let values = S::column(argument)?;
    let nulls = S::nulls(argument, rows);
    if argument.is_constant() {
        return Ok(O::collect(rows, nulls, |_| f(S::get(&values, 0))));
    }
    Ok(O::collect(rows, nulls, |row| f(S::get(&values, row))))
}

/// Two arguments. The loops for constants do not look at them again in each row.
pub(crate) fn map2<A: Source, B: Source, O: Sink>(
    left: &Argument,
    right: &Argument,
    rows: usize,
    f: impl Fn(A::Item<'_>, B::Item<'_>) -> Option<O::Item>,
) -> Result<ArrayRef, FunctionError> {
    let (a, b) = (A::column(left)?, B::column(right)?);
    let nulls = NullBuffer::union(A::nulls(left, rows).as_ref(), B::nulls(right, rows).as_ref());
    Ok(match (left.is_constant(), right.is_constant()) {
        (false, false) => O::collect(rows, nulls, |row| f(A::get(&a, row), B::get(&b, row))),
        (false, true) => O::collect(rows, nulls, |row| f(A::get(&a, row), B::get(&b, 0))),
        (true, false) => O::collect(rows, nulls, |row| f(A::get(&a, 0), B::get(&b, row))),
        (true, true) => O::collect(rows, nulls, |_| f(A::get(&a, 0), B::get(&b, 0))),
    })
}

/// What a test of two arguments says in each row, those that are null included.
pub(crate) fn bits2<A: Source, B: Source>(
    left: &Argument,
    right: &Argument,
    rows: usize,
    f: impl Fn(A::Item<'_>, B::Item<'_>) -> bool,
) -> Result<BooleanBuffer, FunctionError> {
    let (a, b) = (A::column(left)?, B::column(right)?);
    Ok(match (left.is_constant(), right.is_constant()) {
        (false, false) => BooleanBuffer::collect_bool(rows, |row| f(A::get(&a, row), B::get(&b, row))),
        (false, true) => BooleanBuffer::collect_bool(rows, |row| f(A::get(&a, row), B::get(&b, 0))),
        (true, false) => BooleanBuffer::collect_bool(rows, |row| f(A::get(&a, 0), B::get(&b, row))),
        (true, true) => BooleanBuffer::collect_bool(rows, |_| f(A::get(&a, 0), B::get(&b, 0))),
    })
}

/// Three arguments.
pub(crate) fn map3<A: Source, B: Source, C: Source, O: Sink>(
    [first, second, third]: [&Argument; 3],
    rows: usize,
    f: impl Fn(A::Item<'_>, B::Item<'_>, C::Item<'_>) -> Option<O::Item>,
) -> Result<ArrayRef, FunctionError> {
    let (a, b, c) = (A::column(first)?, B::column(second)?, C::column(third)?);
    let nulls = [A::nulls(first, rows), B::nulls(second, rows), C::nulls(third, rows)]
        .into_iter()
        .reduce(|left, right| NullBuffer::union(left.as_ref(), right.as_ref()))
        .flatten();
    Ok(O::collect(rows, nulls, |row| {
        f(A::get(&a, first.row(row)), B::get(&b, second.row(row)), C::get(&c, third.row(row)))
    }))
}

/// One argument to text. The function appends to the buffer; a null gives the empty text.
pub(crate) fn text1<S: Source>(
    argument: &Argument,
    rows: usize,
    f: impl Fn(&mut String, S::Item<'_>),
) -> Result<ArrayRef, FunctionError> {
    let values = S::column(argument)?;
    let nulls = S::nulls(argument, rows);
    Ok(TextRows::collect(rows, nulls.as_ref(), |out, row| f(out, S::get(&values, argument.row(row)))))
}
