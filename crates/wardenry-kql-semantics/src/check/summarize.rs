//! `summarize`, `distinct`, `count`.

use std::sync::Arc;

use wardenry_diagnostic::Diagnostic;
use wardenry_kql_syntax::ast;
use wardenry_kql_values::ScalarType;

use super::Checker;
use super::aggregates::Aggregation;
use super::names::Names;
use super::pipeline::At;
use super::relation::{Relation, read};
use super::scope::{Cx, Row};
use crate::checked::{AggregateCall, Column, Expr, ExprKind, RelKind};
use crate::codes;

impl<'q> Checker<'q> {
    /// The keys that rows are grouped by: the columns that they become, and their expressions.
    pub(super) fn keys(
        &mut self,
        items: &'q [ast::Expr],
        cx: &Cx<'_>,
        names: &mut Names,
        what: &str,
    ) -> (Vec<Column>, Vec<Expr>) {
        let mut columns = Vec::with_capacity(items.len());
        let mut exprs: Vec<Expr> = Vec::with_capacity(items.len());
        for item in items {
            if let ast::ExprKind::Star = item.kind {
                let all: Vec<Column> = cx.row.map(|row| row.columns.to_vec()).unwrap_or_default();
                for column in all {
                    let expr = read(&column, item.span);
                    let expr = self.key_of_one_type(expr, what);
                    columns.push(self.key_column(names.unique(&column.name), &expr));
                    exprs.push(expr);
                }
                continue;
            }
            for value in self.values(item, cx) {
                let name = match (value.declared, &value.default) {
                    (Some(name), _) => self.declare(names, name),
                    (None, Some(default)) if value.is_column => {
                        // The same column again is the same key.
                        names.declare(default)
                    }
                    (None, default) => Some(names.named(default.as_deref())),
                };
                let expr = self.hold(value.typed);
                let expr = self.key_of_one_type(expr, what);
                let Some(name) = name else { continue };
                columns.push(self.key_column(name, &expr));
                exprs.push(expr);
            }
        }
        (columns, exprs)
    }

    fn key_column(&mut self, name: Arc<str>, expr: &Expr) -> Column {
        let column = self.fresh_column(name, expr.scalar_type);
        if self.is_unknown(expr) {
            self.unknown.insert(column.id);
        }
        column
    }

    /// A key must not be dynamic: the values of one could be of any type.
    pub(super) fn key_of_one_type(&mut self, expr: Expr, what: &str) -> Expr {
        if expr.scalar_type == ScalarType::Dynamic && !self.is_unknown(&expr) {
            let diagnostic =
                Diagnostic::error(codes::DYNAMIC_KEY, expr.span, format!("{what} a dynamic value"))
                    .with_note("wrap it in `tostring()`");
            self.report(diagnostic);
        }
        expr
    }

    pub(super) fn summarize(
        &mut self,
        at: At<'q>,
        input: Relation,
        aggregates: &'q [ast::Expr],
        by: &'q [ast::Expr],
    ) -> Relation {
        let row = Row::of(&input);
        let mut names = Names::default();
        let (key_columns, keys) =
            self.keys(by, &Cx::row(at.env, &row), &mut names, "rows cannot be grouped by");
        let aggregation = Aggregation::new(row, &key_columns);
        let items = self.aggregate_items(at, aggregates, &aggregation, &mut names);
        let calls = aggregation.calls.into_inner();
        let open = input.open && takes_all_columns(aggregates);
        let relation = self.summarized(at, input, (key_columns, keys), calls, items);
        Relation { open, ..relation }
    }

    /// The values that aggregates yield, with their names.
    pub(super) fn aggregate_items(
        &mut self,
        at: At<'q>,
        aggregates: &'q [ast::Expr],
        aggregation: &Aggregation<'_>,
        names: &mut Names,
    ) -> Vec<(Arc<str>, Expr)> {
        let cx = Cx { aggregation: Some(aggregation), ..Cx::constant(at.env) };
        let mut items = Vec::with_capacity(aggregates.len());
        for item in aggregates {
            let (declared, value): (&'q [ast::Name], &'q ast::Expr) = match &item.kind {
                ast::ExprKind::Named { name, value } => (std::slice::from_ref(name), value),
                ast::ExprKind::NamedTuple { names, value } => (names, value),
                _ => (&[], item),
            };
            let Some(values) = self.aggregate_values(value, &cx, aggregation) else {
                for value in self.values(item, &cx) {
                    let name = match value.declared {
                        Some(name) => self.declare(names, name),
                        None => Some(names.named(value.default.as_deref())),
                    };
                    let expr = self.hold(value.typed);
                    if let Some(name) = name {
                        items.push((name, expr));
                    }
                }
                continue;
            };
            self.several_names(declared, values.len());
            for (position, value) in values.into_iter().enumerate() {
                let name = match declared.get(position) {
                    Some(name) => self.declare(names, name),
                    None => Some(names.unique(&value.name)),
                };
                let expr = self.hold(value.typed);
                if let Some(name) = name {
                    items.push((name, expr));
                }
            }
        }
        items
    }

    /// Groups rows; `items` read the aggregates' columns.
    pub(super) fn summarized(
        &mut self,
        at: At<'q>,
        input: Relation,
        (key_columns, keys): (Vec<Column>, Vec<Expr>),
        calls: Vec<(AggregateCall, Column)>,
        items: Vec<(Arc<str>, Expr)>,
    ) -> Relation {
        let span = at.span();
        let mut columns = key_columns.clone();
        let plain = items.len() == calls.len()
            && items
                .iter()
                .zip(&calls)
                .all(|((_, expr), (_, column))| expr.kind == ExprKind::Column(column.id));
        let (aggregates, mut made): (Vec<AggregateCall>, Vec<Column>) = calls.into_iter().unzip();
        if plain {
            for (column, (name, _)) in made.iter_mut().zip(&items) {
                column.name = name.clone();
            }
        } else {
            // The names of the relation below must differ; nobody sees them.
            for (position, column) in made.iter_mut().enumerate() {
                column.name = format!("\u{0}{position}").into();
            }
        }
        columns.extend(made);
        let relation = input
            .wrap(columns, span, |input| RelKind::Summarize { input, keys, aggregates })
            .with_order(false);
        let relation = Relation { source: None, open: false, ..relation };
        if plain {
            return relation;
        }
        let projected =
            key_columns.iter().map(|column| (column.name.clone(), read(column, span))).chain(items).collect();
        self.project(relation, projected, span)
    }

    pub(super) fn distinct(&mut self, at: At<'q>, input: Relation, items: &'q [ast::Expr]) -> Relation {
        let row = Row::of(&input);
        let open = input.open && items.iter().any(|item| matches!(item.kind, ast::ExprKind::Star));
        let mut names = Names::default();
        let (columns, keys) =
            self.keys(items, &Cx::row(at.env, &row), &mut names, "rows cannot be told apart by");
        let relation = self.summarized(at, input, (columns, keys), Vec::new(), Vec::new());
        Relation { open, ..relation }
    }

    pub(super) fn count(&mut self, at: At<'q>, input: Relation, name: Option<&'q ast::Name>) -> Relation {
        let name: Arc<str> = name.map_or_else(|| "Count".into(), |name| (&*name.text).into());
        let column = self.fresh_column(name, ScalarType::Long);
        let call = AggregateCall {
            function: "count",
            arguments: Vec::new(),
            scalar_type: ScalarType::Long,
            span: at.span(),
        };
        input
            .wrap(vec![column], at.span(), |input| RelKind::Summarize {
                input,
                keys: Vec::new(),
                aggregates: vec![call],
            })
            .with_order(true)
            .closed()
    }
}

/// Whether an aggregate has `*`, so that columns that are not known yet come through.
fn takes_all_columns(aggregates: &[ast::Expr]) -> bool {
    aggregates.iter().any(|item| {
        let value = match &item.kind {
            ast::ExprKind::Named { value, .. } | ast::ExprKind::NamedTuple { value, .. } => value,
            _ => item,
        };
        matches!(&value.kind, ast::ExprKind::Call { arguments, .. }
            if arguments.iter().any(|argument| matches!(argument.kind, ast::ExprKind::Star)))
    })
}
