//! `name = value` behind an operator's keyword.

use wardenry_diagnostic::Diagnostic;

use super::Parser;
use super::words;
use crate::ast::{ExprKind, Name, NamedOption, OptionValue};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// The options of an operator that knows `known` ones; every operator may have hints.
    pub(super) fn options(&mut self, known: &[&str]) -> Vec<NamedOption> {
        let mut options = Vec::new();
        while let Some(option) = self.opt_option(known) {
            options.push(option);
        }
        options
    }

    fn opt_option(&mut self, known: &[&str]) -> Option<NamedOption> {
        if !self.at(TokenKind::Word) {
            return None;
        }
        let start = self.span().start;
        let word = self.text();
        let name = if word.eq_ignore_ascii_case("hint") && self.ahead(1).kind == TokenKind::Dot {
            self.bump();
            self.bump();
            let name = format!("hint.{}", self.any_name().text);
            self.expect(TokenKind::Assign, "=", "after the option's name");
            name
        } else if self.ahead(1).kind == TokenKind::Assign
            && known.iter().any(|known| word.eq_ignore_ascii_case(known))
        {
            self.bump();
            self.bump();
            word.to_owned()
        } else {
            return None;
        };
        let value = self.option_value();
        Some(NamedOption { name: name.to_ascii_lowercase().into(), value, span: self.span_from(start) })
    }

    /// Says that an operator, whose next operand is no named one, has no option of the name that stands here,
    /// and reads it.
    pub(super) fn refuse_unknown_option(&mut self, operator: &str, known: &[&str]) {
        while self.at(TokenKind::Word) && self.ahead(1).kind == TokenKind::Assign {
            let (word, span) = (self.text(), self.span());
            let mut diagnostic = Diagnostic::error(
                codes::UNKNOWN_OPTION,
                span,
                format!("`{operator}` has no option `{word}`"),
            );
            let near = words::nearest(word, known.iter().copied())
                .or_else(|| (word.eq_ignore_ascii_case("type") && known.contains(&"kind")).then_some("kind"));
            diagnostic = match near {
                Some(near) => diagnostic.with_replacement(format!("use `{near}`"), span, near),
                None if known.is_empty() => diagnostic,
                None => diagnostic.with_note(format!("its options are {}", known.join(", "))),
            };
            self.report(diagnostic);
            self.bump();
            self.bump();
            self.option_value();
        }
    }

    /// A literal or a bare word.
    pub(super) fn option_value(&mut self) -> OptionValue {
        let bare = self.at(TokenKind::Word)
            && !(self.ahead(1).kind == TokenKind::OpenParen && matches!(self.text(), "dynamic" | "typeof"));
        if bare || self.at_quoted_name() {
            return OptionValue::Word(self.any_name());
        }
        match self.opt_signed_literal() {
            Some(literal) => OptionValue::Expr(literal),
            None => {
                let found = self.found();
                let at = self.missing_here();
                self.report(Diagnostic::error(
                    codes::EXPRESSION_EXPECTED,
                    at,
                    format!("expected the option's value, found {found}"),
                ));
                OptionValue::Expr(self.bogus())
            }
        }
    }

    /// `with (a = 1, b = "x")` without the `with`; a value may be a list of names: `ycolumns = a, b`.
    pub(super) fn properties(&mut self) -> Vec<NamedOption> {
        if !self.at(TokenKind::OpenParen) {
            self.expect(TokenKind::OpenParen, "(", "after `with`");
            return Vec::new();
        }
        self.parenthesized(|parser| {
            let mut properties = Vec::new();
            while !parser.at_close() {
                let position = parser.position;
                properties.push(parser.property());
                if !parser.list_goes_on(position) {
                    break;
                }
            }
            properties
        })
    }

    fn property(&mut self) -> NamedOption {
        let start = self.span().start;
        let name = self.any_name();
        let value = if self.expect(TokenKind::Assign, "=", "after the property's name") {
            self.property_value()
        } else {
            OptionValue::Expr(self.bogus())
        };
        NamedOption { name: name.text.to_ascii_lowercase().into(), value, span: self.span_from(start) }
    }

    fn property_value(&mut self) -> OptionValue {
        let Some(first) = self.opt_word_value() else {
            return OptionValue::Expr(self.expression());
        };
        if !(self.at(TokenKind::Comma) && self.next_is_listed_name()) {
            return OptionValue::Word(first);
        }
        let mut names = vec![first];
        while self.at(TokenKind::Comma) && self.next_is_listed_name() {
            self.bump();
            names.push(self.any_name());
        }
        OptionValue::Expr(name_list(names))
    }

    fn opt_word_value(&mut self) -> Option<Name> {
        let tokens = match self.quoted_name_ahead(0) {
            Some(tokens) => tokens,
            None if self.at(TokenKind::Word) => 1,
            None => return None,
        };
        let ends =
            matches!(self.ahead(tokens).kind, TokenKind::Comma | TokenKind::CloseParen | TokenKind::End);
        ends.then(|| self.any_name())
    }

    /// Whether behind the comma that stands here a name comes that no `=` follows.
    fn next_is_listed_name(&self) -> bool {
        match self.quoted_name_ahead(1) {
            Some(tokens) => self.ahead(1 + tokens).kind != TokenKind::Assign,
            None => self.ahead(1).kind == TokenKind::Word && self.ahead(2).kind != TokenKind::Assign,
        }
    }
}

/// Several names as one value.
pub(super) fn name_list(names: Vec<Name>) -> crate::ast::Expr {
    let items: Vec<_> = names
        .into_iter()
        .map(|name| crate::ast::Expr { span: name.span, kind: ExprKind::Name(name) })
        .collect();
    let span = items.iter().skip(1).fold(items[0].span, |all, item| all.to(item.span));
    crate::ast::Expr { kind: ExprKind::List(items), span }
}
