//! What the scalar inside a dynamic value converts to. Arrays and bags convert to text only.

use std::borrow::Cow;

use wardenry_kql_values::{
    Decimal, boolean, datetime as datetime_text, guid as guid_text, integer, real as real_text,
    timespan as timespan_text,
};

use super::to_integer::{low_bits, whole};
use crate::dynamic::{Dynamic, Kind};

/// The text of a string; the JSON text, compact, of everything else.
pub(super) fn write_text(out: &mut String, json: &str) {
    let value = Dynamic::new(json);
    match value.as_str() {
        Some(text) => out.push_str(&text),
        None if value.is_null() => {}
        None => out.push_str(&value.compact()),
    }
}

pub(super) fn int(json: &str) -> Option<i32> {
    let value = Dynamic::new(json);
    match value.kind() {
        Kind::String => integer::parse_int(&text(value)),
        _ => number(value).map(low_bits),
    }
}

pub(super) fn long(json: &str) -> Option<i64> {
    let value = Dynamic::new(json);
    match value.kind() {
        Kind::String => integer::parse_long(&text(value)),
        _ => number(value),
    }
}

pub(super) fn real(json: &str) -> Option<f64> {
    let value = Dynamic::new(json);
    match value.kind() {
        Kind::String => real_text::parse(&text(value)),
        Kind::Bool => value.as_bool().map(|value| f64::from(u8::from(value))),
        _ => value.as_f64(),
    }
}

pub(super) fn decimal(json: &str) -> Option<Decimal> {
    let value = Dynamic::new(json);
    match value.kind() {
        Kind::String => Decimal::parse(&text(value)),
        Kind::Bool => value.as_bool().map(|value| Decimal::from(i64::from(value))),
        Kind::Long | Kind::Real => Decimal::parse(value.text()),
        _ => None,
    }
}

pub(super) fn bool(json: &str) -> Option<bool> {
    let value = Dynamic::new(json);
    match value.kind() {
        Kind::Bool => value.as_bool(),
        Kind::String => boolean::parse(&text(value)),
        _ => value.as_f64().map(|value| value != 0.0),
    }
}

pub(super) fn datetime(json: &str) -> Option<i64> {
    let value = Dynamic::new(json);
    match value.kind() {
        Kind::String => datetime_text::parse(&text(value)),
        Kind::Long => value.as_i64().filter(|ticks| datetime_text::in_range(*ticks)),
        _ => None,
    }
}

pub(super) fn timespan(json: &str) -> Option<i64> {
    let value = Dynamic::new(json);
    match value.kind() {
        Kind::String => timespan_text::parse(&text(value)),
        Kind::Long => value.as_i64(),
        _ => None,
    }
}

pub(super) fn guid(json: &str) -> Option<u128> {
    guid_text::parse(&Dynamic::new(json).as_str()?)
}

fn text(value: Dynamic<'_>) -> Cow<'_, str> {
    value.as_str().unwrap_or_default()
}

/// The whole part of a number, 1 or 0 for a bool.
fn number(value: Dynamic<'_>) -> Option<i64> {
    match value.kind() {
        Kind::Bool => value.as_bool().map(i64::from),
        Kind::Long => value.as_i64(),
        Kind::Real => value.as_f64().and_then(whole),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn converts_what_is_inside() {
        // kql-semantics, dynamic; casts and text forms.
        check(
            "tostring",
            "dynamic -> string",
            "true | true
             1.5 | 1.5
             [1, 2] | [1,2]
             {\"on\": true, \"n\": 1} | \"{\"on\":true,\"n\":1}\"
             \"a b\" | a b
             null | \"\"",
        );
        check(
            "toint",
            "dynamic -> int",
            "\"5\" | 5\n5 | 5\n5.9 | 5\ntrue | 1\n[] | null\nnull | null\n2147483648 | -2147483648",
        );
        check("tolong", "dynamic -> long", "\"0x1F\" | 31\n5 | 5\n{} | null\n\"x\" | null");
        check("toreal", "dynamic -> real", "\"1e3\" | 1000\n5 | 5\n\"0x1F\" | null");
        check("todecimal", "dynamic -> decimal", "0.1 | 0.1\n\"0.2\" | 0.2\n[] | null");
        check("tobool", "dynamic -> bool", "true | true\n\"False\" | false\n2 | true\n0 | false\n[] | null");
        check(
            "todatetime",
            "dynamic -> datetime",
            "\"2024-05-06T07:08:09Z\" | 2024-05-06 07:08:09\n{} | null",
        );
        check("totimespan", "dynamic -> timespan", "\"1.00:00:00\" | 1d\n10000000 | 1s");
        check(
            "toguid",
            "dynamic -> guid",
            "\"74be27de-1e4e-49d9-b579-fe0b331d3642\" | 74be27de-1e4e-49d9-b579-fe0b331d3642\n5 | null",
        );
    }
}
