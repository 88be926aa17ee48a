use crate::{MAX_DATETIME, TICKS_PER_DAY};

/// The days between 0000-03-01 and 0001-01-01.
const DAYS_BEFORE_EPOCH: i64 = 306;
const DAYS_PER_ERA: i64 = 146_097;

/// A day and the ticks since its midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil {
    /// 1 to 9999.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    pub ticks_of_day: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weekday {
    Sunday,
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
}

/// Whether the ticks are within the years 1 to 9999.
pub const fn in_range(ticks: i64) -> bool {
    0 <= ticks && ticks <= MAX_DATETIME
}

/// The days of a month; zero if there is no such month.
pub const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 0,
    }
}

/// The midnight with which a day begins. `None` if there is no such day in the years 1 to 9999.
pub const fn from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if year < 1 || year > 9999 || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    // Years that begin in March have their leap day last.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    Some((days - DAYS_BEFORE_EPOCH) * TICKS_PER_DAY)
}

impl Civil {
    /// The calendar's reading of ticks. Ticks out of range read as the nearest that is in it.
    pub const fn from_ticks(ticks: i64) -> Self {
        let ticks = if ticks < 0 {
            0
        } else if ticks > MAX_DATETIME {
            MAX_DATETIME
        } else {
            ticks
        };
        let days = ticks / TICKS_PER_DAY + DAYS_BEFORE_EPOCH;
        let era = days / DAYS_PER_ERA;
        let day_of_era = days % DAYS_PER_ERA;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
        Self { year, month, day, ticks_of_day: ticks % TICKS_PER_DAY }
    }

    /// The ticks, if the day exists.
    pub const fn ticks(self) -> Option<i64> {
        match from_civil(self.year, self.month, self.day) {
            Some(midnight) => Some(midnight + self.ticks_of_day),
            None => None,
        }
    }

    /// 1 to 366.
    pub const fn day_of_year(self) -> i64 {
        let mut days = self.day;
        let mut month = 1;
        while month < self.month {
            days += days_in_month(self.year, month);
            month += 1;
        }
        days
    }
}

impl Weekday {
    /// The day of the week of ticks.
    pub const fn from_ticks(ticks: i64) -> Self {
        // 0001-01-01 is a Monday.
        match (ticks.div_euclid(TICKS_PER_DAY) + 1).rem_euclid(7) {
            0 => Self::Sunday,
            1 => Self::Monday,
            2 => Self::Tuesday,
            3 => Self::Wednesday,
            4 => Self::Thursday,
            5 => Self::Friday,
            _ => Self::Saturday,
        }
    }

    /// Days since the Sunday before.
    pub const fn days_since_sunday(self) -> i64 {
        self as i64
    }
}

#[cfg(test)]
mod tests {
    use super::{Civil, Weekday, days_in_month, from_civil};
    use crate::{MAX_DATETIME, TICKS_PER_DAY, UNIX_EPOCH};

    #[test]
    fn counts_every_day_of_the_calendar() {
        let mut ticks = 0;
        for year in 1..=9999 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    assert_eq!(from_civil(year, month, day), Some(ticks));
                    assert_eq!(Civil::from_ticks(ticks), Civil { year, month, day, ticks_of_day: 0 });
                    ticks += TICKS_PER_DAY;
                }
            }
        }
        assert_eq!(ticks, MAX_DATETIME + 1);
    }

    #[test]
    fn knows_fixed_points() {
        assert_eq!(from_civil(1970, 1, 1), Some(UNIX_EPOCH));
        // [D scalar-data-types/datetime.md]
        assert_eq!(from_civil(100, 1, 1), Some(31_241_376_000_000_000));
        assert_eq!(from_civil(2023, 2, 29), None);
        assert_eq!(from_civil(10_000, 1, 1), None);
        assert_eq!(from_civil(2024, 13, 1), None);
        assert_eq!(Weekday::from_ticks(UNIX_EPOCH), Weekday::Thursday);
        assert_eq!(Civil::from_ticks(UNIX_EPOCH - 1).day_of_year(), 365);
        assert_eq!(Civil::from_ticks(MAX_DATETIME).ticks(), Some(MAX_DATETIME));
    }
}
