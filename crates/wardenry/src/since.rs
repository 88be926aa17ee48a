//! Instants on the command line: a date, a date and time, or how long ago.

use std::str::FromStr;
use std::time::Duration;

use wardenry_core::time::Timestamp;

/// An instant as people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    At(Timestamp),
    Ago(Duration),
}

impl Since {
    pub(crate) fn resolve(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Ago(ago) => now.minus(ago),
        }
    }
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(at) = Timestamp::parse(text).or_else(|_| Timestamp::parse(&format!("{text}T00:00:00Z"))) {
            return Ok(Self::At(at));
        }
        parse_ago(text).map(Self::Ago).ok_or_else(|| {
            "write how long ago (90m, 24h, 7d), a date (2026-01-31) or a time (2026-01-31T08:09:10Z)"
                .to_owned()
        })
    }
}

fn parse_ago(text: &str) -> Option<Duration> {
    let unit_secs = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return None,
    };
    let number: u64 = text[..text.len() - 1].parse().ok()?;
    Some(Duration::from_secs(number.checked_mul(unit_secs)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_people_write_them() {
        let now = Timestamp::parse("2026-02-03T07:15:00Z").unwrap();
        for (text, expected) in [
            ("2026-01-31", "2026-01-31T00:00:00Z"),
            ("2026-01-31T08:09:10+01:00", "2026-01-31T07:09:10Z"),
            ("90m", "2026-02-03T05:45:00Z"),
            ("2w", "2026-01-20T07:15:00Z"),
        ] {
            assert_eq!(text.parse::<Since>().unwrap().resolve(now).to_string(), expected, "{text}");
        }
        for text in ["", "d", "-1d", "7", "7 d", "yesterday", "99999999999999999999w", "7ж"] {
            assert!(text.parse::<Since>().is_err(), "{text}");
        }
    }
}
