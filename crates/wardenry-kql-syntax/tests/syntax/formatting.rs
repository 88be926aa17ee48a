//! Runs the documents in `tests/formatting`, each with a query in a `kql` block and the `formatted` one; and
//! formats whatever else there is.

use std::fmt::Write as _;

use wardenry_kql_syntax::dump::dump;
use wardenry_kql_syntax::{format, parse};

use crate::documents::cases;

#[test]
fn queries_are_laid_out_as_their_cases_say() {
    let mut failures = String::new();
    for case in cases("formatting") {
        let formatted = format(&case.query).expect("the query has no errors");
        if case.block("formatted") != Some(formatted.trim_end()) {
            _ = writeln!(failures, "{}\n{formatted}", case.name);
        }
    }
    assert_eq!(failures, "");
}

#[test]
fn a_formatted_query_means_the_same_and_stays_as_it_is() {
    for case in cases("cases").iter().chain(&cases("formatting")) {
        let parsed = parse(&case.query);
        match format(&case.query) {
            Err(diagnostics) => assert_eq!(diagnostics, parsed.diagnostics, "{}", case.name),
            Ok(formatted) => {
                assert_eq!(dump(&parse(&formatted).query), dump(&parsed.query), "{}", case.name);
                assert_eq!(format(&formatted).as_deref(), Ok(formatted.as_str()), "{}", case.name);
            }
        }
    }
}

#[test]
fn nothing_becomes_nothing() {
    assert_eq!(format("").as_deref(), Ok(""));
    assert_eq!(format(" \n\t\n").as_deref(), Ok(""));
}
