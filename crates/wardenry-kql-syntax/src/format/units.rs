//! Tokens with their comments, joined where they must not be parted.

use std::borrow::Cow;

use super::marks::Marks;
use crate::lexer::Lexed;
use crate::token::TokenKind;

/// What is printed without a break in it.
pub(super) struct Unit<'t> {
    pub(super) kind: TokenKind,
    pub(super) text: Cow<'t, str>,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Part of a graph's pattern.
    pub(super) is_pattern_part: bool,
    /// Whether white space or a comment stands before it in the text.
    pub(super) spaced: bool,
    /// Whether an empty line stands before it, or before the first of its comments.
    pub(super) blank_before: bool,
    /// Comments on lines of their own before it.
    pub(super) leading: Vec<Comment<'t>>,
    /// The comment behind it on its line.
    pub(super) trailing: Option<&'t str>,
}

pub(super) struct Comment<'t> {
    pub(super) text: &'t str,
    pub(super) blank_before: bool,
}

/// Words with hyphens that are no operators of their own.
const HYPHENED: &[&str] =
    &["granny-asc", "granny-desc", "partitioned-by", "project-smart", "project-away", "top-nested"];

/// The units of a text; the last one is its end.
pub(super) fn units<'t>(text: &'t str, lexed: &Lexed, marks: &Marks) -> Vec<Unit<'t>> {
    let tokens = &lexed.tokens;
    let mut units: Vec<Unit<'t>> = Vec::with_capacity(tokens.len());
    let mut comments = lexed.comments.iter().peekable();
    let mut at = 0;
    let mut previous_end = 0_u32;
    while let Some(first) = tokens.get(at) {
        let start = first.span.start;
        let mut leading = Vec::new();
        let mut gap_start = previous_end;
        while let Some(comment) = comments.next_if(|comment| comment.start < start) {
            let gap = &text[gap_start as usize..comment.start as usize];
            let comment_text = text[comment.range()].trim_end();
            gap_start = comment.end;
            let trailing = !gap.contains('\n') && leading.is_empty();
            match units.last_mut() {
                Some(unit) if trailing && unit.trailing.is_none() => unit.trailing = Some(comment_text),
                _ => leading.push(Comment { text: comment_text, blank_before: has_blank_line(gap) }),
            }
        }
        let gap = &text[gap_start as usize..start as usize];
        let is_pattern_part = marks.pattern_parts.contains_key(&start);
        let end = joined_end(text, lexed, marks, at);
        let mut last = at;
        while tokens.get(last + 1).is_some_and(|token| token.span.start < end) {
            last += 1;
        }
        let joined = &tokens[at..=last];
        let unit_end = joined.last().map_or(first.span.end, |token| token.span.end);
        let glued = joined.windows(2).all(|pair| pair[0].span.end == pair[1].span.start);
        let unit_text = if glued {
            Cow::Borrowed(&text[start as usize..unit_end as usize])
        } else {
            Cow::Owned(joined.iter().map(|token| &text[token.span.range()]).collect())
        };
        units.push(Unit {
            kind: if last > at { TokenKind::Word } else { first.kind },
            text: unit_text,
            start,
            end: unit_end,
            is_pattern_part,
            spaced: start > previous_end,
            blank_before: has_blank_line(gap),
            leading,
            trailing: None,
        });
        previous_end = unit_end;
        at = last + 1;
    }
    units
}

/// Whether a line without anything on it is in a gap.
fn has_blank_line(gap: &str) -> bool {
    gap.bytes().filter(|byte| *byte == b'\n').count() > 1
}

/// Where the unit ends that begins at a token. A comment inside keeps tokens apart.
fn joined_end(text: &str, lexed: &Lexed, marks: &Marks, at: usize) -> u32 {
    let token = lexed.tokens[at];
    let start = token.span.start;
    let marked = marks.pattern_parts.get(&start).or_else(|| marks.words.get(&start));
    let end = marked.copied().or_else(|| hyphened_end(text, lexed, at)).unwrap_or(token.span.end);
    let first_comment = lexed.comments.partition_point(|comment| comment.start < start);
    let parted = lexed.comments.get(first_comment).is_some_and(|comment| comment.start < end);
    if parted { token.span.end } else { end.max(token.span.end) }
}

fn hyphened_end(text: &str, lexed: &Lexed, at: usize) -> Option<u32> {
    let start = lexed.tokens[at].span.start;
    let last = lexed.tokens.get(at + 2)?;
    let word = text.get(start as usize..last.span.end as usize)?;
    HYPHENED.contains(&word).then_some(last.span.end)
}
