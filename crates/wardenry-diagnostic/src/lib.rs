//! Diagnostics as data.
//!
//! A [`Diagnostic`] says what is wrong with a text, where, and where possible how to mend it. It is made by
//! whoever finds the fault and rendered by whoever shows it; nothing here knows which language the text is
//! in.
//!
//! Offsets are bytes of the UTF-8 text. A renderer that needs lines, columns or UTF-16 units converts them
//! itself.

mod excerpt;
pub mod html;
pub mod json;
mod line_index;
pub mod terminal;

use std::borrow::Cow;
use std::ops::Range;

pub use line_index::{LineIndex, Position};

/// A range of bytes in a text: `start` is in it, `end` is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The empty span at `offset`.
    pub const fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    pub const fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// Whether `offset` lies in the span or right behind it, as a cursor does.
    pub const fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Information,
    /// Works, but hardly as meant.
    Warning,
    /// Does not work.
    Error,
}

impl Severity {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A fault found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable, for example `KQL0104`. Never renumbered, never reused.
    pub code: &'static str,
    pub severity: Severity,
    /// One sentence without a full stop, beginning in lower case unless a name begins it.
    pub message: Cow<'static, str>,
    /// The place that the message is about.
    pub span: Span,
    /// Other places that explain it.
    pub annotations: Vec<Annotation>,
    /// What to know or do, a sentence each.
    pub notes: Vec<Cow<'static, str>>,
    /// A change that would mend it, if one is likely what was meant.
    pub fix: Option<Fix>,
}

/// A remark on a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    pub span: Span,
    pub message: Cow<'static, str>,
}

/// A change of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, in the imperative: "use `==`".
    pub title: Cow<'static, str>,
    /// Replacements that do not overlap, in the order of the text.
    pub edits: Vec<Edit>,
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub replacement: String,
}

impl Diagnostic {
    pub fn error(code: &'static str, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code, Severity::Error, span, message)
    }

    pub fn warning(code: &'static str, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code, Severity::Warning, span, message)
    }

    pub fn information(code: &'static str, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code, Severity::Information, span, message)
    }

    fn new(
        code: &'static str,
        severity: Severity,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let message = message.into();
        Self { code, severity, message, span, annotations: Vec::new(), notes: Vec::new(), fix: None }
    }

    #[must_use]
    pub fn with_annotation(mut self, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        self.annotations.push(Annotation { span, message: message.into() });
        self
    }

    #[must_use]
    pub fn with_note(mut self, note: impl Into<Cow<'static, str>>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds the replacement of one place as the fix.
    #[must_use]
    pub fn with_replacement(
        mut self,
        title: impl Into<Cow<'static, str>>,
        span: Span,
        replacement: impl Into<String>,
    ) -> Self {
        self.fix =
            Some(Fix { title: title.into(), edits: vec![Edit { span, replacement: replacement.into() }] });
        self
    }

    /// Adds replacements of several places as the fix. They do not overlap, and stand in the order of the text.
    #[must_use]
    pub fn with_replacements(
        mut self,
        title: impl Into<Cow<'static, str>>,
        edits: impl IntoIterator<Item = (Span, String)>,
    ) -> Self {
        let edits = edits.into_iter().map(|(span, replacement)| Edit { span, replacement }).collect();
        self.fix = Some(Fix { title: title.into(), edits });
        self
    }

    /// The text with the fix applied, if there is one and it lies in the text.
    pub fn fixed(&self, text: &str) -> Option<String> {
        let fix = self.fix.as_ref()?;
        let mut fixed = String::with_capacity(text.len() + 16);
        let mut done = 0;
        for edit in &fix.edits {
            let range = edit.span.range();
            fixed.push_str(text.get(done..range.start)?);
            fixed.push_str(&edit.replacement);
            text.get(range.clone())?;
            done = range.end;
        }
        fixed.push_str(text.get(done..)?);
        Some(fixed)
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
