//! Compares results that are not exact.

use serde_json::Value as Json;
use wardenry_kql_values::Value;

/// Panics unless the only result is the expected JSON, with numbers that differ by no more than `by`.
pub(super) fn near(result: &[Value], expected: &str, by: f64) {
    let [Value::Dynamic(Some(result))] = result else { panic!("{result:?} is not one value") };
    let parse = |json: &str| serde_json::from_str::<Json>(json).expect("JSON");
    assert!(is_near(&parse(result), &parse(expected), by), "{result}\nis not\n{expected}");
}

fn is_near(left: &Json, right: &Json, by: f64) -> bool {
    match (left, right) {
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_near(left, right, by))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, left)| right.get(name).is_some_and(|right| is_near(left, right, by)))
        }
        (Json::Number(left), Json::Number(right)) => match (left.as_f64(), right.as_f64()) {
            (Some(left), Some(right)) => (left - right).abs() <= by,
            _ => false,
        },
        _ => left == right,
    }
}
