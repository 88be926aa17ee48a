//! Parts of a datetime as numbers. [D datetime-part-function.md, week-of-year-function.md, day-of-week-function.md]

use wardenry_kql_values::datetime::{Civil, Weekday, from_civil};
use wardenry_kql_values::{TICKS_PER_DAY, TICKS_PER_SECOND};

use crate::rows::{Argument, Int, Long, kernel, map1};
use crate::{FunctionError, Kernel, ScalarCall};

#[derive(Clone, Copy, Debug)]
enum Part {
    Year,
    Quarter,
    Month,
    WeekOfYear,
    Day,
    DayOfYear,
    Hour,
    Minute,
    Second,
    /// Of the second, so many ticks each.
    Fraction(i64),
    Nanosecond,
}

impl Part {
    fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "year" => Self::Year,
            "quarter" => Self::Quarter,
            "month" => Self::Month,
            "week_of_year" => Self::WeekOfYear,
            "day" => Self::Day,
            "dayofyear" => Self::DayOfYear,
            "hour" => Self::Hour,
            "minute" => Self::Minute,
            "second" => Self::Second,
            "millisecond" => Self::Fraction(10_000),
            "microsecond" => Self::Fraction(10),
            "nanosecond" => Self::Nanosecond,
            _ => return None,
        })
    }

    fn of(self, ticks: i64) -> i64 {
        let civil = Civil::from_ticks(ticks);
        let seconds = civil.ticks_of_day / TICKS_PER_SECOND;
        match self {
            Self::Year => civil.year,
            Self::Quarter => (civil.month + 2) / 3,
            Self::Month => civil.month,
            Self::WeekOfYear => iso_week(ticks),
            Self::Day => civil.day,
            Self::DayOfYear => civil.day_of_year(),
            Self::Hour => seconds / 3600,
            Self::Minute => seconds / 60 % 60,
            Self::Second => seconds % 60,
            Self::Fraction(ticks) => civil.ticks_of_day % TICKS_PER_SECOND / ticks,
            Self::Nanosecond => civil.ticks_of_day % TICKS_PER_SECOND * 100,
        }
    }
}

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let part = match function {
        "dayofmonth" => Part::Day,
        "dayofyear" => Part::DayOfYear,
        "hourofday" => Part::Hour,
        "week_of_year" => Part::WeekOfYear,
        "monthofyear" | "getmonth" => Part::Month,
        "getyear" => Part::Year,
        _ => {
            let name = super::literal(call, 0)?;
            Part::parse(name).ok_or_else(|| FunctionError::Argument {
                function,
                message: format!("`{name}` is no part of a datetime"),
            })?
        }
    };
    Ok(kernel(function, move |arguments, rows| {
        let date: &Argument = arguments.last().ok_or_else(|| FunctionError::misplaced(function))?;
        map1::<Long, Int>(date, rows, |ticks| i32::try_from(part.of(ticks)).ok())
    }))
}

pub(super) fn bind_weekday(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let [date] = arguments else { return Err(FunctionError::misplaced(function)) };
        map1::<Long, Long>(date, rows, |ticks| {
            Some(Weekday::from_ticks(ticks).days_since_sunday() * TICKS_PER_DAY)
        })
    }))
}

/// The week of ISO 8601: it begins on Monday and belongs to the year in which its Thursday is.
fn iso_week(ticks: i64) -> i64 {
    // 0001-01-01 is a Monday.
    let thursday = ticks.div_euclid(7 * TICKS_PER_DAY) * 7 + 3;
    let civil = Civil::from_ticks(thursday.saturating_mul(TICKS_PER_DAY));
    let first = from_civil(civil.year, 1, 1).map_or(0, |ticks| ticks / TICKS_PER_DAY);
    (thursday - first) / 7 + 1
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::Value;

    use crate::testing::{check, check_constants};

    #[test]
    fn documented_parts() {
        // [D datetime-part-function.md]
        let cases = [
            ("year", 2017),
            ("Quarter", 4),
            ("month", 10),
            ("week_of_year", 44),
            ("day", 30),
            ("dayOfYear", 303),
            ("hour", 1),
            ("minute", 2),
            ("second", 3),
            ("millisecond", 765),
            ("microsecond", 765_432),
            ("nanosecond", 765_432_100),
        ];
        for (part, expected) in cases {
            let table = format!("{part} | 2017-10-30 01:02:03.7654321 | {expected}\n{part} | null | null");
            check_constants(
                "datetime_part",
                "string, datetime -> int",
                &table,
                &[Some(Value::String(part.into())), None],
            );
        }
    }

    #[test]
    fn weeks_belong_to_the_year_of_their_thursday() {
        // [D week-of-year-function.md], kql-semantics, datetime and timespan.
        check(
            "week_of_year",
            "datetime -> int",
            "2020-12-31 | 53\n2020-06-15 | 25\n1970-01-01 | 1\n2000-01-01 | 52\n2024-01-01 | 1\n2023-01-01 | 52\n0001-01-01 | 1\n9999-12-31 | 52",
        );
    }

    #[test]
    fn days_since_sunday() {
        // [D day-of-week-function.md]
        check(
            "dayofweek",
            "datetime -> timespan",
            "1947-11-30 10:00:05 | 0\n1970-05-11 | 1d\n1970-05-12 | 2d\n2024-05-08 | 3d\nnull | null",
        );
    }

    #[test]
    fn short_names() {
        check("hourofday", "datetime -> int", "2024-05-08 13:45 | 13");
        check("monthofyear", "datetime -> int", "2024-05-08 | 5");
        check("getyear", "datetime -> int", "2024-05-08 | 2024");
        check("dayofmonth", "datetime -> int", "2024-05-08 | 8");
        check("dayofyear", "datetime -> int", "2024-12-31 | 366");
    }
}
