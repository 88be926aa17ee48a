//! Times at the ticks of an axis.

const SECOND: i64 = 10_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const STEPS: [i64; 19] = [
    SECOND,
    5 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    91 * DAY,
    365 * DAY,
];

/// Times from `first` to `last`, about `count`, each with its label.
pub(crate) fn ticks(first: i64, last: i64, count: usize) -> Vec<(i64, String)> {
    let span = last.saturating_sub(first).max(1);
    let rough = span / i64::try_from(count.max(1)).unwrap_or(i64::MAX);
    let step = STEPS.into_iter().find(|step| *step >= rough).unwrap_or_else(|| {
        let years = rough / STEPS[18] + 1;
        years.saturating_mul(STEPS[18])
    });
    let start = first.div_euclid(step) * step;
    (0..64)
        .map(|index| start.saturating_add(step.saturating_mul(index)))
        .filter(|tick| *tick >= first)
        .take_while(|tick| *tick <= last)
        .map(|tick| (tick, label(tick, step)))
        .collect()
}

/// A time as a tick of such steps shows it: the day where steps are days, the time of day within one.
fn label(ticks: i64, step: i64) -> String {
    let (year, month, day) = date(ticks.div_euclid(DAY));
    let of_day = ticks.rem_euclid(DAY);
    let (hour, minute, second) = (of_day / HOUR, of_day / MINUTE % 60, of_day / SECOND % 60);
    if step >= DAY {
        format!("{year:04}-{month:02}-{day:02}")
    } else if of_day == 0 {
        format!("{month:02}-{day:02}")
    } else if step >= MINUTE {
        format!("{hour:02}:{minute:02}")
    } else {
        format!("{hour:02}:{minute:02}:{second:02}")
    }
}

/// A time in full, to the second.
pub(crate) fn full(ticks: i64) -> String {
    let (year, month, day) = date(ticks.div_euclid(DAY));
    let of_day = ticks.rem_euclid(DAY);
    let (hour, minute, second) = (of_day / HOUR, of_day / MINUTE % 60, of_day / SECOND % 60);
    if of_day == 0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else if second == 0 {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

/// Year, month and day of a number of days since 0001-01-01, in the proleptic Gregorian calendar.
fn date(days: i64) -> (i64, i64, i64) {
    // Counted from 0000-03-01, so that the leap day ends a year.
    let days = days + 306;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1970-01-01 in ticks since 0001-01-01.
    const EPOCH: i64 = 621_355_968_000_000_000;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), (1, 1, 1));
        assert_eq!(date(EPOCH / DAY), (1970, 1, 1));
        assert_eq!(date(EPOCH / DAY + 19_782), (2024, 2, 29));
        assert_eq!(date(3_652_058), (9999, 12, 31));
    }

    #[test]
    fn labels_follow_the_step() {
        let labels = |first: i64, last: i64, count| -> Vec<String> {
            ticks(EPOCH + first, EPOCH + last, count).into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(0, 3 * DAY, 3), ["1970-01-01", "1970-01-02", "1970-01-03", "1970-01-04"]);
        assert_eq!(labels(22 * HOUR, 27 * HOUR, 5), ["22:00", "23:00", "01-02", "01:00", "02:00", "03:00"]);
        assert_eq!(labels(5 * SECOND, 20 * SECOND, 3), ["00:00:05", "00:00:10", "00:00:15", "00:00:20"]);
        assert_eq!(full(EPOCH + HOUR), "1970-01-01 01:00");
    }
}
