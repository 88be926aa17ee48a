//! `join` and `lookup`.

use wardenry_diagnostic::{Diagnostic, Span};

use super::JOIN;
use crate::ast::{JoinCondition, NamedOption, OperatorKind, OptionValue};
use crate::codes;
use crate::parser::Parser;

impl Parser<'_> {
    pub(super) fn join(&mut self, options: &mut Vec<NamedOption>) -> OperatorKind {
        self.refuse_unknown_option("join", JOIN);
        let kind = self.join_kind(options);
        let right = Box::new(self.expression());
        let condition = if self.eat_word("on") {
            JoinCondition::On(self.list(Self::expression))
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
            JoinCondition::On(self.list(Self::expression))
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
