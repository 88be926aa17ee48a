//! The text forms of `timespan`.

use crate::{TICKS_PER_DAY, TICKS_PER_SECOND};

const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
const TICKS_PER_HOUR: i64 = 60 * TICKS_PER_MINUTE;

/// Appends `[-][d.]hh:mm:ss[.fffffff]`: days only where there are any, the fraction with seven digits and only where it is not zero.
pub fn write(out: &mut String, ticks: i64) {
    const DAY: u64 = TICKS_PER_DAY.unsigned_abs();
    const SECOND: u64 = TICKS_PER_SECOND.unsigned_abs();
    if ticks < 0 {
        out.push('-');
    }
    let magnitude = ticks.unsigned_abs();
    let days = magnitude / DAY;
    if days > 0 {
        out.push_str(&days.to_string());
        out.push('.');
    }
    let seconds = magnitude % DAY / SECOND;
    write_padded(out, seconds / 3600, 2);
    out.push(':');
    write_padded(out, seconds / 60 % 60, 2);
    out.push(':');
    write_padded(out, seconds % 60, 2);
    let fraction = magnitude % SECOND;
    if fraction > 0 {
        out.push('.');
        write_padded(out, fraction, 7);
    }
}

/// Appends a number with leading zeros.
pub(crate) fn write_padded(out: &mut String, mut number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while number > 0 || digits.len() - start < width.min(20) {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend(digits[start..].iter().copied().map(char::from));
}

/// The text of a timespan.
pub fn text(ticks: i64) -> String {
    let mut out = String::with_capacity(16);
    write(&mut out, ticks);
    out
}

/// The ticks of a unit, as it is written behind a number: `1d`, `5min`, `2ticks`. `None` for what is no unit.
/// For nanoseconds, of which a hundred are a tick, see [`parse_with_unit`].
fn unit_nanoseconds(unit: &str) -> Option<i128> {
    let ticks = match unit {
        "d" | "day" | "days" => TICKS_PER_DAY,
        "h" | "hr" | "hrs" | "hour" | "hours" => TICKS_PER_HOUR,
        "m" | "min" | "minute" | "minutes" => TICKS_PER_MINUTE,
        "s" | "sec" | "second" | "seconds" => TICKS_PER_SECOND,
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => TICKS_PER_SECOND / 1000,
        "micro" | "micros" | "microsecond" | "microseconds" => 10,
        "tick" | "ticks" => 1,
        "nano" | "nanos" | "nanosecond" | "nanoseconds" => return Some(1),
        _ => return None,
    };
    Some(i128::from(ticks) * 100)
}

/// Reads a number and a unit, with or without a blank between: `1d`, `1.5h`, `30min`, `15 seconds`. Less than a tick is cut off.
pub fn parse_with_unit(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let number_end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(number_end);
    let nanoseconds = unit_nanoseconds(unit.trim_start())?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { i128::from(whole.parse::<u64>().ok()?) };
    // Eighteen digits resolve less than a tick of a day.
    let digits = &fraction[..fraction.len().min(18)];
    let scale = 10_i128.pow(u32::try_from(digits.len()).ok()?);
    let part: i128 = if digits.is_empty() { 0 } else { i128::from(digits.parse::<u64>().ok()?) };
    let ticks = (whole * nanoseconds + part * nanoseconds / scale) / 100;
    i64::try_from(if negative { -ticks } else { ticks }).ok()
}

/// Reads what `totimespan()` and `timespan(…)` accept: `[-][d.]hh:mm[:ss[.fffffff]]`, `d:hh:mm:ss`, whole days (`2`), or a
/// number with a unit (`1.5h`).
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.contains(':') {
        return parse_clock(text);
    }
    match text.parse::<i64>() {
        Ok(days) => days.checked_mul(TICKS_PER_DAY),
        Err(_) => parse_with_unit(text),
    }
}

fn parse_clock(text: &str) -> Option<i64> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut fields = [""; 4];
    let mut count = 0;
    for field in text.split(':') {
        *fields.get_mut(count)? = field;
        count += 1;
    }
    let (days, hours, minutes, seconds) = match (count, fields) {
        (2, [hours, minutes, ..]) => (None, hours, minutes, "0"),
        (3, [hours, minutes, seconds, _]) => (None, hours, minutes, seconds),
        (4, [days, hours, minutes, seconds]) => (Some(days), hours, minutes, seconds),
        _ => return None,
    };
    let (days, hours) = match (days, hours.split_once('.')) {
        (Some(days), None) => (days, hours),
        (None, Some((days, hours))) => (days, hours),
        (None, None) => ("0", hours),
        (Some(_), Some(_)) => return None,
    };
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let days = digits(days)?;
    let (hours, minutes, seconds) = (digits(hours)?, digits(minutes)?, digits(seconds)?);
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let clock = hours * TICKS_PER_HOUR + minutes * TICKS_PER_MINUTE + seconds * TICKS_PER_SECOND;
    // The least timespan is one tick farther from zero than the greatest.
    let ticks = i128::from(days) * i128::from(TICKS_PER_DAY)
        + i128::from(clock)
        + i128::from(fraction_ticks(fraction)?);
    i64::try_from(if negative { -ticks } else { ticks }).ok()
}

/// A number of digits only.
fn digits(text: &str) -> Option<i64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// The ticks of the digits behind a second's point. Digits beyond the seventh are cut off.
pub(crate) fn fraction_ticks(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut ticks = 0;
    for position in 0..7 {
        ticks = ticks * 10 + text.as_bytes().get(position).map_or(0, |byte| i64::from(byte - b'0'));
    }
    Some(ticks)
}

#[cfg(test)]
mod tests {
    use super::{TICKS_PER_HOUR, TICKS_PER_MINUTE, parse, text};
    use crate::{TICKS_PER_DAY, TICKS_PER_SECOND};

    #[test]
    fn writes_days_and_fractions_only_where_there_are_any() {
        // kql-semantics, casts and text forms.
        let cases = [
            (TICKS_PER_DAY, "1.00:00:00"),
            (-90 * TICKS_PER_SECOND, "-00:01:30"),
            (1, "00:00:00.0000001"),
            (25 * TICKS_PER_HOUR, "1.01:00:00"),
            (0, "00:00:00"),
            (i64::MAX, "10675199.02:48:05.4775807"),
            (i64::MIN, "-10675199.02:48:05.4775808"),
        ];
        for (ticks, expected) in cases {
            assert_eq!(text(ticks), expected);
        }
    }

    #[test]
    fn reads_clocks_days_and_units() {
        let cases = [
            // kql-semantics, datetime and timespan.
            ("-10675199.02:48:05.4775808", Some(i64::MIN)),
            ("10675199.02:48:05.4775808", None),
            ("1.5h", Some(90 * TICKS_PER_MINUTE)),
            ("30min", Some(30 * TICKS_PER_MINUTE)),
            (
                "1.02:03:04",
                Some(TICKS_PER_DAY + 2 * TICKS_PER_HOUR + 3 * TICKS_PER_MINUTE + 4 * TICKS_PER_SECOND),
            ),
            ("2", Some(2 * TICKS_PER_DAY)),
            ("00:00:10", Some(10 * TICKS_PER_SECOND)),
            ("1d", Some(TICKS_PER_DAY)),
            // [D scalar-data-types/timespan.md], [D totimespan-function.md]
            ("15 seconds", Some(15 * TICKS_PER_SECOND)),
            ("100ms", Some(1_000_000)),
            ("10microsecond", Some(100)),
            ("1tick", Some(1)),
            ("0.12:34:56.7", Some(452_967_000_000)),
            ("0.00:03:00", Some(3 * TICKS_PER_MINUTE)),
            ("-01:30", Some(-90 * TICKS_PER_MINUTE)),
            ("1:00:00:00", Some(TICKS_PER_DAY)),
            ("250nanoseconds", Some(2)),
            ("2w", None),
            ("24:00:00", None),
            ("1.2.3d", None),
            ("1:2:3:4:5", None),
            (".d", None),
            ("99999999999d", None),
            ("", None),
            ("abc", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_timespan_reads_back() {
        let mut ticks: i64 = 0x1e37_79b9_7f4a_7c15;
        for shift in (0..2000).map(|round| round % 63) {
            ticks = ticks.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            assert_eq!(parse(&text(ticks >> shift)), Some(ticks >> shift));
        }
    }
}
