//! Diagnostics as JSON, for programs.

use serde_json::{Value, json};

use crate::{Diagnostic, LineIndex, Span};

/// One array of all diagnostics of a text.
///
/// Each has `code`, `severity`, `message`, `range`, `annotations`, `notes` and `fix`, which is null where
/// there is none. Ranges say `start` and `end`, each with `offset` (bytes), `line` and `column` (characters)
/// and `utf16Column`; all but offsets count from one.
pub fn render(text: &str, diagnostics: &[Diagnostic]) -> Value {
    let index = LineIndex::new(text);
    diagnostics.iter().map(|diagnostic| render_one(text, &index, diagnostic)).collect()
}

fn render_one(text: &str, index: &LineIndex, diagnostic: &Diagnostic) -> Value {
    let annotations: Vec<_> = diagnostic
        .annotations
        .iter()
        .map(|annotation| json!({ "range": range(text, index, annotation.span), "message": annotation.message }))
        .collect();
    let fix = diagnostic.fix.as_ref().map(|fix| {
        let edits: Vec<_> = fix
            .edits
            .iter()
            .map(|edit| json!({ "range": range(text, index, edit.span), "replacement": edit.replacement }))
            .collect();
        json!({ "title": fix.title, "edits": edits })
    });
    json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity.name(),
        "message": diagnostic.message,
        "range": range(text, index, diagnostic.span),
        "annotations": annotations,
        "notes": diagnostic.notes,
        "fix": fix,
    })
}

fn range(text: &str, index: &LineIndex, span: Span) -> Value {
    json!({ "start": place(text, index, span.start), "end": place(text, index, span.end) })
}

fn place(text: &str, index: &LineIndex, offset: u32) -> Value {
    let position = index.position(text, offset);
    json!({
        "offset": offset,
        "line": position.line,
        "column": position.column,
        "utf16Column": position.utf16_column,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::render;
    use crate::{Diagnostic, Span};

    #[test]
    fn places_are_given_in_every_unit() {
        let diagnostic = Diagnostic::error("X1", Span::new(6, 7), "wrong")
            .with_annotation(Span::at(0), "because of this")
            .with_note("so it is")
            .with_replacement("use `b`", Span::new(6, 7), "b");
        let place = |offset: u32, line: u32, column: u32, utf16: u32| json!({ "offset": offset, "line": line, "column": column, "utf16Column": utf16 });
        let here = json!({ "start": place(6, 2, 2, 3), "end": place(7, 2, 3, 4) });
        let start = json!({ "start": place(0, 1, 1, 1), "end": place(0, 1, 1, 1) });
        assert_eq!(
            render("x\n\u{1f600}a", &[diagnostic]),
            json!([{
                "code": "X1",
                "severity": "error",
                "message": "wrong",
                "range": here,
                "annotations": [{ "range": start, "message": "because of this" }],
                "notes": ["so it is"],
                "fix": { "title": "use `b`", "edits": [{ "range": here, "replacement": "b" }] },
            }])
        );
    }
}
