//! `datetime_utc_to_local` and `datetime_local_to_utc`: wall clocks of the IANA time zones. [D datetime-local-to-utc-function.md]
//!
//! A wall clock that is shown twice means the later instant. One that is skipped is read with the offset that follows.

use chrono::{DateTime, Days, MappedLocalTime, NaiveDateTime, Offset as _, TimeZone as _};
use chrono_tz::Tz;
use wardenry_kql_values::{TICKS_PER_SECOND, UNIX_EPOCH, Value, datetime};

use crate::rows::{Long, Text, kernel, map1, map2};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let convert = if function == "datetime_utc_to_local" { to_local } else { to_utc };
    let zone = match call.constants.get(1) {
        Some(Some(Value::String(name))) => Some(name.parse::<Tz>().map_err(|_| FunctionError::Argument {
            function,
            message: format!("there is no time zone `{name}`"),
        })?),
        _ => None,
    };
    Ok(kernel(function, move |arguments, rows| {
        let [time, name] = arguments else { return Err(FunctionError::misplaced(function)) };
        match zone {
            Some(zone) => map1::<Long, Long>(time, rows, |ticks| convert(zone, ticks)),
            None => {
                map2::<Long, Text, Long>(time, name, rows, |ticks, name| convert(name.parse().ok()?, ticks))
            }
        }
    }))
}

fn to_local(zone: Tz, ticks: i64) -> Option<i64> {
    let ahead = zone.offset_from_utc_datetime(&clock(ticks)?).fix().local_minus_utc();
    moved(ticks, i64::from(ahead))
}

fn to_utc(zone: Tz, ticks: i64) -> Option<i64> {
    let clock = clock(ticks)?;
    let offset = match zone.offset_from_local_datetime(&clock) {
        MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(_, offset) => offset,
        MappedLocalTime::None => zone.offset_from_utc_datetime(&clock.checked_add_days(Days::new(1))?),
    };
    moved(ticks, -i64::from(offset.fix().local_minus_utc()))
}

/// The date and time that ticks show, to the second.
fn clock(ticks: i64) -> Option<NaiveDateTime> {
    let seconds = (ticks - UNIX_EPOCH).div_euclid(TICKS_PER_SECOND);
    DateTime::from_timestamp(seconds, 0).map(|instant| instant.naive_utc())
}

fn moved(ticks: i64, seconds: i64) -> Option<i64> {
    let ticks = ticks.checked_add(seconds * TICKS_PER_SECOND)?;
    datetime::in_range(ticks).then_some(ticks)
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn documented_zones() {
        // [D datetime-local-to-utc-function.md]
        check(
            "datetime_local_to_utc",
            "datetime, string -> datetime",
            "2020-02-02 20:02:20 | US/Pacific | 2020-02-03 04:02:20
             2020-02-02 20:02:20 | America/Chicago | 2020-02-03 02:02:20
             2020-02-02 20:02:20 | Europe/Paris | 2020-02-02 19:02:20
             2022-03-27 01:00 | Europe/Brussels | 2022-03-27 00:00
             2022-03-27 02:00 | Europe/Brussels | 2022-03-27 00:00
             2022-03-27 03:00 | Europe/Brussels | 2022-03-27 01:00
             2022-03-27 04:00 | Europe/Brussels | 2022-03-27 02:00
             null | Europe/Brussels | null",
        );
        check(
            "datetime_utc_to_local",
            "datetime, string -> datetime",
            "2022-03-27 00:00 | Europe/Brussels | 2022-03-27 01:00
             2022-03-27 01:00 | Europe/Brussels | 2022-03-27 03:00
             0001-01-01 | America/Chicago | null
             9999-12-31 23:00 | Europe/Paris | null",
        );
    }
}
