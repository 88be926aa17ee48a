//! Lists, separated by commas.

use wardenry_diagnostic::{Diagnostic, Span};

use super::Parser;
use crate::ast::Expr;
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// One item or more.
    pub(super) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut items = Vec::new();
        loop {
            let position = self.position;
            items.push(item(self));
            if !self.list_goes_on(position) {
                return items;
            }
        }
    }

    /// Whether a comma, which is read, or at least another item follows an item that began at `position`.
    pub(super) fn list_goes_on(&mut self, position: usize) -> bool {
        if self.eat(TokenKind::Comma) {
            return true;
        }
        // An item that nothing was read for does not have another behind it.
        if self.position > position && self.at_forgotten_comma() {
            let end = self.previous_end();
            let found = self.found();
            self.report(
                Diagnostic::error(codes::MISSING_COMMA, self.span(), format!("expected `,` before {found}"))
                    .with_replacement("add `,`", Span::at(end), ","),
            );
            return true;
        }
        false
    }

    /// Whether the current token can only be the next item of a list: another value on the same line.
    fn at_forgotten_comma(&self) -> bool {
        match self.kind() {
            TokenKind::String
            | TokenKind::Long
            | TokenKind::Real
            | TokenKind::Timespan
            | TokenKind::TypedLiteral => true,
            // `project a b`, but not a clause or an operator whose `|` is missing.
            TokenKind::Word => {
                !self.begins_line()
                    && !self.at_operator_word()
                    && matches!(
                        self.ahead(1).kind,
                        TokenKind::Comma
                            | TokenKind::Assign
                            | TokenKind::Pipe
                            | TokenKind::End
                            | TokenKind::Semicolon
                            | TokenKind::OpenParen
                            | TokenKind::Dot
                            | TokenKind::CloseParen
                            | TokenKind::CloseBracket
                    )
                    && !matches!(
                        self.text(),
                        "as" | "asc"
                            | "bin"
                            | "by"
                            | "declare"
                            | "default"
                            | "desc"
                            | "from"
                            | "hint"
                            | "id"
                            | "in"
                            | "is"
                            | "kind"
                            | "limit"
                            | "nulls"
                            | "of"
                            | "on"
                            | "partitioned"
                            | "step"
                            | "to"
                            | "with"
                    )
            }
            _ => false,
        }
    }

    /// Expressions, each of which may be given a name.
    pub(super) fn named_expressions(&mut self) -> Vec<Expr> {
        self.list(Self::named_expression)
    }
}
