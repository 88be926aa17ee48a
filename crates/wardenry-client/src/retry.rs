//! When a request is repeated, and after how long.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use time::macros::format_description;
use time::{PrimitiveDateTime, UtcOffset};
use wardenry_core::entropy::{Entropy, random_bytes};
use wardenry_core::time::Timestamp;

/// How often and how long failing requests are repeated.
///
/// The wait doubles from attempt to attempt and is then shortened by a random share of up to half, so
/// that clients that failed together do not come back together. A `Retry-After` of the server is
/// honoured instead, to the second, as long as it fits into the total time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts altogether, the first included. 1 means no repetition.
    pub max_attempts: u32,
    /// The wait before the second attempt, before it is shortened.
    pub base_delay: Duration,
    /// The longest wait that the client chooses itself.
    pub max_delay: Duration,
    /// No attempt is started once this much time would have passed since the first.
    pub max_total: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 5,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(15),
            max_total: Duration::from_secs(90),
        }
    }
}

/// The shortest wait after many attempts.
const LATE_DELAY: Duration = Duration::from_secs(1);

impl RetryPolicy {
    /// A single attempt.
    pub const NEVER: Self = Self {
        max_attempts: 1,
        base_delay: Duration::ZERO,
        max_delay: Duration::ZERO,
        max_total: Duration::ZERO,
    };

    /// The same for as long as this, however many attempts that takes: whoever is told to come back often is not the one who
    /// decides when to give up.
    pub(crate) fn lasting(self, max_total: Duration) -> Self {
        Self { max_attempts: if self.max_attempts > 1 { u32::MAX } else { 1 }, max_total, ..self }
    }

    /// How long to wait after the `attempt`th attempt (counted from 1) has failed, or `None` to give up.
    pub(crate) fn delay(
        &self,
        attempt: u32,
        elapsed: Duration,
        asked_for: Option<Duration>,
        entropy: &dyn Entropy,
    ) -> Option<Duration> {
        if attempt >= self.max_attempts {
            return None;
        }
        let delay = asked_for.unwrap_or_else(|| self.jittered(attempt, entropy));
        // A server that asks for no wait at all is not asked in a tight loop.
        let delay = if attempt >= Self::default().max_attempts { delay.max(LATE_DELAY) } else { delay };
        (elapsed.saturating_add(delay) <= self.max_total).then_some(delay)
    }

    fn jittered(&self, attempt: u32, entropy: &dyn Entropy) -> Duration {
        let doubled = self.base_delay.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
        let full = doubled.min(self.max_delay);
        let share = u32::from(u16::from_be_bytes(random_bytes(entropy)));
        full.saturating_sub(full / 2 * share / u32::from(u16::MAX))
    }
}

/// What the `Retry-After` header asks for: seconds, or an HTTP date (RFC 9110 section 10.2.3).
///
/// A date is read against the answer's own `Date` header, so that a wrong local clock does not matter;
/// `now` is used when there is none.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(secs) = text.parse() {
        return Some(Duration::from_secs(secs));
    }
    let until = parse_http_date(text)?;
    Some(until.since(answer_date(headers).unwrap_or(now)))
}

/// The answer's `Date` header.
pub(crate) fn answer_date(headers: &HeaderMap) -> Option<Timestamp> {
    parse_http_date(headers.get(DATE)?.to_str().ok()?)
}

/// The preferred form of RFC 9110 section 5.6.7; the two obsolete ones are not sent by anybody today.
fn parse_http_date(text: &str) -> Option<Timestamp> {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let parsed = PrimitiveDateTime::parse(text, format).ok()?;
    Some(Timestamp::from_unix_secs(parsed.assume_offset(UtcOffset::UTC).unix_timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fixed(u8);

    impl Entropy for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    const POLICY: RetryPolicy = RetryPolicy {
        max_attempts: 4,
        base_delay: Duration::from_secs(1),
        max_delay: Duration::from_secs(3),
        max_total: Duration::from_secs(10),
    };

    fn delay(attempt: u32, elapsed_secs: u64, asked_for: Option<u64>, random: u8) -> Option<Duration> {
        let elapsed = Duration::from_secs(elapsed_secs);
        POLICY.delay(attempt, elapsed, asked_for.map(Duration::from_secs), &Fixed(random))
    }

    #[test]
    fn waits_double_up_to_the_cap_and_are_shortened_by_up_to_half() {
        let secs = |s| Some(Duration::from_secs(s));
        assert_eq!(
            (delay(1, 0, None, 0), delay(1, 0, None, 255)),
            (secs(1), Some(Duration::from_millis(500)))
        );
        assert_eq!((delay(2, 0, None, 0), delay(2, 0, None, 255)), (secs(2), secs(1)));
        assert_eq!(
            (delay(3, 0, None, 0), delay(3, 0, None, 255)),
            (secs(3), Some(Duration::from_millis(1500)))
        );
    }

    #[test]
    fn attempts_and_total_time_are_bounded() {
        assert_eq!(delay(4, 0, None, 0), None);
        assert_eq!(delay(4, 0, Some(0), 0), None);
        assert_eq!(delay(1, 9, Some(1), 0), Some(Duration::from_secs(1)));
        assert_eq!(delay(1, 9, Some(2), 0), None);
        assert_eq!(delay(1, 0, Some(u64::MAX), 0), None);
        assert_eq!(RetryPolicy::NEVER.delay(1, Duration::ZERO, None, &Fixed(0)), None);
    }

    #[test]
    fn a_lasting_policy_ends_by_time_alone() {
        let lasting = POLICY.lasting(Duration::from_secs(60));
        let delay = |attempt, elapsed_secs, asked_for: u64| {
            let (elapsed, asked_for) = (Duration::from_secs(elapsed_secs), Duration::from_secs(asked_for));
            lasting.delay(attempt, elapsed, Some(asked_for), &Fixed(0))
        };
        assert_eq!(delay(1, 0, 0), Some(Duration::ZERO));
        assert_eq!(delay(1000, 50, 0), Some(Duration::from_secs(1)));
        assert_eq!(delay(1000, 50, 10), Some(Duration::from_secs(10)));
        assert_eq!(delay(2, 50, 11), None);
        let never = RetryPolicy::NEVER.lasting(Duration::from_secs(60));
        assert_eq!(never.delay(1, Duration::ZERO, None, &Fixed(0)), None);
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now = Timestamp::parse("2026-02-03T07:15:00Z").unwrap();
        let date = "Tue, 03 Feb 2026 07:15:30 GMT";
        for (given, expected) in [
            (headers(&[("retry-after", "7")]), Some(7)),
            (headers(&[("retry-after", date)]), Some(30)),
            (headers(&[("retry-after", date), ("date", "Tue, 03 Feb 2026 07:15:25 GMT")]), Some(5)),
            (headers(&[("retry-after", "Mon, 02 Feb 2026 07:15:30 GMT")]), Some(0)),
            (headers(&[("retry-after", "soon")]), None),
            (headers(&[("retry-after", "-1")]), None),
            (headers(&[]), None),
        ] {
            assert_eq!(retry_after(&given, now), expected.map(Duration::from_secs), "{given:?}");
        }
    }
}
