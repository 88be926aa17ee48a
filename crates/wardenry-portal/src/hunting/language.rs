//! What the editor asks as one types: colours and faults, completions, explanations. Small JSON answers; nothing is run.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};
use wardenry_diagnostic::{Diagnostic, Fix, Span};
use wardenry_hunting::Language;
use wardenry_kql_semantics::editor::{Class, CompletionKind};

use super::places::Places;
use super::{json, reader};
use crate::fields::Fields;
use crate::state::Portal;
use crate::visitor::Visitor;

/// The longest text that is looked at while one types. A longer one can be run, without colours.
pub(super) const MAX_EDITED_BYTES: usize = 32 * 1024;
/// The most completions of an answer.
const MAX_COMPLETIONS: usize = 200;

/// `POST /portal/hunting/check`: the colours of a query, and what is wrong with it.
pub(super) async fn check(State(portal): State<Portal>, visitor: Visitor, fields: Fields) -> Response {
    answer(&portal, &visitor, &fields, |language, text, _| {
        let places = Places::of(text);
        let tokens = language.classify(text).into_iter().map(|piece| {
            let (start, end) = (places.utf16(piece.span.start), places.utf16(piece.span.end));
            json!([start, end, class_name(piece.class)])
        });
        let tokens: Vec<Value> = tokens.collect();
        // Nothing is written yet, and that is no fault.
        let problems = if text.trim().is_empty() { Vec::new() } else { language.check(text) };
        json!({ "tokens": tokens, "problems": problems_json(text, &problems) })
    })
    .await
}

/// `POST /portal/hunting/complete`: what may be written at an offset, and the signature of the call around it.
pub(super) async fn complete(State(portal): State<Portal>, visitor: Visitor, fields: Fields) -> Response {
    answer(&portal, &visitor, &fields, |language, text, offset| {
        let places = Places::of(text);
        let offset = places.byte(offset);
        let completions = language.complete(text, offset);
        let items = completions.items.into_iter().take(MAX_COMPLETIONS).map(|item| {
            json!({
                "label": item.label,
                "kind": kind_name(item.kind),
                "insert": item.insert,
                "detail": item.detail,
                "documentation": item.documentation,
            })
        });
        let items: Vec<Value> = items.collect();
        let signature = language.signature_help(text, offset).and_then(|help| {
            let signature = help.signatures.get(help.active_signature)?;
            let parameter = help.active_parameter.and_then(|index| signature.parameters.get(index));
            let places = Places::of(&signature.label);
            let at = |byte: usize| u32::try_from(byte).map(|byte| places.utf16(byte)).ok();
            Some(json!({
                "label": signature.label,
                "start": parameter.and_then(|range| at(range.start)),
                "end": parameter.and_then(|range| at(range.end)),
                "about": signature.about,
            }))
        });
        json!({
            "start": places.utf16(completions.replace.start),
            "end": places.utf16(completions.replace.end),
            "items": items,
            "signature": signature,
        })
    })
    .await
}

/// `POST /portal/hunting/hover`: what stands at an offset.
pub(super) async fn hover(State(portal): State<Portal>, visitor: Visitor, fields: Fields) -> Response {
    answer(&portal, &visitor, &fields, |language, text, offset| {
        let places = Places::of(text);
        match language.hover(text, places.byte(offset)) {
            None => Value::Null,
            Some(hover) => json!({
                "start": places.utf16(hover.span.start),
                "end": places.utf16(hover.span.end),
                "code": hover.code,
                "text": hover.text,
            }),
        }
    })
    .await
}

/// Asks the language service about the form's query, at the form's offset.
async fn answer(
    portal: &Portal,
    visitor: &Visitor,
    fields: &Fields,
    question: fn(&Language, &str, u32) -> Value,
) -> Response {
    let refused = |status: StatusCode, message: &str| json(status, &json!({ "message": message }));
    let Ok(reader) = reader(visitor) else {
        return refused(StatusCode::FORBIDDEN, "Your roles do not allow hunting.");
    };
    let text = fields.exact("query");
    if text.len() > MAX_EDITED_BYTES {
        return refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The query is too long for colours and hints. It can be run.",
        );
    }
    let offset = fields.text("offset").parse().unwrap_or(0);
    match portal.hunting.ask(&reader, move |language| question(language, &text, offset)).await {
        Ok(answer) => json(StatusCode::OK, &answer),
        Err(error) => refused(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
    }
}

/// Faults for a script, with places as browsers count.
pub(super) fn problems_json(text: &str, problems: &[Diagnostic]) -> Value {
    let places = Places::of(text);
    let range = |span: Span| (places.utf16(span.start), places.utf16(span.end));
    let fix = |fix: &Fix| {
        let edits = fix.edits.iter().map(|edit| {
            let (start, end) = range(edit.span);
            json!({ "start": start, "end": end, "replacement": edit.replacement })
        });
        json!({ "title": fix.title, "edits": edits.collect::<Vec<_>>() })
    };
    let problems = problems.iter().map(|problem| {
        let (start, end) = range(problem.span);
        json!({
            "code": problem.code,
            "severity": problem.severity.name(),
            "message": problem.message,
            "start": start,
            "end": end,
            "notes": problem.notes,
            "fix": problem.fix.as_ref().map(fix),
        })
    });
    problems.collect()
}

fn class_name(class: Class) -> &'static str {
    match class {
        Class::Keyword => "keyword",
        Class::Operator => "operator",
        Class::Function => "function",
        Class::Table => "table",
        Class::Column => "column",
        Class::Variable => "variable",
        Class::Type => "type",
        Class::Option => "option",
        Class::String => "string",
        Class::Literal => "literal",
        Class::Comment => "comment",
    }
}

fn kind_name(kind: CompletionKind) -> &'static str {
    match kind {
        CompletionKind::Column => "column",
        CompletionKind::Table => "table",
        CompletionKind::Variable => "variable",
        CompletionKind::Function => "function",
        CompletionKind::Aggregate => "aggregate",
        CompletionKind::Plugin => "plugin",
        CompletionKind::TabularOperator | CompletionKind::Operator => "operator",
        CompletionKind::Keyword => "keyword",
        CompletionKind::Option => "option",
        CompletionKind::OptionValue => "value",
        CompletionKind::Type => "type",
    }
}
