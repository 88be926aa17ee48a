//! Scalar expressions.

use wardenry_diagnostic::{Diagnostic, Span};

use super::Parser;
use super::words::{self, WordClass};
use crate::ast::{BinaryOperator, Expr, ExprKind, ListOperator, Name, UnaryOperator};
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

/// An operator between two operands, found but not read yet.
#[derive(Clone, Copy)]
struct Infix {
    kind: InfixKind,
    level: u8,
    /// How many tokens it is written with.
    tokens: usize,
}

#[derive(Clone, Copy)]
enum InfixKind {
    Binary(BinaryOperator),
    List(ListOperator),
    Between {
        negated: bool,
    },
    /// `is null`, `is not null`, which the language does not have.
    IsNull {
        negated: bool,
    },
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
        self.expression()
    }

    /// Whether `(a, b) =` stands here.
    fn at_name_tuple(&self) -> bool {
        if !self.at(TokenKind::OpenParen) {
            return false;
        }
        let mut places = 1;
        loop {
            match self.ahead(places).kind {
                TokenKind::Word => places += 1,
                TokenKind::OpenBracket if self.at_quoted_name_ahead(places) => places += 3,
                _ => return false,
            }
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
        let right = match infix.kind {
            InfixKind::Binary(BinaryOperator::And) if text == "&&" => Some((codes::SYMBOL_FOR_WORD, "and")),
            InfixKind::Binary(BinaryOperator::Or) if text == "||" => Some((codes::SYMBOL_FOR_WORD, "or")),
            InfixKind::Binary(BinaryOperator::Equal) if text == "=" => Some((codes::ASSIGN_FOR_EQUAL, "==")),
            InfixKind::IsNull { .. } => None,
            _ if self.at(TokenKind::Word) && text.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                Some((codes::WORD_CASE, ""))
            }
            _ => None,
        };
        if let Some((code, word)) = right {
            let lower = text.to_ascii_lowercase();
            let word = if word.is_empty() { &lower } else { word };
            let message = match code {
                codes::WORD_CASE => format!("operators are written in lower case: `{word}`"),
                codes::ASSIGN_FOR_EQUAL => "`=` gives a name; values are compared with `==`".to_owned(),
                _ => format!("there is no operator `{text}`; it is written `{word}`"),
            };
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
        let start = self.span();
        let had_error = self.last_error == Some(self.position);
        let item = self.operand();
        if matches!(item.kind, ExprKind::Bogus) || had_error {
            return vec![item];
        }
        let text = self.text_of(item.span);
        self.report_also(
            Diagnostic::error(
                codes::LIST_PARENTHESES,
                start.to(item.span),
                "the values on the right must be in parentheses",
            )
            .with_replacement("put them in parentheses", item.span, format!("({text})")),
        );
        vec![item]
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

    fn peek_infix(&self) -> Option<Infix> {
        use BinaryOperator as B;
        use level::{AND, EQUALITY, OR, PRODUCT, RELATION, SUM, TEXT};
        let (operator, level) = match self.kind() {
            TokenKind::Equal => (B::Equal, EQUALITY),
            TokenKind::Assign if self.in_condition => (B::Equal, EQUALITY),
            TokenKind::NotEqual | TokenKind::LessGreater => (B::NotEqual, EQUALITY),
            TokenKind::Less => (B::Less, RELATION),
            TokenKind::LessOrEqual => (B::LessOrEqual, RELATION),
            TokenKind::Greater => (B::Greater, RELATION),
            TokenKind::GreaterOrEqual => (B::GreaterOrEqual, RELATION),
            TokenKind::Plus => (B::Add, SUM),
            TokenKind::Minus => (B::Subtract, SUM),
            TokenKind::Star => (B::Multiply, PRODUCT),
            TokenKind::Slash => (B::Divide, PRODUCT),
            TokenKind::Percent => (B::Modulo, PRODUCT),
            TokenKind::EqualTilde => (B::EqualTilde, TEXT),
            TokenKind::NotTilde => (B::NotTilde, TEXT),
            TokenKind::Colon => (B::Colon, TEXT),
            TokenKind::AndAnd => (B::And, AND),
            // `a || b`, but not a pipe with nothing before the next one.
            TokenKind::Pipe if self.ahead(1).kind == TokenKind::Pipe && self.touches_next(0) => {
                return Some(Infix { kind: InfixKind::Binary(B::Or), level: OR, tokens: 2 });
            }
            TokenKind::Word | TokenKind::BangWord => return self.peek_word_infix(),
            _ => return None,
        };
        Some(infix(InfixKind::Binary(operator), level))
    }

    fn peek_word_infix(&self) -> Option<Infix> {
        let word = self.text();
        if let Some(infix) = self.word_infix(word) {
            return Some(infix);
        }
        // `AND`, `Contains`: no other word can stand behind an operand and before another.
        if !word.bytes().any(|byte| byte.is_ascii_uppercase()) || !self.starts_operand(1) {
            return None;
        }
        let lower = word.to_ascii_lowercase();
        self.word_infix(&lower)
    }

    /// Whether the token that many places ahead may begin an operand.
    fn starts_operand(&self, places: usize) -> bool {
        matches!(
            self.ahead(places).kind,
            TokenKind::Word
                | TokenKind::Long
                | TokenKind::Real
                | TokenKind::Timespan
                | TokenKind::String
                | TokenKind::TypedLiteral
                | TokenKind::OpenParen
                | TokenKind::OpenBracket
                | TokenKind::Minus
        )
    }

    fn word_infix(&self, word: &str) -> Option<Infix> {
        use BinaryOperator as B;
        use level::{AND, EQUALITY, OR, TEXT};
        let operator = match word {
            "and" => return Some(infix(InfixKind::Binary(B::And), AND)),
            "or" => return Some(infix(InfixKind::Binary(B::Or), OR)),
            "in" => return Some(infix(InfixKind::List(ListOperator::In), EQUALITY)),
            "!in" => return Some(infix(InfixKind::List(ListOperator::NotIn), EQUALITY)),
            "in~" => return Some(infix(InfixKind::List(ListOperator::InTilde), EQUALITY)),
            "!in~" => return Some(infix(InfixKind::List(ListOperator::NotInTilde), EQUALITY)),
            "has_any" => return Some(infix(InfixKind::List(ListOperator::HasAny), EQUALITY)),
            "has_all" => return Some(infix(InfixKind::List(ListOperator::HasAll), EQUALITY)),
            "between" => return Some(infix(InfixKind::Between { negated: false }, EQUALITY)),
            "!between" => return Some(infix(InfixKind::Between { negated: true }, EQUALITY)),
            "is" => return self.is_null_infix(),
            "matches" if self.word_ahead(1, "regex") => {
                return Some(Infix { kind: InfixKind::Binary(B::MatchesRegex), level: TEXT, tokens: 2 });
            }
            "has" => B::Has,
            "!has" => B::NotHas,
            "has_cs" => B::HasCs,
            "!has_cs" => B::NotHasCs,
            "hasprefix" => B::HasPrefix,
            "!hasprefix" => B::NotHasPrefix,
            "hasprefix_cs" => B::HasPrefixCs,
            "!hasprefix_cs" => B::NotHasPrefixCs,
            "hassuffix" => B::HasSuffix,
            "!hassuffix" => B::NotHasSuffix,
            "hassuffix_cs" => B::HasSuffixCs,
            "!hassuffix_cs" => B::NotHasSuffixCs,
            "contains" => B::Contains,
            "!contains" | "notcontains" => B::NotContains,
            "contains_cs" | "containscs" => B::ContainsCs,
            "!contains_cs" | "notcontainscs" => B::NotContainsCs,
            "startswith" => B::StartsWith,
            "!startswith" => B::NotStartsWith,
            "startswith_cs" => B::StartsWithCs,
            "!startswith_cs" => B::NotStartsWithCs,
            "endswith" => B::EndsWith,
            "!endswith" => B::NotEndsWith,
            "endswith_cs" => B::EndsWithCs,
            "!endswith_cs" => B::NotEndsWithCs,
            "like" => B::Like,
            "notlike" => B::NotLike,
            "likecs" => B::LikeCs,
            "notlikecs" => B::NotLikeCs,
            _ => return None,
        };
        Some(infix(InfixKind::Binary(operator), TEXT))
    }

    fn is_null_infix(&self) -> Option<Infix> {
        let is = |places: usize, word: &str| {
            let token = self.ahead(places);
            token.kind == TokenKind::Word && self.text_of(token.span).eq_ignore_ascii_case(word)
        };
        let (negated, tokens) = if is(1, "null") {
            (false, 2)
        } else if is(1, "not") && is(2, "null") {
            (true, 3)
        } else {
            return None;
        };
        Some(Infix { kind: InfixKind::IsNull { negated }, level: level::EQUALITY, tokens })
    }

    /// An operand with its sign.
    pub(super) fn unary(&mut self) -> Expr {
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
    pub(super) fn postfix(&mut self) -> Expr {
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

    fn index(&mut self, base: Box<Expr>) -> ExprKind {
        let opening = self.bump();
        let index = Box::new(self.expression());
        self.close(opening, TokenKind::CloseBracket, ']');
        ExprKind::Index { base, index }
    }

    fn member(&mut self, base: Box<Expr>) -> ExprKind {
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

    fn opt_member_wildcard(&mut self) -> Option<Name> {
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
    fn primary(&mut self) -> Expr {
        let start = self.span().start;
        if let Some(literal) = self.opt_literal() {
            return literal;
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
                self.expression_expected();
                if matches!(self.kind(), TokenKind::Unknown | TokenKind::At | TokenKind::Assign) {
                    self.bump();
                }
                self.bogus()
            }
        }
    }

    /// `(a, b)` where a value must stand.
    fn unwanted_tuple(&mut self, first: Expr) -> Expr {
        let span = self.span();
        self.report(Diagnostic::error(codes::UNEXPECTED, span, "a list in parentheses is no value here"));
        let mut items = vec![first];
        while self.eat(TokenKind::Comma) {
            items.push(self.tabular_expression());
        }
        let span = items.iter().fold(span, |all, item| all.to(item.span));
        Expr { kind: ExprKind::List(items), span }
    }

    fn word_primary(&mut self) -> Expr {
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
            _ => {}
        }
        let callable = called && matches!(word, "toscalar" | "totable" | "materialize");
        match words::class(word) {
            _ if callable => {}
            WordClass::Name | WordClass::ReferenceOnly => {}
            WordClass::DeclarationOnly | WordClass::Reserved => {
                if called && !words::continues(word) {
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
    fn conversion_as_literal(&mut self) {
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
    fn bare_not(&mut self) -> Expr {
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
    pub(super) fn arguments(&mut self) -> Vec<Expr> {
        self.parenthesized(|parser| {
            if parser.at(TokenKind::CloseParen) {
                return Vec::new();
            }
            parser.list(Self::argument)
        })
    }

    fn argument(&mut self) -> Expr {
        if self.at(TokenKind::Star) && matches!(self.ahead(1).kind, TokenKind::Comma | TokenKind::CloseParen)
        {
            return Expr { kind: ExprKind::Star, span: self.bump() };
        }
        if self.at_name_before(TokenKind::Assign) {
            return self.named_expression();
        }
        self.tabular_expression()
    }

    fn expression_expected(&mut self) {
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
        } else if self.at(TokenKind::Assign) {
            diagnostic = diagnostic.with_note("two values are compared with `==`");
        }
        self.report(diagnostic);
    }
}

const fn infix(kind: InfixKind, level: u8) -> Infix {
    Infix { kind, level, tokens: 1 }
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
