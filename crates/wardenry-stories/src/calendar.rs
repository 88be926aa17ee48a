//! Times as milliseconds since 1970, and their text.

pub(crate) const SECOND: i64 = 1000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// The time as events write it: `2026-03-05T14:00:00.123Z`.
///
/// Takes milliseconds since 1970, within the years 0 to 9999.
pub fn text(milliseconds: i64) -> String {
    let (days, rest) = (milliseconds.div_euclid(DAY), milliseconds.rem_euclid(DAY));
    // Civil date of a day number: years begin in March, eras have 400 years (146,097 days).
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        rest / HOUR,
        rest / MINUTE % 60,
        rest / SECOND % 60,
        rest % SECOND
    )
}

/// The day's number since 1970.
pub(crate) fn day_of(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(DAY)
}

/// Whether the day (by its number since 1970, a Thursday) is one from Monday to Friday.
pub(crate) fn is_weekday(day: i64) -> bool {
    (day + 3).rem_euclid(7) < 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_their_text_and_days_their_names() {
        assert_eq!(text(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(text(1_772_719_200_123), "2026-03-05T14:00:00.123Z");
        assert_eq!(text(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(text(-1), "1969-12-31T23:59:59.999Z");
        // 5 March 2026 is a Thursday.
        let thursday = day_of(1_772_719_200_000);
        let weekdays: Vec<_> = (thursday..thursday + 7).map(is_weekday).collect();
        assert_eq!(weekdays, [true, true, false, false, true, true, true]);
    }
}
