//! `parse`, `parse-where` and `parse-kv`.

use wardenry_diagnostic::Diagnostic;

use crate::ast::{OperatorKind, ParseItem};
use crate::codes;
use crate::parser::Parser;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn parse_operator(&mut self, where_: bool) -> OperatorKind {
        let expr = Box::new(self.expression());
        self.expect_word("with", "and a pattern after the text to parse");
        let mut pattern = Vec::new();
        loop {
            let start = self.span();
            match self.kind() {
                TokenKind::Star => {
                    pattern.push(ParseItem::Star(self.bump()));
                }
                TokenKind::String => {
                    let text = self.string_text().0;
                    pattern.push(ParseItem::Literal { text, span: self.span_from(start.start) });
                }
                TokenKind::Word if !self.at_forgotten_pipe_in_pattern() => pattern.push(self.parse_column()),
                TokenKind::OpenBracket if self.at_quoted_name() => pattern.push(self.parse_column()),
                TokenKind::Comma => {
                    let span = self.span();
                    self.report(
                        Diagnostic::error(
                            codes::UNEXPECTED,
                            span,
                            "the pieces of a pattern are separated by blanks",
                        )
                        .with_replacement("remove the comma", span, ""),
                    );
                    self.bump();
                }
                _ => break,
            }
        }
        if pattern.is_empty() {
            let found = self.found();
            let at = self.missing_here();
            self.report(Diagnostic::error(
                codes::EXPRESSION_EXPECTED,
                at,
                format!("expected a pattern, found {found}"),
            ));
        }
        OperatorKind::Parse { expr, pattern, where_ }
    }

    /// Whether the word at hand begins the next operator rather than naming a column.
    pub(super) fn at_forgotten_pipe_in_pattern(&self) -> bool {
        self.begins_line() && self.at_operator_word()
    }

    pub(super) fn parse_column(&mut self) -> ParseItem {
        let name = self.name_declaration();
        let type_name = self.eat(TokenKind::Colon).then(|| self.type_name());
        ParseItem::Column { name, type_name }
    }

    pub(super) fn parse_kv(&mut self) -> OperatorKind {
        let expr = Box::new(self.expression());
        self.expect_word("as", "and the columns after the text to parse");
        let columns = self.schema();
        let with = if self.eat_word("with") { self.properties() } else { Vec::new() };
        OperatorKind::ParseKv { expr, columns, with }
    }
}
