//! Runs `tests/explained.md`: a query in a block named `kql`, and below it in one named `text` how it is explained.

use std::fmt::Write as _;

use wardenry_kql_semantics::hunting::HuntingSchema;
use wardenry_kql_semantics::{CheckOptions, check};
use wardenry_kql_syntax::parse;

/// The content of the blocks of a name, in order.
fn blocks(document: &str, name: &str) -> Vec<String> {
    let fence = format!("```{name}");
    let mut lines = document.lines();
    let mut blocks = Vec::new();
    while lines.by_ref().any(|line| line == fence) {
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push(block.join("\n"));
    }
    blocks
}

#[test]
fn queries_are_explained_as_the_document_says() {
    let document = include_str!("explained.md");
    let (queries, expected) = (blocks(document, "kql"), blocks(document, "text"));
    assert!(queries.len() > 15 && queries.len() == expected.len(), "each query has its text");
    let mut failures = String::new();
    for (query, expected) in queries.iter().zip(&expected) {
        let parsed = parse(query);
        let checked = check(&parsed.query, &HuntingSchema, &CheckOptions::default());
        let faults: Vec<_> = parsed.diagnostics.iter().chain(&checked.diagnostics).collect();
        let found = match checked.query {
            Some(checked) if faults.is_empty() => checked.to_string(),
            _ => format!("{faults:?}"),
        };
        if found != *expected {
            _ = writeln!(failures, "{query}\n--- expected\n{expected}\n--- found\n{found}\n");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// A statement stands with what it reads, and with nothing else.
#[test]
fn statements_are_explained_one_by_one() {
    let query = "let a = materialize(DeviceInfo | take 1); let b = materialize(a | take 2);
        let c = materialize(DeviceEvents | take 3); b | count; c | count";
    let checked = check(&parse(query).query, &HuntingSchema, &CheckOptions::default());
    let explained = checked.query.expect("the query is right").explained();
    assert_eq!(
        explained,
        [
            "let shared_0 = materialize(
    DeviceInfo
    | take 1
);
let shared_1 = materialize(
    shared_0
    | take 2
);
shared_1
| summarize Count: long = count()",
            "let shared_2 = materialize(
    DeviceEvents
    | take 3
);
shared_2
| summarize Count: long = count()",
        ]
    );
}

/// What is deep is explained without recursion that the stack could not hold.
#[test]
fn deep_queries_are_explained() {
    let query = format!("DeviceInfo{}", " | where true | extend a = 1".repeat(240));
    let checked = check(&parse(&query).query, &HuntingSchema, &CheckOptions::default());
    assert!(checked.query.expect("the query is right").to_string().lines().count() > 400);
    let query = format!("print x = {}1{}", "abs(".repeat(90), ")".repeat(90));
    let checked = check(&parse(&query).query, &HuntingSchema, &CheckOptions::default());
    assert_eq!(checked.query.expect("the query is right").to_string().matches("abs(").count(), 90);
}
