//! `join` and `lookup`.

use wardenry_diagnostic::{Diagnostic, Span};

use super::JOIN;
use crate::ast::{Expr, JoinCondition, NamedOption, OperatorKind, OptionValue};
use crate::codes;
use crate::parser::Parser;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn join(&mut self, options: &mut Vec<NamedOption>) -> OperatorKind {
        self.refuse_unknown_option("join", JOIN);
        let kind = self.join_kind(options);
        let right = Box::new(self.expression());
        let condition = if self.eat_word("on") {
            JoinCondition::On(self.list(Self::predicate))
        } else if self.at_word("using") {
            JoinCondition::On(self.using())
        } else if self.eat_word("where") {
            JoinCondition::Where(Box::new(self.expression()))
        } else {
            JoinCondition::Missing
        };
        OperatorKind::Join { kind, right, condition }
    }

    pub(super) fn lookup(&mut self, options: &mut Vec<NamedOption>) -> OperatorKind {
        self.refuse_unknown_option("lookup", JOIN);
        let kind = self.join_kind(options);
        let right = Box::new(self.expression());
        let condition = if self.eat_word("on") {
            JoinCondition::On(self.list(Self::predicate))
        } else if self.at_word("using") {
            JoinCondition::On(self.using())
        } else {
            let at = self.missing_here();
            self.report(Diagnostic::error(
                codes::NO_JOIN_CONDITION,
                at,
                "a lookup needs `on` and the columns that match",
            ));
            JoinCondition::Missing
        };
        OperatorKind::Lookup { kind, right, condition }
    }

    /// `using (a, b)`, which is `on a, b`.
    fn using(&mut self) -> Vec<Expr> {
        let keyword = self.bump();
        let opening = self.span();
        let (columns, edits) = if self.at(TokenKind::OpenParen) {
            let columns = self.parenthesized(|parser| parser.list(Self::expression));
            let closing = Span::new(self.previous_end() - 1, self.previous_end());
            let edits = vec![
                (keyword, "on"),
                (opening, if keyword.end == opening.start { " " } else { "" }),
                (closing, ""),
            ];
            (columns, edits)
        } else {
            (self.list(Self::expression), vec![(keyword, "on")])
        };
        self.report_also(
            Diagnostic::error(codes::FOREIGN_FORM, keyword, "the columns of a join stand behind `on`")
                .with_replacements("use `on`", edits.into_iter().map(|(span, text)| (span, text.to_owned()))),
        );
        columns
    }

    /// Takes `kind=` out of the options. Options behind it may still come.
    pub(super) fn join_kind(&mut self, options: &mut Vec<NamedOption>) -> Option<(Box<str>, Span)> {
        options.extend(self.options(JOIN));
        let at = options.iter().position(|option| &*option.name == "kind")?;
        let option = options.remove(at);
        let (text, span) = match option.value {
            OptionValue::Word(name) => (name.text, name.span),
            OptionValue::Expr(expr) => (self.text_of(expr.span).into(), expr.span),
        };
        Some((text, span))
    }
}
