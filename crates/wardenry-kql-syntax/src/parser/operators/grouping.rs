//! `summarize` and what groups like it.

use wardenry_diagnostic::Diagnostic;

use crate::ast::{Expr, ExprKind, Name, OperatorKind, SeriesAggregate, TopNestedClause};
use crate::codes;
use crate::parser::Parser;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn summarize(&mut self) -> OperatorKind {
        let none = self.at_word("by") && self.ahead(1).kind != TokenKind::Assign;
        let aggregates = if none { Vec::new() } else { self.optional_list(Self::named_expression) };
        let by = if self.eat_word("by") { self.named_expressions() } else { Vec::new() };
        // `bin=1h` behind the keys is an old spelling that the language's own documentation has dropped.
        if self.at_word("bin") && self.ahead(1).kind == TokenKind::Assign {
            self.bump();
            self.bump();
            drop(self.opt_signed_literal());
        }
        OperatorKind::Summarize { aggregates, by }
    }

    /// `count by x`, which is `summarize count() by x`. The keyword is read.
    pub(super) fn count_by(&mut self) -> OperatorKind {
        let keyword = self.tokens[self.position - 1].span;
        self.report(
            Diagnostic::error(codes::FOREIGN_FORM, self.span(), "`count` makes no groups, `summarize` does")
                .with_replacement("use `summarize count()`", keyword, "summarize count()"),
        );
        self.bump();
        let name = Name { text: "count".into(), quoted: false, span: keyword };
        let count = Expr { kind: ExprKind::Call { name, arguments: Vec::new() }, span: keyword };
        OperatorKind::Summarize { aggregates: vec![count], by: self.named_expressions() }
    }

    pub(super) fn top_hitters(&mut self) -> OperatorKind {
        let count = Box::new(self.expression());
        self.expect_word("of", "after the number of values");
        let of = Box::new(self.expression());
        let by = self.eat_word("by").then(|| self.sort_item().expr);
        OperatorKind::TopHitters { count, of, by }
    }

    pub(super) fn top_nested(&mut self) -> OperatorKind {
        let mut clauses = vec![self.top_nested_clause()];
        while self.at(TokenKind::Comma) && self.word_ahead(1, "top") {
            self.bump();
            let (word, tokens) = self.operator_word();
            if word != "top-nested" {
                break;
            }
            for _ in 0..tokens {
                self.bump();
            }
            clauses.push(self.top_nested_clause());
        }
        OperatorKind::TopNested(clauses)
    }

    pub(super) fn top_nested_clause(&mut self) -> TopNestedClause {
        let count = (!self.at_word("of")).then(|| self.expression());
        self.expect_word("of", "after `top-nested` and its number");
        let of = self.named_expression();
        let others = (self.at_word("with") && self.word_ahead(1, "others")).then(|| {
            self.bump();
            self.bump();
            self.expect(TokenKind::Assign, "=", "after `with others`");
            self.expression()
        });
        self.expect_word("by", "and an aggregate after the column");
        TopNestedClause { count, of, others, by: self.sort_item() }
    }

    pub(super) fn make_series(&mut self) -> OperatorKind {
        let aggregates = self.list(|parser| {
            let expr = parser.named_expression();
            let default = parser.eat_word("default").then(|| {
                parser.expect(TokenKind::Assign, "=", "after `default`");
                parser.expression()
            });
            SeriesAggregate { expr, default }
        });
        self.expect_word("on", "and the axis after the aggregates");
        let on = Box::new(if self.at_name_before(TokenKind::Assign) {
            self.named_expression()
        } else {
            self.operand()
        });
        let (mut from, mut to, mut step) = (None, None, None);
        if self.at_word("in") && self.word_ahead(1, "range") {
            self.bump();
            self.bump();
            let mut bounds =
                if self.at(TokenKind::OpenParen) { self.arguments() } else { Vec::new() }.into_iter();
            from = bounds.next().map(Box::new);
            to = bounds.next().map(Box::new);
            step = bounds.next().map(Box::new);
        } else {
            if self.eat_word("from") {
                from = Some(Box::new(self.expression()));
            }
            if self.eat_word("to") {
                to = Some(Box::new(self.expression()));
            }
            if self.expect_word("step", "and the size of a step") {
                step = Some(Box::new(self.expression()));
            }
        }
        let step = step.unwrap_or_else(|| Box::new(self.bogus()));
        let by = if self.eat_word("by") { self.named_expressions() } else { Vec::new() };
        OperatorKind::MakeSeries { aggregates, on, from, to, step, by }
    }
}
