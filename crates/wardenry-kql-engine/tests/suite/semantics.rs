//! The examples of the semantics reference: each is a query with its result, or one that must be refused.
//!
//! `examples.jsonl` has one a line: `id` (section and number), `query`, then `columns` (name and type), `rows` and `ordered`
//! (whether the order of rows counts), or `refused` with the reason. Cells are written as `--output json` writes them.

use serde_json::Value as Json;
use wardenry_kql_cases::agree;
use wardenry_kql_engine::{MemoryTables, QueryError};

use crate::support::run;

const EXAMPLES: &str = include_str!("semantics/examples.jsonl");

/// Examples that do not pass yet. The list only gets shorter.
const OPEN: &[&str] = &[];

#[tokio::test]
async fn examples() {
    let mut failed = Vec::new();
    let mut unexpected = Vec::new();
    let mut count = 0;
    for line in EXAMPLES.lines() {
        let example: Json = serde_json::from_str(line).expect("an example is a JSON object");
        let id = example["id"].as_str().expect("an example has an id").to_owned();
        count += 1;
        let query = example["query"].as_str().expect("an example has a query").to_owned();
        // An example that panics must not hide the others.
        let outcome = tokio::spawn(async move { run(&query, &MemoryTables::new()).await }).await;
        let verdict = match outcome {
            Ok(outcome) => compare(&example, outcome),
            Err(panic) => Err(format!("panicked: {panic}")),
        };
        match verdict {
            Ok(()) if OPEN.contains(&id.as_str()) => unexpected.push(id),
            Err(why) if !OPEN.contains(&id.as_str()) => {
                failed.push(format!("{id}: {}\n    {why}", example["query"]));
            }
            _ => {}
        }
    }
    assert_eq!(count, 166);
    assert!(unexpected.is_empty(), "no longer open: {unexpected:?}");
    assert!(failed.is_empty(), "{} of {count} failed:\n{}", failed.len(), failed.join("\n"));
}

fn compare(example: &Json, outcome: Result<Json, QueryError>) -> Result<(), String> {
    if example["refused"].is_string() {
        return match outcome {
            Err(QueryError::Diagnostics(_)) => Ok(()),
            Err(error) => {
                Err(format!("ran until {error:?}, where it must be refused: {}", example["refused"]))
            }
            Ok(result) => Err(format!("gave {result}, where it must be refused: {}", example["refused"])),
        };
    }
    let result = outcome.map_err(|error| format!("{error:?}"))?;
    let columns: Vec<Json> = result["columns"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|column| Json::from(vec![column["name"].clone(), column["type"].clone()]))
        .collect();
    if Json::from(columns.clone()) != example["columns"] {
        return Err(format!("columns {} instead of {}", Json::from(columns), example["columns"]));
    }
    let mut found = result["rows"].as_array().cloned().unwrap_or_default();
    let mut expected = example["rows"].as_array().cloned().unwrap_or_default();
    if example["ordered"] != Json::Bool(true) {
        found.sort_by_key(ToString::to_string);
        expected.sort_by_key(ToString::to_string);
    }
    let same =
        found.len() == expected.len() && found.iter().zip(&expected).all(|(left, right)| agree(left, right));
    if same { Ok(()) } else { Err(format!("rows {} instead of {}", Json::from(found), Json::from(expected))) }
}
