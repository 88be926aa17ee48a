//! `make-series`.

use wardenry_diagnostic::Diagnostic;
use wardenry_kql_syntax::ast::{self, OperatorKind};
use wardenry_kql_values::ScalarType;

use super::Checker;
use super::aggregates::Aggregation;
use super::expr::Typed;
use super::names::Names;
use super::pipeline::At;
use super::relation::Relation;
use super::scope::{Cx, Row};
use crate::checked::{AggregateCall, Expr, ExprKind, MakeSeries, RelKind};
use crate::codes;

impl<'q> Checker<'q> {
    pub(super) fn make_series(&mut self, at: At<'q>, input: Relation) -> Relation {
        let OperatorKind::MakeSeries { aggregates, on, from, to, step, by } = &at.operator.kind else {
            return input;
        };
        let span = at.span();
        let row = Row::of(&input);
        let cx = Cx::row(at.env, &row);
        let mut names = Names::default();
        let (mut columns, keys) = self.keys(by, &cx, &mut names, "rows cannot be grouped by");

        let aggregation = Aggregation::new(row, &columns);
        let mut series = Vec::with_capacity(aggregates.len());
        let mut series_columns = Vec::with_capacity(aggregates.len());
        for aggregate in aggregates {
            let items =
                self.aggregate_items(at, std::slice::from_ref(&aggregate.expr), &aggregation, &mut names);
            let calls = std::mem::take(&mut *aggregation.calls.borrow_mut());
            let default =
                aggregate.default.as_ref().map(|default| self.scalar(default, &Cx::constant(at.env)));
            let calls = match items.as_slice() {
                // The same value in each bin that has a row.
                [(_, value)] if matches!(value.kind, ExprKind::Literal(_)) && calls.is_empty() => {
                    let (scalar_type, span) = (value.scalar_type, value.span);
                    let call = AggregateCall {
                        function: "take_any",
                        arguments: vec![value.clone()],
                        scalar_type,
                        span,
                    };
                    vec![(call, None)]
                }
                _ => calls.into_iter().map(|(call, column)| (call, Some(column.id))).collect(),
            };
            for (position, (name, expr)) in items.iter().enumerate() {
                let column = self.fresh_column(name.clone(), ScalarType::Dynamic);
                series_columns.push(column);
                let direct = calls
                    .get(position)
                    .is_some_and(|(_, id)| id.is_none_or(|id| expr.kind == ExprKind::Column(id)));
                if !self.is_unknown(expr) && (!direct || calls.len() != items.len()) {
                    let diagnostic = Diagnostic::error(
                        codes::NOT_SUPPORTED,
                        aggregate.expr.span,
                        "a series is an aggregate alone",
                    )
                    .with_note("compute with the series behind `make-series`");
                    self.report(diagnostic);
                }
            }
            for (call, _) in calls {
                let default = default.clone().map(|default| {
                    let to =
                        default.scalar_type().filter(|from| from.is_number() && call.scalar_type.is_number());
                    self.convert_as(default, to.map(|_| call.scalar_type))
                });
                series.push((call, default));
            }
        }

        let (axis_name, axis) = match &on.kind {
            ast::ExprKind::Named { name, value } => (Some(name.text.to_string()), &**value),
            _ => (None, &**on),
        };
        let axis_name = axis_name.or_else(|| self.default_name(axis, &cx));
        let axis = self.scalar(axis, &cx);
        let constant = Cx::constant(at.env);
        let from = from.as_ref().map(|from| self.scalar(from, &constant));
        let to = to.as_ref().map(|to| self.scalar(to, &constant));
        let step = self.scalar(step, &constant);
        let (from, to, step) = self.series_bounds(&axis, from, to, step);
        let name = names.named(axis_name.as_deref());
        let axis_column = self.fresh_column(name, ScalarType::Dynamic);
        columns.extend(series_columns);
        columns.push(axis_column);
        let axis = axis.expr;
        let nonempty = self
            .option(at, "kind")
            .is_some_and(|option| self.option_text(option, at.env).eq_ignore_ascii_case("nonempty"));
        input
            .wrap(columns, span, |input| {
                let aggregates = series;
                RelKind::MakeSeries(MakeSeries { input, keys, aggregates, axis, from, to, step, nonempty })
            })
            .with_order(false)
            .closed()
    }

    /// Bounds are of the axis's type, and so is the step, which is a timespan beside times.
    fn series_bounds(
        &mut self,
        axis: &Typed,
        from: Option<Typed>,
        to: Option<Typed>,
        step: Typed,
    ) -> (Option<Expr>, Option<Expr>, Expr) {
        let Some(axis_type) = axis.scalar_type() else {
            return (from.map(|from| from.expr), to.map(|to| to.expr), step.expr);
        };
        let step_type = match axis_type {
            ScalarType::Datetime | ScalarType::Timespan => ScalarType::Timespan,
            number if number.is_number() => number,
            other => {
                self.error(
                    codes::ARGUMENT_TYPE,
                    axis.expr.span,
                    format!("the axis must be a number, datetime or timespan, not {other}"),
                );
                return (from.map(|from| from.expr), to.map(|to| to.expr), step.expr);
            }
        };
        let mut bound = |typed: Typed, wanted: ScalarType| {
            match typed.scalar_type() {
                Some(found) if found == wanted => {}
                Some(found) if found.is_number() && wanted.is_number() => {
                    return self.convert(typed, wanted).expr;
                }
                None => {}
                Some(found) => self.error(
                    codes::ARGUMENT_TYPE,
                    typed.expr.span,
                    format!("a {wanted} must stand here, not a {found}"),
                ),
            }
            typed.expr
        };
        let from = from.map(|from| bound(from, axis_type));
        let to = to.map(|to| bound(to, axis_type));
        (from, to, bound(step, step_type))
    }
}
