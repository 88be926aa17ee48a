//! `mv-expand` and `mv-apply`.

use wardenry_diagnostic::{Diagnostic, Span};

use super::MV;
use crate::ast::{MvItem, OperatorKind, TypeName};
use crate::codes;
use crate::parser::Parser;
use crate::parser::words::nearest;
use crate::token::TokenKind;

impl Parser<'_> {
    /// `x = y` names an item; only a slip of an option's name was meant as an option.
    pub(super) fn refuse_unknown_mv_option(&mut self, word: &str) {
        if self.at_name_before(TokenKind::Assign) && nearest(self.text(), MV.iter().copied()).is_some() {
            self.refuse_unknown_option(word, MV);
        }
    }

    /// `name = expr to typeof(type)`.
    pub(super) fn mv_item(&mut self) -> MvItem {
        let start = self.span().start;
        let expr = self.named_expression();
        let to = self.eat_word("to").then(|| self.type_of());
        MvItem { expr, to, span: self.span_from(start) }
    }

    /// `typeof(type)`.
    pub(super) fn type_of(&mut self) -> TypeName {
        if !self.at_word("typeof") || self.ahead(1).kind != TokenKind::OpenParen {
            let found = self.found();
            let span = self.span();
            let mut diagnostic = Diagnostic::error(
                codes::TYPE_EXPECTED,
                self.missing_here(),
                format!("expected `typeof(…)` after `to`, found {found}"),
            );
            if self.at(TokenKind::Word) {
                let text = self.text();
                diagnostic = diagnostic.with_replacement(
                    format!("write `typeof({text})`"),
                    span,
                    format!("typeof({text})"),
                );
            }
            self.report(diagnostic);
            if self.at(TokenKind::Word) {
                return self.type_name();
            }
            return TypeName { scalar_type: None, span: Span::at(self.previous_end()) };
        }
        self.bump();
        self.parenthesized(Self::type_name_in_any_case)
    }

    pub(super) fn mv_apply(&mut self) -> OperatorKind {
        let items = self.list(Self::mv_item);
        let limit = self.eat_word("limit").then(|| self.expression());
        let context_id = (self.at_word("id") && self.ahead(1).kind == TokenKind::TypedLiteral).then(|| {
            self.bump();
            let text = self.text().into();
            crate::ast::Name { text, quoted: false, span: self.bump() }
        });
        self.expect_word("on", "and a pipeline in parentheses after the items");
        let body = Box::new(self.parenthesized_body("and a pipeline after `on`"));
        OperatorKind::MvApply { items, limit, context_id, body }
    }
}
