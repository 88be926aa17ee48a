//! What may be written at a place.

mod items;
mod join;
mod place;

use wardenry_diagnostic::Span;
use wardenry_kql_syntax::token::TokenKind;

use super::outline::{Frame, Outline, Source};
use crate::Schema;

/// What may be written at a place, the likeliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// The piece that an item replaces: what of the word has been written.
    pub replace: Span,
    pub items: Vec<Completion>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What a menu shows.
    pub label: String,
    pub kind: CompletionKind,
    /// What is put into the text.
    pub insert: String,
    /// A type or a signature; may be empty.
    pub detail: String,
    /// Sentences; may be empty.
    pub documentation: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompletionKind {
    Column,
    Table,
    Variable,
    Function,
    Aggregate,
    Plugin,
    /// An operator of a pipeline.
    TabularOperator,
    /// An operator between expressions.
    Operator,
    Keyword,
    Option,
    OptionValue,
    Type,
}

/// What may be written at an offset.
pub fn complete(text: &str, offset: u32, schema: &dyn Schema) -> Completions {
    let source = Source::new(text);
    if source.is_in_comment(offset) || source.is_in_string(offset) {
        return Completions { replace: Span::at(offset), items: Vec::new() };
    }
    let mut at = source.first_touching(offset);
    // `!` is the beginning of `!has` and the like.
    if at > 0 && source.word(at - 1) == "!" && source.tokens[at - 1].span.end == offset {
        at -= 1;
    }
    let outline = Outline::at(&source, at);
    let mut menu = Menu { outline: &outline, schema, items: Vec::new() };
    let mut replace = match source.tokens.get(at) {
        Some(token) if token.span.start < offset && token.span.touches(offset) => {
            Span::new(token.span.start, token.span.end)
        }
        _ => Span::at(offset),
    };
    let frame = outline.innermost();
    if is_in_operator_name(&source, frame, at, offset) {
        if frame.segment < at {
            replace = Span::new(source.start(frame.segment), replace.end.max(offset));
        }
        menu.start_of_segment(frame);
    } else {
        menu.inside();
    }
    let written = text.get(replace.start as usize..(offset.max(replace.start)) as usize).unwrap_or_default();
    Completions { replace, items: matching(menu.items, written) }
}

/// Whether the place is where a segment of a pipeline begins, or within the operator's name there.
fn is_in_operator_name(source: &Source<'_>, frame: &Frame, at: usize, offset: u32) -> bool {
    if frame.segment >= at {
        return frame.segment == at;
    }
    let end = source.end_of_hyphenated(frame.segment);
    // Behind a hyphen the rest of the name is still to come: `project-`.
    let behind_hyphen = end + 1 == at
        && source.kind(end) == TokenKind::Minus
        && source.touches(end - 1, end)
        && source.tokens[end].span.end == offset;
    at < end || behind_hyphen
}

/// The items that begin with what was written, then those that have it somewhere if it is long enough to mean something.
fn matching(items: Vec<Completion>, written: &str) -> Vec<Completion> {
    const TELLING: usize = 3;
    let written = written.to_lowercase();
    let mut seen = std::collections::HashSet::new();
    let (first, rest): (Vec<Completion>, Vec<Completion>) =
        items.into_iter().filter(|item| seen.insert((item.label.clone(), item.kind))).partition(|item| {
            let label = item.label.to_lowercase();
            label.starts_with(&written) || label.trim_start_matches('!').starts_with(&written)
        });
    let contains =
        |item: &Completion| written.len() >= TELLING && item.label.to_lowercase().contains(&written);
    first.into_iter().chain(rest.into_iter().filter(contains)).collect()
}

/// A menu while it is being put together.
struct Menu<'m, 's, 't> {
    outline: &'m Outline<'s, 't>,
    schema: &'m dyn Schema,
    items: Vec<Completion>,
}

impl<'t> Menu<'_, '_, 't> {
    fn source(&self) -> &Source<'t> {
        self.outline.source
    }
}
