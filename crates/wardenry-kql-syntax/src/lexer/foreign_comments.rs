//! Comments as other languages write them: `-- …`, `# …`, `/* … */`.

use wardenry_diagnostic::{Diagnostic, Span};

use super::{Lexer, offset, span};
use crate::codes;

/// Words that two operands of `--` could stand beside, which no remark begins with.
const CONTINUE: &[&str] = &[
    "and", "asc", "between", "by", "contains", "desc", "from", "has", "in", "of", "on", "or", "step", "to",
    "with",
];

impl Lexer<'_> {
    /// A comment up to the end of the line, whose sign has `length` bytes.
    pub(super) fn foreign_comment(&mut self, length: usize) {
        let start = self.position;
        let sign = span(start, start + length);
        let written = &self.text[start..start + length];
        self.report(
            Diagnostic::error(
                codes::FOREIGN_COMMENT,
                sign,
                format!("a comment begins with `//`, not with `{written}`"),
            )
            .with_replacement("use `//`", sign, "//"),
        );
        self.comment();
    }

    /// Whether two minus signs begin a comment. They may stand in an expression too, `5 --3`, so that it takes a line of its
    /// own or prose behind them. Looks no further than two words ahead, and back over blanks only.
    pub(super) fn is_dash_comment(&self) -> bool {
        let is_blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
        let before = &self.bytes[..self.position];
        let rest = &self.text[self.position + 2..];
        let next = rest.as_bytes().first();
        let blanks = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if matches!(before[..before.len() - blanks].last(), None | Some(b'\n' | b'\r')) {
            return is_blank(next) || matches!(next, Some(b'a'..=b'z' | b'A'..=b'Z' | b'-'));
        }
        if blanks == 0 || !is_blank(next) {
            return false;
        }
        let Some((first, behind)) = rest.trim_ascii_start().split_once([' ', '\t']) else { return false };
        let second = behind.trim_ascii_start().split([' ', '\t', '\r', '\n']).next().unwrap_or_default();
        let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_word(first)
            && is_word(second)
            && !second.is_empty()
            && !CONTINUE.contains(&second.to_ascii_lowercase().as_str())
    }

    /// `/* … */`, over lines or within one.
    pub(super) fn block_comment(&mut self) {
        let start = self.position;
        let inside = start + 2;
        let close = self.text[inside..].find("*/").map(|length| inside + length);
        let end = close.map_or(self.bytes.len(), |close| close + 2);
        let sign = span(start, inside);
        let mut edits = vec![(sign, "//".to_owned())];
        let breaks = self.text[inside..close.unwrap_or(end)].match_indices('\n');
        edits.extend(breaks.map(|(at, _)| (Span::at(offset(inside + at + 1)), "// ".to_owned())));
        if let Some(close) = close {
            // What stands behind the comment on its line goes to the next one.
            let line = self.text[end..].split('\n').next().unwrap_or_default();
            let replacement = if line.trim().is_empty() { "" } else { "\n" };
            edits.push((span(close, end), replacement.to_owned()));
        }
        self.report(
            Diagnostic::error(
                codes::FOREIGN_COMMENT,
                sign,
                "comments begin with `//` on each line, not with `/*`",
            )
            .with_replacements("use `//`", edits),
        );
        self.lexed.comments.push(span(start, end));
        self.position = end;
    }
}
