//! The stretch of time that a query looks at: Graph's `Timespan`.

use std::time::Duration;

use time::{Date, Month, PrimitiveDateTime};
use wardenry_core::time::Timestamp;

/// How far back a query of the Graph shape looks when it does not say.
pub const DEFAULT_LOOK_BACK: Duration = Duration::from_secs(30 * 86_400);

/// The longest text that is looked at.
const MAX_TEXT_BYTES: usize = 128;

/// A stretch of time, both ends belonging to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// The text is none of the forms of a time span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseWindowError {
    #[error(
        "a time span is written in ISO 8601: as a duration such as P7D, as a start such as 2026-02-01T08:00:00Z, or as \
         start/end, start/duration or duration/end"
    )]
    Form,
    #[error("the time span ends before it begins")]
    Backwards,
}

impl Window {
    /// The last 30 days.
    pub fn default_at(now: Timestamp) -> Self {
        Self { from: now.minus(DEFAULT_LOOK_BACK), to: now }
    }

    /// Parses the forms `start/end`, `start/duration`, `duration/end`, `duration` (until now) and `start` (until now).
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, ParseWindowError> {
        let text = text.trim();
        if text.len() > MAX_TEXT_BYTES {
            return Err(ParseWindowError::Form);
        }
        let window = match text.split_once('/') {
            None => match Part::parse(text)? {
                Part::Instant(from) => Self { from, to: now },
                Part::Span(span) => Self { from: span.before(now)?, to: now },
            },
            Some((first, second)) => match (Part::parse(first)?, Part::parse(second)?) {
                (Part::Instant(from), Part::Instant(to)) => Self { from, to },
                (Part::Instant(from), Part::Span(span)) => Self { from, to: span.after(from)? },
                (Part::Span(span), Part::Instant(to)) => Self { from: span.before(to)?, to },
                (Part::Span(_), Part::Span(_)) => return Err(ParseWindowError::Form),
            },
        };
        if window.from > window.to { Err(ParseWindowError::Backwards) } else { Ok(window) }
    }
}

/// One side of the slash.
enum Part {
    Instant(Timestamp),
    Span(Span),
}

/// An ISO 8601 duration: years and months follow the calendar, the rest has a fixed length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Span {
    months: u32,
    rest: Duration,
}

impl Part {
    fn parse(text: &str) -> Result<Self, ParseWindowError> {
        let text = text.trim();
        let parsed = match text.strip_prefix(['P', 'p']) {
            Some(rest) => Span::parse(rest).map(Self::Span),
            None => instant(text).map(Self::Instant),
        };
        parsed.ok_or(ParseWindowError::Form)
    }
}

/// With an offset, in UTC without one, or a date alone for its midnight.
fn instant(text: &str) -> Option<Timestamp> {
    let text = text.replace(' ', "T");
    [text.clone(), format!("{text}Z"), format!("{text}T00:00:00Z"), format!("{text}:00Z")]
        .iter()
        .find_map(|text| Timestamp::parse(text).ok())
}

impl Span {
    /// What stands behind the `P`.
    fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_uppercase();
        let (date, time) = match text.split_once('T') {
            Some((_, "")) => return None,
            Some((date, time)) => (date, time),
            None => (text.as_str(), ""),
        };
        if date.is_empty() && time.is_empty() {
            return None;
        }
        let mut span = Self::default();
        for (number, unit) in components(date, "YMWD")? {
            match unit {
                'Y' | 'M' => {
                    let months = number.whole()?.checked_mul(if unit == 'Y' { 12 } else { 1 })?;
                    span.months = span.months.checked_add(u32::try_from(months).ok()?)?;
                }
                'W' => span.add(number, 7 * 86_400)?,
                _ => span.add(number, 86_400)?,
            }
        }
        for (number, unit) in components(time, "HMS")? {
            span.add(
                number,
                match unit {
                    'H' => 3600,
                    'M' => 60,
                    _ => 1,
                },
            )?;
        }
        Some(span)
    }

    fn add(&mut self, number: Number, unit_secs: u64) -> Option<()> {
        let ticks = number.ticks.checked_mul(u128::from(unit_secs))?;
        let nanos = u64::try_from(ticks.checked_mul(100)?).ok()?;
        self.rest = self.rest.checked_add(Duration::from_nanos(nanos))?;
        Some(())
    }

    fn before(self, end: Timestamp) -> Result<Timestamp, ParseWindowError> {
        let months = i64::from(self.months);
        shifted(end, -months).map(|at| at.minus(self.rest)).ok_or(ParseWindowError::Form)
    }

    fn after(self, start: Timestamp) -> Result<Timestamp, ParseWindowError> {
        shifted(start, i64::from(self.months)).map(|at| at.plus(self.rest)).ok_or(ParseWindowError::Form)
    }
}

/// A number with up to seven digits behind the point, in tenths of a millionth.
#[derive(Debug, Clone, Copy)]
struct Number {
    ticks: u128,
}

const TICKS_PER_UNIT: u128 = 10_000_000;

impl Number {
    fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 12 || !digits(whole) || !digits(fraction) {
            return None;
        }
        let fraction: String = fraction.chars().chain("0000000".chars()).take(7).collect();
        let ticks = whole.parse::<u128>().ok()? * TICKS_PER_UNIT + fraction.parse::<u128>().ok()?;
        Some(Self { ticks })
    }

    fn whole(self) -> Option<u64> {
        self.ticks.is_multiple_of(TICKS_PER_UNIT).then(|| u64::try_from(self.ticks / TICKS_PER_UNIT).ok())?
    }
}

/// Numbers with their units, each unit at most once and in the order of `units`.
fn components(mut text: &str, units: &str) -> Option<Vec<(Number, char)>> {
    let mut found = Vec::new();
    let mut allowed = units;
    while !text.is_empty() {
        let end = text.find(|c: char| c.is_ascii_uppercase())?;
        let unit = text[end..].chars().next()?;
        found.push((Number::parse(&text[..end])?, unit));
        allowed = &allowed[allowed.find(unit)? + 1..];
        text = &text[end + 1..];
    }
    Some(found)
}

/// An instant so many months away, on the last day of the month where there is no such day.
fn shifted(at: Timestamp, months: i64) -> Option<Timestamp> {
    if months == 0 {
        return Some(at);
    }
    let calendar = at.calendar();
    let number = i64::from(calendar.year()) * 12 + i64::from(u8::from(calendar.month())) - 1 + months;
    let year = i32::try_from(number.div_euclid(12)).ok().filter(|year| (1..=9999).contains(year))?;
    let month = Month::try_from(u8::try_from(number.rem_euclid(12) + 1).ok()?).ok()?;
    let day = calendar.day().min(month.length(year));
    let date = Date::from_calendar_date(year, month, day).ok()?;
    let moved = PrimitiveDateTime::new(date, calendar.time()).assume_utc();
    i64::try_from(moved.unix_timestamp_nanos() / 100).ok().map(Timestamp::from_unix_ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn parsed(text: &str) -> Result<(String, String), ParseWindowError> {
        Window::parse(text, at("2026-03-31T12:00:00Z"))
            .map(|window| (window.from.to_string(), window.to.to_string()))
    }

    #[test]
    fn all_forms_are_understood() {
        for (text, from, to) in [
            ("P7D", "2026-03-24T12:00:00Z", "2026-03-31T12:00:00Z"),
            ("p1w", "2026-03-24T12:00:00Z", "2026-03-31T12:00:00Z"),
            ("PT1H30M", "2026-03-31T10:30:00Z", "2026-03-31T12:00:00Z"),
            ("PT0.5S", "2026-03-31T11:59:59.5Z", "2026-03-31T12:00:00Z"),
            ("P1M", "2026-02-28T12:00:00Z", "2026-03-31T12:00:00Z"),
            ("P1Y1M1DT1H", "2025-02-27T11:00:00Z", "2026-03-31T12:00:00Z"),
            ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-31T12:00:00Z"),
            ("2026-03-01", "2026-03-01T00:00:00Z", "2026-03-31T12:00:00Z"),
            ("2026-02-01T00:00:00Z/2026-02-15T00:00:00Z", "2026-02-01T00:00:00Z", "2026-02-15T00:00:00Z"),
            ("2026-02-01 / 2026-02-02T01:00", "2026-02-01T00:00:00Z", "2026-02-02T01:00:00Z"),
            ("2026-02-01T02:00:00+02:00/P1D", "2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z"),
            ("P90D/2026-03-31T00:00:00Z", "2025-12-31T00:00:00Z", "2026-03-31T00:00:00Z"),
        ] {
            assert_eq!(parsed(text), Ok((from.to_owned(), to.to_owned())), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "/",
            "P",
            "PT",
            "P1",
            "PD",
            "P1H",
            "PT1D",
            "P1D1D",
            "P1D1M",
            "P-1D",
            "P1.5M",
            "P99999999999999D",
            "P9999Y",
            "P1D/P1D",
            "P1D/",
            "2026-02-30",
            "7d",
            "yesterday",
            "P1D/2026-03-31/2026-03-31",
            "P\u{fc}D",
        ] {
            assert_eq!(parsed(text), Err(ParseWindowError::Form), "{text}");
        }
        assert_eq!(parsed("2026-02-02/2026-02-01"), Err(ParseWindowError::Backwards));
        assert_eq!(parsed("2027-01-01"), Err(ParseWindowError::Backwards));
        assert_eq!(parsed(&"P1D".repeat(100)), Err(ParseWindowError::Form));
    }
}
