//! Runs the documents in `tests/cases`.
//!
//! Below each `##` heading stands a query in a block named `kql`, then what must come of it: `tree` is the
//! tree as [`dump`](wardenry_kql_syntax::dump::dump) writes it, `diagnostics` what a terminal shows. A case
//! without `diagnostics` must have none.

use std::fmt::Write as _;

use wardenry_diagnostic::terminal::Terminal;
use wardenry_kql_syntax::dump::dump;
use wardenry_kql_syntax::{codes, parse};

use crate::documents::cases;

#[test]
fn queries_are_read_as_their_cases_say() {
    let mut failures = String::new();
    for case in cases("cases") {
        let parsed = parse(&case.query);
        let tree = dump(&parsed.query);
        let diagnostics = Terminal::default().render(&case.query, &parsed.diagnostics);
        let wrong_tree = case.block("tree") != Some(tree.trim_end());
        let wrong_diagnostics = case.block("diagnostics").unwrap_or_default() != diagnostics.trim_end();
        if wrong_tree || wrong_diagnostics {
            let (name, query) = (case.name, case.query);
            _ = writeln!(failures, "{name}\n{query}\n--- tree\n{tree}--- diagnostics\n{diagnostics}");
        }
    }
    assert_eq!(failures, "");
}

#[test]
fn every_code_has_a_case() {
    // The limits are met in `hostile`.
    let elsewhere = [codes::TEXT_TOO_LONG, codes::TOO_DEEP, codes::TOO_MANY_ERRORS];
    let shown: String =
        cases("cases").iter().filter_map(|case| case.block("diagnostics").map(str::to_owned)).collect();
    let missing: Vec<_> = codes::ALL
        .iter()
        .map(|(code, _)| *code)
        .filter(|code| !elsewhere.contains(code) && !shown.contains(code))
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn fixes_mend_what_they_are_offered_for() {
    let mut failures = String::new();
    for case in cases("cases") {
        for diagnostic in parse(&case.query).diagnostics {
            let Some(fixed) = diagnostic.fixed(&case.query) else { continue };
            let count = |text: &str| {
                parse(text).diagnostics.iter().filter(|other| other.code == diagnostic.code).count()
            };
            if count(&fixed) >= count(&case.query) {
                _ = writeln!(failures, "{}: {}\n{fixed}", case.name, diagnostic.message);
            }
        }
    }
    assert_eq!(failures, "");
}
