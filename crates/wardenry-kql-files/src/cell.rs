//! The text forms that a cell may have.

use serde::de::IgnoredAny;

pub(crate) use wardenry_kql_values::{datetime, guid};

/// Whether the text is one JSON value.
pub(crate) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Whether a text begins as an ISO 8601 date does: a cheap test before the full one. Only these count as dates when
/// types are inferred: `1/2/2024` may be a date in some column and a fraction in the next.
pub(crate) fn looks_like_datetime(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && bytes[5..7].iter().all(u8::is_ascii_digit)
        && bytes[7] == b'-'
}

/// A text as a JSON text.
pub(crate) fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
