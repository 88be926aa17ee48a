//! Members of an event as values of a column.
//!
//! | column | what becomes a value |
//! | --- | --- |
//! | any | `null` is null |
//! | any but `string` and `dynamic` | the empty text is null; a text of blanks around a value is that value |
//! | `bool` | `true`, `false`, 0 and 1, and texts of them in any case |
//! | `int`, `long` | whole numbers in range, also written `3.0`; texts of them; `true` is 1, `false` is 0 |
//! | `real` | numbers and texts of them |
//! | `datetime` | what `todatetime()` takes |
//! | `timespan` | what `totimespan()` takes |
//! | `guid` | what `toguid()` takes |
//! | `string` | texts; numbers and booleans as JSON writes them; arrays and objects as their JSON |
//! | `dynamic` | everything; a text that is a JSON array or object becomes that array or object, as the streaming form writes them so |
//!
//! Nothing else does: the record goes into quarantine.

use std::borrow::Cow;

use serde_json::Value;
use wardenry_kql_functions::dynamic::is_json;
use wardenry_kql_values::{ScalarType, boolean, datetime, guid, integer, real, timespan};

/// A value on its way into a column.
#[derive(Debug, PartialEq)]
pub(crate) enum Cell<'v> {
    Null,
    Bool(bool),
    Int(i32),
    /// Also ticks.
    Long(i64),
    Real(f64),
    /// Also JSON.
    Text(Cow<'v, str>),
    Guid(u128),
}

/// The value does not become one of the column's type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrongType;

/// Whole numbers up to here are exact as floating point.
const EXACT: f64 = 9_007_199_254_740_992.0;

pub(crate) fn cell(value: &Value, to: ScalarType) -> Result<Cell<'_>, WrongType> {
    match (value, to) {
        (Value::Null, _) => Ok(Cell::Null),
        (Value::String(text), ScalarType::String) => Ok(Cell::Text(Cow::Borrowed(text))),
        (value, ScalarType::String) => Ok(Cell::Text(Cow::Owned(value.to_string()))),
        (Value::String(text), ScalarType::Dynamic) if is_container(text) => {
            Ok(Cell::Text(Cow::Borrowed(text)))
        }
        (value, ScalarType::Dynamic) => Ok(Cell::Text(Cow::Owned(value.to_string()))),
        (Value::String(text), to) => parsed(text.trim(), to).ok_or(WrongType),
        (Value::Bool(value), ScalarType::Bool) => Ok(Cell::Bool(*value)),
        (Value::Bool(value), ScalarType::Int) => Ok(Cell::Int(i32::from(*value))),
        (Value::Bool(value), ScalarType::Long) => Ok(Cell::Long(i64::from(*value))),
        (Value::Number(number), ScalarType::Real) => number.as_f64().map(Cell::Real).ok_or(WrongType),
        (Value::Number(number), to) => {
            let whole = number.as_i64().or_else(|| whole(number.as_f64()?)).ok_or(WrongType)?;
            match to {
                ScalarType::Bool if whole == 0 || whole == 1 => Ok(Cell::Bool(whole == 1)),
                ScalarType::Int => i32::try_from(whole).map(Cell::Int).map_err(|_| WrongType),
                ScalarType::Long => Ok(Cell::Long(whole)),
                _ => Err(WrongType),
            }
        }
        _ => Err(WrongType),
    }
}

/// A whole number that was written as a fraction.
fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "it has no fraction and is in range")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

fn is_container(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && is_json(text)
}

fn parsed(text: &str, to: ScalarType) -> Option<Cell<'static>> {
    if text.is_empty() {
        return Some(Cell::Null);
    }
    match to {
        ScalarType::Bool => boolean::parse(text).map(Cell::Bool),
        ScalarType::Int => integer::parse_int(text).map(Cell::Int),
        ScalarType::Long => integer::parse_long(text).map(Cell::Long),
        ScalarType::Real => real::parse(text).map(Cell::Real),
        ScalarType::Datetime => datetime::parse(text).map(Cell::Long),
        ScalarType::Timespan => timespan::parse(text).map(Cell::Long),
        ScalarType::Guid => guid::parse(text).map(Cell::Guid),
        ScalarType::String | ScalarType::Dynamic | ScalarType::Decimal => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_becomes_a_value() {
        let text = |text: &str| Cell::Text(Cow::Owned(text.to_owned()));
        let (seconds_2026, guid) = (639_028_224_000_000_000, 0x1111_1111_1111_4111_8111_1111_1111_1111);
        for (value, to, expected) in [
            (json!(null), ScalarType::Long, Cell::Null),
            (json!(null), ScalarType::Dynamic, Cell::Null),
            (json!(""), ScalarType::Datetime, Cell::Null),
            (json!(""), ScalarType::String, text("")),
            (json!(" 7 "), ScalarType::Int, Cell::Int(7)),
            (json!("True"), ScalarType::Bool, Cell::Bool(true)),
            (json!(0), ScalarType::Bool, Cell::Bool(false)),
            (json!(true), ScalarType::Int, Cell::Int(1)),
            (json!(3.0), ScalarType::Long, Cell::Long(3)),
            (json!(3), ScalarType::Real, Cell::Real(3.0)),
            (json!("2026-01-01T00:00:00Z"), ScalarType::Datetime, Cell::Long(seconds_2026)),
            (json!("00:00:01"), ScalarType::Timespan, Cell::Long(10_000_000)),
            (json!("11111111-1111-4111-8111-111111111111"), ScalarType::Guid, Cell::Guid(guid)),
            (json!(1.5), ScalarType::String, text("1.5")),
            (json!({"a": [1]}), ScalarType::String, text(r#"{"a":[1]}"#)),
            (json!({"a": [1]}), ScalarType::Dynamic, text(r#"{"a":[1]}"#)),
            (json!("{\"a\":[1]}"), ScalarType::Dynamic, text(r#"{"a":[1]}"#)),
            (json!("{not json"), ScalarType::Dynamic, text(r#""{not json""#)),
            (json!("12"), ScalarType::Dynamic, text(r#""12""#)),
        ] {
            assert_eq!(cell(&value, to), Ok(expected), "{value} as {to}");
        }
    }

    #[test]
    fn what_does_not_is_refused() {
        for (value, to) in [
            (json!("seven"), ScalarType::Int),
            (json!(2_147_483_648_i64), ScalarType::Int),
            (json!(1.5), ScalarType::Long),
            (json!(u64::MAX), ScalarType::Long),
            (json!(2), ScalarType::Bool),
            (json!(1_767_225_600), ScalarType::Datetime),
            (json!("2026-02-30"), ScalarType::Datetime),
            (json!([1]), ScalarType::Long),
            (json!({}), ScalarType::Guid),
            (json!(true), ScalarType::Datetime),
        ] {
            assert_eq!(cell(&value, to), Err(WrongType), "{value} as {to}");
        }
    }
}
