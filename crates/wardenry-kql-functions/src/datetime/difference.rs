//! `datetime_diff`: how many boundaries of a unit lie between two datetimes. [D datetime-diff-function.md]

use wardenry_kql_values::datetime::Civil;
use wardenry_kql_values::{TICKS_PER_DAY, TICKS_PER_SECOND};

use crate::rows::{Long, kernel, map2};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let name = super::literal(call, 0)?;
    let unit: fn(i64) -> i64 = match name.to_ascii_lowercase().as_str() {
        "year" => |ticks| Civil::from_ticks(ticks).year,
        "quarter" => |ticks| months(ticks).div_euclid(3),
        "month" => months,
        // From Sunday to Sunday; day zero is a Monday.
        "week" => |ticks| (ticks.div_euclid(TICKS_PER_DAY) + 1).div_euclid(7),
        "day" => |ticks| ticks.div_euclid(TICKS_PER_DAY),
        "hour" => |ticks| ticks.div_euclid(3600 * TICKS_PER_SECOND),
        "minute" => |ticks| ticks.div_euclid(60 * TICKS_PER_SECOND),
        "second" => |ticks| ticks.div_euclid(TICKS_PER_SECOND),
        "millisecond" => |ticks| ticks.div_euclid(TICKS_PER_SECOND / 1000),
        "microsecond" => |ticks| ticks.div_euclid(10),
        "nanosecond" => {
            return Ok(kernel(function, move |arguments, rows| {
                let [_, left, right] = arguments else { return Err(FunctionError::misplaced(function)) };
                map2::<Long, Long, Long>(left, right, rows, |left, right| {
                    left.checked_sub(right)?.checked_mul(100)
                })
            }));
        }
        _ => {
            return Err(FunctionError::Argument {
                function,
                message: format!("`{name}` is no unit of time"),
            });
        }
    };
    Ok(kernel(function, move |arguments, rows| {
        let [_, left, right] = arguments else { return Err(FunctionError::misplaced(function)) };
        map2::<Long, Long, Long>(left, right, rows, |left, right| unit(left).checked_sub(unit(right)))
    }))
}

fn months(ticks: i64) -> i64 {
    let civil = Civil::from_ticks(ticks);
    civil.year * 12 + civil.month - 1
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::Value;

    use crate::testing::check_constants;

    #[test]
    fn counts_boundaries() {
        let cases = [
            // [D datetime-diff-function.md]
            ("year", "2017-01-01", "2000-12-31", "17"),
            ("quarter", "2017-07-01", "2017-03-30", "2"),
            ("month", "2017-01-01", "2015-12-30", "13"),
            ("week", "2017-10-29 00:00", "2017-09-30 23:59", "5"),
            ("Day", "2017-10-29 00:00", "2017-09-30 23:59", "29"),
            ("hour", "2017-10-31 01:00", "2017-10-30 23:59", "2"),
            ("minute", "2017-10-30 23:05:01", "2017-10-30 23:00:59", "5"),
            ("second", "2017-10-30 23:00:10.100", "2017-10-30 23:00:00.900", "10"),
            ("millisecond", "2017-10-30 23:00:00.200100", "2017-10-30 23:00:00.100900", "100"),
            ("microsecond", "2017-10-30 23:00:00.1009001", "2017-10-30 23:00:00.1008009", "100"),
            ("nanosecond", "2017-10-30 23:00:00.0000000", "2017-10-30 23:00:00.0000007", "-700"),
            // kql-semantics, datetime and timespan.
            ("year", "2024-01-01 00:01", "2023-12-31 23:59", "1"),
            ("hour", "2024-01-01 00:01", "2023-12-31 23:59", "1"),
            ("minute", "2023-12-31 23:59", "2024-01-01 00:01", "-2"),
            ("day", "null", "2024-01-01", "null"),
        ];
        for (unit, left, right, expected) in cases {
            check_constants(
                "datetime_diff",
                "string, datetime, datetime -> long",
                &format!("{unit} | {left} | {right} | {expected}"),
                &[Some(Value::String(unit.into())), None, None],
            );
        }
    }
}
