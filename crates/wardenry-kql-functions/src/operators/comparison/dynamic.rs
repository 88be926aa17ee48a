//! A dynamic value beside a number, and dynamic values beside each other.
//!
//! The number inside is compared; a value that is no number is unequal to all, and has no order. Dynamic values are equal
//! if they are the same JSON, however it is spaced. [D scalar-data-types/dynamic.md]

use std::cmp::Ordering;

use arrow::array::BooleanArray;
use arrow::buffer::BooleanBuffer;
use wardenry_kql_values::{Decimal, ScalarType};

use super::{Comparison, with_null_rules};
use crate::FunctionError;
use crate::rows::{Argument, Dec, Int, Json, Long, Real, Source, bits2};

pub(super) fn compare(
    comparison: Comparison,
    (left_type, left): (ScalarType, &Argument),
    (right_type, right): (ScalarType, &Argument),
    rows: usize,
) -> Result<BooleanArray, FunctionError> {
    let bits = match (left_type, right_type) {
        (ScalarType::Dynamic, ScalarType::Dynamic) => bits2::<Json, Json>(left, right, rows, |a, b| {
            comparison.holds(same(a, b).then_some(Ordering::Equal))
        })?,
        (ScalarType::Dynamic, number) => beside(number, left, right, rows, |order| comparison.holds(order))?,
        (number, _) => {
            beside(number, right, left, rows, |order| comparison.holds(order.map(Ordering::reverse)))?
        }
    };
    Ok(with_null_rules(comparison, bits, left, right, rows))
}

/// The dynamic value's order relative to the number.
fn beside(
    number_type: ScalarType,
    dynamic: &Argument,
    number: &Argument,
    rows: usize,
    holds: impl Fn(Option<Ordering>) -> bool,
) -> Result<BooleanBuffer, FunctionError> {
    fn rows_of<N: Source>(
        dynamic: &Argument,
        number: &Argument,
        rows: usize,
        holds: impl Fn(Option<Ordering>) -> bool,
        order: impl Fn(&str, N::Item<'_>) -> Option<Ordering>,
    ) -> Result<BooleanBuffer, FunctionError> {
        bits2::<Json, N>(dynamic, number, rows, |json, number| holds(order(json, number)))
    }
    match number_type {
        ScalarType::Int => rows_of::<Int>(dynamic, number, rows, holds, |json, n| long(json, i64::from(n))),
        ScalarType::Long => rows_of::<Long>(dynamic, number, rows, holds, long),
        ScalarType::Real => rows_of::<Real>(dynamic, number, rows, holds, real),
        ScalarType::Decimal => rows_of::<Dec>(dynamic, number, rows, holds, |json, n| {
            Some(Decimal::parse(number_text(json)?)?.cmp(&n))
        }),
        _ => Err(crate::operators::misplaced("==")),
    }
}

fn long(json: &str, number: i64) -> Option<Ordering> {
    let text = number_text(json)?;
    match text.parse::<i64>() {
        Ok(value) => Some(value.cmp(&number)),
        Err(_) => {
            #[expect(clippy::cast_precision_loss, reason = "beside a real, a long is a real")]
            let number = number as f64;
            text.parse::<f64>().ok()?.partial_cmp(&number)
        }
    }
}

fn real(json: &str, number: f64) -> Option<Ordering> {
    number_text(json)?.parse::<f64>().ok()?.partial_cmp(&number)
}

/// The JSON text, if it is a number's.
fn number_text(json: &str) -> Option<&str> {
    let text = json.trim();
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit()).then_some(text)
}

/// Whether two JSON texts differ in nothing but blanks between their parts.
fn same(left: &str, right: &str) -> bool {
    left == right || significant(left).eq(significant(right))
}

/// The characters that count: all inside of quotes, all but blanks outside.
fn significant(json: &str) -> impl Iterator<Item = u8> {
    let (mut quoted, mut escaped) = (false, false);
    json.bytes().filter(move |&byte| {
        let inside = quoted;
        if escaped {
            escaped = false;
        } else if quoted && byte == b'\\' {
            escaped = true;
        } else if byte == b'"' {
            quoted = !quoted;
        }
        inside || !byte.is_ascii_whitespace()
    })
}
