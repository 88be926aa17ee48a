//! Expressions as other languages write them, read as what they mean.

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_values::Value;

use super::infix::InfixKind;
use crate::ast::{Expr, ExprKind, Name};
use crate::codes;
use crate::literals;
use crate::parser::Parser;
use crate::token::TokenKind;

impl Parser<'_> {
    /// `value as name`, at `as`.
    pub(super) fn name_behind(&mut self, value: Expr) -> Expr {
        let keyword = self.bump();
        let name = self.name_declaration();
        let span = value.span.to(name.span);
        let meant = format!("{} = {}", self.text_of(name.span), self.text_of(value.span));
        self.report_also(
            Diagnostic::error(codes::FOREIGN_FORM, keyword, "a name stands before its value: `name = value`")
                .with_replacement(format!("write `{} = …`", self.text_of(name.span)), span, meant),
        );
        Expr { kind: ExprKind::Named { name, value: Box::new(value) }, span }
    }

    /// `["a", "b"]` or `{"a", "b"}` on the right of `in` and the like.
    pub(super) fn list_in_other_brackets(&mut self) -> Vec<Expr> {
        let (closing, sign) = match self.kind() {
            TokenKind::OpenBrace => (TokenKind::CloseBrace, '}'),
            _ => (TokenKind::CloseBracket, ']'),
        };
        let opening = self.bump();
        let braces = u32::from(closing == TokenKind::CloseBrace);
        self.open_braces += braces;
        let items = self.list(Self::expression);
        let closed = self.close(opening, closing, sign);
        self.open_braces -= braces;
        if closed {
            let end = self.previous_end();
            self.report_also(
                Diagnostic::error(
                    codes::LIST_PARENTHESES,
                    Span::new(opening.start, end),
                    "the values on the right must be in parentheses",
                )
                .with_replacements(
                    "use parentheses",
                    [(opening, "(".to_owned()), (Span::new(end - 1, end), ")".to_owned())],
                ),
            );
        }
        items
    }

    /// `!isempty(x)`, `!(x)` and `!x`, at the sign. `None` where something else must be said.
    pub(super) fn opt_negation(&mut self) -> Option<Expr> {
        let start = self.span();
        let negated = match self.kind() {
            TokenKind::BangWord if self.word_infix(self.text()).is_none() => {
                let span = Span::new(start.start + 1, start.end);
                self.bump();
                let name = Name { text: self.text_of(span).into(), quoted: false, span };
                if self.at(TokenKind::OpenParen) {
                    let arguments = self.arguments();
                    let span = Span::new(span.start, self.previous_end());
                    Expr { kind: ExprKind::Call { name, arguments }, span }
                } else {
                    Expr { kind: ExprKind::Name(name), span }
                }
            }
            TokenKind::Unknown if self.text() == "!" && self.starts_operand(1) => {
                self.bump();
                self.postfix()
            }
            _ => return None,
        };
        self.grow(1);
        let whole = start.to(negated.span);
        let text = self.text_of(negated.span);
        let meant = match &negated.kind {
            ExprKind::Call { name, .. } if opposite(&name.text).is_some() => {
                let rest = self.text_of(Span::new(name.span.end, negated.span.end));
                format!("{}{rest}", opposite(&name.text).unwrap_or_default())
            }
            ExprKind::Parenthesized(_) => format!("not{text}"),
            _ => format!("not({text})"),
        };
        let sign = Span::new(start.start, start.start + 1);
        self.report_also(
            Diagnostic::error(
                codes::NOT_IS_A_FUNCTION,
                sign,
                "`!` negates operators only; `not(…)` negates values",
            )
            .with_replacement(format!("use `{meant}`"), whole, meant),
        );
        let name = Name { text: "not".into(), quoted: false, span: sign };
        let kind = ExprKind::Call { name, arguments: vec![negated] };
        Some(Expr { kind, span: whole })
    }

    /// `count(distinct x)` and `count distinct x`, at `count`.
    pub(super) fn opt_count_distinct(&mut self) -> Option<Expr> {
        let distinct = |places: usize| {
            let token = self.ahead(places);
            token.kind == TokenKind::Word && self.text_of(token.span).eq_ignore_ascii_case("distinct")
        };
        let in_parentheses = self.ahead(1).kind == TokenKind::OpenParen && distinct(2);
        let places = if in_parentheses { 3 } else { 2 };
        if !in_parentheses && !distinct(1) || self.ahead(places).kind != TokenKind::Word {
            return None;
        }
        let name = self.any_name();
        let value = if in_parentheses {
            self.parenthesized(|parser| {
                parser.bump();
                parser.expression()
            })
        } else {
            self.bump();
            self.operand()
        };
        let span = self.span_from(name.span.start);
        let meant = format!("dcount({})", self.text_of(value.span));
        self.report_also(
            Diagnostic::error(codes::FOREIGN_FORM, name.span, "distinct values are counted with `dcount()`")
                .with_note("`dcount()` estimates large numbers, `count_distinct()` counts exactly")
                .with_replacement(format!("use `{meant}`"), span, meant),
        );
        let name = Name { text: "dcount".into(), ..name };
        Some(Expr { kind: ExprKind::Call { name, arguments: vec![value] }, span })
    }

    /// `case when … then … else … end`, at `case`.
    pub(super) fn opt_case_when(&mut self) -> Option<Expr> {
        let next = self.ahead(1);
        if next.kind != TokenKind::Word || !self.text_of(next.span).eq_ignore_ascii_case("when") {
            return None;
        }
        let start = self.bump();
        self.report_also(
            Diagnostic::error(
                codes::FOREIGN_FORM,
                start.to(next.span),
                "cases are written `case(condition, value, …, otherwise)`",
            )
            .with_note("`iff(condition, value, otherwise)` chooses between two values"),
        );
        while !matches!(self.kind(), TokenKind::End | TokenKind::Pipe | TokenKind::Semicolon) {
            let token = self.ahead(0);
            self.bump();
            if token.kind == TokenKind::Word && self.text_of(token.span).eq_ignore_ascii_case("end") {
                break;
            }
        }
        Some(Expr { kind: ExprKind::Bogus, span: self.span_from(start.start) })
    }

    /// `contains(a, "b")`, at an operator's name that is called.
    pub(super) fn called_operator(&mut self) -> Expr {
        let (word, operator_span) = (self.text(), self.span());
        let infix = self.word_infix(word);
        self.bump();
        let mut arguments = self.arguments();
        let span = self.span_from(operator_span.start);
        let diagnostic = Diagnostic::error(
            codes::FOREIGN_FORM,
            operator_span,
            format!("`{word}` is an operator and stands between its operands"),
        );
        let (Some(InfixKind::Binary(operator)), 2) = (infix.map(|infix| infix.kind), arguments.len()) else {
            self.report_also(diagnostic.with_note(format!("it is written `a {word} b`")));
            return Expr { kind: ExprKind::Bogus, span };
        };
        let (right, left) = (arguments.pop(), arguments.pop());
        let (Some(left), Some(right)) = (left, right) else { return self.bogus() };
        let meant = format!("{} {word} {}", self.text_of(left.span), self.text_of(right.span));
        self.report_also(diagnostic.with_replacement(format!("write `{meant}`"), span, meant));
        let kind = ExprKind::Binary { operator, operator_span, left: Box::new(left), right: Box::new(right) };
        Expr { kind, span }
    }

    /// A unit that a blank parts from its number: `7 days`. The number is read.
    pub(super) fn with_unit_behind(&mut self, number: Expr) -> Expr {
        if !matches!(number.kind, ExprKind::Literal(Value::Long(Some(_))))
            || !self.at(TokenKind::Word)
            || self.begins_line()
            || self.ahead(1).kind == TokenKind::Assign
            || !literals::is_timespan_unit(self.text())
        {
            return number;
        }
        let joined = format!("{}{}", self.text_of(number.span), self.text());
        let Some(ticks) = literals::timespan_with_unit(&joined) else { return number };
        let span = number.span.to(self.bump());
        self.report_also(
            Diagnostic::error(codes::FOREIGN_FORM, span, "a number and its unit are written without a blank")
                .with_replacement(format!("use `{joined}`"), span, joined),
        );
        Expr { kind: ExprKind::Literal(Value::Timespan(Some(ticks))), span }
    }
}

/// The function that is true where another is false.
fn opposite(function: &str) -> Option<&'static str> {
    Some(match function {
        "isempty" => "isnotempty",
        "isnotempty" => "isempty",
        "isnull" => "isnotnull",
        "isnotnull" => "isnull",
        _ => return None,
    })
}
