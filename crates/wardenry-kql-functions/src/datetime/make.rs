//! `make_datetime` and `make_timespan`: times from their parts. What is no time of day or no day is null.
//! [D make-datetime-function.md, make-timespan-function.md]

use arrow::array::ArrayRef;
use wardenry_kql_values::datetime::from_civil;
use wardenry_kql_values::{ScalarType, TICKS_PER_DAY, TICKS_PER_SECOND};

use crate::conversions::{convert, converted, whole};
use crate::rows::{Argument, Long, Real, Sink as _, Source as _, common_nulls, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    let result_type = call.result_type;
    let is_timespan = function == "make_timespan";
    Ok(kernel(function, move |arguments, rows| {
        if let ([value], [from]) = (arguments, types.as_slice()) {
            return convert(value, *from, result_type, rows);
        }
        // Parts that are left out are zero, of a timespan those in front.
        let positions: &[usize] = match (is_timespan, arguments.len()) {
            (true, 4) => &[2, 3, 4, 5],
            (true, _) => &[3, 4, 5],
            (false, _) => &[0, 1, 2, 3, 4, 5],
        };
        let mut parts = [const { None }; 6];
        for ((argument, from), position) in arguments.iter().zip(&types).zip(positions) {
            let to = if *position == 5 { ScalarType::Real } else { ScalarType::Long };
            if let Some(part) = parts.get_mut(*position) {
                *part = Some(converted(argument, *from, to, rows)?);
            }
        }
        assemble(&parts, is_timespan, rows)
    }))
}

fn assemble(
    parts: &[Option<Argument>; 6],
    is_timespan: bool,
    rows: usize,
) -> Result<ArrayRef, FunctionError> {
    let present: Vec<&Argument> = parts.iter().flatten().collect();
    let nulls = common_nulls(&present, rows);
    let [year, month, day, hour, minute, second] = parts;
    let [year, month, day] =
        [whole_part(year.as_ref())?, whole_part(month.as_ref())?, whole_part(day.as_ref())?];
    let [hour, minute] = [whole_part(hour.as_ref())?, whole_part(minute.as_ref())?];
    let second = match second {
        Some(part) => Some((part, Real::column(part)?)),
        None => None,
    };
    let number = |part: Option<(&Argument, &[i64])>, row: usize| {
        part.map_or(0, |(argument, values)| values[argument.row(row)])
    };
    Ok(Long::collect(rows, nulls, |row| {
        let seconds = second.map_or(0.0, |(argument, values)| values[argument.row(row)]);
        let clock = clock(number(hour, row), number(minute, row), seconds)?;
        let day = number(day, row);
        let midnight = if is_timespan {
            day.checked_mul(TICKS_PER_DAY)?
        } else {
            from_civil(number(year, row), number(month, row), day)?
        };
        midnight.checked_add(clock)
    }))
}

fn whole_part(part: Option<&Argument>) -> Result<Option<(&Argument, &[i64])>, FunctionError> {
    match part {
        Some(part) => Ok(Some((part, Long::column(part)?))),
        None => Ok(None),
    }
}

fn clock(hour: i64, minute: i64, seconds: f64) -> Option<i64> {
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0.0..60.0).contains(&seconds) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "a small constant")]
    let ticks = whole((seconds * TICKS_PER_SECOND as f64).round())?;
    Some((hour * 60 + minute) * 60 * TICKS_PER_SECOND + ticks)
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn makes_datetimes() {
        // [D make-datetime-function.md], kql-semantics, datetime and timespan.
        check(
            "make_datetime",
            "long, long, long -> datetime",
            "2017 | 10 | 1 | 2017-10-01\n2024 | 13 | 1 | null\nnull | 1 | 1 | null",
        );
        check(
            "make_datetime",
            "int, int, int, int, int -> datetime",
            "2017 | 10 | 1 | 12 | 10 | 2017-10-01 12:10\n2017 | 10 | 1 | 24 | 0 | null",
        );
        check(
            "make_datetime",
            "long, long, long, long, long, real -> datetime",
            "2017 | 10 | 1 | 12 | 11 | 0.1234567 | 2017-10-01 12:11:00.1234567
             2017 | 10 | 1 | 12 | 11 | 60 | null
             2017 | 10 | 1 | 12 | 11 | NaN | null",
        );
        check("make_datetime", "string -> datetime", "2017-10-01 | 2017-10-01");
    }

    #[test]
    fn makes_timespans() {
        // [D make-timespan-function.md]
        check("make_timespan", "long, long, long, real -> timespan", "1 | 12 | 30 | 55.123 | 1.12:30:55.123");
        check("make_timespan", "long, long -> timespan", "1 | 30 | 01:30\n24 | 0 | null");
        check("make_timespan", "long, long, long -> timespan", "1 | 30 | 5 | 01:30:05\n1 | 60 | 0 | null");
    }
}
