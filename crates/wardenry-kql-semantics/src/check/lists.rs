//! `in`, `has_any` and the like.

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast::{self, ListOperator};
use wardenry_kql_values::ScalarType;

use super::Checker;
use super::expr::Typed;
use super::operators::bool_unknown;
use super::relation::{Relation, read};
use super::scope::Cx;
use crate::catalogue::{self, Argument};
use crate::checked::{Expr, ExprKind};
use crate::codes;

/// An item of a list.
enum Item {
    Scalar(Typed),
    /// The values of a table's first column.
    Table(Box<Relation>),
    /// A table that was found wrong, or whose columns are not known.
    Unknown,
}

impl<'q> Checker<'q> {
    pub(super) fn in_list(
        &mut self,
        operator: ListOperator,
        operator_span: Span,
        left: &'q ast::Expr,
        items: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        if matches!(left.kind, ast::ExprKind::Star) {
            return self.any_column_in_list(operator, operator_span, items, span, cx);
        }
        let left = self.scalar(left, cx);
        self.in_list_of(operator, operator_span, left, items, span, cx)
    }

    pub(super) fn in_list_of(
        &mut self,
        operator: ListOperator,
        operator_span: Span,
        left: Typed,
        items: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        let name = catalogue::list_name(operator);
        let items: Vec<Item> = items
            .iter()
            .flat_map(|item| match &item.kind {
                ast::ExprKind::List(items) => items.as_slice(),
                _ => std::slice::from_ref(item),
            })
            .map(|item| self.list_item(item, cx))
            .collect();
        let arguments: Vec<Argument<'_>> = items
            .iter()
            .map(|item| match item {
                Item::Scalar(typed) => typed.argument(),
                Item::Table(relation) => {
                    Argument::Tabular { first: relation.columns().first().map(|column| column.scalar_type) }
                }
                Item::Unknown => Argument::Unknown,
            })
            .collect();
        let resolution = match catalogue::list(operator, &left.argument(), &arguments) {
            Ok(resolution) => resolution,
            Err(mismatch) => {
                let message = format!("`{name}` is not defined for {} on the left", left.expr.scalar_type);
                let mut diagnostic = Diagnostic::error(codes::OPERAND_TYPES, operator_span, message);
                if let Some(hint) = mismatch.hint {
                    diagnostic = diagnostic.with_note(hint);
                }
                self.report(diagnostic);
                return bool_unknown(span);
            }
        };
        if left.unknown || arguments.iter().any(|argument| matches!(argument, Argument::Unknown)) {
            return bool_unknown(span);
        }
        let mut conversions = resolution.conversions.into_iter();
        let left = self.convert_as(left, conversions.next().flatten());
        let target = left.scalar_type;
        let mut checked = vec![left];
        for (item, to) in items.into_iter().zip(conversions) {
            match item {
                Item::Scalar(typed) => checked.push(self.convert_as(typed, to)),
                Item::Table(relation) => {
                    let from = relation.columns().first().map(|column| column.scalar_type);
                    let to = to.or((from == Some(ScalarType::Dynamic) && target != ScalarType::Dynamic)
                        .then_some(target));
                    checked.extend(self.set_of(*relation, to));
                }
                Item::Unknown => {}
            }
        }
        self.typed_call(name, checked, resolution.result, span)
    }

    fn list_item(&mut self, item: &'q ast::Expr, cx: &Cx<'_>) -> Item {
        if !self.is_tabular(item, cx) {
            return Item::Scalar(self.scalar(item, cx));
        }
        let relation = self.subquery(item, cx);
        match relation.columns().first() {
            Some(first) if !self.unknown.contains(&first.id) => Item::Table(Box::new(relation)),
            _ => Item::Unknown,
        }
    }

    /// The values of a relation's first column, converted.
    fn set_of(&mut self, relation: Relation, to: Option<ScalarType>) -> Option<Expr> {
        let first = relation.columns().first()?.clone();
        let span = relation.rel.span;
        let value = Typed {
            expr: read(&first, span),
            unknown: false,
            constant: None,
            literal: false,
            written: false,
        };
        let value = self.convert_as(value, to);
        let scalar_type = value.scalar_type;
        let relation = self.project(relation, vec![(first.name, value)], span);
        Some(Expr { kind: ExprKind::SetSubquery(Box::new(relation.rel)), scalar_type, span })
    }
}
