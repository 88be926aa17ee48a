//! The calendar and the text forms of `datetime`.
//!
//! A `datetime` is a count of ticks since 0001-01-01T00:00:00Z, in the proleptic Gregorian calendar, up to [`MAX_DATETIME`](crate::MAX_DATETIME).

mod calendar;
mod parse;
mod text;

pub use calendar::{Civil, Weekday, days_in_month, from_civil, in_range};
pub use parse::{parse, parse_literal, parse_time_of_day};
pub use text::{result_text, text, write, write_result};
