//! The names that mean something at a place: columns, variables, tables.
//!
//! The query up to the place is put together from pieces of the text and checked as a query of its own. So the names
//! are those that the checker sees, whatever follows the place.

use std::fmt::Write as _;

use wardenry_kql_syntax::token::TokenKind;
use wardenry_kql_values::ScalarType;

use super::outline::{Frame, FrameKind, Outline, Source};
use crate::{CheckOptions, ResultColumn, Schema, check};

/// How deep subqueries are followed outwards.
const MAX_SUBQUERIES: usize = 16;
/// The longest text that is checked for the sake of its columns, in bytes.
const MAX_CHECKED: usize = 256 * 1024;

/// A name that `let` or a function's parameter gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable<'t> {
    pub(super) name: &'t str,
    pub(super) kind: VariableKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VariableKind {
    /// What it is is for the checker to find out.
    Value,
    Function,
}

/// The columns of the rows that reach the innermost operator around the place.
pub(super) fn columns(outline: &Outline<'_, '_>, schema: &dyn Schema) -> Vec<ResultColumn> {
    let Some(frame) = pipeline_frame(outline.frames()) else { return Vec::new() };
    let Some(rows) = rows_before(outline, frame, 0) else { return Vec::new() };
    columns_of(&format!("{}\n{rows}", declarations(outline, frame)), schema)
}

/// The columns of a table expression between two tokens.
pub(super) fn columns_of_tokens(
    outline: &Outline<'_, '_>,
    from: usize,
    to: usize,
    schema: &dyn Schema,
) -> Vec<ResultColumn> {
    let frame = outline.frames().len() - 1;
    let text = outline.source.between(from, to);
    columns_of(&format!("{}\n{text}", declarations(outline, frame)), schema)
}

/// The type of an expression between two tokens.
pub(super) fn type_of(
    outline: &Outline<'_, '_>,
    from: usize,
    to: usize,
    schema: &dyn Schema,
) -> Option<ScalarType> {
    let expression = outline.source.between(from, to);
    if expression.is_empty() {
        return None;
    }
    let frames = outline.frames();
    let frame = pipeline_frame(frames);
    let text = match frame.and_then(|frame| Some((frame, rows_before(outline, frame, 0)?))) {
        Some((frame, rows)) => {
            format!("{}\n{rows}\n| project __value = {expression}", declarations(outline, frame))
        }
        None => format!("{}\nprint __value = {expression}", declarations(outline, frames.len() - 1)),
    };
    let columns = columns_of(&text, schema);
    columns.iter().find(|column| &*column.name == "__value").and_then(|column| column.scalar_type)
}

/// The innermost frame that has a pipeline.
pub(super) fn pipeline_frame(frames: &[Frame]) -> Option<usize> {
    frames.iter().rposition(Frame::has_pipeline)
}

fn columns_of(query: &str, schema: &dyn Schema) -> Vec<ResultColumn> {
    if query.len() > MAX_CHECKED {
        return Vec::new();
    }
    let parsed = wardenry_kql_syntax::parse(query);
    let checked = check(&parsed.query, schema, &CheckOptions::default());
    checked.statements.last().map(|statement| statement.columns.clone()).unwrap_or_default()
}

/// The text of the pipeline up to the operator that the place is in.
fn rows_before(outline: &Outline<'_, '_>, index: usize, depth: usize) -> Option<String> {
    let frames = outline.frames();
    let frame = frames.get(index)?;
    let source = outline.source;
    let outer_rows = || {
        let outer = pipeline_frame(frames.get(..index)?)?;
        if depth >= MAX_SUBQUERIES {
            return None;
        }
        let rows = rows_before(outline, outer, depth + 1)?;
        subquery_rows(source, &frames[outer], frame, rows)
    };
    let text = source.between(frame.pipeline, frame.pipe.unwrap_or(frame.pipeline));
    if frame.continues {
        // A subquery such as that of `mv-apply` works on the rows around it.
        let rows = outer_rows()?;
        return Some(if text.is_empty() { rows } else { format!("{rows}\n| {text}") });
    }
    (!text.is_empty()).then(|| text.to_owned())
}

/// The rows that a subquery in parentheses gets from the operator around it, or `None` if it has a source of its own.
fn subquery_rows(source: &Source<'_>, outer: &Frame, inner: &Frame, rows: String) -> Option<String> {
    let operator = outer.operator?;
    match operator.name {
        "mv-apply" => {
            let opener = inner.start.saturating_sub(1);
            let items = source.between(outer.behind_operator, opener.saturating_sub(1));
            Some(format!("{rows}\n| mv-expand {items}"))
        }
        "partition" | "fork" | "facet" => Some(rows),
        _ => None,
    }
}

/// The statements before the one that a frame is in, with the parameters of the functions around it as variables.
fn declarations(outline: &Outline<'_, '_>, index: usize) -> String {
    let source = outline.source;
    let mut text = String::new();
    for frame in &outline.frames()[..=index] {
        match frame.kind {
            FrameKind::Root => text.push_str(source.between(frame.start, frame.statement)),
            FrameKind::Brace => {
                if let Some((open, close)) = frame.parameters {
                    for parameter in parameters(source, open, close) {
                        declare(&mut text, &parameter);
                    }
                }
                text.push_str(source.between(frame.start, frame.statement));
            }
            FrameKind::Paren | FrameKind::Bracket => {}
        }
    }
    text
}

/// A parameter of a function.
pub(super) struct ParameterText<'t> {
    pub(super) name: &'t str,
    /// The type's name, or the columns in parentheses.
    pub(super) declared: &'t str,
}

/// The parameters between the parentheses of a function.
pub(super) fn parameters<'t>(source: &Source<'t>, open: usize, close: usize) -> Vec<ParameterText<'t>> {
    let mut parameters = Vec::new();
    let mut depth = 0_usize;
    let mut start = open + 1;
    for index in open + 1..=close {
        match source.kind(index) {
            TokenKind::OpenParen => depth += 1,
            TokenKind::CloseParen if index < close => depth = depth.saturating_sub(1),
            TokenKind::Comma | TokenKind::CloseParen if depth == 0 => {
                if source.kind(start) == TokenKind::Word && source.kind(start + 1) == TokenKind::Colon {
                    let end =
                        (start + 2..index).find(|at| source.kind(*at) == TokenKind::Assign).unwrap_or(index);
                    parameters.push(ParameterText {
                        name: source.word(start),
                        declared: source.between(start + 2, end),
                    });
                }
                start = index + 1;
            }
            _ => {}
        }
    }
    parameters
}

fn declare(text: &mut String, parameter: &ParameterText<'_>) {
    let ParameterText { name, declared } = parameter;
    let value = if declared.starts_with('(') && !declared.contains('*') {
        format!("datatable{declared}[]")
    } else {
        match ScalarType::parse(declared) {
            Some(ScalarType::String) => "\"\"".to_owned(),
            Some(scalar_type) => format!("{scalar_type}(null)"),
            None => return,
        }
    };
    writeln!(text, "let {name} = {value};").expect("a String takes everything");
}

/// The variables that are visible at the place, the nearest first.
pub(super) fn variables<'t>(outline: &Outline<'_, 't>) -> Vec<Variable<'t>> {
    let source = outline.source;
    let mut variables = Vec::new();
    for frame in outline.frames() {
        if !matches!(frame.kind, FrameKind::Root | FrameKind::Brace) {
            continue;
        }
        if let Some((open, close)) = frame.parameters {
            variables.extend(
                parameters(source, open, close)
                    .into_iter()
                    .map(|parameter| Variable { name: parameter.name, kind: VariableKind::Value }),
            );
        }
        let mut depth = 0_usize;
        for index in frame.start..frame.statement {
            match source.kind(index) {
                TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => depth += 1,
                TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                    depth = depth.saturating_sub(1);
                }
                TokenKind::Word
                    if depth == 0
                        && source.word(index) == "let"
                        && source.kind(index + 1) == TokenKind::Word
                        && source.kind(index + 2) == TokenKind::Assign =>
                {
                    variables
                        .push(Variable { name: source.word(index + 1), kind: kind_of(source, index + 3) });
                }
                _ => {}
            }
        }
    }
    variables.reverse();
    let mut seen = std::collections::HashSet::new();
    variables.retain(|variable| seen.insert(variable.name));
    variables
}

/// Whether the value that begins at a token is a function: parentheses with a brace behind them.
fn kind_of(source: &Source<'_>, start: usize) -> VariableKind {
    let start = start + usize::from(source.word(start) == "view");
    if source.kind(start) != TokenKind::OpenParen {
        return VariableKind::Value;
    }
    match closing(source, start) {
        Some(close) if source.kind(close + 1) == TokenKind::OpenBrace => VariableKind::Function,
        _ => VariableKind::Value,
    }
}

/// The bracket that closes the one at a token.
pub(super) fn closing(source: &Source<'_>, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for index in open..source.tokens.len() {
        match source.kind(index) {
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => depth += 1,
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(index);
                }
            }
            TokenKind::Semicolon if depth == 1 && source.kind(open) == TokenKind::OpenParen => return None,
            _ => {}
        }
    }
    None
}

/// The bracket that opens the one that closes at a token.
pub(super) fn opening(source: &Source<'_>, close: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for index in (0..=close).rev() {
        match source.kind(index) {
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => depth += 1,
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}
