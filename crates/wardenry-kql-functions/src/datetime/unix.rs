//! `unixtime_…_todatetime`: datetimes from counts since 1970. [D unixtime-seconds-todatetime-function.md and its neighbours]

use wardenry_kql_values::datetime::in_range;
use wardenry_kql_values::{ScalarType, TICKS_PER_SECOND, UNIX_EPOCH};

use crate::conversions::{converted, whole};
use crate::rows::{Long, Real, kernel, map1};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    // Nanoseconds are the only ones below a tick: a hundred each.
    let (factor, divisor) = match function {
        "unixtime_seconds_todatetime" => (TICKS_PER_SECOND, 1),
        "unixtime_milliseconds_todatetime" => (TICKS_PER_SECOND / 1000, 1),
        "unixtime_microseconds_todatetime" => (10, 1),
        _ => (1, 100),
    };
    let &[from] = call.argument_types else { return Err(FunctionError::misplaced(function)) };
    let is_whole = from.is_integer();
    let to = if is_whole { ScalarType::Long } else { ScalarType::Real };
    #[expect(clippy::cast_precision_loss, reason = "factors are small")]
    let scale = factor as f64 / f64::from(divisor);
    Ok(kernel(function, move |arguments, rows| {
        let [number] = arguments else { return Err(FunctionError::misplaced(function)) };
        let number = &converted(number, from, to, rows)?;
        if is_whole {
            map1::<Long, Long>(number, rows, |number| {
                from_epoch(number.checked_mul(factor)?.div_euclid(i64::from(divisor)))
            })
        } else {
            map1::<Real, Long>(number, rows, |number| from_epoch(whole((number * scale).round())?))
        }
    }))
}

fn from_epoch(ticks: i64) -> Option<i64> {
    ticks.checked_add(UNIX_EPOCH).filter(|ticks| in_range(*ticks))
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn counts_from_1970() {
        // [D unixtime-seconds-todatetime-function.md], kql-semantics, datetime and timespan.
        check(
            "unixtime_seconds_todatetime",
            "long -> datetime",
            "1546300800 | 2019-01-01\n86400 | 1970-01-02\n-1 | 1969-12-31 23:59:59\n9223372036854775807 | null\nnull | null",
        );
        check(
            "unixtime_seconds_todatetime",
            "real -> datetime",
            "1.5 | 1970-01-01 00:00:01.5\nNaN | null\n1e30 | null",
        );
        check("unixtime_milliseconds_todatetime", "long -> datetime", "1546300800000 | 2019-01-01");
        check("unixtime_microseconds_todatetime", "long -> datetime", "1546300800000000 | 2019-01-01");
        check("unixtime_nanoseconds_todatetime", "long -> datetime", "1546300800000000000 | 2019-01-01");
        check("unixtime_seconds_todatetime", "int -> datetime", "1546300800 | 2019-01-01");
    }
}
