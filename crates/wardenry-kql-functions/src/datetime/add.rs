//! `datetime_add`: a datetime moved by calendar units. The day of a month is kept, as far as the month has it.
//! [D datetime-add-function.md]

use wardenry_kql_values::datetime::{Civil, days_in_month, in_range};
use wardenry_kql_values::{ScalarType, TICKS_PER_DAY, TICKS_PER_SECOND};

use super::period::month_after;
use crate::rows::{Int, Long, kernel, map2};
use crate::{FunctionError, Kernel, ScalarCall};

#[derive(Clone, Copy, Debug)]
enum Unit {
    Months(i64),
    Ticks(i64),
    Nanoseconds,
}

impl Unit {
    fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "year" => Self::Months(12),
            "quarter" => Self::Months(3),
            "month" => Self::Months(1),
            "week" => Self::Ticks(7 * TICKS_PER_DAY),
            "day" => Self::Ticks(TICKS_PER_DAY),
            "hour" => Self::Ticks(3600 * TICKS_PER_SECOND),
            "minute" => Self::Ticks(60 * TICKS_PER_SECOND),
            "second" => Self::Ticks(TICKS_PER_SECOND),
            "millisecond" => Self::Ticks(TICKS_PER_SECOND / 1000),
            "microsecond" => Self::Ticks(10),
            "nanosecond" => Self::Nanoseconds,
            _ => return None,
        })
    }

    fn add(self, amount: i64, ticks: i64) -> Option<i64> {
        let moved = match self {
            Self::Months(months) => {
                let (year, month) = month_after(ticks, amount.checked_mul(months)?)?;
                let civil = Civil::from_ticks(ticks);
                let day = civil.day.min(days_in_month(year, month));
                Civil { year, month, day, ..civil }.ticks()?
            }
            Self::Ticks(length) => ticks.checked_add(amount.checked_mul(length)?)?,
            Self::Nanoseconds => ticks.checked_add(amount / 100)?,
        };
        in_range(moved).then_some(moved)
    }
}

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let name = super::literal(call, 0)?;
    let unit = Unit::parse(name).ok_or_else(|| FunctionError::Argument {
        function,
        message: format!("`{name}` is no unit of time"),
    })?;
    let amount_is_int = call.argument_types.get(1) == Some(&ScalarType::Int);
    Ok(kernel(function, move |arguments, rows| {
        let [_, amount, date] = arguments else { return Err(FunctionError::misplaced(function)) };
        if amount_is_int {
            map2::<Int, Long, Long>(amount, date, rows, |amount, ticks| unit.add(i64::from(amount), ticks))
        } else {
            map2::<Long, Long, Long>(amount, date, rows, |amount, ticks| unit.add(amount, ticks))
        }
    }))
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::Value;

    use crate::testing::check_constants;

    #[test]
    fn moves_by_calendar_units() {
        let cases = [
            // [D datetime-add-function.md]
            ("year", "1", "2017-01-01", "2018-01-01"),
            ("quarter", "1", "2017-01-01", "2017-04-01"),
            ("month", "1", "2017-01-01", "2017-02-01"),
            ("week", "1", "2017-01-01", "2017-01-08"),
            ("day", "1", "2017-01-01", "2017-01-02"),
            ("hour", "1", "2017-01-01", "2017-01-01 01:00"),
            ("minute", "1", "2017-01-01", "2017-01-01 00:01"),
            ("second", "1", "2017-01-01", "2017-01-01 00:00:01"),
            ("Year", "-5", "2017-01-01", "2012-01-01"),
            ("quarter", "12", "2017-01-01", "2020-01-01"),
            ("month", "-15", "2017-01-01", "2015-10-01"),
            ("week", "100", "2017-01-01", "2018-12-02"),
            // kql-semantics, datetime and timespan.
            ("month", "1", "2024-01-31", "2024-02-29"),
            ("nanosecond", "250", "2017-01-01", "2017-01-01 00:00:00.0000002"),
            ("year", "9000", "2017-01-01", "null"),
            ("day", "9223372036854775807", "2017-01-01", "null"),
            ("month", "-9223372036854775808", "2017-01-01", "null"),
            ("day", "null", "2017-01-01", "null"),
        ];
        for (unit, amount, date, expected) in cases {
            check_constants(
                "datetime_add",
                "string, long, datetime -> datetime",
                &format!("{unit} | {amount} | {date} | {expected}"),
                &[Some(Value::String(unit.into())), None, None],
            );
        }
    }
}
