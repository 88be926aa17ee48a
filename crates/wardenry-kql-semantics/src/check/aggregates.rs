//! Calls of aggregates.

use std::cell::RefCell;

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast;
use wardenry_kql_values::{ScalarType, Value};

use super::Checker;
use super::calls::Checked;
use super::expr::Typed;
use super::names::percentile_name;
use super::scope::{Binding, Cx, Row};
use crate::catalogue::{self, Function, ResultType};
use crate::checked::{AggregateCall, Column, ExprKind};
use crate::codes;

/// Rows that are being summarized.
pub(super) struct Aggregation<'a> {
    pub(super) row: Row<'a>,
    /// The columns that rows are grouped by.
    pub(super) keys: &'a [Column],
    /// The aggregates, each with the column that it makes.
    pub(super) calls: RefCell<Vec<(AggregateCall, Column)>>,
}

impl<'a> Aggregation<'a> {
    pub(super) fn new(row: Row<'a>, keys: &'a [Column]) -> Self {
        Self { row, keys, calls: RefCell::default() }
    }
}

/// A value that an aggregate yields: its default name, and what reads it.
pub(super) struct AggregateValue {
    pub(super) name: String,
    pub(super) typed: Typed,
}

impl<'q> Checker<'q> {
    /// The values of an item, if it is a call of an aggregate that yields several or has names of its own.
    pub(super) fn aggregate_values(
        &mut self,
        item: &'q ast::Expr,
        cx: &Cx<'_>,
        aggregation: &Aggregation<'_>,
    ) -> Option<Vec<AggregateValue>> {
        let ast::ExprKind::Call { name, arguments } = &item.kind else { return None };
        if matches!(self.lookup(cx.env, &name.text), Some(Binding::Function { .. })) {
            return None;
        }
        let function = catalogue::aggregate(&name.text)?;
        match function.canonical {
            "arg_max" | "arg_min" => {
                Some(self.arg_max(function, name, arguments, item.span, cx, aggregation))
            }
            "take_any" if !matches!(function.name, "anyif" | "take_anyif") => {
                Some(self.take_any(function, name, arguments, item.span, cx, aggregation))
            }
            "percentiles" => Some(self.percentiles(1, name, arguments, item.span, cx, aggregation)),
            "percentilesw" => Some(self.percentiles(2, name, arguments, item.span, cx, aggregation)),
            _ => None,
        }
    }

    /// An aggregate where a single value must stand: of several the first.
    pub(super) fn single_aggregate(
        &mut self,
        function: &'static Function,
        name: &'q ast::Name,
        arguments: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
        aggregation: &Aggregation<'_>,
    ) -> Typed {
        let values = match function.canonical {
            "arg_max" | "arg_min" => self.arg_max(function, name, arguments, span, cx, aggregation),
            "percentiles" => self.percentiles(1, name, arguments, span, cx, aggregation),
            "percentilesw" => self.percentiles(2, name, arguments, span, cx, aggregation),
            "take_any" if arguments.len() != 1 && !matches!(function.name, "anyif" | "take_anyif") => {
                self.take_any(function, name, arguments, span, cx, aggregation)
            }
            _ => return self.plain_aggregate(function, name, arguments, span, cx, aggregation),
        };
        match values.into_iter().next() {
            Some(value) => value.typed,
            None => Typed::unknown(span),
        }
    }

    fn plain_aggregate(
        &mut self,
        function: &'static Function,
        name: &'q ast::Name,
        arguments: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
        aggregation: &Aggregation<'_>,
    ) -> Typed {
        self.require_support(function, name);
        let inner = Cx { row: Some(&aggregation.row), aggregation: None, ..*cx };
        let checked = self.check_arguments(arguments, &inner);
        let first = checked.first().and_then(|argument| argument.argument().scalar_type());
        let constants: Vec<Option<Value>> = checked
            .iter()
            .map(|argument| match argument {
                Checked::Scalar(typed) => typed.constant.clone(),
                _ => None,
            })
            .collect();
        let Some((result, arguments)) = self.resolve(function, name, checked, span) else {
            return Typed::unknown(span);
        };
        let scalar_type = match result {
            ResultType::Scalar(scalar_type) => scalar_type,
            ResultType::Columns => match (function.canonical, first) {
                ("percentile" | "percentilew", Some(first)) => first,
                ("percentiles_array" | "percentilesw_array", _) => ScalarType::Dynamic,
                (_, Some(first)) => first,
                (_, None) => return Typed::unknown(span),
            },
            _ => return Typed::unknown(span),
        };
        if matches!(function.canonical, "percentile" | "percentilew")
            && constants.last().is_some_and(Option::is_none)
        {
            self.error(
                codes::CONSTANT_EXPECTED,
                span,
                format!("`{}` needs a constant percentage", function.name),
            );
        }
        let arguments =
            function.lower(arguments, |number| Typed::literal(Value::Long(Some(number)), span).expr);
        let call = AggregateCall { function: function.canonical, arguments, scalar_type, span };
        self.add_aggregate(call, aggregation)
    }

    /// Adds an aggregate, or finds the same one.
    fn add_aggregate(&mut self, call: AggregateCall, aggregation: &Aggregation<'_>) -> Typed {
        self.charge(1, call.span);
        let span = call.span;
        let scalar_type = call.scalar_type;
        let column = self.fresh_column("", scalar_type);
        let id = column.id;
        aggregation.calls.borrow_mut().push((call, column));
        Typed::new(ExprKind::Column(id), scalar_type, span)
    }

    /// `arg_max(t, a, b)`: the rows of the largest `t`, which is a value of its own.
    fn arg_max(
        &mut self,
        function: &'static Function,
        name: &'q ast::Name,
        arguments: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
        aggregation: &Aggregation<'_>,
    ) -> Vec<AggregateValue> {
        self.require_support(function, name);
        let inner = Cx { row: Some(&aggregation.row), aggregation: None, ..*cx };
        let Some(first) = arguments.first() else {
            let message = format!("`{}` takes at least 1 argument, not 0", function.name);
            self.error(codes::ARGUMENT_COUNT, name.span, message);
            return Vec::new();
        };
        // The older spelling names its columns after itself.
        let older = matches!(function.name, "argmax" | "argmin");
        let prefix = if function.canonical == "arg_max" { "max" } else { "min" };
        let maximized = self.scalar(first, &inner);
        let first_name = self.default_name(first, &inner);
        if matches!(maximized.scalar_type(), Some(ScalarType::Dynamic)) {
            let diagnostic = Diagnostic::error(
                codes::ARGUMENT_TYPE,
                first.span,
                format!("`{}` needs a type with an order here, not a dynamic", function.name),
            )
            .with_note("convert it, for example with `tolong()` or `tostring()`");
            self.report(diagnostic);
        }
        let label = match (&first_name, older) {
            (Some(first), false) => first.clone(),
            (first, _) => format!("{prefix}_{}", first.as_deref().unwrap_or_default()),
        };
        let mut values =
            vec![self.returned(function, label.clone(), &maximized, maximized.clone(), span, aggregation)];
        for (position, argument) in arguments.iter().enumerate().skip(1) {
            if matches!(argument.kind, ast::ExprKind::Star) {
                for column in self.all_but_keys(aggregation, Some(&maximized)) {
                    let typed = self.typed_column(&column, argument.span);
                    let name =
                        if older { format!("{label}_{}", column.name) } else { column.name.to_string() };
                    values.push(self.returned(function, name, &maximized, typed, argument.span, aggregation));
                }
                continue;
            }
            let name = self.default_name(argument, &inner);
            let typed = self.scalar(argument, &inner);
            let name = match name {
                Some(name) if older => format!("{label}_{name}"),
                Some(name) => name,
                None => format!("{label}_arg{position}"),
            };
            values.push(self.returned(function, name, &maximized, typed, argument.span, aggregation));
        }
        values
    }

    fn returned(
        &mut self,
        function: &'static Function,
        name: String,
        maximized: &Typed,
        returned: Typed,
        span: Span,
        aggregation: &Aggregation<'_>,
    ) -> AggregateValue {
        if returned.unknown || maximized.unknown {
            let unknown = Typed { unknown: true, ..returned };
            return AggregateValue { name, typed: unknown };
        }
        self.charge(super::conversion::size(&maximized.expr), span);
        let call = AggregateCall {
            function: function.canonical,
            scalar_type: returned.expr.scalar_type,
            arguments: vec![maximized.expr.clone(), returned.expr],
            span,
        };
        AggregateValue { name, typed: self.add_aggregate(call, aggregation) }
    }

    /// What `*` means in an aggregate: all columns but the keys, and but the one that is maximized.
    fn all_but_keys(&self, aggregation: &Aggregation<'_>, maximized: Option<&Typed>) -> Vec<Column> {
        let maximized = match maximized.map(|maximized| &maximized.expr.kind) {
            Some(ExprKind::Column(id)) => Some(*id),
            _ => None,
        };
        aggregation
            .row
            .columns
            .iter()
            .filter(|column| Some(column.id) != maximized)
            .filter(|column| !aggregation.keys.iter().any(|key| key.name == column.name))
            .cloned()
            .collect()
    }

    /// `take_any(a, b)`, `any(*)`: values of one row.
    fn take_any(
        &mut self,
        function: &'static Function,
        name: &'q ast::Name,
        arguments: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
        aggregation: &Aggregation<'_>,
    ) -> Vec<AggregateValue> {
        self.require_support(function, name);
        let inner = Cx { row: Some(&aggregation.row), aggregation: None, ..*cx };
        if arguments.is_empty() {
            let message = format!("`{}` takes at least 1 argument, not 0", function.name);
            self.error(codes::ARGUMENT_COUNT, name.span, message);
        }
        let older = function.name == "any";
        let mut values = Vec::new();
        for (position, argument) in arguments.iter().enumerate() {
            let items: Vec<(Option<String>, Typed)> = if matches!(argument.kind, ast::ExprKind::Star) {
                let columns = self.all_but_keys(aggregation, None);
                columns
                    .iter()
                    .map(|column| (Some(column.name.to_string()), self.typed_column(column, argument.span)))
                    .collect()
            } else {
                vec![(self.default_name(argument, &inner), self.scalar(argument, &inner))]
            };
            for (name, typed) in items {
                let name = match name {
                    Some(name) if older => format!("any_{name}"),
                    Some(name) => name,
                    None if older && arguments.len() == 1 => "any_".to_owned(),
                    None => format!("any_arg{position}"),
                };
                let typed = if typed.unknown {
                    typed
                } else {
                    let scalar_type = typed.expr.scalar_type;
                    let call = AggregateCall {
                        function: "take_any",
                        arguments: vec![typed.expr],
                        scalar_type,
                        span,
                    };
                    self.add_aggregate(call, aggregation)
                };
                values.push(AggregateValue { name, typed });
            }
        }
        values
    }

    /// `percentiles(x, 5, 50)`: a percentile each. `before` is the number of arguments before the percentages.
    fn percentiles(
        &mut self,
        before: usize,
        name: &'q ast::Name,
        arguments: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
        aggregation: &Aggregation<'_>,
    ) -> Vec<AggregateValue> {
        let single = if before == 1 { "percentile" } else { "percentilew" };
        let Some(function) = catalogue::aggregate(single) else { return Vec::new() };
        if arguments.len() <= before {
            let message =
                format!("`{}` takes at least {} arguments, not {}", name.text, before + 1, arguments.len());
            self.error(codes::ARGUMENT_COUNT, name.span, message);
            return Vec::new();
        }
        let inner = Cx { row: Some(&aggregation.row), aggregation: None, ..*cx };
        let first = self.default_name(&arguments[0], &inner);
        let shared: Vec<Checked> =
            arguments[..before].iter().map(|argument| self.check_argument(argument, &inner)).collect();
        let mut values = Vec::new();
        for percent in &arguments[before..] {
            let typed = self.scalar(percent, &Cx::constant(cx.env));
            if typed.constant.is_none() && !typed.unknown {
                let message = format!("`{}` needs a constant percentage", name.text);
                self.error(codes::CONSTANT_EXPECTED, percent.span, message);
            }
            let label = percentile_name(first.as_deref(), typed.constant.as_ref());
            let scalar_type = shared.first().and_then(|argument| argument.argument().scalar_type());
            let mut checked = shared.clone();
            checked.push(Checked::Scalar(typed));
            let typed = match (self.resolve(function, name, checked, span), scalar_type) {
                (Some((_, arguments)), Some(scalar_type)) => {
                    let call = AggregateCall { function: function.canonical, arguments, scalar_type, span };
                    self.add_aggregate(call, aggregation)
                }
                _ => Typed::unknown(span),
            };
            values.push(AggregateValue { name: label, typed });
        }
        values
    }
}
