//! Arrays of numbers, read from JSON and written to it.

use serde_json::Value;

/// The elements of an array; `None` for what is not one.
pub(super) fn elements(json: &str) -> Option<Vec<Value>> {
    match serde_json::from_str(json) {
        Ok(Value::Array(elements)) => Some(elements),
        _ => None,
    }
}

/// Appends a real, always with a fraction. What is not finite is text, for JSON has no number for it.
pub(super) fn push_real(json: &mut String, value: f64) {
    if value.is_finite() {
        json.push_str(&wardenry_kql_values::real::text(value));
    } else {
        json.push('"');
        json.push_str(&wardenry_kql_values::real::text(value));
        json.push('"');
    }
}

/// Appends an array of what `write` appends for each item.
pub(super) fn push_array<T>(json: &mut String, items: &[T], mut write: impl FnMut(&mut String, &T)) {
    json.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        write(json, item);
    }
    json.push(']');
}
