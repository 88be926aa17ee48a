//! `top-nested` and `top-hitters`.

use wardenry_kql_syntax::ast;
use wardenry_kql_values::ScalarType;

use super::Checker;
use super::aggregates::Aggregation;
use super::names::Names;
use super::pipeline::At;
use super::relation::Relation;
use super::scope::{Cx, Row};
use crate::checked::{ExprKind, RelKind, TopNested, TopNestedLevel};
use crate::codes;

impl<'q> Checker<'q> {
    /// The value of each level and its aggregate, which is named `aggregated_` and the value's name. [D top-nested-operator.md]
    pub(super) fn top_nested(
        &mut self,
        at: At<'q>,
        input: Relation,
        clauses: &'q [ast::TopNestedClause],
    ) -> Relation {
        let row = Row::of(&input);
        let cx = Cx::row(at.env, &row);
        let mut names = Names::default();
        let mut columns = Vec::with_capacity(clauses.len() * 2);
        let mut levels = Vec::with_capacity(clauses.len());
        for clause in clauses {
            let count = clause.count.as_ref().map(|count| self.count_of_rows(count, &Cx::constant(at.env)));
            let (declared, value) = match &clause.of.kind {
                ast::ExprKind::Named { name, value } => (Some(name), &**value),
                _ => (None, &clause.of),
            };
            let default = self.default_name(value, &cx);
            let typed = self.scalar(value, &cx);
            let of = self.hold(typed);
            let of = self.key_of_one_type(of, "rows cannot be grouped by");
            let label = declared.map(|name| name.text.to_string()).or(default).unwrap_or_default();
            let name = match declared {
                Some(name) => self.declare(&mut names, name).unwrap_or_else(|| names.unique(&label)),
                None => names.unique(&label),
            };
            let value_column = self.fresh_column(name.clone(), of.scalar_type);
            let others = clause.others.as_ref().map(|others| {
                let typed = self.scalar(others, &Cx::constant(at.env));
                self.convert(typed, of.scalar_type).expr
            });
            let (by_name, by) = match &clause.by.expr.kind {
                ast::ExprKind::Named { name, value } => (Some(name), &**value),
                _ => (None, &clause.by.expr),
            };
            let aggregation = Aggregation::new(row, &[]);
            let aggregate_cx = Cx { aggregation: Some(&aggregation), ..Cx::constant(at.env) };
            let result = self.scalar(by, &aggregate_cx);
            let mut calls = aggregation.calls.into_inner();
            let aggregate_name = match by_name {
                Some(by_name) => {
                    self.declare(&mut names, by_name).unwrap_or_else(|| names.unique(&by_name.text))
                }
                None => names.unique(&format!("aggregated_{name}")),
            };
            columns.push(value_column);
            match (calls.pop(), &result.expr.kind) {
                (Some((aggregate, column)), ExprKind::Column(id)) if column.id == *id => {
                    columns.push(self.fresh_column(aggregate_name, aggregate.scalar_type));
                    let descending = clause.by.direction != Some(ast::Direction::Asc);
                    levels.push(TopNestedLevel { count, of, others, aggregate, descending });
                }
                _ => {
                    columns.push(self.fresh_column(aggregate_name, result.expr.scalar_type));
                    if !result.unknown {
                        self.error(codes::NOT_SUPPORTED, by.span, "an aggregate alone must stand here");
                    }
                }
            }
        }
        input
            .wrap(columns, at.span(), |input| RelKind::TopNested(TopNested { input, levels }))
            .with_order(false)
            .closed()
    }

    pub(super) fn top_hitters(
        &mut self,
        at: At<'q>,
        input: Relation,
        count: &'q ast::Expr,
        of: &'q ast::Expr,
        by: Option<&'q ast::Expr>,
    ) -> Relation {
        let row = Row::of(&input);
        let cx = Cx::row(at.env, &row);
        let count = self.count_of_rows(count, &Cx::constant(at.env));
        let of_name = self.default_name(of, &cx);
        let typed = self.scalar(of, &cx);
        let of = self.hold(typed);
        let of = self.key_of_one_type(of, "rows cannot be told apart by");
        let mut names = Names::default();
        let label = names.named(of_name.as_deref());
        let of_column = self.fresh_column(label.clone(), of.scalar_type);
        let (by, name, scalar_type) = match by {
            None => (None, format!("approximate_count_{label}"), ScalarType::Long),
            Some(by) => {
                let by_name = self.default_name(by, &cx).unwrap_or_default();
                let typed = self.scalar(by, &cx);
                if typed.scalar_type().is_some_and(|found| !found.is_number()) {
                    self.error(codes::ARGUMENT_TYPE, by.span, "a number must stand here");
                }
                let by = self.hold(typed);
                let scalar_type = by.scalar_type;
                (Some(by), format!("approximate_sum_{by_name}"), scalar_type)
            }
        };
        let name = names.unique(&name);
        let sum = self.fresh_column(name, scalar_type);
        input
            .wrap(vec![of_column, sum], at.span(), |input| RelKind::TopHitters { input, count, of, by })
            .with_order(true)
            .closed()
    }
}
