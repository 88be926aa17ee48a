//! The part of COMPAT.md that the catalogue knows.

use std::fmt::Write as _;

use super::{
    Category, Function, FunctionKind, HOSTED_FUNCTIONS, SCALAR_OPERATORS, Support, TABULAR_OPERATORS,
    functions,
};

/// The sections of COMPAT.md on the query language: operators, functions, aggregates and plugins with their state.
pub fn compat_markdown() -> String {
    let mut text = String::from("## Query language: operators of pipelines\n\n");
    let rows = TABULAR_OPERATORS.iter().map(|operator| Row {
        names: std::iter::once(operator.name).chain(operator.also.iter().copied()).collect(),
        support: operator.support,
        about: operator.about,
    });
    section(&mut text, "operator", rows);

    text.push_str("## Query language: operators of expressions\n\n");
    let rows = SCALAR_OPERATORS.iter().map(|operator| Row {
        names: std::iter::once(operator.name).chain(operator.also.iter().copied()).collect(),
        support: operator.support,
        about: operator.about,
    });
    section(&mut text, "operator", rows);

    for (title, column, kinds) in [
        (
            "scalar functions",
            "function",
            &[FunctionKind::Scalar, FunctionKind::Window, FunctionKind::Source][..],
        ),
        ("aggregates", "aggregate", &[FunctionKind::Aggregate][..]),
        ("plugins", "plugin", &[FunctionKind::Plugin][..]),
    ] {
        let mut categories: Vec<Category> = Vec::new();
        for function in functions().iter().filter(|function| kinds.contains(&function.kind)) {
            if !categories.contains(&function.category) {
                categories.push(function.category);
            }
        }
        for category in categories {
            if kinds.len() == 1 {
                writeln!(text, "## Query language: {title}\n").expect("a String takes everything");
            } else {
                writeln!(text, "## Query language: {title}, {}\n", category.title())
                    .expect("a String takes everything");
            }
            section(&mut text, column, rows_of(category, kinds));
        }
    }
    text.push_str("## Query language: functions of the hunting service\n\n");
    let rows = HOSTED_FUNCTIONS.iter().map(|function| Row {
        names: vec![function.name],
        support: function.support,
        about: function.about,
    });
    section(&mut text, "function", rows);
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

impl Category {
    /// What the functions of the category are about, in lower case.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Conversion => "conversions",
            Self::Logic => "logic and null",
            Self::Math => "numbers",
            Self::DateTime => "dates and times",
            Self::Dynamic => "dynamic values",
            Self::Network => "addresses and URLs",
            Self::Encoding => "encodings and hashes",
            Self::Window => "windows over ordered rows",
            Self::Series => "series",
            Self::Geospatial => "geography",
            Self::Units => "units",
            Self::Graph => "graphs",
            Self::Sketch => "sketches",
            Self::Environment => "surroundings of the query",
            Self::Source => "sources",
            Self::Aggregate => "aggregates",
            Self::Plugin => "plugins",
        }
    }
}

struct Row {
    names: Vec<&'static str>,
    support: Support,
    about: &'static str,
}

/// The functions of a category, each with the spellings that mean exactly the same.
fn rows_of(category: Category, kinds: &[FunctionKind]) -> impl Iterator<Item = Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut about_of_last: Option<(&Function, usize)> = None;
    for function in functions() {
        if function.category != category || !kinds.contains(&function.kind) {
            continue;
        }
        // An entry's spellings stand side by side and share its description.
        match about_of_last {
            Some((last, row))
                if std::ptr::eq(last.about, function.about) && last.canonical == function.canonical =>
            {
                rows[row].names.push(function.name);
            }
            _ => {
                about_of_last = Some((function, rows.len()));
                rows.push(Row {
                    names: vec![function.name],
                    support: function.support,
                    about: function.about,
                });
            }
        }
    }
    rows.into_iter()
}

/// A table of what is there, and below it the names of what is not.
fn section(text: &mut String, column: &str, rows: impl Iterator<Item = Row>) {
    let (missing, present): (Vec<Row>, Vec<Row>) = rows.partition(|row| row.support == Support::No);
    if !present.is_empty() {
        writeln!(text, "| {column} | state | what it does |\n| --- | --- | --- |")
            .expect("a String takes everything");
        for row in &present {
            let names = row.names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let state = match row.support {
                Support::Yes => "yes".to_owned(),
                Support::Partial(missing) => format!("partly: {missing}"),
                Support::No => "no".to_owned(),
            };
            writeln!(text, "| {names} | {state} | {} |", row.about).expect("a String takes everything");
        }
        text.push('\n');
    }
    if !missing.is_empty() {
        let names: Vec<String> =
            missing.iter().flat_map(|row| &row.names).map(|name| format!("`{name}`")).collect();
        writeln!(text, "{}: {}.\n", if present.is_empty() { "No" } else { "Not yet" }, names.join(", "))
            .expect("a String takes everything");
    }
}
