//! Scalar expressions.

mod foreign;
mod infix;
mod operands;

use wardenry_diagnostic::{Diagnostic, Span};

use self::infix::{Infix, InfixKind, Written};
use super::Parser;
use crate::ast::{BinaryOperator, Expr, ExprKind, Name};
use crate::lexer::offset;
use crate::token::TokenKind;
use crate::{MAX_CHAIN, codes};

/// How tightly operators bind, loosest first.
mod level {
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const EQUALITY: u8 = 3;
    pub(super) const RELATION: u8 = 4;
    pub(super) const SUM: u8 = 5;
    pub(super) const PRODUCT: u8 = 6;
    pub(super) const TEXT: u8 = 7;
}

impl Parser<'_> {
    /// An expression that may be given a name: `x = 1`, `(a, b) = f()`, `f()`.
    pub(super) fn named_expression(&mut self) -> Expr {
        let start = self.span().start;
        if self.at_name_before(TokenKind::Assign) {
            let name = self.name_declaration();
            self.bump();
            let value = Box::new(self.expression());
            return Expr { kind: ExprKind::Named { name, value }, span: self.span_from(start) };
        }
        if self.at_name_tuple() {
            let names = self.parenthesized(|parser| parser.list(Self::name_declaration));
            self.bump();
            let value = Box::new(self.expression());
            return Expr { kind: ExprKind::NamedTuple { names, value }, span: self.span_from(start) };
        }
        let value = self.expression();
        if self.at_word("as") && self.ahead(1).kind == TokenKind::Word && !self.begins_line() {
            return self.name_behind(value);
        }
        value
    }

    /// Whether `(a, b) =` stands here.
    fn at_name_tuple(&self) -> bool {
        if !self.at(TokenKind::OpenParen) {
            return false;
        }
        let mut places = 1;
        loop {
            places += match self.quoted_name_ahead(places) {
                Some(tokens) => tokens,
                None if self.ahead(places).kind == TokenKind::Word => 1,
                None => return false,
            };
            match self.ahead(places).kind {
                TokenKind::Comma => places += 1,
                TokenKind::CloseParen => return self.ahead(places + 1).kind == TokenKind::Assign,
                _ => return false,
            }
        }
    }

    /// An expression without a name and without `|`.
    pub(super) fn expression(&mut self) -> Expr {
        self.nested(bogus_at, |parser| parser.binary(level::OR))
    }

    /// An expression that ends before the words that bind loosest, for places where `and` belongs to somebody
    /// else.
    pub(super) fn operand(&mut self) -> Expr {
        self.nested(bogus_at, |parser| parser.binary(level::SUM))
    }

    /// Operators of `least` level or tighter, and their operands.
    fn binary(&mut self, least: u8) -> Expr {
        let outer = std::mem::take(&mut self.height);
        let mut left = self.unary();
        let mut last_level = 0;
        while let Some(infix) = self.peek_infix()
            && infix.level >= least
            && !self.stopped
        {
            if infix.level <= level::AND {
                left = self.chain(left, infix);
                continue;
            }
            if infix.level == last_level && !matches!(infix.level, level::SUM | level::PRODUCT) {
                let found = self.found();
                self.report(
                    Diagnostic::error(
                        codes::CHAINED_COMPARISON,
                        self.span(),
                        format!("{found} cannot follow another comparison"),
                    )
                    .with_note("join comparisons with `and` or `or`, or put one of them in parentheses"),
                );
            }
            last_level = infix.level;
            left = self.infix(left, infix);
            self.grow(1);
        }
        self.height = outer.max(self.height);
        left
    }

    /// `a and b and c`, or the same with `or`. Long chains, which generated queries have, make a balanced
    /// tree.
    fn chain(&mut self, first: Expr, infix: Infix) -> Expr {
        let InfixKind::Binary(operator) = infix.kind else { return first };
        let mut operands = vec![first];
        let mut operator_spans = Vec::new();
        while let Some(next) = self.peek_infix()
            && next.level == infix.level
        {
            operator_spans.push(self.infix_token(next));
            operands.push(self.binary(infix.level + 1));
        }
        self.grow(if operands.len() > MAX_CHAIN {
            operands.len().ilog2() + 1
        } else {
            offset(operator_spans.len())
        });
        if operands.len() > MAX_CHAIN {
            return balanced(operator, &mut operands.into_iter(), &operator_spans);
        }
        let mut operands = operands.into_iter();
        let first = operands.next().unwrap_or_else(|| self.bogus());
        operands
            .zip(operator_spans)
            .fold(first, |left, (right, operator_span)| binary_node(operator, operator_span, left, right))
    }

    /// Reads an operator, and says so if it is not written as it should be.
    fn infix_token(&mut self, infix: Infix) -> Span {
        let start = self.span();
        let end = self.ahead(infix.tokens - 1).span;
        let span = start.to(end);
        let text = self.text_of(span);
        let word = match infix.written {
            Written::WithCapitals => text.to_ascii_lowercase(),
            _ => infix.kind.text().to_owned(),
        };
        let fault = match infix.written {
            Written::AsItShould => None,
            Written::WithCapitals => {
                Some((codes::WORD_CASE, format!("operators are written in lower case: `{word}`")))
            }
            Written::AsAssignment => {
                Some((codes::ASSIGN_FOR_EQUAL, "`=` gives a name; values are compared with `==`".to_owned()))
            }
            Written::AsElsewhere(code) => {
                Some((code, format!("there is no operator `{text}`; it is written `{word}`")))
            }
        };
        if let Some((code, message)) = fault {
            self.report(Diagnostic::error(code, span, message).with_replacement(
                format!("use `{word}`"),
                span,
                word,
            ));
        }
        for _ in 0..infix.tokens {
            self.bump();
        }
        span
    }

    /// The right side of an operator that stands here.
    fn infix(&mut self, left: Expr, infix: Infix) -> Expr {
        let operator_span = self.infix_token(infix);
        let start = left.span.start;
        let kind = match infix.kind {
            InfixKind::Binary(operator) => {
                let right = Box::new(self.binary(infix.level + 1));
                ExprKind::Binary { operator, operator_span, left: Box::new(left), right }
            }
            InfixKind::List(operator) => {
                let items = self.list_operand();
                ExprKind::InList { operator, operator_span, left: Box::new(left), items }
            }
            InfixKind::Between { negated } => self.between(left, negated),
            InfixKind::IsNull { negated } => {
                let function = if negated { "isnotnull" } else { "isnull" };
                let operand = self.text_of(left.span);
                self.report_also(
                    Diagnostic::error(
                        codes::IS_NULL,
                        operator_span,
                        format!("null is tested with `{function}(…)`"),
                    )
                    .with_note("text is never null; `isempty(…)` tests it")
                    .with_replacement(
                        format!("use `{function}`"),
                        left.span.to(operator_span),
                        format!("{function}({operand})"),
                    ),
                );
                let name = Name { text: function.into(), quoted: false, span: operator_span };
                ExprKind::Call { name, arguments: vec![left] }
            }
        };
        Expr { kind, span: self.span_from(start) }
    }

    /// `(a, b)`, `(T | project x)`.
    fn list_operand(&mut self) -> Vec<Expr> {
        if self.at(TokenKind::OpenParen) {
            return self.parenthesized(|parser| parser.list(Self::tabular_expression));
        }
        if self.at(TokenKind::OpenBrace) || self.at(TokenKind::OpenBracket) && !self.at_quoted_name() {
            return self.list_in_other_brackets();
        }
        let start = self.span();
        let had_error = self.last_error == Some(self.position);
        let item = self.operand();
        if matches!(item.kind, ExprKind::Bogus) || had_error {
            return vec![item];
        }
        let mut items = vec![item];
        // Outside of parentheses a comma separates nothing else in a condition.
        while self.in_condition
            && self.open_parentheses == 0
            && self.at(TokenKind::Comma)
            && matches!(self.ahead(1).kind, TokenKind::String | TokenKind::Long)
        {
            self.bump();
            items.push(self.operand());
        }
        let span = items.iter().fold(start, |all, item| all.to(item.span));
        let text = self.text_of(span);
        self.report_also(
            Diagnostic::error(
                codes::LIST_PARENTHESES,
                span,
                "the values on the right must be in parentheses",
            )
            .with_replacement("put them in parentheses", span, format!("({text})")),
        );
        items
    }

    /// `(low .. high)`.
    fn between(&mut self, left: Expr, negated: bool) -> ExprKind {
        let left = Box::new(left);
        if !self.at(TokenKind::OpenParen) {
            let (low, high) = self.bare_range();
            return ExprKind::Between { negated, left, low, high };
        }
        let (low, high) = self.parenthesized(|parser| {
            let low = parser.operand();
            if parser.at_word("and") || parser.at(TokenKind::Comma) {
                let span = parser.span();
                parser.report(
                    Diagnostic::error(codes::TOKEN_EXPECTED, span, "a range's ends are separated by `..`")
                        .with_replacement("use `..`", span, ".."),
                );
                parser.bump();
            } else {
                parser.expect(TokenKind::DotDot, "..", "between the range's ends");
            }
            (low, parser.operand())
        });
        ExprKind::Between { negated, left, low: Box::new(low), high: Box::new(high) }
    }

    /// `low .. high` whose parentheses are missing.
    fn bare_range(&mut self) -> (Box<Expr>, Box<Expr>) {
        let low = Box::new(self.operand());
        if !self.eat(TokenKind::DotDot) {
            self.report(Diagnostic::error(
                codes::TOKEN_EXPECTED,
                low.span,
                "`between` needs two values in parentheses: `(low .. high)`",
            ));
            return (low, Box::new(self.bogus()));
        }
        let high = Box::new(self.operand());
        let span = low.span.to(high.span);
        let text = self.text_of(span);
        self.report_also(
            Diagnostic::error(codes::LIST_PARENTHESES, span, "the range on the right must be in parentheses")
                .with_replacement("put it in parentheses", span, format!("({text})")),
        );
        (low, high)
    }
}

fn bogus_at(span: Span) -> Expr {
    Expr { kind: ExprKind::Bogus, span: Span::at(span.start) }
}

fn binary_node(operator: BinaryOperator, operator_span: Span, left: Expr, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    let kind = ExprKind::Binary { operator, operator_span, left: Box::new(left), right: Box::new(right) };
    Expr { kind, span }
}

/// A tree of the least height, its leaves in the order of the text.
fn balanced(
    operator: BinaryOperator,
    operands: &mut impl Iterator<Item = Expr>,
    operator_spans: &[Span],
) -> Expr {
    let middle = operator_spans.len() / 2;
    match operator_spans.get(middle) {
        None => operands.next().unwrap_or_else(|| bogus_at(Span::default())),
        Some(&operator_span) => {
            let left = balanced(operator, operands, &operator_spans[..middle]);
            let right = balanced(operator, operands, &operator_spans[middle + 1..]);
            binary_node(operator, operator_span, left, right)
        }
    }
}
