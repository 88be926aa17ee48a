//! Runs the documents in `tests/cases`.
//!
//! A block named `kql` holds queries, separated by blank lines. Below each stands what comes of it: `//=` the columns of
//! each statement with their types, `//!` the code and the message of each error and warning, and in brackets what would mend
//! it. A query without `//!` has none. Columns that are only known when the query runs are `…`.
//!
//! A document with `//?` lines says more: below a message its notes, what is remarked on other places, and the query as the
//! fix leaves it.

#[path = "check/sound.rs"]
mod sound;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use wardenry_diagnostic::Diagnostic;
use wardenry_kql_semantics::{CODES, CheckOptions, Checked, Schema, StatementColumns, check};
use wardenry_kql_syntax::parse;
use wardenry_kql_values::ScalarType;

type Columns = Arc<[(Arc<str>, ScalarType)]>;

struct Tables(BTreeMap<&'static str, Columns>);

impl Schema for Tables {
    fn table(&self, name: &str) -> Option<Columns> {
        self.0.get(name).cloned()
    }

    fn table_names(&self) -> Vec<Arc<str>> {
        self.0.keys().map(|name| (*name).into()).collect()
    }
}

fn tables() -> Tables {
    let table = |columns: &str| {
        columns
            .split(", ")
            .map(|column| {
                let (name, scalar_type) = column.split_once(':').expect("a column has a type");
                (name.into(), ScalarType::parse(scalar_type).expect("a type of the language"))
            })
            .collect()
    };
    Tables(BTreeMap::from([
        (
            "DeviceInfo",
            table("Timestamp:datetime, DeviceId:string, DeviceName:string, OSBuild:long, Extra:dynamic"),
        ),
        (
            "DeviceEvents",
            table("Timestamp:datetime, DeviceId:string, ActionType:string, SHA1:string, Port:int"),
        ),
        ("EmailEvents", table("Timestamp:datetime, Subject:string, Port:long")),
    ]))
}

fn check_text(text: &str) -> (bool, Checked) {
    let parsed = parse(text);
    let checked = check(&parsed.query, &tables(), &CheckOptions::default());
    (parsed.has_errors(), checked)
}

fn columns(statement: &StatementColumns) -> String {
    let mut text: Vec<String> = statement
        .columns
        .iter()
        .map(|column| {
            let scalar_type = column.scalar_type.map_or("unknown", ScalarType::name);
            format!("{}:{scalar_type}", column.name)
        })
        .collect();
    if statement.open {
        text.push("…".to_owned());
    }
    format!("//= {}", text.join(", ")).trim_end().to_owned()
}

fn outcome(text: &str, with_help: bool) -> String {
    let (_, checked) = check_text(text);
    let mut outcome = String::new();
    for statement in &checked.statements {
        _ = writeln!(outcome, "{}", columns(statement));
    }
    for diagnostic in &checked.diagnostics {
        let fix = diagnostic.fix.as_ref().map_or_else(String::new, |fix| format!(" [{}]", fix.title));
        _ = writeln!(outcome, "//! {} {}{fix}", diagnostic.code, diagnostic.message);
        if with_help {
            outcome.push_str(&help(text, diagnostic));
        }
    }
    assert_eq!(
        checked.query.is_some() || checked.pending.is_some(),
        !checked.has_errors(),
        "a query comes out, or an error: {text}"
    );
    if let Some(query) = &checked.query {
        for fault in sound::faults(query) {
            _ = writeln!(outcome, "unsound: {fault}");
        }
    }
    outcome
}

fn help(text: &str, diagnostic: &Diagnostic) -> String {
    let mut help = String::new();
    for annotation in &diagnostic.annotations {
        let place = text.get(annotation.span.range()).expect("a place lies in the text");
        _ = writeln!(help, "//? at `{place}`: {}", annotation.message);
    }
    for note in &diagnostic.notes {
        _ = writeln!(help, "//? note: {note}");
    }
    if diagnostic.fix.is_some() {
        _ = writeln!(help, "//? fixed: {}", diagnostic.fixed(text).expect("a fix lies in the text"));
    }
    help
}

fn cases() -> Vec<(String, String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is part of the crate") {
        let path = entry.expect("the folder can be read").path();
        let document = std::fs::read_to_string(&path).expect("a document is text");
        let name = path.file_stem().expect("a document has a name").to_string_lossy().into_owned();
        let mut lines = document.lines();
        let is_expected = |line: &str| ["//=", "//!", "//?"].iter().any(|mark| line.starts_with(mark));
        while lines.by_ref().any(|line| line == "```kql") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            for case in block.split(|line| line.is_empty()).filter(|case| !case.is_empty()) {
                let (expected, query): (Vec<&str>, Vec<&str>) =
                    case.iter().partition(|line| is_expected(line));
                let expected: String = expected.into_iter().flat_map(|line| [line, "\n"]).collect();
                cases.push((name.clone(), query.join("\n"), expected));
            }
        }
    }
    cases
}

#[test]
fn cases_are_checked_as_they_say() {
    let cases = cases();
    assert!(cases.len() > 150, "only {} cases were found", cases.len());
    let mut failures = String::new();
    let helpful: BTreeSet<&str> =
        cases.iter().filter(|case| case.2.contains("//?")).map(|case| &*case.0).collect();
    for (document, query, expected) in &cases {
        let found = outcome(query, helpful.contains(&**document));
        if found != *expected {
            _ = writeln!(failures, "{document}: {query}\n--- expected\n{expected}--- found\n{found}");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Each code is given by some case, so that no message exists that nobody has read.
#[test]
fn every_code_has_a_case() {
    let cases = cases();
    let missing: Vec<&str> = CODES
        .iter()
        .map(|code| code.code)
        .filter(|code| !cases.iter().any(|(_, _, expected)| expected.contains(&format!("//! {code} "))))
        .filter(|code| !["KQL0124", "KQL0125"].contains(code))
        .collect();
    assert!(missing.is_empty(), "no case gives {missing:?}");
}

#[test]
fn codes_are_in_order_and_distinct() {
    assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
}

/// The engine runs the input of a plugin whose columns depend on rows, and has the query checked again.
#[test]
fn a_query_is_checked_again_with_the_columns_of_its_plugins() {
    let text = "DeviceInfo | project DeviceId, Extra | evaluate bag_unpack(Extra) | where Size > 5
        | join (DeviceInfo | evaluate bag_unpack(Extra)) on DeviceId | project DeviceId, Size, Colour";
    let query = parse(text).query;
    let mut options = CheckOptions::default();
    let found: [&[(&str, ScalarType)]; 2] = [
        &[("DeviceId", ScalarType::String), ("Size", ScalarType::Long)],
        &[("DeviceId", ScalarType::String), ("Colour", ScalarType::String)],
    ];
    for columns in found {
        let checked = check(&query, &tables(), &options);
        assert_eq!(checked.diagnostics, []);
        assert!(checked.query.is_none());
        let pending = checked.pending.expect("a plugin waits for its columns");
        assert_eq!(pending.plugin.name, "bag_unpack");
        let columns = columns.iter().map(|(name, scalar_type)| ((*name).into(), *scalar_type)).collect();
        options.plugin_columns.insert(pending.site, columns);
    }
    let checked = check(&query, &tables(), &options);
    let shown: Vec<String> = checked.statements.iter().map(columns).collect();
    assert_eq!(shown, ["//= DeviceId:string, Size:long, Colour:string"]);
    assert!(checked.query.is_some());

    // With the columns known, a name that is not among them is refused.
    let query = parse("DeviceInfo | evaluate bag_unpack(Extra) | project Nothing").query;
    let checked = check(&query, &tables(), &CheckOptions::default());
    let site = checked.pending.expect("a plugin waits for its columns").site;
    let mut options = CheckOptions::default();
    options.plugin_columns.insert(site, vec![("DeviceId".into(), ScalarType::String)]);
    let checked = check(&query, &tables(), &options);
    assert_eq!(checked.diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), ["KQL0101"]);
}

fn codes_of(text: &str) -> Vec<&'static str> {
    let (_, checked) = check_text(text);
    assert!(checked.query.is_none(), "a limit stops the query");
    checked.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

/// Variables and functions that double at each step would make a query of any size.
#[test]
fn a_query_that_doubles_itself_is_stopped() {
    let mut scalars = "let a0 = 1 + 1;".to_owned();
    let mut relations = "let t0 = DeviceInfo;".to_owned();
    let mut functions = "let f0 = (x:long) { x + x };".to_owned();
    let mut unions = "let u0 = () { DeviceInfo };".to_owned();
    for step in 1..40 {
        let before = step - 1;
        _ = write!(scalars, "let a{step} = a{before} + a{before};");
        _ = write!(relations, "let t{step} = union t{before}, t{before};");
        _ = write!(functions, "let f{step} = (x:long) {{ f{before}(f{before}(x)) }};");
        _ = write!(unions, "let u{step} = () {{ union u{before}(), u{before}() }};");
    }
    let texts = [
        format!("{scalars} print a39"),
        format!("{relations} t39"),
        format!("{functions} print f39(1)"),
        format!("{unions} u39()"),
    ];
    for text in texts {
        let codes = codes_of(&text);
        assert!(codes.contains(&"KQL0125") || codes.contains(&"KQL0124"), "a limit is named, not {codes:?}");
    }
}

#[test]
fn a_query_that_is_nested_too_deeply_is_stopped() {
    let mut scalars = "let a0 = 1;".to_owned();
    let mut relations = "let t0 = DeviceInfo;".to_owned();
    let mut functions = "let f0 = (x:long) { x };".to_owned();
    let mut tables = "let g0 = () { DeviceInfo };".to_owned();
    for step in 1..3000 {
        let before = step - 1;
        _ = write!(scalars, "let a{step} = not(a{before} > 1) == 1;");
        _ = write!(relations, "let t{step} = t{before} | where true;");
        _ = write!(functions, "let f{step} = (x:long) {{ 1 + f{before}(x) }};");
        _ = write!(tables, "let g{step} = () {{ g{before}() | where true }};");
    }
    let texts = [
        format!("{scalars} print a2999"),
        format!("{relations} t2999"),
        format!("{functions} print f2999(1)"),
        format!("{tables} g2999()"),
        format!("DeviceInfo {}", "| where true ".repeat(5000)),
        format!("print x = 1{}", " + 1".repeat(5000)),
        format!("print x = {}1{}", "abs(".repeat(5000), ")".repeat(5000)),
        format!("DeviceInfo | where {}true{}", "not(".repeat(5000), ")".repeat(5000)),
        format!("print x = {}1", "-".repeat(5000)),
        format!("print d = dynamic(1) | project d{}", ".a".repeat(5000)),
    ];
    for text in texts {
        let (syntax, checked) = check_text(&text);
        assert!(syntax || checked.has_errors() || checked.query.is_some());
    }
}

/// Chains of `and` and `or` are long in real queries, and make no deep tree.
#[test]
fn a_long_chain_of_conditions_is_fine() {
    let text = format!("DeviceInfo | where DeviceId == 'a'{}", " or DeviceId == 'b'".repeat(3000));
    let (syntax, checked) = check_text(&text);
    if !syntax {
        assert_eq!(checked.diagnostics, []);
    }
}
