//! Operands: what stands between operators.

use wardenry_diagnostic::Diagnostic;

use super::{bogus_at, level};
use crate::ast::{Expr, ExprKind, Name, UnaryOperator};
use crate::codes;
use crate::parser::Parser;
use crate::parser::words::{self, WordClass};
use crate::token::TokenKind;

impl Parser<'_> {
    /// An operand with its sign.
    pub(in crate::parser) fn unary(&mut self) -> Expr {
        let operator = match self.kind() {
            TokenKind::Minus => UnaryOperator::Minus,
            TokenKind::Plus => UnaryOperator::Plus,
            _ => return self.postfix(),
        };
        if let Some(literal) = self.opt_smallest_long() {
            return literal;
        }
        let start = self.bump().start;
        let operand = Box::new(self.postfix());
        self.grow(1);
        Expr { kind: ExprKind::Unary { operator, operand }, span: self.span_from(start) }
    }

    /// An operand, and `.name`, `.f()` and `[index]` behind it.
    pub(in crate::parser) fn postfix(&mut self) -> Expr {
        let start = self.span().start;
        let mut expr = self.primary();
        loop {
            let base = Box::new(match self.kind() {
                TokenKind::Dot | TokenKind::OpenBracket if !self.stopped => expr,
                _ => return expr,
            });
            let legacy_index = self.at(TokenKind::Dot) && self.ahead(1).kind == TokenKind::OpenBracket;
            let kind = if legacy_index && self.ahead(2).kind == TokenKind::String {
                self.bump();
                ExprKind::Member { base, name: self.name_reference() }
            } else if self.at(TokenKind::OpenBracket) || legacy_index {
                self.eat(TokenKind::Dot);
                self.index(base)
            } else {
                self.bump();
                self.member(base)
            };
            self.grow(1);
            expr = Expr { kind, span: self.span_from(start) };
        }
    }

    pub(super) fn index(&mut self, base: Box<Expr>) -> ExprKind {
        let opening = self.bump();
        let index = Box::new(self.expression());
        self.close(opening, TokenKind::CloseBracket, ']');
        ExprKind::Index { base, index }
    }

    pub(super) fn member(&mut self, base: Box<Expr>) -> ExprKind {
        if self.at(TokenKind::Star) || self.ahead(1).kind == TokenKind::Star && self.touches_next(0) {
            // A table's name with `*`, behind a database.
            if let Some(wildcard) = self.opt_member_wildcard() {
                return ExprKind::Member { base, name: wildcard };
            }
        }
        let name = self.name_reference();
        if self.at(TokenKind::OpenParen) && !name.quoted && !name.text.is_empty() {
            let arguments = self.arguments();
            return ExprKind::MemberCall { base, name, arguments };
        }
        ExprKind::Member { base, name }
    }

    pub(super) fn opt_member_wildcard(&mut self) -> Option<Name> {
        // `a.b*c` multiplies where both sides stand; a pattern ends the operand.
        let position = self.position;
        let wildcard = self.opt_wildcard()?;
        if self.starts_operand(0) {
            self.position = position;
            return None;
        }
        Some(Name { text: self.text_of(wildcard.span).into(), quoted: false, span: wildcard.span })
    }

    /// An operand without anything before or behind it.
    pub(super) fn primary(&mut self) -> Expr {
        let start = self.span().start;
        if let Some(literal) = self.opt_literal() {
            return self.with_unit_behind(literal);
        }
        if let Some(negation) = self.opt_negation() {
            return negation;
        }
        match self.kind() {
            TokenKind::Word => self.word_primary(),
            TokenKind::OpenParen => {
                let inner = self.parenthesized(|parser| {
                    let first = parser.tabular_expression();
                    if !parser.at(TokenKind::Comma) {
                        return Box::new(first);
                    }
                    Box::new(parser.unwanted_tuple(first))
                });
                Expr { kind: ExprKind::Parenthesized(inner), span: self.span_from(start) }
            }
            TokenKind::OpenBracket if self.at_quoted_name() => {
                let name = self.quoted_name();
                let kind = if self.at(TokenKind::OpenParen) {
                    ExprKind::Call { name, arguments: self.arguments() }
                } else {
                    ExprKind::Name(name)
                };
                Expr { kind, span: self.span_from(start) }
            }
            // `* has "x"`: any column.
            TokenKind::Star => {
                let span = self.bump();
                if self.peek_infix().is_none() {
                    self.position -= 1;
                    self.expression_expected();
                    self.bump();
                }
                Expr { kind: ExprKind::Star, span }
            }
            _ => {
                let position = self.position;
                self.expression_expected();
                if self.at_backslash() {
                    // The rest of a path would only make more errors.
                    let goes_on = |kind| {
                        matches!(
                            kind,
                            TokenKind::Word
                                | TokenKind::Long
                                | TokenKind::Dot
                                | TokenKind::Minus
                                | TokenKind::Unknown
                        )
                    };
                    while self.touches_next(0) && goes_on(self.ahead(1).kind) {
                        self.bump();
                    }
                }
                if matches!(self.kind(), TokenKind::Unknown | TokenKind::At | TokenKind::Assign)
                    || self.position > position
                {
                    self.bump();
                }
                self.bogus()
            }
        }
    }

    /// `(a, b)` where a value must stand.
    pub(super) fn unwanted_tuple(&mut self, first: Expr) -> Expr {
        let span = self.span();
        self.report(Diagnostic::error(codes::UNEXPECTED, span, "a list in parentheses is no value here"));
        let mut items = vec![first];
        while self.eat(TokenKind::Comma) {
            items.push(self.tabular_expression());
        }
        let span = items.iter().fold(span, |all, item| all.to(item.span));
        Expr { kind: ExprKind::List(items), span }
    }

    pub(super) fn word_primary(&mut self) -> Expr {
        let span = self.span();
        let start = span.start;
        let word = self.text();
        let called = self.ahead(1).kind == TokenKind::OpenParen;
        match word {
            "datatable" | "externaldata" | "external_data" | "__contextual_datatable" if called => {
                return self.table_literal();
            }
            "toscalar" | "totable"
                if self.word_ahead(1, "kind") && self.ahead(2).kind == TokenKind::Assign =>
            {
                let name = self.any_name();
                // `kind=nooptimization` asks for nothing that changes a result.
                self.bump();
                self.bump();
                self.bump();
                let arguments = self.arguments();
                return Expr { kind: ExprKind::Call { name, arguments }, span: self.span_from(start) };
            }
            "entity_group" if self.ahead(1).kind == TokenKind::OpenBracket => {
                let name = self.any_name();
                let opening = self.bump();
                let arguments = self.list(Self::expression);
                self.close(opening, TokenKind::CloseBracket, ']');
                return Expr { kind: ExprKind::Call { name, arguments }, span: self.span_from(start) };
            }
            "not" if !called && self.starts_operand(1) => return self.bare_not(),
            "count" => {
                if let Some(count) = self.opt_count_distinct() {
                    return count;
                }
            }
            "case" => {
                if let Some(case) = self.opt_case_when() {
                    return case;
                }
            }
            _ => {}
        }
        let callable = called && matches!(word, "toscalar" | "totable" | "materialize");
        match words::class(word) {
            _ if callable => {}
            WordClass::Name | WordClass::ReferenceOnly => {}
            WordClass::DeclarationOnly | WordClass::Reserved => {
                if called && words::continues(word) && self.word_infix(word).is_some() {
                    return self.called_operator();
                } else if called && !words::continues(word) {
                    self.conversion_as_literal();
                } else if words::continues(word) || self.at_operator_word() && !called {
                    self.expression_expected();
                    return self.bogus();
                } else {
                    self.keyword_as_name();
                }
            }
        }
        if called {
            let name = self.any_name();
            let arguments = self.arguments();
            return Expr { kind: ExprKind::Call { name, arguments }, span: self.span_from(start) };
        }
        self.bump();
        if self.at_word("datascope") && self.ahead(1).kind == TokenKind::Assign {
            // `Table datascope=all` says where to read from.
            for _ in 0..3 {
                self.bump();
            }
        }
        let kind = match word {
            "$left" | "$right" | "$table" => ExprKind::Dollar(word.into()),
            _ => ExprKind::Name(Name { text: word.into(), quoted: false, span }),
        };
        Expr { kind, span }
    }

    /// `int(x)`, where `toint(x)` was meant.
    pub(super) fn conversion_as_literal(&mut self) {
        let (word, span) = (self.text(), self.span());
        let Some(scalar_type) = wardenry_kql_values::ScalarType::parse(word) else {
            return self.keyword_as_name();
        };
        self.report(
            Diagnostic::error(
                codes::CONVERSION_AS_LITERAL,
                span,
                format!("`{word}(…)` is no conversion; `to{scalar_type}(…)` is"),
            )
            .with_replacement(format!("use `to{scalar_type}`"), span, format!("to{scalar_type}")),
        );
    }

    /// `not x`.
    pub(super) fn bare_not(&mut self) -> Expr {
        let name = self.any_name();
        let start = name.span.start;
        let operand = self.nested(bogus_at, |parser| parser.binary(level::EQUALITY));
        let text = self.text_of(operand.span);
        self.report_also(
            Diagnostic::error(
                codes::NOT_IS_A_FUNCTION,
                name.span,
                "`not` is a function and needs parentheses",
            )
            .with_replacement(
                "put its argument in parentheses",
                operand.span,
                format!("({text})"),
            ),
        );
        Expr { kind: ExprKind::Call { name, arguments: vec![operand] }, span: self.span_from(start) }
    }

    /// `(a, x = b, *)`, at the parenthesis.
    pub(in crate::parser) fn arguments(&mut self) -> Vec<Expr> {
        self.parenthesized(|parser| {
            if parser.at(TokenKind::CloseParen) {
                return Vec::new();
            }
            parser.list(Self::argument)
        })
    }

    pub(super) fn argument(&mut self) -> Expr {
        if self.at(TokenKind::Star) && matches!(self.ahead(1).kind, TokenKind::Comma | TokenKind::CloseParen)
        {
            return Expr { kind: ExprKind::Star, span: self.bump() };
        }
        if self.at_name_before(TokenKind::Assign) {
            return self.named_expression();
        }
        self.tabular_expression()
    }

    fn at_backslash(&self) -> bool {
        self.at(TokenKind::Unknown) && self.text() == "\\"
    }

    pub(super) fn expression_expected(&mut self) {
        let found = self.found();
        let at = self.missing_here();
        let mut diagnostic = Diagnostic::error(
            codes::EXPRESSION_EXPECTED,
            at,
            format!("expected an expression, found {found}"),
        );
        if self.position > 0 && self.tokens[self.position - 1].kind == TokenKind::Comma {
            let comma = self.tokens[self.position - 1].span;
            diagnostic = diagnostic.with_replacement("remove the comma before it", comma, "");
        } else if self.at_backslash() {
            diagnostic =
                diagnostic.with_note(r#"a path is text, and text stands in quotes: `@"C:\Windows"`"#);
        } else if self.at(TokenKind::Assign) {
            diagnostic = diagnostic.with_note("two values are compared with `==`");
        }
        self.report(diagnostic);
    }
}
