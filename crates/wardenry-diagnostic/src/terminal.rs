//! Diagnostics for people at a terminal.
//!
//! ```text
//! error[KQL0018]: there is no operator `wehre`
//!   --> query.kql:1:14
//!    |
//!  1 | DeviceInfo | wehre OSPlatform == "Linux"
//!    |              ^^^^^
//!    = fix: use `where`
//! ```

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::excerpt::{Excerpt, visible_text};
use crate::{Diagnostic, LineIndex, Severity, Span};

/// How to render.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal<'a> {
    /// What the text is called, for example a file's name; nothing is a plain `line:column`.
    pub name: Option<&'a str>,
    /// Whether escape sequences for colours may be written. Nothing of the text is ever passed on as one.
    pub color: bool,
}

impl Terminal<'_> {
    /// Renders diagnostics of one text, with an empty line between them.
    pub fn render(self, text: &str, diagnostics: &[Diagnostic]) -> String {
        let index = LineIndex::new(text);
        let mut out = String::new();
        for (at, diagnostic) in diagnostics.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            self.diagnostic(&mut out, text, &index, diagnostic);
        }
        out
    }

    fn style(self, style: Style) -> Style {
        if self.color { style } else { Style::new() }
    }

    fn diagnostic(self, out: &mut String, text: &str, index: &LineIndex, diagnostic: &Diagnostic) {
        let severity = self.style(severity_style(diagnostic.severity));
        let bold = self.style(Style::new().bold());
        let frame = self.style(AnsiColor::Blue.on_default().bold());
        let (name, message) = (diagnostic.severity.name(), visible_text(&diagnostic.message));
        _ = writeln!(out, "{severity}{name}[{}]{severity:#}{bold}: {message}{bold:#}", diagnostic.code);

        let labels = Label::of(diagnostic, index);
        let gutter = labels.last().map_or(1, |label| (label.line + 1).to_string().len());
        let position = index.position(text, diagnostic.span.start);
        let file = self.name.map(|name| format!("{}:", visible_text(name))).unwrap_or_default();
        let pad = " ".repeat(gutter);
        _ = writeln!(out, "{pad} {frame}-->{frame:#} {file}{}:{}", position.line, position.column);
        _ = writeln!(out, "{pad}  {frame}|{frame:#}");
        let mut shown = None;
        for label in &labels {
            let excerpt = Excerpt::new(text, index, label.span);
            // A long line is cut anew around each place.
            let source = excerpt.text();
            if shown.as_ref() != Some(&(excerpt.line, source.clone())) {
                if shown.as_ref().is_some_and(|(line, _)| line + 1 < excerpt.line) {
                    _ = writeln!(out, "{frame}...{frame:#}");
                }
                let line = trim_end(&source);
                _ = writeln!(out, " {frame}{:>gutter$} |{frame:#}{}{line}", excerpt.line, space_before(line));
                shown = Some((excerpt.line, source));
            }
            let (style, mark) = if label.primary { (severity, '^') } else { (frame, '-') };
            let underline: String = std::iter::repeat_n(mark, excerpt.width.max(1)).collect();
            let indent = " ".repeat(excerpt.indent);
            let message = visible_text(label.message);
            let space = space_before(&message);
            _ = writeln!(out, "{pad}  {frame}|{frame:#} {indent}{style}{underline}{space}{message}{style:#}");
        }
        for note in &diagnostic.notes {
            _ = writeln!(out, "{pad}  {frame}={frame:#} {bold}note{bold:#}: {}", visible_text(note));
        }
        if let Some(fix) = &diagnostic.fix {
            _ = writeln!(out, "{pad}  {frame}={frame:#} {bold}fix{bold:#}: {}", visible_text(&fix.title));
        }
    }
}

fn space_before(text: &str) -> &'static str {
    if text.is_empty() { "" } else { " " }
}

fn trim_end(text: &str) -> &str {
    text.trim_end_matches(' ')
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Information => AnsiColor::Cyan.on_default().bold(),
    }
}

/// A place to underline.
struct Label<'d> {
    /// Counted from zero.
    line: usize,
    span: Span,
    message: &'d str,
    primary: bool,
}

impl<'d> Label<'d> {
    /// The places of a diagnostic in the order of the text; the primary one comes first on its line.
    fn of(diagnostic: &'d Diagnostic, index: &LineIndex) -> Vec<Self> {
        let primary = Self {
            line: index.line(diagnostic.span.start),
            span: diagnostic.span,
            message: "",
            primary: true,
        };
        let annotations = diagnostic.annotations.iter().map(|annotation| Self {
            line: index.line(annotation.span.start),
            span: annotation.span,
            message: &annotation.message,
            primary: false,
        });
        let mut labels: Vec<_> = std::iter::once(primary).chain(annotations).collect();
        labels.sort_by_key(|label| (label.line, !label.primary, label.span.start));
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::Terminal;
    use crate::{Diagnostic, Span};

    fn plain(text: &str, diagnostic: Diagnostic) -> String {
        Terminal { name: None, color: false }.render(text, &[diagnostic])
    }

    #[test]
    fn shows_the_place_its_annotations_notes_and_fix() {
        let text = "T\n| where (a == 1\n\n| count";
        let diagnostic = Diagnostic::error("KQL0010", Span::new(10, 11), "this `(` is never closed")
            .with_annotation(Span::new(25, 26), "expected `)` by here")
            .with_note("every bracket has another half")
            .with_replacement("add `)`", Span::at(26), ")");
        let expected = "\
error[KQL0010]: this `(` is never closed
  --> 2:9
   |
 2 | | where (a == 1
   |         ^
...
 4 | | count
   |       - expected `)` by here
   = note: every bracket has another half
   = fix: add `)`
";
        assert_eq!(plain(text, diagnostic), expected);
    }

    #[test]
    fn nothing_of_the_text_reaches_the_terminal_as_a_command() {
        let text = "\u{1b}]0;title\u{7}\u{202e}x";
        let diagnostic = Diagnostic::warning("X1", Span::new(0, 1), "a \u{1b}[2J message");
        let expected = "\
warning[X1]: a ␛[2J message
  --> 1:1
   |
 1 | ␛]0;title␇\u{fffd}x
   | ^
";
        assert_eq!(plain(text, diagnostic), expected);
    }

    #[test]
    fn colours_are_the_only_escape_sequences() {
        let diagnostic = Diagnostic::error("X1", Span::new(0, 1), "m");
        let rendered = Terminal { name: Some("q.kql"), color: true }.render("ab", &[diagnostic]);
        let expected = "\
\u{1b}[1m\u{1b}[31merror[X1]\u{1b}[0m\u{1b}[1m: m\u{1b}[0m
  \u{1b}[1m\u{1b}[34m-->\u{1b}[0m q.kql:1:1
   \u{1b}[1m\u{1b}[34m|\u{1b}[0m
 \u{1b}[1m\u{1b}[34m1 |\u{1b}[0m ab
   \u{1b}[1m\u{1b}[34m|\u{1b}[0m \u{1b}[1m\u{1b}[31m^\u{1b}[0m
";
        assert_eq!(rendered, expected);
    }

    #[test]
    fn an_empty_text_has_a_place_too() {
        let expected = "\
information[X1]: empty
  --> 1:1
   |
 1 |
   | ^
";
        assert_eq!(plain("", Diagnostic::information("X1", Span::at(0), "empty")), expected);
    }
}
