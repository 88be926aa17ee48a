//! Instants relative to the moment at which a scenario is loaded, so that its incidents are always fresh.

use std::fmt;
use std::time::Duration;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use wardenry_core::time::Timestamp;

/// The furthest that a scenario reaches into the past.
const MAX_OFFSET: Duration = Duration::from_secs(10 * 366 * 86_400);

/// How long before the loading of the scenario something happened.
///
/// Written as a minus sign followed by amounts of days, hours, minutes and seconds, each at most once and
/// the largest first: `-36h`, `-10m`, `-2d 4h`, `-1h 12m 8.31s`. The sign is for all of them. `0s` is the
/// loading itself. Seconds may have up to seven digits after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offset(Duration);

/// The text is no such offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a time before the loading of the scenario, at most ten years, such as \"-36h\", \"-10m\" or \"-2d 4h\""
)]
pub struct ParseOffsetError;

impl Offset {
    /// Reads the written form.
    pub fn parse(text: &str) -> Result<Self, ParseOffsetError> {
        let (negative, amounts) = match text.strip_prefix('-') {
            Some(amounts) => (true, amounts),
            None => (false, text),
        };
        let mut total = Duration::ZERO;
        let mut units = "dhms";
        for amount in amounts.split(' ') {
            let unit = amount.chars().next_back().ok_or(ParseOffsetError)?;
            let position = units.find(unit).ok_or(ParseOffsetError)?;
            units = &units[position + 1..];
            let number = &amount[..amount.len() - 1];
            total = total.checked_add(duration(number, unit)?).ok_or(ParseOffsetError)?;
        }
        if total > MAX_OFFSET || (!negative && !total.is_zero()) {
            return Err(ParseOffsetError);
        }
        Ok(Self(total))
    }

    /// The instant, for a scenario that is loaded at `now`.
    pub fn before(self, now: Timestamp) -> Timestamp {
        now.minus(self.0)
    }
}

fn duration(number: &str, unit: char) -> Result<Duration, ParseOffsetError> {
    let digits = |text: &str| {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<u64>().ok()).flatten().ok_or(ParseOffsetError)
    };
    let secs_per_unit = match unit {
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        _ => 1,
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) if unit == 's' && (1..=7).contains(&fraction.len()) => {
            (whole, Some(fraction))
        }
        Some(_) => return Err(ParseOffsetError),
        None => (number, None),
    };
    let whole = digits(whole)?.checked_mul(secs_per_unit).ok_or(ParseOffsetError)?;
    let ticks = fraction.map_or(Ok(0), |fraction| digits(&format!("{fraction:0<7}")))?;
    let nanos = u32::try_from(ticks * 100).map_err(|_| ParseOffsetError)?;
    Ok(Duration::new(whole, nanos))
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OffsetVisitor;

        impl Visitor<'_> for OffsetVisitor {
            type Value = Offset;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text such as \"-36h\", \"-10m\" or \"-2d 4h\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Offset, E> {
                Offset::parse(text).map_err(|error| E::custom(format_args!("{text:?}: {error}")))
            }
        }

        deserializer.deserialize_str(OffsetVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_add_up_from_the_largest_unit_down() {
        for (text, secs) in [
            ("-36h", 36 * 3600),
            ("-10m", 600),
            ("-2d 4h", 2 * 86_400 + 4 * 3600),
            ("-1d 2h 3m 4s", 93_784),
            ("0s", 0),
            ("-0m", 0),
        ] {
            assert_eq!(Offset::parse(text), Ok(Offset(Duration::from_secs(secs))), "{text}");
        }
        let fraction = Offset::parse("-8.31s").unwrap();
        assert_eq!(fraction.before(Timestamp::from_unix_secs(10)).unix_ticks(), 16_900_000);
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "-",
            "36h",
            "-h",
            "-4h 2d",
            "-1h 1h",
            "-1 h",
            "-1h  2m",
            "-1.5h",
            "-1.12345678s",
            "-1.s",
            "-+1h",
            "--1h",
            "-1w",
            "-99999d",
            "-18446744073709551615d",
            "-1ä",
            "yesterday",
        ] {
            assert_eq!(Offset::parse(text), Err(ParseOffsetError), "{text:?}");
        }
    }
}
