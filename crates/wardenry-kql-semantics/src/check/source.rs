//! Where rows come from.

use std::sync::Arc;

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast::{self, NamedOption};
use wardenry_kql_values::{ScalarType, Value};

use super::expr::Typed;
use super::names::Names;
use super::relation::Relation;
use super::resolve::is_source_function;
use super::scope::{Binding, Cx};
use super::{Checker, constants, suggest};
use crate::catalogue::{self, Argument, ResultType};
use crate::checked::{Column, RelKind};
use crate::codes;
use crate::written_name;

/// How many tables a note lists.
const LISTED_TABLES: usize = 10;

impl<'q> Checker<'q> {
    /// Checks an expression that must be a table.
    pub(super) fn table(&mut self, expr: &'q ast::Expr, cx: &Cx<'_>) -> Relation {
        let mut relation = self.table_or_graph(expr, cx);
        if relation.graph.take().is_some() {
            let diagnostic = Diagnostic::error(codes::TABLE_EXPECTED, expr.span, "a graph is no table")
                .with_note("`graph-match` makes a table of a graph");
            self.report(diagnostic);
        }
        relation
    }

    /// Checks an expression that must be a table, or a graph that is made of one.
    pub(super) fn table_or_graph(&mut self, expr: &'q ast::Expr, cx: &Cx<'_>) -> Relation {
        let span = expr.span;
        self.nested(span, |checker| checker.table_inner(expr, cx)).unwrap_or_else(|| Relation::unknown(span))
    }

    fn table_inner(&mut self, expr: &'q ast::Expr, cx: &Cx<'_>) -> Relation {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Pipe(pipe) => self.pipe(pipe, None, cx.env, span),
            ast::ExprKind::Parenthesized(inner) => self.table_or_graph(inner, cx),
            ast::ExprKind::Name(name) => self.table_of_name(name, cx),
            ast::ExprKind::Call { name, arguments } => self.table_of_call(name, arguments, span, cx),
            ast::ExprKind::Member { base, name } if is_resource_graph(base) => {
                self.provided_table(&name.text, "table of the resource graph", name.span)
            }
            ast::ExprKind::Member { base, .. } | ast::ExprKind::MemberCall { base, .. }
                if is_other_source(base) =>
            {
                self.other_source(base, span)
            }
            ast::ExprKind::Bogus => self.unreadable_table(span),
            ast::ExprKind::Named { value, .. } => self.table(value, cx),
            _ => {
                self.error(codes::TABLE_EXPECTED, span, "a table must stand here");
                Relation::unknown(span)
            }
        }
    }

    fn table_of_name(&mut self, name: &'q ast::Name, cx: &Cx<'_>) -> Relation {
        let span = name.span;
        match self.lookup(cx.env, &name.text).cloned() {
            Some(Binding::Tabular(template)) => self.instantiate(&template, span),
            Some(Binding::Function { function, env, .. }) => {
                if function.parameters.iter().any(|parameter| parameter.default.is_none()) {
                    let message = format!("`{}` is a function and needs its arguments", name.text);
                    self.error(codes::NOT_CALLED, span, message);
                    return Relation::unknown(span);
                }
                self.call_tabular_function(&name.text, function, env, None, &[], span, cx)
            }
            Some(Binding::Scalar { value, .. }) => {
                if !value.unknown {
                    let message = format!("`{}` is a single value, not a table", name.text);
                    self.error(codes::TABLE_EXPECTED, span, message);
                }
                Relation::unknown(span)
            }
            Some(Binding::Unknown) => Relation::unknown(span),
            None => match self.stored_table(&name.text, span) {
                Some(relation) => relation,
                None => {
                    self.report_unknown_table(&name.text, span, cx);
                    Relation::unknown(span)
                }
            },
        }
    }

    /// A table of the schema.
    pub(super) fn stored_table(&mut self, name: &str, span: Span) -> Option<Relation> {
        let columns = self.schema.table(name)?;
        let name: Arc<str> = name.into();
        self.charge(columns.len(), span);
        let columns =
            columns.iter().map(|(name, scalar_type)| self.fresh_column(name.clone(), *scalar_type)).collect();
        let mut relation = Relation::new(RelKind::Table { name: name.clone() }, columns, span);
        relation.source = Some(name);
        Some(relation)
    }

    pub(super) fn report_unknown_table(&mut self, name: &str, span: Span, cx: &Cx<'_>) {
        let tables = self.schema.table_names();
        let mut candidates = self.variables(cx.env, |binding| {
            matches!(binding, Binding::Tabular(_) | Binding::Function { tabular: true, .. })
        });
        candidates.extend(tables.iter().map(|name| &**name));
        let mut diagnostic =
            Diagnostic::error(codes::UNKNOWN_TABLE, span, format!("no table named `{name}`"));
        if let Some(nearest) = suggest::nearest(name, candidates.iter().copied()) {
            if nearest.eq_ignore_ascii_case(name) {
                diagnostic = diagnostic.with_note("upper and lower case matter in names");
            }
            diagnostic = diagnostic.with_replacement(format!("use `{nearest}`"), span, written_name(nearest));
            return self.report(diagnostic);
        }
        let similar = suggest::similar(name, candidates.iter().copied());
        if !similar.is_empty() {
            diagnostic = diagnostic.with_note(format!("similar names: {}", suggest::listed(&similar)));
        } else if (1..=LISTED_TABLES).contains(&candidates.len()) {
            diagnostic = diagnostic.with_note(format!("the tables are {}", suggest::listed(&candidates)));
        }
        self.report(diagnostic);
    }

    fn table_of_call(
        &mut self,
        name: &'q ast::Name,
        arguments: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
    ) -> Relation {
        match self.lookup(cx.env, &name.text).cloned() {
            Some(Binding::Function { function, env, .. }) => {
                return self.call_tabular_function(&name.text, function, env, None, arguments, span, cx);
            }
            Some(Binding::Unknown) => return Relation::unknown(span),
            Some(Binding::Tabular(template)) if arguments.is_empty() => {
                let message = format!("`{}` is a table and cannot be called", name.text);
                self.report(Diagnostic::error(codes::NOT_CALLED, name.span, message).with_replacement(
                    "leave the parentheses out",
                    span,
                    written_name(&name.text),
                ));
                return self.instantiate(&template, span);
            }
            _ => {}
        }
        match (&*name.text, arguments) {
            ("materialize", [argument]) => {
                let relation = self.subquery(argument, cx);
                if relation.open || relation.graph.is_some() {
                    return relation;
                }
                self.share(relation, span)
            }
            ("table", [argument, ..]) => match self.constant_of(argument, cx.env) {
                Some(Value::String(text)) => match self.stored_table(&text, span) {
                    Some(relation) => relation,
                    None => {
                        self.report_unknown_table(&text, argument.span, cx);
                        Relation::unknown(span)
                    }
                },
                _ => {
                    self.error(
                        codes::CONSTANT_EXPECTED,
                        argument.span,
                        "the name of a table must stand here",
                    );
                    Relation::unknown(span)
                }
            },
            ("_GetWatchlist", [argument, ..]) => match self.constant_of(argument, cx.env) {
                Some(Value::String(alias)) => self.provided_table(&alias, "watchlist", argument.span),
                _ => {
                    self.error(
                        codes::CONSTANT_EXPECTED,
                        argument.span,
                        "the alias of a watchlist must stand here",
                    );
                    Relation::unknown(span)
                }
            },
            ("toscalar", _) => {
                self.error(codes::TABLE_EXPECTED, span, "`toscalar` yields a single value, not a table");
                Relation::unknown(span)
            }
            (text, _) if is_source_function(text) => {
                self.report_other_source(name);
                Relation::unknown(span)
            }
            (text, _) if self.is_table_function(text) => self.table_function(name, None, arguments, span, cx),
            (text, _) if catalogue::scalar(text).is_some() || catalogue::aggregate(text).is_some() => {
                self.error(
                    codes::TABLE_EXPECTED,
                    span,
                    format!("`{text}` yields a single value, not a table"),
                );
                Relation::unknown(span)
            }
            _ => {
                self.report_unknown_function(name, &[], cx);
                Relation::unknown(span)
            }
        }
    }

    /// What belongs to another service, and may be among the tables here under its name, in whatever case.
    fn provided_table(&mut self, name: &str, what: &str, span: Span) -> Relation {
        if let Some(relation) = self.stored_table(name, span) {
            return relation;
        }
        let tables = self.schema.table_names();
        let same = tables.iter().find(|table| table.eq_ignore_ascii_case(name));
        if let Some(relation) = same.and_then(|table| self.stored_table(table, span)) {
            return relation;
        }
        let message = format!("there is no {what} `{name}` here");
        let diagnostic = Diagnostic::error(codes::OTHER_SOURCE, span, message).with_note(format!(
            "a table named `{name}` among the tables that queries may read stands for it; for a trial a `datatable` does"
        ));
        self.report(diagnostic);
        Relation::unknown(span)
    }

    /// `database("x").T` and the like.
    fn other_source(&mut self, base: &'q ast::Expr, span: Span) -> Relation {
        let mut base = base;
        while let ast::ExprKind::MemberCall { base: inner, .. } | ast::ExprKind::Member { base: inner, .. } =
            &base.kind
        {
            base = inner;
        }
        if let ast::ExprKind::Call { name, .. } = &base.kind {
            self.report_other_source(name);
        }
        Relation::unknown(span)
    }

    fn report_other_source(&mut self, name: &ast::Name) {
        let text = &*name.text;
        let diagnostic = match text {
            "_GetWatchlist" => {
                Diagnostic::error(codes::ARGUMENT_COUNT, name.span, "the alias of a watchlist is missing")
            }
            "_GetWatchlistAlias" => {
                Diagnostic::error(codes::OTHER_SOURCE, name.span, "watchlists are not supported")
                    .with_note("a `datatable` can stand in for a watchlist")
            }
            "arg" => Diagnostic::error(
                codes::OTHER_SOURCE,
                name.span,
                "a table of the resource graph must be named: `arg(\"\").Resources`",
            ),
            "external_table" | "materialized_view" | "stored_query_result" | "graph" => {
                Diagnostic::error(codes::NOT_SUPPORTED, name.span, format!("`{text}()` is not supported"))
            }
            _ => Diagnostic::error(
                codes::OTHER_SOURCE,
                name.span,
                format!("`{text}()` names another place, and only the tables here can be queried"),
            ),
        };
        self.report(diagnostic);
    }

    /// `print`: one row.
    pub(super) fn print(&mut self, items: &'q [ast::Expr], span: Span, cx: &Cx<'_>) -> Relation {
        let empty =
            Relation::new(RelKind::Values { rows: vec![Vec::new()] }, Vec::new(), span).with_order(true);
        let items = self.print_items(items, cx);
        self.project(empty, items, span)
    }

    fn print_items(&mut self, items: &'q [ast::Expr], cx: &Cx<'_>) -> Vec<(Arc<str>, crate::checked::Expr)> {
        let mut names = Names::default();
        let mut checked = Vec::with_capacity(items.len());
        for (position, item) in items.iter().enumerate() {
            // Of several values only those that are named are kept, if any is; elsewhere the others keep their own names.
            let is_named =
                matches!(item.kind, ast::ExprKind::Named { .. } | ast::ExprKind::NamedTuple { .. });
            let values = self.values(item, cx).into_iter();
            for value in values.filter(|value| !is_named || value.declared.is_some()) {
                let name = match value.declared {
                    Some(name) => self.declare(&mut names, name),
                    None if value.is_tuple => Some(names.unique(&value.default.unwrap_or_default())),
                    None => Some(names.unique(&format!("print_{position}"))),
                };
                let Some(name) = name else { continue };
                checked.push((name, self.hold(value.typed)));
            }
        }
        checked
    }

    pub(super) fn range(
        &mut self,
        name: &'q ast::Name,
        bounds: [&'q ast::Expr; 3],
        span: Span,
        cx: &Cx<'_>,
    ) -> Relation {
        let [from, to, step] = bounds.map(|bound| self.scalar(bound, &Cx::constant(cx.env)));
        if from.unknown || to.unknown || step.unknown {
            let column = self.fresh_column(&*name.text, ScalarType::Dynamic);
            self.unknown.insert(column.id);
            return Relation::new(RelKind::Values { rows: Vec::new() }, vec![column], span).with_order(true);
        }
        let types = [from.expr.scalar_type, to.expr.scalar_type, step.expr.scalar_type];
        let scalar_type = match types {
            [ScalarType::Datetime, ScalarType::Datetime, ScalarType::Timespan] => Some(ScalarType::Datetime),
            [ScalarType::Timespan, ScalarType::Timespan, ScalarType::Timespan] => Some(ScalarType::Timespan),
            _ if types.iter().all(|scalar_type| scalar_type.is_number()) => {
                Some(if types.contains(&ScalarType::Real) {
                    ScalarType::Real
                } else if types.contains(&ScalarType::Decimal) {
                    ScalarType::Decimal
                } else {
                    ScalarType::Long
                })
            }
            _ => None,
        };
        let Some(scalar_type) = scalar_type else {
            let message = format!(
                "`range` is not defined from {} to {} with a step of {}",
                types[0], types[1], types[2]
            );
            self.error(codes::ARGUMENT_TYPE, span, message);
            return Relation::unknown(span);
        };
        let number = |to: ScalarType| scalar_type.is_number().then_some(to);
        let from = self.convert_as(from, number(scalar_type));
        let to = self.convert_as(to, number(scalar_type));
        let step = self.convert_as(step, number(scalar_type));
        let column = self.fresh_column(&*name.text, scalar_type);
        Relation::new(RelKind::Range { from, to, step }, vec![column], span).with_order(true)
    }

    pub(super) fn datatable(
        &mut self,
        columns: &'q [ast::ColumnDeclaration],
        values: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
    ) -> Relation {
        let declared = self.declared_columns(columns);
        if declared.is_empty() || declared.len() != columns.len() {
            return Relation::new(RelKind::Values { rows: Vec::new() }, declared, span);
        }
        self.charge(values.len(), span);
        if !values.len().is_multiple_of(declared.len()) {
            let message = format!("{} values do not fill rows of {} columns", values.len(), declared.len());
            self.error(codes::CELL_COUNT, span, message);
        }
        let mut rows = Vec::with_capacity(values.len() / declared.len());
        for row in values.chunks_exact(declared.len()) {
            rows.push(
                row.iter().zip(&declared).map(|(value, column)| self.cell(value, column, cx)).collect(),
            );
        }
        Relation::new(RelKind::Values { rows }, declared, span)
    }

    /// The value of a cell, as its column's type has it.
    fn cell(&mut self, value: &'q ast::Expr, column: &Column, cx: &Cx<'_>) -> Value {
        let typed = self.scalar(value, &Cx::constant(cx.env));
        let Some(constant) = typed.constant else {
            if !typed.unknown {
                self.error(codes::COMPUTED_CELL, value.span, "a cell must be a literal");
            }
            return Value::null(column.scalar_type);
        };
        if self.unknown.contains(&column.id) {
            return Value::null(column.scalar_type);
        }
        let converted = match column.scalar_type {
            ScalarType::Dynamic => constants::json(&constant),
            to => constants::cast(&constant, to),
        };
        converted.unwrap_or_else(|| {
            let message = format!("a {} cannot be a {} here", constant.scalar_type(), column.scalar_type);
            self.error(codes::ARGUMENT_TYPE, value.span, message);
            Value::null(column.scalar_type)
        })
    }

    pub(super) fn externaldata(
        &mut self,
        columns: &'q [ast::ColumnDeclaration],
        uris: &'q [ast::Expr],
        with: &'q [NamedOption],
        span: Span,
        cx: &Cx<'_>,
    ) -> Relation {
        let declared = self.declared_columns(columns);
        let uris = uris
            .iter()
            .map(|uri| {
                let typed = self.scalar(uri, &Cx::constant(cx.env));
                if typed.scalar_type().is_some_and(|found| found != ScalarType::String) {
                    self.error(codes::ARGUMENT_TYPE, uri.span, "the address of a file must be a string");
                }
                typed.expr
            })
            .collect();
        let options =
            with.iter().map(|option| (option.name.clone(), self.option_value(option, cx.env))).collect();
        Relation::new(RelKind::Externaldata { uris, options }, declared, span)
    }

    /// A call of a catalogue function with arguments that are checked, for operators that are made of calls.
    pub(super) fn call_of(&mut self, function: &str, arguments: Vec<Typed>, span: Span) -> Typed {
        let Some(function) = catalogue::scalar(function) else { return Typed::unknown(span) };
        let list: Vec<Argument<'_>> = arguments.iter().map(Typed::argument).collect();
        let Ok(resolution) = function.resolve(&list) else { return Typed::unknown(span) };
        let converted = arguments
            .into_iter()
            .zip(resolution.conversions)
            .map(|(argument, to)| self.convert_as(argument, to))
            .collect();
        match resolution.result {
            ResultType::Scalar(_) => self.typed_call(function.canonical, converted, resolution.result, span),
            _ => Typed::unknown(span),
        }
    }
}

fn is_resource_graph(base: &ast::Expr) -> bool {
    matches!(&base.kind, ast::ExprKind::Call { name, .. } if *name.text == *"arg")
}

pub(super) fn is_other_source(base: &ast::Expr) -> bool {
    match &base.kind {
        ast::ExprKind::Call { name, .. } => is_source_function(&name.text),
        ast::ExprKind::MemberCall { .. } => true,
        _ => false,
    }
}
