//! `format_datetime` and `format_timespan`: runs of letters stand for numbers, a few other characters for themselves.
//! [D format-datetime-function.md, format-timespan-function.md]

use std::fmt::Write as _;

use wardenry_kql_values::datetime::Civil;
use wardenry_kql_values::{TICKS_PER_DAY, TICKS_PER_SECOND};

use crate::rows::{Long, kernel, text1};
use crate::{FunctionError, Kernel, ScalarCall};

/// A piece of a format.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Character(char),
    /// The letter and how many of it.
    Field(char, usize),
}

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let is_datetime = function == "format_datetime";
    let allowed = if is_datetime { longest_in_datetime } else { longest_in_timespan };
    let pieces = parse(function, super::literal(call, 1)?, allowed)?;
    Ok(kernel(function, move |arguments, rows| {
        let [time, _] = arguments else { return Err(FunctionError::misplaced(function)) };
        text1::<Long>(time, rows, |out, ticks| {
            let fields = if is_datetime { Fields::of_datetime(ticks) } else { Fields::of_timespan(ticks) };
            for piece in &pieces {
                match *piece {
                    Piece::Character(character) => out.push(character),
                    Piece::Field(letter, count) => fields.write(out, letter, count),
                }
            }
        })
    }))
}

/// The longest run of a letter, zero if it is none of a format.
const fn longest_in_datetime(letter: char) -> usize {
    match letter {
        'y' => 4,
        'M' | 'd' | 'H' | 'h' | 'm' | 's' | 't' => 2,
        'f' | 'F' => 7,
        _ => 0,
    }
}

const fn longest_in_timespan(letter: char) -> usize {
    match letter {
        'd' => 8,
        'H' | 'h' | 'm' | 's' => 2,
        'f' | 'F' => 7,
        _ => 0,
    }
}

fn parse(
    function: &'static str,
    format: &str,
    longest: fn(char) -> usize,
) -> Result<Vec<Piece>, FunctionError> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let run = &rest[..rest.len() - rest.trim_start_matches(first).len()];
        let count = run.chars().count();
        let limit = longest(first);
        if limit > 0 && count > limit {
            return Err(FunctionError::Argument {
                function,
                message: format!("`{run}` is too long: `{first}` may stand {limit} times at most"),
            });
        }
        if limit > 0 {
            pieces.push(Piece::Field(first, count));
        } else if first.is_alphabetic() && !matches!(first, 'T' | 'Z') {
            return Err(FunctionError::Argument {
                function,
                message: format!("`{first}` means nothing in a format"),
            });
        } else {
            pieces.extend(run.chars().map(Piece::Character));
        }
        rest = &rest[run.len()..];
    }
    Ok(pieces)
}

/// What the letters of a format stand for.
#[derive(Clone, Copy, Debug)]
struct Fields {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    /// What `h` stands for: 1 to 12 in a datetime, all hours in a timespan.
    short_hour: u64,
    minute: u64,
    second: u64,
    /// Ticks of the second.
    fraction: u64,
}

impl Fields {
    fn of_datetime(ticks: i64) -> Self {
        let civil = Civil::from_ticks(ticks);
        let clock = Self::of_clock(civil.ticks_of_day.unsigned_abs());
        Self {
            short_hour: (clock.hour + 11) % 12 + 1,
            year: civil.year.unsigned_abs(),
            month: civil.month.unsigned_abs(),
            day: civil.day.unsigned_abs(),
            ..clock
        }
    }

    /// Without the sign, for which formats have no letter.
    fn of_timespan(ticks: i64) -> Self {
        let magnitude = ticks.unsigned_abs();
        let day = TICKS_PER_DAY.unsigned_abs();
        Self { day: magnitude / day, ..Self::of_clock(magnitude % day) }
    }

    fn of_clock(ticks_of_day: u64) -> Self {
        let second = TICKS_PER_SECOND.unsigned_abs();
        let seconds = ticks_of_day / second;
        Self {
            year: 0,
            month: 0,
            day: 0,
            hour: seconds / 3600,
            short_hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            fraction: ticks_of_day % second,
        }
    }

    fn write(self, out: &mut String, letter: char, count: usize) {
        let number = match letter {
            'y' if count > 2 => self.year,
            'y' => self.year % 100,
            'M' => self.month,
            'd' => self.day,
            'H' => self.hour,
            'h' => self.short_hour,
            'm' => self.minute,
            's' => self.second,
            't' => {
                out.push_str(&(if self.hour < 12 { "AM" } else { "PM" })[..count]);
                return;
            }
            _ => {
                let digits = format!("{:07}", self.fraction);
                let digits = &digits[..count];
                out.push_str(if letter == 'F' { digits.trim_end_matches('0') } else { digits });
                return;
            }
        };
        let _infallible = write!(out, "{number:0count$}");
    }
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::Value;

    use crate::testing::check_constants;

    fn check(function: &'static str, time: &str, format: &str, expected: &str) {
        let scalar_type = if function == "format_datetime" { "datetime" } else { "timespan" };
        check_constants(
            function,
            &format!("{scalar_type}, string -> string"),
            &format!("{time} | {format} | \"{expected}\"\nnull | {format} | \"\""),
            &[None, Some(Value::String(format.into()))],
        );
    }

    #[test]
    fn documented_datetimes() {
        // [D format-datetime-function.md], kql-semantics, datetime and timespan.
        let cases = [
            ("2017-01-29 09:00:05", "yy-MM-dd [HH:mm:ss]", "17-01-29 [09:00:05]"),
            ("2017-01-29 09:00:05", "yyyy-M-dd [H:mm:ss]", "2017-1-29 [9:00:05]"),
            ("2017-01-29 09:00:05", "yy-MM-dd [hh:mm:ss tt]", "17-01-29 [09:00:05 AM]"),
            ("2024-02-03 14:05:06.07", "d/M/yy h:mm tt", "3/2/24 2:05 PM"),
            ("2024-02-03 14:05:06.07", "HH:mm:ss.fff", "14:05:06.070"),
            ("2009-06-15 13:45:30.6175425", "f ff fffffff", "6 61 6175425"),
            ("2009-06-15 13:45:30.0001150", "F_FFFFFFF", "_000115"),
            ("0900-01-01", "y yy yyyy", "0 00 0900"),
            ("2009-06-15 00:45", "h hh", "12 12"),
        ];
        for (time, format, expected) in cases {
            check("format_datetime", time, format, expected);
        }
    }

    #[test]
    fn documented_timespans() {
        // [D format-timespan-function.md], kql-semantics, datetime and timespan.
        check("format_timespan", "29.09:00:05.12345", "dd.hh:mm:ss:FF", "29.09:00:05:12");
        check("format_timespan", "29.09:00:05.12345", "ddd.h:mm:ss [fffffff]", "029.9:00:05 [1234500]");
        check("format_timespan", "1.02:03:00", "d.hh:mm:ss", "1.02:03:00");
        check("format_timespan", "14:00", "h", "14");
    }
}
