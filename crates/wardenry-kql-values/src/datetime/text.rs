use super::Civil;
use crate::TICKS_PER_SECOND;
use crate::timespan::write_padded;

/// Appends the form of `tostring()`, with all seven digits: `2024-02-03T04:05:06.0000000Z`.
pub fn write(out: &mut String, ticks: i64) {
    let fraction = write_seconds(out, ticks);
    out.push('.');
    write_padded(out, fraction, 7);
    out.push('Z');
}

/// Appends the form of a cell of a result: the fraction only where it is not zero, and without zeros at its end.
pub fn write_result(out: &mut String, ticks: i64) {
    let fraction = write_seconds(out, ticks);
    if fraction > 0 {
        out.push('.');
        write_padded(out, fraction, 7);
        out.truncate(out.trim_end_matches('0').len());
    }
    out.push('Z');
}

/// The form of `tostring()`.
pub fn text(ticks: i64) -> String {
    let mut out = String::with_capacity(28);
    write(&mut out, ticks);
    out
}

/// The form of a cell of a result.
pub fn result_text(ticks: i64) -> String {
    let mut out = String::with_capacity(28);
    write_result(&mut out, ticks);
    out
}

/// Appends date and time up to the seconds; what is left are ticks.
fn write_seconds(out: &mut String, ticks: i64) -> u64 {
    let civil = Civil::from_ticks(ticks);
    let seconds = (civil.ticks_of_day / TICKS_PER_SECOND).unsigned_abs();
    write_padded(out, civil.year.unsigned_abs(), 4);
    for (separator, number) in [
        ('-', civil.month.unsigned_abs()),
        ('-', civil.day.unsigned_abs()),
        ('T', seconds / 3600),
        (':', seconds / 60 % 60),
        (':', seconds % 60),
    ] {
        out.push(separator);
        write_padded(out, number, 2);
    }
    (civil.ticks_of_day % TICKS_PER_SECOND).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::{result_text, text};
    use crate::MAX_DATETIME;
    use crate::datetime::{from_civil, parse};

    #[test]
    fn writes_seven_digits_or_only_those_that_count() {
        let day = from_civil(2024, 2, 3).unwrap();
        // kql-semantics, output rendering.
        let cases = [
            (day, "2024-02-03T00:00:00.0000000Z", "2024-02-03T00:00:00Z"),
            (day + 24_000_000, "2024-02-03T00:00:02.4000000Z", "2024-02-03T00:00:02.4Z"),
            (MAX_DATETIME, "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z"),
            (0, "0001-01-01T00:00:00.0000000Z", "0001-01-01T00:00:00Z"),
        ];
        for (ticks, full, result) in cases {
            assert_eq!((text(ticks).as_str(), result_text(ticks).as_str()), (full, result));
        }
    }

    #[test]
    fn every_datetime_reads_back() {
        let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
        for _ in 0..2000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let ticks = (random >> 1).cast_signed() % (MAX_DATETIME + 1);
            assert_eq!(parse(&text(ticks)), Some(ticks));
            assert_eq!(parse(&result_text(ticks)), Some(ticks));
        }
    }
}
