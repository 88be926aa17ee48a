//! The parser: recursive descent, one function per production.
//!
//! It never gives up. What cannot be read becomes a `Bogus` node and a diagnostic, and reading goes on at the
//! next `|`, `;` or closing bracket. It takes time linear in the text, and stops at a depth that neither it
//! nor whoever walks the tree after it can overflow the stack with.

mod dynamic;
mod expressions;
mod graph;
mod lists;
mod literals;
mod names;
mod operators;
mod options;
mod pipelines;
mod statements;
mod words;

use std::borrow::Cow;

use wardenry_diagnostic::{Diagnostic, Span};

use crate::ast::{Expr, ExprKind};
use crate::codes;
use crate::token::{Token, TokenKind};
use crate::{MAX_DEPTH, MAX_DIAGNOSTICS};

pub(crate) struct Parser<'t> {
    text: &'t str,
    tokens: &'t [Token],
    position: usize,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// How many productions that can contain themselves are being read.
    depth: u32,
    /// The height of the trees read since the innermost such production began.
    height: u32,
    /// Brackets of each kind that wait for their other half.
    open_parentheses: u32,
    open_braces: u32,
    /// Where the last error was reported: one place gets one.
    last_error: Option<usize>,
    /// A condition is being read, in which `=` was meant as `==`.
    in_condition: bool,
    /// Too deep: everything that follows is passed over in silence.
    stopped: bool,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(text: &'t str, tokens: &'t [Token], diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            text,
            tokens,
            position: 0,
            diagnostics,
            depth: 0,
            height: 0,
            open_parentheses: 0,
            open_braces: 0,
            last_error: None,
            in_condition: false,
            stopped: false,
        }
    }

    fn kind(&self) -> TokenKind {
        self.tokens[self.position].kind
    }

    fn span(&self) -> Span {
        self.tokens[self.position].span
    }

    /// The token that many places ahead; the end stands for all that is behind it.
    fn ahead(&self, places: usize) -> Token {
        self.tokens[(self.position + places).min(self.tokens.len() - 1)]
    }

    fn text_of(&self, span: Span) -> &'t str {
        &self.text[span.range()]
    }

    fn text(&self) -> &'t str {
        self.text_of(self.span())
    }

    fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    fn at_word(&self, word: &str) -> bool {
        self.kind() == TokenKind::Word && self.text() == word
    }

    fn word_ahead(&self, places: usize, word: &str) -> bool {
        let token = self.ahead(places);
        token.kind == TokenKind::Word && self.text_of(token.span) == word
    }

    /// Whether no blank stands between a token and the one behind it.
    fn touches_next(&self, places: usize) -> bool {
        self.ahead(places).span.end == self.ahead(places + 1).span.start
    }

    fn bump(&mut self) -> Span {
        let span = self.span();
        if self.position + 1 < self.tokens.len() {
            self.position += 1;
        }
        span
    }

    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.bump();
        }
        found
    }

    /// Where the last token that was read ends.
    fn previous_end(&self) -> u32 {
        match self.position {
            0 => 0,
            position => self.tokens[position - 1].span.end,
        }
    }

    /// From a start to the end of what was read last.
    fn span_from(&self, start: u32) -> Span {
        Span::new(start, self.previous_end().max(start))
    }

    /// Whether the current token is the first of its line.
    fn begins_line(&self) -> bool {
        let gap = self.previous_end() as usize..self.span().start as usize;
        self.position == 0 || self.text[gap].contains('\n')
    }

    /// The current token for a message.
    fn found(&self) -> Cow<'static, str> {
        const LONGEST: usize = 24;
        match self.kind() {
            TokenKind::End => "the end of the query".into(),
            _ => {
                let text = self.text();
                if text.chars().nth(LONGEST).is_some() || text.contains('\n') {
                    let start: String = text.chars().take(LONGEST).take_while(|c| *c != '\n').collect();
                    format!("`{start}…`").into()
                } else {
                    format!("`{text}`").into()
                }
            }
        }
    }

    /// Where to show that something is missing: at the current token, or right behind the last one if that
    /// token is on another line or the end.
    fn missing_here(&self) -> Span {
        if self.at(TokenKind::End) || self.begins_line() {
            let end = self.previous_end();
            let start = self.text[..end as usize].char_indices().next_back().map_or(0, |(at, _)| at);
            return Span::new(u32::try_from(start).unwrap_or(end), end);
        }
        self.span()
    }

    /// Reports a fault in the tokens at hand, unless this place has one.
    fn report(&mut self, diagnostic: Diagnostic) {
        if self.stopped || self.last_error == Some(self.position) {
            return;
        }
        self.last_error = Some(self.position);
        self.report_also(diagnostic);
    }

    /// Reports a fault beside which the same place may have others.
    fn report_also(&mut self, diagnostic: Diagnostic) {
        if self.stopped {
            return;
        }
        if self.diagnostics.len() >= MAX_DIAGNOSTICS {
            self.diagnostics.push(Diagnostic::error(
                codes::TOO_MANY_ERRORS,
                diagnostic.span,
                format!("more than {MAX_DIAGNOSTICS} errors; the rest of the query is not read"),
            ));
            return self.stop();
        }
        self.diagnostics.push(diagnostic);
    }

    /// Ends reading where it is.
    fn stop(&mut self) {
        self.stopped = true;
        self.position = self.tokens.len() - 1;
    }

    /// Reads a production that can contain itself.
    fn nested<T>(&mut self, bogus: impl FnOnce(Span) -> T, production: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= MAX_DEPTH {
            self.too_deep(self.span());
            return bogus(self.span());
        }
        self.depth += 1;
        let outer = std::mem::take(&mut self.height);
        let node = production(self);
        self.depth -= 1;
        self.height = outer.max(self.height + 1);
        node
    }

    fn too_deep(&mut self, span: Span) {
        self.last_error = None;
        self.report(Diagnostic::error(
            codes::TOO_DEEP,
            span,
            format!("the query is nested more than {MAX_DEPTH} levels deep"),
        ));
        self.stop();
    }

    /// Notes that a node was put on top of what was read at this level.
    fn grow(&mut self, levels: u32) {
        self.height += levels;
        if self.height > MAX_DEPTH {
            self.too_deep(self.span());
        }
    }

    /// The sign that must stand here.
    fn expect(&mut self, kind: TokenKind, sign: &str, place: &str) -> bool {
        if self.eat(kind) {
            return true;
        }
        let found = self.found();
        let at = self.missing_here();
        self.report(Diagnostic::error(
            codes::TOKEN_EXPECTED,
            at,
            format!("expected `{sign}` {place}, found {found}"),
        ));
        false
    }

    /// The word that must stand here.
    fn expect_word(&mut self, word: &str, place: &str) -> bool {
        if self.eat_word(word) {
            return true;
        }
        if self.at(TokenKind::Word) && self.text().eq_ignore_ascii_case(word) {
            let span = self.span();
            self.report(
                Diagnostic::error(
                    codes::WORD_CASE,
                    span,
                    format!("keywords are written in lower case: `{word}`"),
                )
                .with_replacement(format!("write `{word}`"), span, word),
            );
            self.bump();
            return true;
        }
        let found = self.found();
        let at = self.missing_here();
        let mut diagnostic =
            Diagnostic::error(codes::TOKEN_EXPECTED, at, format!("expected `{word}` {place}, found {found}"));
        if matches!(self.kind(), TokenKind::Word | TokenKind::String | TokenKind::Long | TokenKind::OpenParen)
            && !self.begins_line()
        {
            let here = Span::at(self.span().start);
            diagnostic = diagnostic.with_replacement(format!("add `{word}`"), here, format!("{word} "));
        }
        self.report(diagnostic);
        false
    }

    /// The other half of a bracket that opened at `opening`. Passes over what stands before it.
    fn close(&mut self, opening: Span, kind: TokenKind, sign: char) -> bool {
        if self.eat(kind) {
            return true;
        }
        let opened = self.text_of(opening).chars().next_back().unwrap_or(sign);
        if self.at(TokenKind::End) || self.at(TokenKind::Semicolon) {
            let end = self.previous_end();
            self.report(
                Diagnostic::error(codes::NOT_CLOSED, opening, format!("this `{opened}` is never closed"))
                    .with_annotation(self.missing_here(), format!("expected `{sign}` by here"))
                    .with_replacement(format!("add `{sign}`"), Span::at(end), sign.to_string()),
            );
            return false;
        }
        let found = self.found();
        self.report(
            Diagnostic::error(codes::UNEXPECTED, self.span(), format!("expected `{sign}`, found {found}"))
                .with_annotation(opening, format!("to close this `{opened}`")),
        );
        self.skip_to(&[kind]);
        self.eat(kind)
    }

    /// Passes over tokens, brackets with all that is in them, up to one of `stops`, a `|`, a `;`, or a
    /// bracket that closes what was opened before.
    fn skip_to(&mut self, stops: &[TokenKind]) {
        let mut depth = 0_u32;
        loop {
            match self.kind() {
                TokenKind::End => return,
                kind if depth == 0 && stops.contains(&kind) => return,
                TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => depth += 1,
                TokenKind::CloseParen if depth == 0 && self.open_parentheses == 0 => {}
                TokenKind::CloseBrace if depth == 0 && self.open_braces == 0 => {}
                TokenKind::CloseBracket if depth == 0 => {}
                TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                    let Some(outer) = depth.checked_sub(1) else { return };
                    depth = outer;
                }
                TokenKind::Pipe | TokenKind::Semicolon if depth == 0 => return,
                // A missing bracket must not swallow the statements that follow.
                TokenKind::Semicolon if self.open_braces == 0 => return,
                _ => {}
            }
            self.bump();
        }
    }

    /// Whether the current token closes something that was opened before, or is the end.
    fn at_close(&self) -> bool {
        match self.kind() {
            TokenKind::End | TokenKind::Semicolon => true,
            TokenKind::CloseParen => self.open_parentheses > 0,
            TokenKind::CloseBrace => self.open_braces > 0,
            _ => false,
        }
    }

    /// Between parentheses, of which the opening one stands here.
    fn parenthesized<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let opening = self.bump();
        self.open_parentheses += 1;
        let node = inside(self);
        self.close(opening, TokenKind::CloseParen, ')');
        self.open_parentheses -= 1;
        node
    }

    fn bogus(&self) -> Expr {
        Expr { kind: ExprKind::Bogus, span: Span::at(self.previous_end()) }
    }
}
