//! Runs the documents in `tests/cases`.
//!
//! Below each `##` heading stands a query in a fenced block named `kql`, then what must come of it: `tree` is the tree as
//! [`dump`](wardenry_kql_syntax::dump::dump) writes it, `diagnostics` what a terminal shows. A block that is left out is not
//! compared, but a case without `diagnostics` must have none.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use wardenry_diagnostic::terminal::Terminal;
use wardenry_kql_syntax::dump::dump;
use wardenry_kql_syntax::parse;

struct Case {
    heading: String,
    query: String,
    tree: Option<String>,
    diagnostics: Option<String>,
}

fn documents() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is part of the crate")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    paths.sort();
    paths
}

fn cases(document: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut heading = String::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(text) = line.strip_prefix("## ") {
            text.clone_into(&mut heading);
        }
        let Some(kind) = line.strip_prefix("````").filter(|kind| !kind.is_empty()) else { continue };
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "````").collect();
        let block = block.join("\n");
        match (kind, cases.last_mut()) {
            ("kql", _) => {
                cases.push(Case { heading: heading.clone(), query: block, tree: None, diagnostics: None });
            }
            ("tree", Some(case)) => case.tree = Some(block),
            ("diagnostics", Some(case)) => case.diagnostics = Some(block),
            _ => panic!("`{kind}` below {heading:?} is no block of a case"),
        }
    }
    cases
}

#[test]
fn cases_are_read_as_they_say() {
    let mut failures = String::new();
    let mut count = 0;
    for path in documents() {
        let document = std::fs::read_to_string(&path).expect("a document is text");
        for case in cases(&document) {
            count += 1;
            let parsed = parse(&case.query);
            let tree = dump(&parsed.query);
            let diagnostics = Terminal::default().render(&case.query, &parsed.diagnostics);
            let wrong_tree = case.tree.is_some_and(|expected| expected != tree.trim_end());
            let wrong_diagnostics = case.diagnostics.unwrap_or_default() != diagnostics.trim_end();
            if wrong_tree || wrong_diagnostics {
                _ = writeln!(
                    failures,
                    "{}: {}\n{}\n--- tree\n{tree}--- diagnostics\n{diagnostics}",
                    path.display(),
                    case.heading,
                    case.query
                );
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(count > 100, "only {count} cases were found");
}
