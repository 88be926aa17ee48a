//! Arrays out of nothing: `range`, `repeat`.

use wardenry_kql_values::{TICKS_PER_SECOND, datetime};

use super::cells::Cell;
use super::per_row::{self, MAX_VALUE_BYTES};
use super::writer::DynamicWriter;
use crate::ScalarFunction;

pub(super) const RANGE: ScalarFunction =
    ScalarFunction { names: &["range"], bind: |call| Ok(per_row::dynamic(call, range)) };
pub(super) const REPEAT: ScalarFunction =
    ScalarFunction { names: &["repeat"], bind: |call| Ok(per_row::dynamic(call, repeat)) };

/// Longer arrays are cut.
const MAX_ELEMENTS: usize = 1 << 20;
const HOUR: i64 = 3600 * TICKS_PER_SECOND;

/// From the first argument to the second, both included, in steps of the third; downwards if it is negative. Null if it is
/// zero. [range-function.md]
pub(super) fn range(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let (start, stop) = (*cells.first()?, *cells.get(1)?);
    let step = match (cells.get(2), start) {
        (Some(step), _) => *step,
        (None, Cell::Datetime(_) | Cell::Timespan(_)) => Cell::Timespan(HOUR),
        (None, _) => Cell::Long(1),
    };
    writer.begin_array();
    match (number(start), number(stop), number(step)) {
        (Cell::Datetime(start), Cell::Datetime(stop), Cell::Timespan(step)) => {
            integers(start, stop, step, |ticks| {
                datetime::in_range(ticks).then(|| writer.datetime(ticks)).is_some()
            })?;
        }
        (Cell::Timespan(start), Cell::Timespan(stop), Cell::Timespan(step)) => {
            integers(start, stop, step, |ticks| {
                writer.timespan(ticks);
                true
            })?;
        }
        (Cell::Long(start), Cell::Long(stop), Cell::Long(step)) => {
            integers(start, stop, step, |value| {
                writer.long(value);
                true
            })?;
        }
        (start, stop, step) => reals(real(start)?, real(stop)?, real(step)?, |value| writer.real(value))?,
    }
    writer.end_array();
    Some(())
}

/// The number in a dynamic value.
fn number(cell: Cell<'_>) -> Cell<'_> {
    match cell {
        Cell::Dynamic(value) => match (value.as_i64(), value.as_f64()) {
            (Some(value), _) => Cell::Long(value),
            (None, Some(value)) => Cell::Real(value),
            (None, None) => Cell::Null,
        },
        Cell::Decimal(value) => Cell::Real(value.to_f64()),
        other => other,
    }
}

#[expect(clippy::cast_precision_loss, reason = "whole numbers among reals are read as reals")]
fn real(cell: Cell<'_>) -> Option<f64> {
    match cell {
        Cell::Long(value) => Some(value as f64),
        Cell::Real(value) => Some(value),
        _ => None,
    }
}

/// `None` for a step of zero.
fn integers(start: i64, stop: i64, step: i64, mut write: impl FnMut(i64) -> bool) -> Option<()> {
    if step == 0 {
        return None;
    }
    let mut value = start;
    for _ in 0..MAX_ELEMENTS {
        let is_beyond = if step > 0 { value > stop } else { value < stop };
        if is_beyond || !write(value) {
            break;
        }
        match value.checked_add(step) {
            Some(next) => value = next,
            None => break,
        }
    }
    Some(())
}

/// `None` for a step of zero and for what is not finite.
#[expect(clippy::cast_precision_loss, reason = "2^20 is exact")]
fn reals(start: f64, stop: f64, step: f64, mut write: impl FnMut(f64)) -> Option<()> {
    if step == 0.0 || !(start.is_finite() && stop.is_finite() && step.is_finite()) {
        return None;
    }
    for index in 0..MAX_ELEMENTS {
        // Multiplied, not added up, so that errors do not add up either.
        let value = start + index as f64 * step;
        if if step > 0.0 { value > stop } else { value < stop } {
            break;
        }
        write(value);
    }
    Some(())
}

/// [repeat-function.md]
fn repeat(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    let [value, count] = cells else { return None };
    let count = usize::try_from(count.integer()?).ok()?;
    writer.begin_array();
    for _ in 0..count.min(MAX_ELEMENTS) {
        if writer.text().len() > MAX_VALUE_BYTES {
            break;
        }
        value.write(writer);
    }
    writer.end_array();
    Some(())
}
