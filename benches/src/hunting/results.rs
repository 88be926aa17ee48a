//! What an engine answered, and whether two answers are the same.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) answers: BTreeMap<String, Answer>,
    pub(crate) peak_bytes: u64,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    pub(crate) seconds: Vec<f64>,
    #[serde(default)]
    pub(crate) rows: Vec<Vec<Value>>,
    #[serde(default)]
    pub(crate) failure: Option<String>,
}

impl Answer {
    pub(crate) fn best(&self) -> Option<f64> {
        self.seconds.iter().copied().min_by(f64::total_cmp)
    }
}

#[derive(Deserialize)]
struct Line {
    name: Option<String>,
    peak_bytes: Option<u64>,
    #[serde(flatten)]
    answer: Answer,
}

impl Results {
    /// Reads the lines that an engine printed.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut results = Self::default();
        for line in text.lines() {
            let line: Line = serde_json::from_str(line)?;
            if let Some(name) = line.name {
                results.answers.insert(name, line.answer);
            }
            results.peak_bytes = results.peak_bytes.max(line.peak_bytes.unwrap_or(0));
        }
        Ok(results)
    }
}

/// Whether two answers have the same rows, in any order. Reals may differ in the last digits.
pub(crate) fn same_rows(a: &[Vec<Value>], b: &[Vec<Value>]) -> bool {
    let sorted = |rows: &[Vec<Value>]| {
        let mut rows = rows.to_vec();
        rows.sort_by(|a, b| {
            a.iter().zip(b).map(|(a, b)| order(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
        rows
    };
    let same = |a: &Value, b: &Value| match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
        // An empty text is what a missing one is here and a null there.
        _ => a == b || (is_nothing(a) && is_nothing(b)),
    };
    a.len() == b.len()
        && sorted(a)
            .iter()
            .zip(&sorted(b))
            .all(|(a, b)| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)))
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

fn order(a: &Value, b: &Value) -> Ordering {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ if is_nothing(a) || is_nothing(b) => is_nothing(b).cmp(&is_nothing(a)),
        _ => a.to_string().cmp(&b.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_compared_in_any_order() {
        let rows = |value: Value| serde_json::from_value::<Vec<Vec<Value>>>(value).expect("rows");
        assert!(same_rows(&rows(json!([["a", 1], ["b", 2.0]])), &rows(json!([["b", 2], ["a", 1.0]]))));
        assert!(same_rows(&rows(json!([["", 1]])), &rows(json!([[null, 1]]))));
        assert!(!same_rows(&rows(json!([["a", 1]])), &rows(json!([["a", 2]]))));
        assert!(!same_rows(&rows(json!([["a", 1]])), &rows(json!([["a", 1], ["a", 1]]))));
    }

    #[test]
    fn lines_are_answers_and_a_peak() {
        let text = "{\"name\":\"q\",\"seconds\":[0.5,0.25],\"rows\":[[1]]}\n{\"name\":\"r\",\"failure\":\"no\"}\n{\"peak_bytes\":7}\n";
        let results = Results::parse(text).expect("it is sound");
        assert_eq!(results.answers["q"].best(), Some(0.25));
        assert_eq!(results.answers["r"].failure.as_deref(), Some("no"));
        assert_eq!(results.peak_bytes, 7);
    }
}
