//! Dates and times.

#![expect(clippy::unnecessary_wraps, reason = "all functions are bound in the same way")]

mod add;
mod difference;
mod format;
mod make;
mod now;
mod part;
mod period;
mod unix;
mod zone;

use crate::{FunctionError, ScalarCall, ScalarFunction};

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction { names: &["now", "ago"], bind: now::bind },
    ScalarFunction {
        names: &[
            "startofday",
            "startofweek",
            "startofmonth",
            "startofyear",
            "endofday",
            "endofweek",
            "endofmonth",
            "endofyear",
        ],
        bind: period::bind,
    },
    ScalarFunction {
        names: &[
            "dayofmonth",
            "dayofyear",
            "hourofday",
            "week_of_year",
            "monthofyear",
            "getmonth",
            "getyear",
            "datetime_part",
            "datepart",
        ],
        bind: part::bind,
    },
    ScalarFunction { names: &["dayofweek"], bind: part::bind_weekday },
    ScalarFunction { names: &["datetime_diff"], bind: difference::bind },
    ScalarFunction { names: &["datetime_add"], bind: add::bind },
    ScalarFunction { names: &["format_datetime", "format_timespan"], bind: format::bind },
    ScalarFunction { names: &["make_datetime", "make_timespan"], bind: make::bind },
    ScalarFunction {
        names: &[
            "unixtime_seconds_todatetime",
            "unixtime_milliseconds_todatetime",
            "unixtime_microseconds_todatetime",
            "unixtime_nanoseconds_todatetime",
        ],
        bind: unix::bind,
    },
    ScalarFunction { names: &["datetime_utc_to_local", "datetime_local_to_utc"], bind: zone::bind },
];

/// A text that stands in the query itself: the name of a unit, a format.
fn literal<'a>(call: &ScalarCall<'a>, position: usize) -> Result<&'a str, FunctionError> {
    match call.constants.get(position) {
        Some(Some(wardenry_kql_values::Value::String(text))) => Ok(text),
        _ => Err(FunctionError::Argument {
            function: call.name,
            message: format!("argument {} has to be a literal text", position + 1),
        }),
    }
}
