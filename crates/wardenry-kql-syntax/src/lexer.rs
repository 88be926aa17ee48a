//! Text to tokens, in one pass and without copying.
//!
//! Words are not told apart here: nearly every keyword of the language may be a column's name somewhere. Only
//! what has a shape of its own becomes a kind of its own, among it `datetime(2024-01-01 10:00)`, whose inside
//! is not made of tokens.

mod foreign_comments;

use wardenry_diagnostic::{Diagnostic, Span};

use crate::codes;
use crate::literals::{is_timespan_unit, opens_typed_literal};
use crate::token::{Token, TokenKind};

/// The tokens of a text, the last of which is [`TokenKind::End`], and beside them its comments.
#[derive(Clone, Debug, PartialEq)]
pub struct Lexed {
    pub tokens: Vec<Token>,
    /// `// …` up to the end of the line, in the order of the text.
    pub comments: Vec<Span>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Splits a text of less than 4 GiB.
pub fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        position: 0,
        lexed: Lexed {
            tokens: Vec::with_capacity(text.len() / 5 + 1),
            comments: Vec::new(),
            diagnostics: Vec::new(),
        },
        no_parenthesis_closes: false,
    };
    lexer.run();
    lexer.lexed
}

const fn is_word_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// White space as the language has it: that of Unicode and the zero-width characters that text copied from
/// web pages has.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{180e}' | '\u{200b}' | '\u{feff}')
}

/// What typographic quotes open and close, as text from word processors has them.
const fn is_curly_quote(character: char) -> bool {
    matches!(character, '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    position: usize,
    lexed: Lexed,
    /// No `)` stands behind the position, so that looking for one again and again would take quadratic time.
    no_parenthesis_closes: bool,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.position) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => self.position += 1,
                b'/' if self.byte_at(1) == b'/' => self.comment(),
                b'/' if self.byte_at(1) == b'*' => self.block_comment(),
                b'#' => self.foreign_comment(1),
                b'-' if self.byte_at(1) == b'-' && self.is_dash_comment() => self.foreign_comment(2),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => self.word(),
                b'0'..=b'9' => self.number(),
                b'"' | b'\'' => self.string(self.position, self.position),
                b'@' if matches!(self.byte_at(1), b'"' | b'\'') => {
                    self.verbatim_string(self.position, self.position + 1);
                }
                b'`' | b'~' if self.is_fence(self.position) => {
                    self.fenced_string(self.position, self.position);
                }
                0x80.. => self.beyond_ascii(),
                _ => self.punctuation(byte),
            }
        }
        let end = self.bytes.len();
        self.push(TokenKind::End, end, end);
    }

    fn byte_at(&self, ahead: usize) -> u8 {
        self.bytes.get(self.position + ahead).copied().unwrap_or(0)
    }

    fn push(&mut self, kind: TokenKind, start: usize, end: usize) {
        self.lexed.tokens.push(Token { kind, span: span(start, end) });
        self.position = end;
    }

    /// Keeps a diagnostic, up to a number that nobody reads anyway.
    fn report(&mut self, diagnostic: Diagnostic) {
        if self.lexed.diagnostics.len() < crate::MAX_DIAGNOSTICS {
            self.lexed.diagnostics.push(diagnostic);
        }
    }

    fn punctuation(&mut self, byte: u8) {
        use TokenKind::{
            AndAnd, Arrow, Assign, At, BangWord, CloseBrace, CloseBracket, CloseParen, Colon, Comma, Dot,
            DotDot, Equal, EqualTilde, Greater, GreaterOrEqual, Less, LessGreater, LessOrEqual, Minus,
            NotEqual, NotTilde, OpenBrace, OpenBracket, OpenParen, Percent, Pipe, Plus, Semicolon, Slash,
            Star, Unknown,
        };
        let start = self.position;
        let (kind, length) = match (byte, self.byte_at(1)) {
            (b'(', _) => (OpenParen, 1),
            (b')', _) => (CloseParen, 1),
            (b'[', _) => (OpenBracket, 1),
            (b']', _) => (CloseBracket, 1),
            (b'{', _) => (OpenBrace, 1),
            (b'}', _) => (CloseBrace, 1),
            (b'|', _) => (Pipe, 1),
            (b',', _) => (Comma, 1),
            (b';', _) => (Semicolon, 1),
            (b':', _) => (Colon, 1),
            (b'.', b'.') => (DotDot, 2),
            (b'.', _) => (Dot, 1),
            (b'+', _) => (Plus, 1),
            (b'-', _) => (Minus, 1),
            (b'*', _) => (Star, 1),
            (b'/', _) => (Slash, 1),
            (b'%', _) => (Percent, 1),
            (b'=', b'=') => (Equal, 2),
            (b'=', b'~') => (EqualTilde, 2),
            (b'=', b'>') => (Arrow, 2),
            (b'=', _) => (Assign, 1),
            (b'<', b'=') => (LessOrEqual, 2),
            (b'<', b'>') => (LessGreater, 2),
            (b'<', _) => (Less, 1),
            (b'>', b'=') => (GreaterOrEqual, 2),
            (b'>', _) => (Greater, 1),
            (b'!', b'=') => (NotEqual, 2),
            (b'!', b'~') => (NotTilde, 2),
            (b'!', b'a'..=b'z' | b'A'..=b'Z') => {
                let mut end = self.end_of_word(start + 1);
                if self.bytes.get(end) == Some(&b'~') {
                    end += 1;
                }
                (BangWord, end - start)
            }
            (b'&', b'&') => (AndAnd, 2),
            (b'@', _) => (At, 1),
            _ => (Unknown, 1),
        };
        self.push(kind, start, start + length);
    }

    fn comment(&mut self) {
        let start = self.position;
        let rest = &self.bytes[start..];
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        self.lexed.comments.push(span(start, start + length));
        self.position = start + length;
    }

    fn end_of_word(&self, start: usize) -> usize {
        let rest = &self.bytes[start..];
        start + rest.iter().position(|&byte| !is_word_part(byte)).unwrap_or(rest.len())
    }

    /// Whether the 36 bytes from here are a guid.
    fn is_raw_guid(&self) -> bool {
        const HYPHENS: [usize; 4] = [8, 13, 18, 23];
        let Some(guid) = self.bytes.get(self.position..self.position + 36) else { return false };
        guid[8] == b'-'
            && guid.iter().enumerate().all(|(at, byte)| {
                if HYPHENS.contains(&at) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
            })
            && !self.bytes.get(self.position + 36).is_some_and(|&byte| is_word_part(byte))
    }

    fn word(&mut self) {
        let start = self.position;
        if self.is_raw_guid() {
            return self.push(TokenKind::RawGuid, start, start + 36);
        }
        let mut end = self.end_of_word(start + 1);
        let word = &self.text[start..end];
        let next = self.bytes.get(end).copied().unwrap_or(0);
        match next {
            b'(' if opens_typed_literal(word) => {
                if let Some(close) = self.end_of_typed_literal(end + 1) {
                    return self.push(TokenKind::TypedLiteral, start, close);
                }
            }
            b'"' | b'\'' if matches!(word, "h" | "H") => return self.string(start, end),
            b'@' if matches!(word, "h" | "H") && matches!(self.bytes.get(end + 1), Some(b'"' | b'\'')) => {
                return self.verbatim_string(start, end + 1);
            }
            b'`' | b'~' if matches!(word, "h" | "H") && self.is_fence(end) => {
                return self.fenced_string(start, end);
            }
            b'~' if word == "in" && !self.is_fence(end) => end += 1,
            0x80.. if self.text[end..].starts_with(char::is_alphabetic) => return self.foreign_word(start),
            _ => {}
        }
        self.push(TokenKind::Word, start, end);
    }

    /// Where a typed literal ends whose inside begins at `inside`. One with a parenthesis or a bracket inside
    /// is a call that somebody meant as a conversion, `int(toint(x))`, and left to the parser.
    fn end_of_typed_literal(&mut self, inside: usize) -> Option<usize> {
        if self.no_parenthesis_closes {
            return None;
        }
        for (offset, byte) in self.bytes[inside..].iter().enumerate() {
            match byte {
                b')' => return Some(inside + offset + 1),
                b'(' | b'[' | b';' | b'|' => return None,
                _ => {}
            }
        }
        self.no_parenthesis_closes = true;
        None
    }

    fn digits(&self, start: usize) -> usize {
        let rest = &self.bytes[start..];
        start + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
    }

    /// Where an exponent that begins at `start` ends.
    fn exponent(&self, start: usize) -> Option<usize> {
        if !matches!(self.bytes.get(start), Some(b'e' | b'E')) {
            return None;
        }
        let sign = usize::from(matches!(self.bytes.get(start + 1), Some(b'+' | b'-')));
        let end = self.digits(start + 1 + sign);
        (end > start + 1 + sign).then_some(end)
    }

    fn number(&mut self) {
        let start = self.position;
        if self.is_raw_guid() {
            return self.push(TokenKind::RawGuid, start, start + 36);
        }
        if self.bytes[start] == b'0' && matches!(self.byte_at(1), b'x' | b'X') {
            let rest = &self.bytes[start + 2..];
            let length = rest.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(rest.len());
            if length > 0 {
                return self.push(TokenKind::Long, start, start + 2 + length);
            }
        }
        let mut end = self.digits(start);
        let mut kind = TokenKind::Long;
        if self.bytes.get(end) == Some(&b'.') && self.bytes.get(end + 1) != Some(&b'.') {
            kind = TokenKind::Real;
            end = self.digits(end + 1);
        }
        if let Some(exponent_end) = self.exponent(end)
            && !self.bytes.get(exponent_end).is_some_and(|&byte| is_word_part(byte))
        {
            return self.push(TokenKind::Real, start, exponent_end);
        }
        let word_end = self.end_of_word(end);
        if word_end > end {
            if is_timespan_unit(&self.text[end..word_end]) {
                kind = TokenKind::Timespan;
                end = word_end;
            } else if kind == TokenKind::Long {
                // `3Dchart` and columns such as `1st` are words.
                kind = TokenKind::Word;
                end = word_end;
            }
        }
        self.push(kind, start, end);
    }

    /// A string with backslash escapes, whose token begins at `start` and whose quote is at `quote`.
    fn string(&mut self, start: usize, quote: usize) {
        let quote_byte = self.bytes[quote];
        let mut at = quote + 1;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'\\' if !matches!(self.bytes.get(at + 1), None | Some(b'\n' | b'\r')) => at += 2,
                b'\n' | b'\r' => break,
                _ if byte == quote_byte => return self.push(TokenKind::String, start, at + 1),
                _ => at += 1,
            }
        }
        self.unclosed_string(start, at.min(self.bytes.len()), quote_byte as char);
    }

    fn verbatim_string(&mut self, start: usize, quote: usize) {
        let quote_byte = self.bytes[quote];
        let mut at = quote + 1;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'\n' | b'\r' => break,
                _ if byte == quote_byte => {
                    if self.bytes.get(at + 1) != Some(&quote_byte) {
                        return self.push(TokenKind::String, start, at + 1);
                    }
                    at += 2;
                }
                _ => at += 1,
            }
        }
        self.unclosed_string(start, at, quote_byte as char);
    }

    fn is_fence(&self, at: usize) -> bool {
        let fence = self.bytes.get(at..at + 3);
        fence == Some(b"```") || fence == Some(b"~~~")
    }

    fn fenced_string(&mut self, start: usize, fence: usize) {
        let inside = fence + 3;
        match self.text[inside..].find(&self.text[fence..inside]) {
            Some(length) => self.push(TokenKind::String, start, inside + length + 3),
            None => {
                let end = self.bytes.len();
                self.report(
                    Diagnostic::error(
                        codes::STRING_NOT_CLOSED,
                        span(start, inside),
                        "this multi-line string is never closed",
                    )
                    .with_note(format!("it ends with `{}`", &self.text[fence..inside])),
                );
                self.push(TokenKind::String, start, end);
            }
        }
    }

    /// A string that the line's end cuts off. The rest of the line belongs to it.
    fn unclosed_string(&mut self, start: usize, mut end: usize, quote: char) {
        while end > start + 1 && self.bytes[end - 1].is_ascii_whitespace() {
            end -= 1;
        }
        self.report(
            Diagnostic::error(
                codes::STRING_NOT_CLOSED,
                span(start, end),
                "this string is not closed on its line",
            )
            .with_note("a string over several lines is written between ``` and ```")
            .with_replacement(
                format!("close it with `{quote}`"),
                Span::at(offset(end)),
                quote.to_string(),
            ),
        );
        self.push(TokenKind::String, start, end);
    }

    fn beyond_ascii(&mut self) {
        let start = self.position;
        let Some(character) = self.text[start..].chars().next() else { return };
        if is_blank(character) {
            self.position += character.len_utf8();
        } else if is_curly_quote(character) {
            self.curly_quoted(start, character);
        } else if character.is_alphabetic() {
            self.foreign_word(start);
        } else {
            self.push(TokenKind::Unknown, start, start + character.len_utf8());
        }
    }

    /// A name with letters that names may have in brackets only.
    fn foreign_word(&mut self, start: usize) {
        let rest = &self.text[start..];
        let length = rest
            .find(|character: char| !(character.is_alphanumeric() || matches!(character, '_' | '$')))
            .unwrap_or(rest.len());
        let word = &rest[..length];
        self.report(
            Diagnostic::error(
                codes::UNKNOWN_CHARACTER,
                span(start, start + length),
                format!("`{word}` has letters that a name may have in brackets only"),
            )
            .with_replacement(
                "put the name in brackets",
                span(start, start + length),
                format!("['{word}']"),
            ),
        );
        self.push(TokenKind::Word, start, start + length);
    }

    /// `“…”`: read as the string that was meant, up to a quote on the same line.
    fn curly_quoted(&mut self, start: usize, opening: char) {
        let inside = start + opening.len_utf8();
        let double = matches!(opening, '\u{201c}' | '\u{201d}' | '\u{201e}');
        let quote = if double { '"' } else { '\'' };
        let closes = |character: char| {
            character == quote
                || if double {
                    matches!(character, '\u{201c}' | '\u{201d}')
                } else {
                    matches!(character, '\u{2018}' | '\u{2019}')
                }
        };
        let rest = &self.text[inside..];
        let stop =
            rest.char_indices().find(|&(_, character)| closes(character) || matches!(character, '\n' | '\r'));
        let (content_length, closing) = match stop {
            Some((at, character)) if closes(character) => (at, character.len_utf8()),
            Some((at, _)) => (at, 0),
            None => (rest.len(), 0),
        };
        let content = &rest[..content_length];
        let end = inside + content_length + closing;
        let escaped = content.replace('\\', "\\\\").replace(quote, &format!("\\{quote}"));
        self.report(
            Diagnostic::error(
                codes::CURLY_QUOTE,
                span(start, end),
                "typographic quotes do not enclose a string",
            )
            .with_replacement(
                format!("use `{quote}`"),
                span(start, end),
                format!("{quote}{escaped}{quote}"),
            ),
        );
        self.push(TokenKind::String, start, end);
    }
}

pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn span(start: usize, end: usize) -> Span {
    Span::new(offset(start), offset(end))
}
