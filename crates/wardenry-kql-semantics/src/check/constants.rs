//! Values that are known before any row is read.

use wardenry_kql_values::{Decimal, ScalarType, Value, boolean, datetime, guid, integer, real, timespan};

/// The value with the other sign, if that has one.
pub(super) fn negate(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Int(Some(number)) => Value::Long(Some(-i64::from(*number))),
        Value::Long(Some(number)) => Value::Long(Some(number.wrapping_neg())),
        Value::Real(Some(number)) => Value::Real(Some(-number)),
        Value::Timespan(Some(ticks)) => Value::Timespan(Some(ticks.wrapping_neg())),
        Value::Decimal(Some(digits)) => Value::Decimal(Some(match digits.strip_prefix('-') {
            Some(digits) => digits.into(),
            None => format!("-{digits}").into(),
        })),
        Value::Int(None) => Value::Long(None),
        Value::Long(None) | Value::Real(None) | Value::Timespan(None) | Value::Decimal(None) => value.clone(),
        _ => return None,
    })
}

/// A number as another numeric type, where that loses nothing.
pub(super) fn convert(value: &Value, to: ScalarType) -> Option<Value> {
    if value.scalar_type() == to {
        return Some(value.clone());
    }
    if value.is_null() {
        return Some(Value::null(to));
    }
    let integer = match value {
        Value::Int(Some(number)) => i64::from(*number),
        Value::Long(Some(number)) => *number,
        _ => return None,
    };
    match to {
        ScalarType::Int => i32::try_from(integer).ok().map(|number| Value::Int(Some(number))),
        ScalarType::Long => Some(Value::Long(Some(integer))),
        ScalarType::Real if integer.unsigned_abs() < 1 << 53 => {
            #[expect(clippy::cast_precision_loss, reason = "smaller than the mantissa")]
            let real = integer as f64;
            Some(Value::Real(Some(real)))
        }
        ScalarType::Decimal => Some(Value::Decimal(Some(integer.to_string().into()))),
        _ => None,
    }
}

/// A constant as a value of another type, as a cell of a `datatable` is converted. A text that cannot be read gives null.
pub(super) fn cast(value: &Value, to: ScalarType) -> Option<Value> {
    if let Some(converted) = convert(value, to) {
        return Some(converted);
    }
    Some(match (value, to) {
        (_, ScalarType::String) => Value::String(value.text().into()),
        (Value::String(text), _) => match to {
            ScalarType::Bool => Value::Bool(boolean::parse(text)),
            ScalarType::Int => Value::Int(integer::parse_int(text)),
            ScalarType::Long => Value::Long(integer::parse_long(text)),
            ScalarType::Real => Value::Real(real::parse(text)),
            ScalarType::Decimal => Value::Decimal(Decimal::parse(text).map(|number| number.text().into())),
            ScalarType::Datetime => Value::Datetime(datetime::parse(text)),
            ScalarType::Timespan => Value::Timespan(timespan::parse(text)),
            ScalarType::Guid => Value::Guid(guid::parse(text)),
            ScalarType::String | ScalarType::Dynamic => return None,
        },
        (Value::Real(Some(number)), ScalarType::Long) =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "numbers are truncated, and saturate")]
            Value::Long(Some(*number as i64))
        }
        (Value::Real(Some(number)), ScalarType::Decimal) => {
            Value::Decimal(Decimal::from_f64(*number).map(|number| number.text().into()))
        }
        (Value::Decimal(Some(digits)), ScalarType::Real) => Value::Real(real::parse(digits)),
        (Value::Long(Some(number)), ScalarType::Bool) => Value::Bool(Some(*number != 0)),
        (Value::Long(Some(ticks)), ScalarType::Timespan) => Value::Timespan(Some(*ticks)),
        (Value::Long(Some(ticks)), ScalarType::Datetime) => {
            Value::Datetime(Some(*ticks).filter(|ticks| datetime::in_range(*ticks)))
        }
        (Value::Bool(Some(value)), ScalarType::Long) => Value::Long(Some(i64::from(*value))),
        (Value::Bool(Some(value)), ScalarType::Int) => Value::Int(Some(i32::from(*value))),
        _ => return None,
    })
}

/// The value as an integer.
pub(super) fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Int(Some(number)) => Some(i64::from(*number)),
        Value::Long(Some(number)) => Some(*number),
        _ => None,
    }
}

/// The value of an operation on two constants, for the few places that need a constant where people compute one.
pub(super) fn fold(operator: &str, left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Long(Some(left)), Value::Long(Some(right))) => Some(Value::Long(Some(match operator {
            "+" => left.wrapping_add(*right),
            "-" => left.wrapping_sub(*right),
            "*" => left.wrapping_mul(*right),
            "/" if *right != 0 => left.wrapping_div(*right),
            _ => return None,
        }))),
        (Value::Timespan(Some(left)), Value::Timespan(Some(right))) => {
            Some(Value::Timespan(Some(match operator {
                "+" => left.wrapping_add(*right),
                "-" => left.wrapping_sub(*right),
                _ => return None,
            })))
        }
        (Value::Timespan(Some(span)), Value::Long(Some(number)))
        | (Value::Long(Some(number)), Value::Timespan(Some(span)))
            if operator == "*" =>
        {
            Some(Value::Timespan(Some(span.wrapping_mul(*number))))
        }
        _ => None,
    }
}

/// JSON text of a scalar, as a dynamic value holds it. `None` for types whose text form is not settled here.
pub(super) fn json(value: &Value) -> Option<Value> {
    let text: Option<String> = match value {
        Value::Bool(value) => value.map(|value| value.to_string()),
        Value::Int(value) => value.map(|value| value.to_string()),
        Value::Long(value) => value.map(|value| value.to_string()),
        Value::String(text) => Some(json_string(text)),
        Value::Dynamic(value) => return Some(Value::Dynamic(value.clone())),
        _ if value.is_null() => None,
        Value::Datetime(_) | Value::Timespan(_) | Value::Guid(_) => Some(json_string(&value.text())),
        Value::Real(Some(number)) if number.is_finite() => Some(value.text()),
        _ => return None,
    };
    Some(Value::Dynamic(text.map(Into::into)))
}

fn json_string(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            c if c < ' ' => {
                use std::fmt::Write as _;
                // Writing to a string cannot fail.
                let _written = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.push(c),
        }
    }
    json.push('"');
    json
}
