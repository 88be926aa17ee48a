//! Date and time literals.

use wardenry_core::time::Timestamp;

/// The most fractional digits that the grammar of OData has; those beyond the seventh are cut off.
const MAX_FRACTION_DIGITS: usize = 12;

/// Reads a date and time with an offset or `Z`. Seconds and their fraction may be missing. A date alone is
/// its midnight in UTC.
///
/// A time without an offset is refused, as OData does: the sender's own zone is a guess that would
/// silently lose incidents.
pub(super) fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.to_ascii_uppercase();
    let Some((date, time)) = text.split_once('T') else {
        return Timestamp::parse(&format!("{text}T00:00:00Z")).ok();
    };
    let offset_at = time.find(['Z', '+', '-'])?;
    let (clock, offset) = time.split_at(offset_at);
    let fraction_digits = clock.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if fraction_digits > MAX_FRACTION_DIGITS {
        return None;
    }
    // Hours and minutes alone get their seconds.
    let seconds = if clock.len() == "00:00".len() { ":00" } else { "" };
    Timestamp::parse(&format!("{date}T{clock}{seconds}{offset}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_offsets_and_bare_dates_are_read() {
        for (text, expected) in [
            ("2024-05-01T10:00:00.1234567Z", "2024-05-01T10:00:00.1234567Z"),
            ("2024-05-01T10:00:00.123456789Z", "2024-05-01T10:00:00.1234567Z"),
            ("2024-05-01T10:00:00.123456789012Z", "2024-05-01T10:00:00.1234567Z"),
            ("2024-05-01t10:00:00z", "2024-05-01T10:00:00Z"),
            ("2024-05-01T10:00Z", "2024-05-01T10:00:00Z"),
            ("2024-05-01T10:00:00+02:00", "2024-05-01T08:00:00Z"),
            ("2024-05-01T10:00:00-02:00", "2024-05-01T12:00:00Z"),
            ("2024-05-01", "2024-05-01T00:00:00Z"),
        ] {
            assert_eq!(parse_time(text).map(|time| time.to_string()).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "2024-05-01T10:00:00",
            "2024-05-01T10:00:00.1234567890123Z",
            "2024-05-01T10:00:00.Z",
            "2024-02-30",
            "2024-05-01T25:00:00Z",
            "2024-05-01TZ",
            "2024",
            "20240501",
            "12",
            "-1",
            "+",
            "",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}
