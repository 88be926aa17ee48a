//! The formatter.
//!
//! It changes white space and nothing else: every token and every comment of the text comes out as it went
//! in, and in the same order. One operator stands on a line; what is too long for a line is broken at the
//! outermost commas, and at `and` and `or`. Empty lines between statements and before comments stay, one at a
//! time.
//!
//! [`marks`] says what tokens alone do not (which `-` is a sign, which `*` is part of a name), [`units`]
//! joins tokens that must stay together and gives them their comments, [`layout`] makes a [`document`] of
//! them, and that is printed.

mod document;
mod layout;
mod marks;
mod units;

use wardenry_diagnostic::Diagnostic;

use crate::dump::dump;
use crate::lexer::lex;
use crate::parse;

/// The columns that a line may have where it can be broken at all.
pub const LINE_WIDTH: usize = 110;

/// Lays a query out. A text with errors is refused with its diagnostics.
///
/// The result ends with a line feed unless it is empty, means what the text means, and comes out unchanged
/// when it is formatted again.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = parse(text);
    if parsed.has_errors() {
        return Err(parsed.diagnostics);
    }
    let lexed = lex(text);
    let marks = marks::Marks::of(&parsed.query);
    let units = units::units(text, &lexed, &marks);
    let formatted = document::print(&layout::document(&units, &marks), LINE_WIDTH);
    // Better a text as it was than one that says something else.
    let same = means_the_same(text, &formatted, &parsed);
    debug_assert!(same, "formatting changed a query:\n{text}\n---\n{formatted}");
    Ok(if same { formatted } else { text.to_owned() })
}

fn means_the_same(text: &str, formatted: &str, parsed: &crate::Parsed) -> bool {
    let (before, after) = (lex(text), lex(formatted));
    let words = |text: &str, lexed: &crate::lexer::Lexed| -> Vec<String> {
        lexed.tokens.iter().map(|token| text[token.span.range()].to_owned()).collect()
    };
    let again = parse(formatted);
    before.comments.len() == after.comments.len()
        && words(text, &before) == words(formatted, &after)
        && !again.has_errors()
        && dump(&parsed.query) == dump(&again.query)
}
