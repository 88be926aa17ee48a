//! Diagnostics as a fragment of HTML, for pages.

use std::fmt::Write as _;

use crate::excerpt::{Excerpt, visible_text};
use crate::{Diagnostic, LineIndex, Span};

/// One ordered list, of class `diagnostics`, whose items have the severity as a class. Everything that comes
/// from the text or a message is escaped; there are no scripts, styles or links in it.
pub fn render(text: &str, diagnostics: &[Diagnostic]) -> String {
    let index = LineIndex::new(text);
    let mut out = String::from("<ol class=\"diagnostics\">");
    for diagnostic in diagnostics {
        let severity = diagnostic.severity.name();
        let position = index.position(text, diagnostic.span.start);
        _ = write!(
            out,
            "<li class=\"{severity}\"><p><strong>{severity}</strong> <code>{}</code> {}</p>\
             <p class=\"place\">line {}, column {}</p>",
            escape(diagnostic.code),
            message(&diagnostic.message),
            position.line,
            position.column
        );
        source(&mut out, text, &index, diagnostic.span);
        for annotation in &diagnostic.annotations {
            source(&mut out, text, &index, annotation.span);
            _ = write!(out, "<p class=\"annotation\">{}</p>", message(&annotation.message));
        }
        for note in &diagnostic.notes {
            _ = write!(out, "<p class=\"note\">{}</p>", message(note));
        }
        if let Some(fix) = &diagnostic.fix {
            _ = write!(out, "<p class=\"fix\">{}</p>", message(&fix.title));
        }
        out.push_str("</li>");
    }
    out.push_str("</ol>");
    out
}

fn source(out: &mut String, text: &str, index: &LineIndex, span: Span) {
    let excerpt = Excerpt::new(text, index, span);
    _ = write!(
        out,
        "<pre>{}<mark>{}</mark>{}</pre>",
        escape(&excerpt.before),
        escape(&excerpt.marked),
        escape(&excerpt.after)
    );
}

/// A message: what stands between backquotes is code.
fn message(text: &str) -> String {
    let text = visible_text(text);
    let mut out = String::new();
    let mut parts = text.split('`').peekable();
    let mut code = false;
    while let Some(part) = parts.next() {
        // A backquote without another one is itself.
        let closed = parts.peek().is_some();
        match (code, closed) {
            (true, true) => _ = write!(out, "<code>{}</code>", escape(part)),
            (true, false) => _ = write!(out, "`{}", escape(part)),
            (false, _) => out.push_str(&escape(part)),
        }
        code = !code;
    }
    out
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::{Diagnostic, Span};

    #[test]
    fn everything_is_escaped() {
        let text = "T | where a == '<script>&'";
        let diagnostic = Diagnostic::error("X1", Span::new(15, 26), "no `<b>` here, \"sorry\"")
            .with_annotation(Span::new(0, 1), "see <i>")
            .with_note("a ` alone")
            .with_replacement("use `'x'`", Span::new(15, 26), "'x'");
        let expected = "<ol class=\"diagnostics\"><li class=\"error\">\
            <p><strong>error</strong> <code>X1</code> no <code>&lt;b&gt;</code> here, &quot;sorry&quot;</p>\
            <p class=\"place\">line 1, column 16</p>\
            <pre>T | where a == <mark>&#39;&lt;script&gt;&amp;&#39;</mark></pre>\
            <pre><mark>T</mark> | where a == &#39;&lt;script&gt;&amp;&#39;</pre>\
            <p class=\"annotation\">see &lt;i&gt;</p>\
            <p class=\"note\">a ` alone</p>\
            <p class=\"fix\">use <code>&#39;x&#39;</code></p></li></ol>";
        assert_eq!(render(text, &[diagnostic]), expected);
    }
}
