use arrow::array::{Array, ArrayRef, AsArray, Decimal256Array, Float64Array, Int64Array};
use arrow::datatypes::{DataType, Decimal256Type, Float64Type, Int32Type, Int64Type, i256};
use arrow::row::{OwnedRow, RowConverter, SortField};

use super::{WindowCall, restarts, shared};
use crate::RunError;

/// A function whose value follows from the row and from what it kept of those before.
pub(super) enum Running {
    Number {
        start: i64,
        restart: Option<usize>,
        next: i64,
    },
    Sum {
        term: usize,
        restart: Option<usize>,
        long: i64,
        real: f64,
        decimal: i256,
    },
    Rank {
        term: usize,
        restart: Option<usize>,
        sparse: bool,
        rank: i64,
        row: i64,
        last: Option<OwnedRow>,
    },
    Session {
        term: usize,
        from_first: Option<i64>,
        between: Option<i64>,
        restart: Option<usize>,
        start: Option<i64>,
        last: Option<i64>,
    },
}

impl Running {
    pub(super) fn new(call: &WindowCall) -> Self {
        match *call {
            WindowCall::Sum { term, restart } => {
                Self::Sum { term, restart, long: 0, real: 0.0, decimal: i256::ZERO }
            }
            WindowCall::Rank { term, restart, sparse } => {
                Self::Rank { term, restart, sparse, rank: 0, row: 0, last: None }
            }
            WindowCall::Session { term, from_first, between, restart } => {
                Self::Session { term, from_first, between, restart, start: None, last: None }
            }
            WindowCall::Number { start, restart } => Self::Number { start, restart, next: start },
            // Those two look at other rows, and are no running functions.
            WindowCall::Back { .. } | WindowCall::Ahead { .. } => {
                Self::Number { start: 1, restart: None, next: 1 }
            }
        }
    }

    pub(super) fn push(&mut self, arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef, RunError> {
        match self {
            Self::Number { start, restart, next } => {
                let numbers = (0..rows).map(|row| {
                    if restarts(arguments, *restart, row) {
                        *next = *start;
                    }
                    let number = *next;
                    *next = next.wrapping_add(1);
                    number
                });
                Ok(shared(Int64Array::from_iter_values(numbers)))
            }
            Self::Sum { term, restart, long, real, decimal } => {
                let array = &arguments[*term];
                let restart = *restart;
                let restarts = |row| restarts(arguments, restart, row);
                sum(array, restarts, long, real, decimal)
            }
            Self::Rank { term, restart, sparse, rank, row: number, last } => {
                let array = ArrayRef::clone(&arguments[*term]);
                let failed = |error| RunError::internal("a rank", error);
                let converter =
                    RowConverter::new(vec![SortField::new(array.data_type().clone())]).map_err(failed)?;
                let values = converter.convert_columns(&[crate::normalise::text(&array)]).map_err(failed)?;
                let mut ranks = Vec::with_capacity(rows);
                for row in 0..rows {
                    let value = values.row(row);
                    if restarts(arguments, *restart, row) {
                        (*rank, *number, *last) = (0, 0, None);
                    }
                    *number += 1;
                    if last.as_ref().is_none_or(|last| last.row() != value) {
                        *rank = if *sparse { *number } else { *rank + 1 };
                        *last = Some(value.owned());
                    }
                    ranks.push(*rank);
                }
                Ok(shared(Int64Array::from(ranks)))
            }
            Self::Session { term, from_first, between, restart, start, last } => {
                let times = arguments[*term].as_primitive::<Int64Type>();
                let mut starts = Vec::with_capacity(rows);
                for row in 0..rows {
                    let time = times.is_valid(row).then(|| times.value(row));
                    // [D row-window-session-function.md]: "equals or exceeds".
                    let exceeds = |since: Option<i64>, limit: Option<i64>| match (time, since, limit) {
                        (Some(time), Some(since), Some(limit)) => time.saturating_sub(since) >= limit,
                        _ => false,
                    };
                    if start.is_none()
                        || time.is_none()
                        || restarts(arguments, *restart, row)
                        || exceeds(*start, *from_first)
                        || exceeds(*last, *between)
                    {
                        *start = time;
                    }
                    *last = time;
                    starts.push(*start);
                }
                Ok(shared(Int64Array::from(starts)))
            }
        }
    }
}

/// Nulls add nothing.
fn sum(
    array: &ArrayRef,
    restarts: impl Fn(usize) -> bool,
    long: &mut i64,
    real: &mut f64,
    decimal: &mut i256,
) -> Result<ArrayRef, RunError> {
    let rows = array.len();
    Ok(match array.data_type() {
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>();
            shared(Float64Array::from_iter_values((0..rows).map(|row| {
                let base = if restarts(row) { 0.0 } else { *real };
                *real = base + if values.is_valid(row) { values.value(row) } else { 0.0 };
                *real
            })))
        }
        DataType::Decimal256(precision, scale) => {
            let values = array.as_primitive::<Decimal256Type>();
            let sums = Decimal256Array::from_iter_values((0..rows).map(|row| {
                let base = if restarts(row) { i256::ZERO } else { *decimal };
                let term = if values.is_valid(row) { values.value(row) } else { i256::ZERO };
                *decimal = base.wrapping_add(term);
                *decimal
            }));
            let sums = sums
                .with_precision_and_scale(*precision, *scale)
                .map_err(|error| RunError::internal("row_cumsum", error))?;
            shared(sums)
        }
        data_type => {
            let int = array.as_primitive_opt::<Int32Type>();
            let big = array.as_primitive_opt::<Int64Type>();
            if int.is_none() && big.is_none() {
                return Err(RunError::internal("row_cumsum", format!("of {data_type}")));
            }
            shared(Int64Array::from_iter_values((0..rows).map(|row| {
                let base = if restarts(row) { 0 } else { *long };
                let term = match (int, big) {
                    _ if array.is_null(row) => 0,
                    (Some(int), _) => i64::from(int.value(row)),
                    (None, big) => big.map_or(0, |big| big.value(row)),
                };
                *long = base.wrapping_add(term);
                *long
            })))
        }
    })
}
