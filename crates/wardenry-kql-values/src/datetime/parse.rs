use super::{from_civil, in_range};
use crate::TICKS_PER_SECOND;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;

/// Reads what `todatetime()` accepts.
///
/// - ISO 8601 and its sortable relatives: `2014-05-25T08:20:03.123456Z`, `2014-11-08 15:55`, `2014-11-08`, `2015.12.31`;
/// - RFC 822 and RFC 850: `Sat, 8 Nov 14 15:05:02 GMT`, `Saturday, 08-Nov-14 15:05`;
/// - month first: `02/17/2016 08:40:01`, `12-02-2022`, `1/2/2016 3:04 PM`, `Nov 8, 2014 15:05`. Of two numbers the day is
///   never read first.
///
/// A time may be followed by `Z`, `GMT`, `UTC` or an offset, without one it is UTC. Digits beyond the seventh of a second's
/// fraction are cut off. Source: `scalar-data-types/datetime.md`.
pub fn parse(text: &str) -> Option<i64> {
    let mut cursor = Cursor { rest: text.trim() };
    let midnight = cursor.date()?;
    let ticks = if cursor.rest.is_empty() {
        midnight
    } else {
        let time = cursor.separated_time()?;
        cursor.blanks();
        midnight + time - cursor.zone()?
    };
    (cursor.rest.is_empty() && in_range(ticks)).then_some(ticks)
}

/// Reads what stands in `datetime(…)`: as [`parse`], in quotes or without, and also a year alone.
pub fn parse_literal(text: &str) -> Option<i64> {
    let text = text.trim();
    let unquoted = ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    let text = unquoted.unwrap_or(text);
    if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return from_civil(text.parse().ok()?, 1, 1);
    }
    parse(text)
}

/// Reads a time without a date, as it may stand in `datetime(…)`: `8:00:00 AM`, `17:30`. Gives the ticks since midnight.
pub fn parse_time_of_day(text: &str) -> Option<i64> {
    let mut cursor = Cursor { rest: text.trim() };
    let ticks = cursor.time()?;
    cursor.rest.is_empty().then_some(ticks)
}

struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// The midnight of the day.
    fn date(&mut self) -> Option<i64> {
        if self.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let word = self.word();
            if let Some(month) = named(&MONTHS, word) {
                return self.day_and_year(month);
            }
            named(&WEEKDAYS, word)?;
            self.take(',');
            self.blanks();
        }
        let first = self.digits();
        if first.len() == 4 {
            return self.year_first(first);
        }
        if first.is_empty() || first.len() > 2 {
            return None;
        }
        let separator = self.separator()?;
        if self.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let month = named(&MONTHS, self.word())?;
            self.separator_again(separator)?;
            let year = self.year()?;
            return from_civil(year, month, first.parse().ok()?);
        }
        if separator == ' ' {
            return None;
        }
        let day = self.digits();
        self.separator_again(separator)?;
        let year = self.year()?;
        from_civil(year, first.parse().ok()?, day.parse().ok()?)
    }

    /// What stands behind a month that is written first.
    fn day_and_year(&mut self, month: i64) -> Option<i64> {
        if !self.blanks() {
            return None;
        }
        let day = self.two_digits()?;
        let comma = self.take(',');
        if !self.blanks() && !comma {
            return None;
        }
        from_civil(self.year()?, month, day)
    }

    fn year_first(&mut self, year: &str) -> Option<i64> {
        let separator = self.separator()?;
        if separator == ' ' {
            return None;
        }
        let month = self.digits();
        if month.is_empty() || month.len() > 2 {
            return None;
        }
        let day = if self.separator_again(separator).is_some() { self.digits() } else { "1" };
        if day.is_empty() || day.len() > 2 {
            return None;
        }
        from_civil(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// A year of four or two digits.
    fn year(&mut self) -> Option<i64> {
        let digits = self.digits();
        let year: i64 = digits.parse().ok()?;
        match digits.len() {
            4 => Some(year),
            2 if year < 50 => Some(2000 + year),
            2 => Some(1900 + year),
            _ => None,
        }
    }

    /// The ticks since midnight of a time behind a `T` or blanks.
    fn separated_time(&mut self) -> Option<i64> {
        if self.take('T') || self.take('t') || self.blanks() { self.time() } else { None }
    }

    fn time(&mut self) -> Option<i64> {
        let mut hour = self.two_digits()?;
        if !self.take(':') {
            return None;
        }
        let minute = self.two_digits()?;
        let mut second = 0;
        let mut ticks = 0;
        if self.take(':') {
            second = self.two_digits()?;
            if self.take('.') {
                ticks = crate::timespan::fraction_ticks(self.digits())?;
            }
        }
        let before = self.rest;
        self.blanks();
        let word = self.word();
        if word.eq_ignore_ascii_case("am") || word.eq_ignore_ascii_case("pm") {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + if word.eq_ignore_ascii_case("pm") { 12 } else { 0 };
        } else {
            self.rest = before;
        }
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some((hour * 60 + minute) * TICKS_PER_MINUTE + second * TICKS_PER_SECOND + ticks)
    }

    /// How far the clock is ahead of UTC.
    fn zone(&mut self) -> Option<i64> {
        if self.rest.is_empty() {
            return Some(0);
        }
        let word = self.word();
        if !word.is_empty() {
            let is_utc = ["z", "gmt", "utc", "ut"].into_iter().any(|name| word.eq_ignore_ascii_case(name));
            return is_utc.then_some(0);
        }
        let sign = if self.take('+') {
            1
        } else if self.take('-') {
            -1
        } else {
            return None;
        };
        let digits = self.digits();
        let (hours, minutes) = match digits.len() {
            4 => digits.split_at(2),
            1 | 2 if self.take(':') => (digits, self.digits()),
            1 | 2 => (digits, "0"),
            _ => return None,
        };
        let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours <= 14 && minutes <= 59).then_some(sign * (hours * 60 + minutes) * TICKS_PER_MINUTE)
    }

    /// `-`, `/`, `.` or blanks, between the parts of a date.
    fn separator(&mut self) -> Option<char> {
        if self.blanks() {
            return Some(' ');
        }
        ['-', '/', '.'].into_iter().find(|separator| self.take(*separator))
    }

    fn separator_again(&mut self, separator: char) -> Option<()> {
        let found = if separator == ' ' { self.blanks() } else { self.take(separator) };
        found.then_some(())
    }

    fn two_digits(&mut self) -> Option<i64> {
        let digits = self.digits();
        if digits.len() > 2 { None } else { digits.parse().ok() }
    }

    fn digits(&mut self) -> &'a str {
        self.run(|c| c.is_ascii_digit())
    }

    fn word(&mut self) -> &'a str {
        self.run(|c| c.is_ascii_alphabetic())
    }

    /// Whether there were any.
    fn blanks(&mut self) -> bool {
        !self.run(char::is_whitespace).is_empty()
    }

    fn run(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at(end);
        self.rest = rest;
        run
    }

    fn take(&mut self, character: char) -> bool {
        match self.rest.strip_prefix(character) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

/// The position, from one, of a name that is written out or cut to its first three letters.
fn named(names: &[&str], word: &str) -> Option<i64> {
    let position = names
        .iter()
        .position(|name| name.eq_ignore_ascii_case(word) || name[..3].eq_ignore_ascii_case(word))?;
    i64::try_from(position + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::{parse, parse_literal, parse_time_of_day};
    use crate::datetime::result_text;

    #[test]
    fn reads_every_documented_form() {
        // [D scalar-data-types/datetime.md], supported formats.
        let cases = [
            ("2014-05-25T08:20:03.123456Z", "2014-05-25T08:20:03.123456Z"),
            ("2014-05-25T08:20:03.123456", "2014-05-25T08:20:03.123456Z"),
            ("2014-05-25T08:20", "2014-05-25T08:20:00Z"),
            ("2014-11-08 15:55:55.123456Z", "2014-11-08T15:55:55.123456Z"),
            ("2014-11-08 15:55:55", "2014-11-08T15:55:55Z"),
            ("2014-11-08 15:55", "2014-11-08T15:55:00Z"),
            ("2014-11-08", "2014-11-08T00:00:00Z"),
            ("Sat, 8 Nov 14 15:05:02 GMT", "2014-11-08T15:05:02Z"),
            ("Sat, 8 Nov 14 15:05:02", "2014-11-08T15:05:02Z"),
            ("Sat, 8 Nov 14 15:05", "2014-11-08T15:05:00Z"),
            ("Sat, 8 Nov 14 15:05 GMT", "2014-11-08T15:05:00Z"),
            ("8 Nov 14 15:05:02 GMT", "2014-11-08T15:05:02Z"),
            ("8 Nov 14 15:05:02", "2014-11-08T15:05:02Z"),
            ("8 Nov 14 15:05", "2014-11-08T15:05:00Z"),
            ("8 Nov 14 15:05 GMT", "2014-11-08T15:05:00Z"),
            ("Saturday, 08-Nov-14 15:05:02 GMT", "2014-11-08T15:05:02Z"),
            ("Saturday, 08-Nov-14 15:05:02", "2014-11-08T15:05:02Z"),
            ("Saturday, 08-Nov-14 15:05 GMT", "2014-11-08T15:05:00Z"),
            ("Saturday, 08-Nov-14 15:05", "2014-11-08T15:05:00Z"),
            ("08-Nov-14 15:05:02 GMT", "2014-11-08T15:05:02Z"),
            ("08-Nov-14 15:05", "2014-11-08T15:05:00Z"),
            ("2014-11-08 15:05:25 GMT", "2014-11-08T15:05:25Z"),
            ("2014-11-08T15:05:25 GMT", "2014-11-08T15:05:25Z"),
            ("2014-11-08T15:05 GMT", "2014-11-08T15:05:00Z"),
            // [D todatetime-function.md]: month first.
            ("12-02-2022", "2022-12-02T00:00:00Z"),
            // kql-semantics, datetime and timespan; kql-frequency, shapes of datetime literals.
            ("02/17/2016 08:40:01", "2016-02-17T08:40:01Z"),
            ("1/2/2016 3:04:05 PM", "2016-01-02T15:04:05Z"),
            ("1/2/2016 12:04 AM", "2016-01-02T00:04:00Z"),
            ("2024-02-03 04:05:06.1234567", "2024-02-03T04:05:06.1234567Z"),
            ("2024-02-03\u{202f}04:05:06", "2024-02-03T04:05:06Z"),
            ("2024-02-03 04:05:06Z", "2024-02-03T04:05:06Z"),
            ("2015.12.31", "2015-12-31T00:00:00Z"),
            // Offsets, and more digits than there are ticks.
            ("2024-02-03T04:05:06+02:00", "2024-02-03T02:05:06Z"),
            ("2024-02-03T04:05:06.123456789-0130", "2024-02-03T05:35:06.1234567Z"),
            // The month's name first.
            ("Nov 8, 2014", "2014-11-08T00:00:00Z"),
            ("November 8 2014 3:05 PM", "2014-11-08T15:05:00Z"),
            ("Sep 08,14 15:05:02 GMT", "2014-09-08T15:05:02Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).map(result_text).as_deref(), Some(expected), "{text:?}");
            assert_eq!(
                parse_literal(&format!("'{text}'")).map(result_text).as_deref(),
                Some(expected),
                "{text:?}"
            );
        }
    }

    #[test]
    fn refuses_the_rest() {
        let cases = [
            "nope",
            "",
            "17/02/2016",
            "2024-13-01",
            "2023-02-29",
            "2024-02-03T24:00:00",
            "2024-02-03T04:60",
            "2024-02-03 04",
            "2024-02-03T04:05:06X",
            "2024-02-03 13:00 PM",
            "2024",
            "12345",
            "0000-01-01",
            "2024-02-03T04:05:06.",
            "8 Foo 14 15:05",
            "Nov 2014",
            "Nov8, 2014",
            "Nov 31, 2014",
            "8:00 AM",
            "0001-01-01T00:00:00+01:00",
            "2024-02-03 extra",
            "2024-02-03T",
            "2024-02-03-05",
            "Insert date",
        ];
        for text in cases {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn times_without_a_date() {
        let hours = |hours: i64| Some(hours * 36_000_000_000);
        assert_eq!(parse_time_of_day("8:00:00 AM"), hours(8));
        assert_eq!(parse_time_of_day("6:00 PM"), hours(18));
        assert_eq!(parse_time_of_day(" 09:00 "), hours(9));
        assert_eq!(parse_time_of_day("9"), None);
        assert_eq!(parse_time_of_day("25:00"), None);
        assert_eq!(parse_time_of_day("9:00 x"), None);
    }

    #[test]
    fn a_literal_may_be_a_year() {
        assert_eq!(parse_literal("2024").map(result_text).as_deref(), Some("2024-01-01T00:00:00Z"));
    }
}
