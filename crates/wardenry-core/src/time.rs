//! Time as a parameter: one [`Clock`] serves tokens, secrets, consent, quotas and retention.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const TICKS_PER_SEC: i64 = 10_000_000;
const NANOS_PER_TICK: i128 = 100;

/// An instant in UTC with the wire's own resolution of 100 nanoseconds ("ticks").
///
/// Covers the years 1 to 9999. Arithmetic saturates at the ends of the representable range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not an RFC 3339 date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date and time of the form 2026-01-31T08:09:10Z")]
pub struct ParseTimestampError;

impl Timestamp {
    /// The Unix epoch.
    pub const UNIX_EPOCH: Self = Self(0);

    /// From whole seconds since the Unix epoch.
    pub const fn from_unix_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(TICKS_PER_SEC))
    }

    /// From 100-nanosecond ticks since the Unix epoch, the form in which times are stored.
    pub const fn from_unix_ticks(ticks: i64) -> Self {
        Self(ticks)
    }

    /// Whole seconds since the Unix epoch, rounded towards the past.
    pub const fn unix_secs(self) -> i64 {
        self.0.div_euclid(TICKS_PER_SEC)
    }

    /// 100-nanosecond ticks since the Unix epoch.
    pub const fn unix_ticks(self) -> i64 {
        self.0
    }

    /// Parses RFC 3339 with any offset; digits beyond 100 ns are cut off.
    pub fn parse(text: &str) -> Result<Self, ParseTimestampError> {
        let parsed = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| ParseTimestampError)?;
        let ticks = parsed.unix_timestamp_nanos().div_euclid(NANOS_PER_TICK);
        i64::try_from(ticks).map(Self).map_err(|_| ParseTimestampError)
    }

    /// This instant moved into the future.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration_ticks(duration)))
    }

    /// This instant moved into the past.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration_ticks(duration)))
    }

    /// How long ago `earlier` was, or zero when it lies in the future.
    pub fn since(self, earlier: Self) -> Duration {
        let ticks = self.0.saturating_sub(earlier.0).max(0);
        let ticks = u64::try_from(ticks).unwrap_or(0);
        let per_sec = TICKS_PER_SEC.unsigned_abs();
        let nanos = u32::try_from(ticks % per_sec * 100).unwrap_or(0);
        Duration::new(ticks / per_sec, nanos)
    }

    /// The calendar form `2026-01-31 08:09:10Z` that identity errors carry.
    pub fn to_error_stamp(self) -> String {
        let at = self.calendar();
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}Z",
            at.year(),
            u8::from(at.month()),
            at.day(),
            at.hour(),
            at.minute(),
            at.second()
        )
    }

    /// The calendar date and time in UTC, clamped to the years 1 to 9999 that the calendar covers.
    pub fn calendar(self) -> OffsetDateTime {
        const FIRST: OffsetDateTime = time::macros::datetime!(0001-01-01 00:00:00 UTC);
        const LAST: OffsetDateTime = time::macros::datetime!(9999-12-31 23:59:59 UTC);
        let clamped = if self.0 < 0 { FIRST } else { LAST };
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * NANOS_PER_TICK).unwrap_or(clamped)
    }
}

fn duration_ticks(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos() / 100).unwrap_or(i64::MAX)
}

/// ISO 8601 in UTC with `Z` and up to seven fractional digits, trailing zeros cut off.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.calendar();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            at.year(),
            u8::from(at.month()),
            at.day(),
            at.hour(),
            at.minute(),
            at.second()
        )?;
        let ticks = self.0.rem_euclid(TICKS_PER_SEC);
        if ticks != 0 {
            write!(f, ".{}", format!("{ticks:07}").trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// Where the present comes from.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system for the time")]
    fn now(&self) -> Timestamp {
        let nanos = OffsetDateTime::now_utc().unix_timestamp_nanos();
        Timestamp(i64::try_from(nanos / NANOS_PER_TICK).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still until it is moved, for tests and reproducible scenarios.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Starts at the given instant.
    pub const fn starting_at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.0))
    }

    /// Sets the clock to another time, be it past or future.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Moves the clock into the future.
    pub fn advance(&self, duration: Duration) {
        self.0.fetch_add(duration_ticks(duration), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_printed_to_the_tick_without_trailing_zeros() {
        for text in [
            "2026-02-03T07:15:10Z",
            "2026-02-03T07:15:57.29Z",
            "2026-02-03T08:00:00.1164432Z",
            "0001-01-01T00:00:00Z",
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn offsets_become_utc_and_finer_digits_are_cut() {
        let parsed = Timestamp::parse("2026-02-03T09:15:10.123456789+02:00").unwrap();
        assert_eq!(parsed.to_string(), "2026-02-03T07:15:10.1234567Z");
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in ["", "2026-02-03", "2026-02-30T00:00:00Z", "2026-02-03T07:15:10", "yesterday"] {
            assert_eq!(Timestamp::parse(text), Err(ParseTimestampError), "{text:?}");
        }
    }

    #[test]
    fn error_stamps_have_a_space_and_no_fraction() {
        let at = Timestamp::parse("2026-01-31T08:09:10.5Z").unwrap();
        assert_eq!(at.to_error_stamp(), "2026-01-31 08:09:10Z");
    }

    #[test]
    fn arithmetic_saturates_and_durations_never_go_negative() {
        let at = Timestamp::from_unix_secs(100);
        assert_eq!(at.plus(Duration::from_millis(1500)).unix_ticks(), 1_015_000_000);
        assert_eq!(at.since(Timestamp::from_unix_secs(98)), Duration::from_secs(2));
        assert_eq!(at.since(Timestamp::from_unix_secs(101)), Duration::ZERO);
        assert_eq!(Timestamp::from_unix_ticks(i64::MAX).plus(Duration::from_secs(1)).unix_ticks(), i64::MAX);
        assert_eq!(at.minus(Duration::from_secs(101)).unix_secs(), -1);
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::starting_at(Timestamp::from_unix_secs(5));
        assert_eq!(clock.now(), clock.now());
        clock.advance(Duration::from_secs(60));
        assert_eq!(clock.now(), Timestamp::from_unix_secs(65));
    }
}
