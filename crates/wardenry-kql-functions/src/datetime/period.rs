//! The first and the last instant of a day, week, month or year, moved by whole ones.
//!
//! Weeks begin on Sundays. [D startofweek-function.md and its neighbours]

use wardenry_kql_values::datetime::{Civil, Weekday, days_in_month, from_civil, in_range};
use wardenry_kql_values::{ScalarType, TICKS_PER_DAY};

use crate::rows::{Int, Long, kernel, map1, map2};
use crate::{FunctionError, Kernel, ScalarCall};

#[derive(Clone, Copy, Debug)]
enum Period {
    Day,
    Week,
    Month,
    Year,
}

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let (is_end, name) = match function.strip_prefix("endof") {
        Some(name) => (true, name),
        None => (false, function.strip_prefix("startof").unwrap_or(function)),
    };
    let period = match name {
        "day" => Period::Day,
        "week" => Period::Week,
        "month" => Period::Month,
        _ => Period::Year,
    };
    let edge =
        move |ticks, offset| if is_end { period.end(ticks, offset) } else { period.start(ticks, offset) };
    let offset_is_int = call.argument_types.get(1) == Some(&ScalarType::Int);
    Ok(kernel(function, move |arguments, rows| match arguments {
        [date] => map1::<Long, Long>(date, rows, |ticks| edge(ticks, 0)),
        [date, offset] if offset_is_int => {
            map2::<Long, Int, Long>(date, offset, rows, |ticks, offset| edge(ticks, i64::from(offset)))
        }
        [date, offset] => map2::<Long, Long, Long>(date, offset, rows, edge),
        _ => Err(FunctionError::misplaced(function)),
    }))
}

impl Period {
    fn start(self, ticks: i64, offset: i64) -> Option<i64> {
        let start = match self {
            Self::Day => moved(ticks - ticks.rem_euclid(TICKS_PER_DAY), offset, TICKS_PER_DAY)?,
            Self::Week => {
                let midnight = ticks - ticks.rem_euclid(TICKS_PER_DAY);
                let sunday = midnight - Weekday::from_ticks(ticks).days_since_sunday() * TICKS_PER_DAY;
                moved(sunday, offset, 7 * TICKS_PER_DAY)?
            }
            Self::Month => {
                let (year, month) = month_after(ticks, offset)?;
                from_civil(year, month, 1)?
            }
            Self::Year => from_civil(Civil::from_ticks(ticks).year.checked_add(offset)?, 1, 1)?,
        };
        in_range(start).then_some(start)
    }

    fn end(self, ticks: i64, offset: i64) -> Option<i64> {
        let start_of_last_day = match self {
            Self::Day => self.start(ticks, offset)?,
            Self::Week => {
                let midnight = ticks - ticks.rem_euclid(TICKS_PER_DAY);
                let saturday =
                    midnight + (6 - Weekday::from_ticks(ticks).days_since_sunday()) * TICKS_PER_DAY;
                moved(saturday, offset, 7 * TICKS_PER_DAY)?
            }
            Self::Month => {
                let (year, month) = month_after(ticks, offset)?;
                from_civil(year, month, days_in_month(year, month))?
            }
            Self::Year => from_civil(Civil::from_ticks(ticks).year.checked_add(offset)?, 12, 31)?,
        };
        let end = start_of_last_day + (TICKS_PER_DAY - 1);
        in_range(end).then_some(end)
    }
}

fn moved(ticks: i64, count: i64, length: i64) -> Option<i64> {
    ticks.checked_add(count.checked_mul(length)?).filter(|ticks| ticks.checked_add(TICKS_PER_DAY).is_some())
}

/// Year and month of the month that lies some months after.
pub(super) fn month_after(ticks: i64, months: i64) -> Option<(i64, i64)> {
    let civil = Civil::from_ticks(ticks);
    let month = (civil.year * 12 + civil.month - 1).checked_add(months)?;
    Some((month.div_euclid(12), month.rem_euclid(12) + 1))
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn documented_starts_and_ends() {
        // [D startofday-function.md], [D startofweek-function.md], [D startofmonth-function.md], [D endofweek-function.md].
        let cases = [
            ("startofday", "2016-12-31", "2017-01-01", "2017-01-02"),
            ("startofweek", "2016-12-25", "2017-01-01", "2017-01-08"),
            ("startofmonth", "2016-12-01", "2017-01-01", "2017-02-01"),
            ("startofyear", "2016-01-01", "2017-01-01", "2018-01-01"),
            (
                "endofday",
                "2016-12-31 23:59:59.9999999",
                "2017-01-01 23:59:59.9999999",
                "2017-01-02 23:59:59.9999999",
            ),
            (
                "endofweek",
                "2016-12-31 23:59:59.9999999",
                "2017-01-07 23:59:59.9999999",
                "2017-01-14 23:59:59.9999999",
            ),
            (
                "endofmonth",
                "2016-12-31 23:59:59.9999999",
                "2017-01-31 23:59:59.9999999",
                "2017-02-28 23:59:59.9999999",
            ),
            (
                "endofyear",
                "2016-12-31 23:59:59.9999999",
                "2017-12-31 23:59:59.9999999",
                "2018-12-31 23:59:59.9999999",
            ),
        ];
        for (function, before, same, after) in cases {
            let date = "2017-01-01 10:10:17";
            let table =
                format!("{date} | -1 | {before}\n{date} | 0 | {same}\n{date} | 1 | {after}\nnull | 0 | null");
            check(function, "datetime, long -> datetime", &table);
            check(function, "datetime -> datetime", &format!("{date} | {same}\nnull | null"));
        }
    }

    #[test]
    fn leaving_the_years_gives_null() {
        check("startofyear", "datetime, long -> datetime", "9999-05-01 | 1 | null\n0001-05-01 | -1 | null");
        check("endofmonth", "datetime, long -> datetime", "9999-12-01 | 0 | 9999-12-31 23:59:59.9999999");
        check(
            "endofday",
            "datetime, long -> datetime",
            "9999-12-31 | 0 | 9999-12-31 23:59:59.9999999\n9999-12-31 | 1 | null",
        );
        check("startofweek", "datetime -> datetime", "0001-01-01 | null\n0001-01-07 | 0001-01-07");
        check("startofday", "datetime, long -> datetime", "2024-01-01 | 9223372036854775807 | null");
    }
}
