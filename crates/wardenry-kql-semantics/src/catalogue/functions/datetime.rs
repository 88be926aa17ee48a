use super::super::ResultName;
use super::super::entry::{Entry, function};

pub(in super::super) const DATETIME: &[Entry] = &[
    function(
        "now",
        "(offset?: timespan) -> datetime",
        "The instant of the query, moved by an offset if one is given",
    ),
    function("ago", "(timespan: timespan) -> datetime", "The instant that lies a timespan before the query"),
    function(
        "datetime_add",
        "(part: literal string in(year, quarter, month, week, day, hour, minute, second, \
         millisecond, microsecond, nanosecond), value: integer, datetime: datetime) -> datetime",
        "Adds an amount of a calendar unit to a datetime",
    ),
    function(
        "datetime_diff",
        "(part: literal string in(year, quarter, month, week, day, hour, minute, second, \
         millisecond, microsecond, nanosecond), datetime1: datetime, datetime2: datetime) -> long",
        "How many boundaries of a calendar unit lie between two datetimes",
    ),
    function(
        "datetime_part",
        "(part: literal string in(year, quarter, month, week_of_year, day, dayofyear, hour, minute, \
         second, millisecond, microsecond, nanosecond), date: datetime) -> int",
        "A part of a datetime as a number",
    )
    .formerly(&["datepart"]),
    function(
        "format_datetime",
        "(date: datetime, format: literal string) -> string",
        "A datetime as text in a format",
    )
    .transparent(),
    function(
        "format_timespan",
        "(timespan: timespan, format: literal string) -> string",
        "A timespan as text in a format",
    )
    .transparent(),
    function(
        "make_datetime",
        "(year: number, month: number, day: number, hour?: number, minute?: number, \
         second?: number) -> datetime; (value: scalar) -> datetime",
        "A datetime from its parts; null if there is no such day or time",
    )
    .named(ResultName::OnlyArgument),
    function(
        "make_timespan",
        "(days: integer, hours: integer, minutes: integer, seconds: integer) -> timespan; \
         (hours: integer, minutes: integer, seconds?: integer) -> timespan; \
         (value: scalar) -> timespan",
        "A timespan from its parts",
    )
    .named(ResultName::OnlyArgument),
    function(
        "startofday",
        "(date: datetime, offset?: long) -> datetime",
        "The first instant of the day, moved by days",
    )
    .transparent(),
    function(
        "startofweek",
        "(date: datetime, offset?: long) -> datetime",
        "The first instant of the week, a Sunday, moved by weeks",
    ),
    function(
        "startofmonth",
        "(date: datetime, offset?: long) -> datetime",
        "The first instant of the month, moved by months",
    ),
    function(
        "startofyear",
        "(date: datetime, offset?: long) -> datetime",
        "The first instant of the year, moved by years",
    ),
    function(
        "endofday",
        "(date: datetime, offset?: long) -> datetime",
        "The last instant of the day, moved by days",
    ),
    function(
        "endofweek",
        "(date: datetime, offset?: long) -> datetime",
        "The last instant of the week, a Saturday, moved by weeks",
    ),
    function(
        "endofmonth",
        "(date: datetime, offset?: long) -> datetime",
        "The last instant of the month, moved by months",
    ),
    function(
        "endofyear",
        "(date: datetime, offset?: long) -> datetime",
        "The last instant of the year, moved by years",
    ),
    function(
        "dayofweek",
        "(date: datetime) -> timespan",
        "The whole days since the preceding Sunday, as a timespan",
    ),
    function("dayofmonth", "(date: datetime) -> int", "The day of the month, from 1"),
    function("dayofyear", "(date: datetime) -> int", "The day of the year, from 1"),
    function("hourofday", "(date: datetime) -> int", "The hour of the day, from 0"),
    function("monthofyear", "(date: datetime) -> int", "The month, from 1"),
    function("getmonth", "(date: datetime) -> int", "The month, from 1"),
    function("getyear", "(date: datetime) -> int", "The year"),
    function("week_of_year", "(date: datetime) -> int", "The week of the year by ISO 8601")
        .formerly(&["weekofyear"]),
    function(
        "unixtime_seconds_todatetime",
        "(number: number) -> datetime",
        "The datetime of a number of seconds since 1970",
    ),
    function(
        "unixtime_milliseconds_todatetime",
        "(number: number) -> datetime",
        "The datetime of a number of milliseconds since 1970",
    ),
    function(
        "unixtime_microseconds_todatetime",
        "(number: number) -> datetime",
        "The datetime of a number of microseconds since 1970",
    ),
    function(
        "unixtime_nanoseconds_todatetime",
        "(number: number) -> datetime",
        "The datetime of a number of nanoseconds since 1970",
    ),
    function(
        "datetime_local_to_utc",
        "(from: datetime, timezone: string) -> datetime",
        "The UTC datetime of a local one in a time zone",
    ),
    function(
        "datetime_utc_to_local",
        "(from: datetime, timezone: string) -> datetime",
        "The local datetime in a time zone of a UTC one",
    ),
    function(
        "datetime_list_timezones",
        "() -> dynamic",
        "The names of the time zones that the conversions know",
    )
    .unsupported(),
];
