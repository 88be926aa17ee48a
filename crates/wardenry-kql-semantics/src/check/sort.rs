//! `sort`, `top`, `take`, `sample-distinct`.

use wardenry_kql_syntax::ast;

use super::Checker;
use super::names::Names;
use super::pipeline::At;
use super::relation::{Relation, read};
use super::scope::{Cx, Row};
use crate::checked::{RelKind, SortKey};

impl<'q> Checker<'q> {
    pub(super) fn sort_keys(&mut self, keys: &'q [ast::SortItem], cx: &Cx<'_>) -> Vec<SortKey> {
        let mut checked: Vec<SortKey> = Vec::with_capacity(keys.len());
        for key in keys {
            let typed = self.scalar(&key.expr, cx);
            let expr = self.hold(typed);
            let expr = self.key_of_one_type(expr, "rows cannot be sorted by");
            checked.push(sort_key(expr, key));
        }
        checked
    }

    pub(super) fn sort(&mut self, at: At<'q>, input: Relation, keys: &'q [ast::SortItem]) -> Relation {
        let row = Row::of(&input);
        let keys = self.sort_keys(keys, &Cx::row(at.env, &row));
        input.keep(at.span(), |input| RelKind::Sort { input, keys }).with_order(true)
    }

    pub(super) fn top(
        &mut self,
        at: At<'q>,
        input: Relation,
        count: &'q ast::Expr,
        by: &'q [ast::SortItem],
    ) -> Relation {
        let row = Row::of(&input);
        let count = self.count_of_rows(count, &Cx::constant(at.env));
        let keys = self.sort_keys(by, &Cx::row(at.env, &row));
        input.keep(at.span(), |input| RelKind::Top { input, count, keys }).with_order(true)
    }

    pub(super) fn take(&mut self, at: At<'q>, input: Relation, count: &'q ast::Expr) -> Relation {
        let count = self.count_of_rows(count, &Cx::constant(at.env));
        input.keep(at.span(), |input| RelKind::Take { input, count })
    }

    pub(super) fn sample_distinct(
        &mut self,
        at: At<'q>,
        input: Relation,
        count: &'q ast::Expr,
        of: &'q ast::Expr,
    ) -> Relation {
        let row = Row::of(&input);
        let cx = Cx::row(at.env, &row);
        let count = self.count_of_rows(count, &Cx::constant(at.env));
        let default = self.default_name(of, &cx);
        let typed = self.scalar(of, &cx);
        let of = self.hold(typed);
        let of = self.key_of_one_type(of, "rows cannot be told apart by");
        let name = Names::default().named(default.as_deref());
        let column = self.fresh_column(name, of.scalar_type);
        if self.is_unknown(&of) {
            self.unknown.insert(column.id);
        }
        input
            .wrap(vec![column], at.span(), |input| RelKind::SampleDistinct { input, count, of })
            .with_order(false)
            .closed()
    }

    /// Projects to columns that exist, in an order of their own.
    pub(super) fn select(
        &mut self,
        input: Relation,
        columns: &[crate::checked::Column],
        span: wardenry_diagnostic::Span,
    ) -> Relation {
        let items = columns.iter().map(|column| (column.name.clone(), read(column, span))).collect();
        self.project(input, items, span)
    }
}

/// Descending unless it says otherwise; nulls come first in ascending order and last in descending order. [D sort-operator.md]
pub(super) fn sort_key(expr: crate::checked::Expr, item: &ast::SortItem) -> SortKey {
    let descending = item.direction != Some(ast::Direction::Asc);
    let nulls_first = match item.nulls {
        Some(order) => order == ast::NullsOrder::First,
        None => !descending,
    };
    SortKey { expr, descending, nulls_first }
}
