//! The documents in `tests/cases`, see the README there.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value as Json;
use wardenry_diagnostic::{Diagnostic, Severity};
use wardenry_kql_engine::{Engine, MemoryTables, QueryError, RunOptions};
use wardenry_kql_values::{ScalarType, datetime, timespan};

use crate::semantics::agree;
use crate::support::{NOW, run_with};

#[tokio::test]
async fn documents() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut failed = Vec::new();
    let mut count = 0;
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .expect("there are cases")
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        if name == "README.md" || path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a document is text");
        for case in cases(&text) {
            count += 1;
            let place = format!("tests/cases/{name}:{} ({})", case.line, case.title);
            if let Err(why) = check(&case).await {
                failed.push(format!("{place}\n{why}"));
            }
        }
    }
    assert!(count > 0, "there are cases");
    assert!(failed.is_empty(), "{} of {count} cases failed:\n\n{}", failed.len(), failed.join("\n\n"));
}

struct Case {
    title: String,
    line: usize,
    origin: Option<String>,
    /// The words behind the fence, and the text.
    blocks: Vec<(String, String)>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut block: Option<(String, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        if let Some((words, content)) = &mut block {
            if line == "```" {
                let finished = (std::mem::take(words), std::mem::take(content));
                cases.last_mut().expect("a block stands under a heading").blocks.push(finished);
                block = None;
            } else {
                content.push_str(line);
                content.push('\n');
            }
        } else if let Some(words) = line.strip_prefix("```") {
            block = Some((words.to_owned(), String::new()));
        } else if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case { title: title.to_owned(), line: number, origin: None, blocks: Vec::new() });
        } else if let (Some(origin), Some(case)) = (line.strip_prefix("Origin: "), cases.last_mut()) {
            case.origin = Some(origin.to_owned());
        }
    }
    cases
}

async fn check(case: &Case) -> Result<(), String> {
    let known = |origin: &String| origin == "regression" || origin.starts_with("reference, ");
    if !case.origin.as_ref().is_some_and(known) {
        return Err("the case does not say its origin".to_owned());
    }
    let mut tables = MemoryTables::new();
    let mut query = None;
    let mut expected = None;
    for (words, content) in &case.blocks {
        match words.split_once(' ') {
            Some(("data", name)) => insert(&mut tables, name, content).await?,
            _ if words == "kql" => query = Some(content.as_str()),
            _ => expected = Some((words.as_str(), content.as_str())),
        }
    }
    let query = query.ok_or("there is no query")?;
    let (kind, expected) = expected.ok_or("nothing is expected")?;
    let options = RunOptions::at(NOW);
    let outcome = run_with(query, &tables, &options).await;
    match (kind, outcome) {
        ("table" | "table ordered", Ok((result, _))) => {
            let wanted = parsed(expected)?;
            compare(&result, &wanted, kind == "table ordered")
        }
        ("diagnostics", Err(QueryError::Diagnostics(found))) => same(&lines(&found), expected),
        ("failure", Err(QueryError::Run(error))) => same(&format!("{}: {error}\n", error.code()), expected),
        (_, outcome) => Err(match outcome {
            Ok((result, _)) => format!("gave {result}"),
            Err(QueryError::Diagnostics(found)) => lines(&found),
            Err(QueryError::Run(error)) => format!("{error:?}"),
        }),
    }
}

fn same(found: &str, expected: &str) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("expected:\n{expected}found:\n{found}")) }
}

fn lines(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "information",
        };
        let _ = writeln!(text, "{severity}[{}]: {}", diagnostic.code, diagnostic.message);
    }
    text
}

/// A table of a document: names, types, and rows as JSON cells.
struct Table {
    columns: Vec<(String, ScalarType)>,
    rows: Vec<Vec<Json>>,
}

fn parsed(content: &str) -> Result<Table, String> {
    let mut lines = content.lines();
    let head = lines.next().ok_or("a table has no columns")?;
    let mut columns = Vec::new();
    for column in head.split('|') {
        let (name, of_type) =
            column.trim().rsplit_once(':').ok_or_else(|| format!("`{column}` has no type"))?;
        let of_type = ScalarType::parse(of_type).ok_or_else(|| format!("there is no type `{of_type}`"))?;
        columns.push((name.to_owned(), of_type));
    }
    let mut rows = Vec::new();
    for line in lines {
        let cells = split(line);
        if cells.len() != columns.len() {
            return Err(format!("`{line}` has {} cells", cells.len()));
        }
        let row = cells.iter().zip(&columns).map(|(text, (_, of_type))| cell(text.trim(), *of_type));
        rows.push(row.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(Table { columns, rows })
}

/// Cells of a line; a `|` in a JSON string does not part them.
fn split(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for character in line.chars() {
        match character {
            '|' if !quoted => {
                cells.push(String::new());
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && character == '\\' && !escaped;
        cells.last_mut().expect("there is a cell").push(character);
    }
    cells
}

fn cell(text: &str, of_type: ScalarType) -> Result<Json, String> {
    let wrong = || format!("`{text}` is no {of_type}");
    if of_type == ScalarType::String {
        return Ok(if text.starts_with('"') {
            serde_json::from_str(text).map_err(|_| wrong())?
        } else {
            Json::from(text)
        });
    }
    if text == "null" {
        return Ok(Json::Null);
    }
    Ok(match of_type {
        ScalarType::Datetime => Json::from(datetime::text(datetime::parse(text).ok_or_else(wrong)?)),
        ScalarType::Timespan => Json::from(timespan::text(timespan::parse(text).ok_or_else(wrong)?)),
        ScalarType::Guid | ScalarType::Decimal => Json::from(text),
        ScalarType::Real if matches!(text, "NaN" | "Infinity" | "-Infinity") => Json::from(text),
        _ => serde_json::from_str(text).map_err(|_| wrong())?,
    })
}

fn compare(result: &Json, wanted: &Table, ordered: bool) -> Result<(), String> {
    let columns: Vec<_> = wanted
        .columns
        .iter()
        .map(|(name, of_type)| serde_json::json!({"name": name, "type": of_type.name()}))
        .collect();
    if result["columns"] != Json::from(columns.clone()) {
        return Err(format!("columns {} instead of {}", result["columns"], Json::from(columns)));
    }
    let mut found = result["rows"].as_array().cloned().unwrap_or_default();
    let mut rows: Vec<_> = wanted.rows.iter().cloned().map(Json::from).collect();
    if !ordered {
        found.sort_by_key(ToString::to_string);
        rows.sort_by_key(ToString::to_string);
    }
    let same = found.len() == rows.len() && found.iter().zip(&rows).all(|(left, right)| agree(left, right));
    if same { Ok(()) } else { Err(format!("rows {} instead of {}", Json::from(found), Json::from(rows))) }
}

/// Makes a table by way of a `datatable`.
async fn insert(tables: &mut MemoryTables, name: &str, content: &str) -> Result<(), String> {
    let table = parsed(content)?;
    let columns: Vec<_> =
        table.columns.iter().map(|(name, of_type)| format!("['{name}']:{of_type}")).collect();
    let values = table.rows.iter().flatten().zip(table.columns.iter().cycle());
    let values: Vec<_> = values.map(|(cell, (_, of_type))| literal(cell, *of_type)).collect();
    let query = format!("datatable({})[{}]", columns.join(", "), values.join(", "));
    let failed = |error: &dyn std::fmt::Debug| format!("data {name}: {error:?}");
    let mut run = Engine::new()
        .run(&query, &MemoryTables::new(), &RunOptions::at(NOW))
        .await
        .map_err(|error| failed(&error))?;
    let mut batches = Vec::new();
    while let Some(batch) = run.results[0].next().await {
        batches.push(batch.map_err(|error| failed(&error))?);
    }
    let columns: Vec<_> = table.columns.iter().map(|(name, of_type)| (name.as_str(), *of_type)).collect();
    tables.insert(name, &columns, batches).map_err(|error| failed(&error))
}

fn literal(cell: &Json, of_type: ScalarType) -> String {
    match (cell, of_type) {
        (Json::String(text), ScalarType::String) => Json::from(text.as_str()).to_string(),
        (Json::Null, _) => format!("{of_type}(null)"),
        (Json::String(text), ScalarType::Real) => match text.as_str() {
            "NaN" => "real(nan)".to_owned(),
            "-Infinity" => "real(-inf)".to_owned(),
            _ => "real(+inf)".to_owned(),
        },
        (
            Json::String(text),
            ScalarType::Datetime | ScalarType::Timespan | ScalarType::Guid | ScalarType::Decimal,
        ) => {
            format!("{of_type}({text})")
        }
        (cell, ScalarType::Dynamic) => format!("dynamic({cell})"),
        (cell, _) => format!("{of_type}({cell})"),
    }
}
