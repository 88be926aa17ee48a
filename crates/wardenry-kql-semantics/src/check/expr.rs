//! Scalar expressions.

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast;
use wardenry_kql_values::{ScalarType, Value};

use super::aggregates::Aggregation;
use super::relation::read;
use super::scope::{Binding, Cx, Members};
use super::{Checker, constants, suggest};
use crate::catalogue::{Argument, ResultType};
use crate::checked::{Column, ColumnId, Expr, ExprKind, PathStep};
use crate::codes;
use crate::written_name;

/// A checked expression with what its users must know.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) expr: Expr,
    /// Its type is not known; [`Expr::scalar_type`] means nothing.
    pub(super) unknown: bool,
    /// The value, if it is known before any row is read.
    pub(super) constant: Option<Value>,
    /// Written as a literal, perhaps with a sign, in parentheses, or under the name of a variable.
    pub(super) literal: bool,
    /// Its span holds it as it is written, without a sign and not under a name.
    pub(super) written: bool,
}

impl Typed {
    pub(super) fn new(kind: ExprKind, scalar_type: ScalarType, span: Span) -> Self {
        Self {
            expr: Expr { kind, scalar_type, span },
            unknown: false,
            constant: None,
            literal: false,
            written: false,
        }
    }

    pub(super) fn literal(value: Value, span: Span) -> Self {
        let scalar_type = value.scalar_type();
        let mut typed = Self::new(ExprKind::Literal(value.clone()), scalar_type, span);
        typed.constant = Some(value);
        typed.literal = true;
        typed
    }

    /// What stands for an expression that was found wrong, or whose type only the data tells.
    pub(super) fn unknown(span: Span) -> Self {
        let mut typed = Self::new(ExprKind::Literal(Value::Dynamic(None)), ScalarType::Dynamic, span);
        typed.unknown = true;
        typed
    }

    pub(super) fn argument(&self) -> Argument<'_> {
        if self.unknown {
            return Argument::Unknown;
        }
        Argument::Scalar {
            scalar_type: self.expr.scalar_type,
            constant: self.constant.as_ref(),
            literal: self.literal,
            column: matches!(self.expr.kind, ExprKind::Column(_)),
        }
    }

    pub(super) fn scalar_type(&self) -> Option<ScalarType> {
        (!self.unknown).then_some(self.expr.scalar_type)
    }
}

impl<'q> Checker<'q> {
    pub(super) fn is_unknown(&self, expr: &Expr) -> bool {
        matches!(expr.kind, ExprKind::Column(id) if self.unknown.contains(&id))
    }

    /// Checks an expression that must be a single value.
    pub(super) fn scalar(&mut self, expr: &'q ast::Expr, cx: &Cx<'_>) -> Typed {
        self.charge(1, expr.span);
        self.nested(expr.span, |checker| checker.scalar_inner(expr, cx))
            .unwrap_or_else(|| Typed::unknown(expr.span))
    }

    /// `datetime(8:00 AM)`: `startofday(now()) + 8h`.
    fn time_today(&mut self, ticks: i64, span: Span) -> Typed {
        let result = ResultType::Scalar(ScalarType::Datetime);
        let now = Expr { kind: ExprKind::Now, scalar_type: ScalarType::Datetime, span };
        let midnight = self.typed_call("startofday", vec![now], result, span).expr;
        let time = Typed::literal(Value::Timespan(Some(ticks)), span).expr;
        self.typed_call("+", vec![midnight, time], result, span)
    }

    fn scalar_inner(&mut self, expr: &'q ast::Expr, cx: &Cx<'_>) -> Typed {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Literal(value) => Typed { written: true, ..Typed::literal(value.clone(), span) },
            ast::ExprKind::TimeToday(ticks) => self.time_today(*ticks, span),
            ast::ExprKind::HiddenString(text) => Typed::literal(Value::String(text.clone()), span),
            ast::ExprKind::DynamicLiteral(json) => Typed::literal(Value::Dynamic(json.clone()), span),
            ast::ExprKind::Name(name) => self.name(name, cx),
            ast::ExprKind::Parenthesized(inner) => self.scalar(inner, cx),
            ast::ExprKind::Call { name, arguments } => self.call(name, arguments, span, cx),
            ast::ExprKind::Member { base, name } => self.member(base, name, span, cx),
            ast::ExprKind::Index { base, index } => self.index(base, index, span, cx),
            ast::ExprKind::Unary { operator, operand } => self.unary(*operator, operand, span, cx),
            ast::ExprKind::Binary { .. } => self.binary(expr, cx),
            ast::ExprKind::InList { operator, operator_span, left, items } => {
                self.in_list(*operator, *operator_span, left, items, span, cx)
            }
            ast::ExprKind::Between { negated, left, low, high } => {
                self.between(*negated, [left, low, high], span, cx)
            }
            ast::ExprKind::Named { value, .. } => self.scalar(value, cx),
            ast::ExprKind::Dollar(name) => self.dollar(name, span, cx),
            _ => self.not_scalar(expr),
        }
    }

    fn not_scalar(&mut self, expr: &'q ast::Expr) -> Typed {
        let message = match &expr.kind {
            ast::ExprKind::Bogus => return self.unreadable_value(expr.span),
            ast::ExprKind::MemberCall { base, name, arguments } if !super::source::is_other_source(base) => {
                return self.refuse_method(base, name, arguments, expr.span);
            }
            ast::ExprKind::Pipe(_) | ast::ExprKind::MemberCall { .. } => {
                let diagnostic =
                    Diagnostic::error(codes::SCALAR_EXPECTED, expr.span, "a table cannot be a single value")
                        .with_note("`toscalar(…)` takes the first column of the first row");
                self.report(diagnostic);
                return Typed::unknown(expr.span);
            }
            ast::ExprKind::Star | ast::ExprKind::Wildcard(_) => "`*` cannot be a single value here",
            ast::ExprKind::Typeof(_) => "a type cannot be a value here",
            ast::ExprKind::NamedTuple { .. } => "several names cannot be given here",
            ast::ExprKind::List(_) => "a list cannot be a single value",
            _ => "a single value must stand here",
        };
        self.error(codes::SCALAR_EXPECTED, expr.span, message);
        Typed::unknown(expr.span)
    }

    pub(super) fn typed_column(&self, column: &Column, span: Span) -> Typed {
        let mut typed = Typed::new(ExprKind::Column(column.id), column.scalar_type, span);
        typed.unknown = self.unknown.contains(&column.id);
        typed
    }

    /// A column of the row, or of the rows around it.
    pub(super) fn find_column(&self, name: &str, cx: &Cx<'_>) -> Option<Column> {
        if let Some(column) = cx.row.and_then(|row| row.find(name)) {
            return Some(column.clone());
        }
        cx.row?;
        self.outer_rows.iter().rev().find_map(|row| row.iter().find(|column| &*column.name == name)).cloned()
    }

    fn name(&mut self, name: &'q ast::Name, cx: &Cx<'_>) -> Typed {
        let span = name.span;
        let binding = self.lookup(cx.env, &name.text).cloned();
        if let Some(Binding::Scalar { value, parameter: true }) = &binding {
            self.refuse_columns_of_another_row(value, span, cx);
            return self.use_value(value, span);
        }
        if let Some(column) = self.find_column(&name.text, cx) {
            return self.typed_column(&column, span);
        }
        match binding {
            Some(Binding::Scalar { value, .. }) => {
                self.refuse_columns_of_another_row(&value, span, cx);
                self.use_value(&value, span)
            }
            Some(Binding::Unknown) => Typed::unknown(span),
            Some(Binding::Tabular(_)) => {
                let diagnostic = Diagnostic::error(
                    codes::SCALAR_EXPECTED,
                    span,
                    format!("`{}` is a table, not a single value", name.text),
                )
                .with_note("`toscalar(…)` takes the first column of the first row");
                self.report(diagnostic);
                Typed::unknown(span)
            }
            Some(Binding::Function { function, env, .. }) if function.parameters.is_empty() => {
                self.call_scalar_function(&name.text, function, env, &[], span, cx)
            }
            Some(Binding::Function { .. }) => {
                self.error(
                    codes::NOT_CALLED,
                    span,
                    format!("`{}` is a function and needs its arguments", name.text),
                );
                Typed::unknown(span)
            }
            None => self.uncalled_function(name, cx).unwrap_or_else(|| self.unknown_name(name, cx)),
        }
    }

    /// An argument that reads columns means nothing in a subquery of the function: that has rows of its own.
    fn refuse_columns_of_another_row(&mut self, value: &Typed, span: Span, cx: &Cx<'_>) {
        if value.unknown || cx.row.is_some_and(|row| row.open) {
            return;
        }
        let is_here = |id: ColumnId| {
            let row = cx.row.map(|row| row.columns).unwrap_or_default();
            let is_aggregate = |aggregation: &Aggregation<'_>| {
                aggregation.calls.borrow().iter().any(|(_, column)| column.id == id)
            };
            row.iter().chain(self.outer_rows.iter().flatten()).any(|column| column.id == id)
                || cx.aggregation.is_some_and(is_aggregate)
                || cx
                    .members
                    .is_some_and(|members| members.borrow().used.iter().any(|(.., used)| *used == id))
        };
        if !all_columns_read(&value.expr, &is_here) {
            self.report(
                Diagnostic::error(
                    codes::CONSTANT_EXPECTED,
                    span,
                    "a subquery cannot read a column of the row that the function is called for",
                )
                .with_note("`join` or `lookup` puts the tables together"),
            );
        }
    }

    /// A copy of a variable's value.
    fn use_value(&mut self, value: &Typed, span: Span) -> Typed {
        let mut copy = value.clone();
        copy.expr.span = span;
        copy.written = false;
        self.charge(super::conversion::size(&copy.expr), span);
        copy
    }

    fn dollar(&mut self, name: &str, span: Span, cx: &Cx<'_>) -> Typed {
        let full = format!("${}", name.trim_start_matches('$'));
        if let Some(column) = self.find_column(&full, cx) {
            return self.typed_column(&column, span);
        }
        if !cx.row.is_some_and(|row| row.open) {
            let diagnostic =
                Diagnostic::error(codes::UNKNOWN_COLUMN, span, format!("`{full}` means nothing here"));
            self.report(match &*full {
                "$left" | "$right" => diagnostic.with_note(
                    "`$left` and `$right` are for `on`; behind the join its columns have names alone",
                ),
                _ => diagnostic,
            });
        }
        Typed::unknown(span)
    }

    fn member(&mut self, base: &'q ast::Expr, name: &'q ast::Name, span: Span, cx: &Cx<'_>) -> Typed {
        if let Some(members) = cx.members
            && let ast::ExprKind::Name(variable) = &base.kind
            && let Some(typed) = self.member_of_variable(members, variable, name, span)
        {
            return typed;
        }
        if let Some(typed) = self.column_of_a_side(base, name, span, cx) {
            return typed;
        }
        let base = self.scalar(base, cx);
        self.path(base, PathStep::Member(name.text.clone()), span)
    }

    /// A member of a step or of a pattern's variable, `None` if there is no such variable.
    fn member_of_variable(
        &mut self,
        members: &std::cell::RefCell<Members>,
        variable: &ast::Name,
        name: &ast::Name,
        span: Span,
    ) -> Option<Typed> {
        let mut members = members.borrow_mut();
        let position = members.variables.iter().position(|candidate| candidate.name == variable.text)?;
        let found = members.variables[position].columns.iter().position(|(column, _)| **column == *name.text);
        let Some(column) = found else {
            let variable = &members.variables[position];
            if !variable.open {
                let nearest =
                    suggest::nearest(&name.text, variable.columns.iter().map(|(column, _)| &**column));
                let mut diagnostic = Diagnostic::error(
                    codes::UNKNOWN_COLUMN,
                    name.span,
                    format!("`{}` has no column named `{}`", variable.name, name.text),
                );
                if let Some(nearest) = nearest {
                    diagnostic = diagnostic.with_replacement(
                        format!("use `{nearest}`"),
                        name.span,
                        written_name(nearest),
                    );
                }
                self.report(diagnostic);
            }
            return Some(Typed::unknown(span));
        };
        let known = members.used.iter().find(|(v, c, _)| *v == position && *c == column).map(|(.., id)| *id);
        let id = known.unwrap_or_else(|| {
            let id = self.fresh_id();
            members.used.push((position, column, id));
            id
        });
        let variable = &members.variables[position];
        let scalar_type = if variable.repeated { ScalarType::Dynamic } else { variable.columns[column].1 };
        Some(Typed::new(ExprKind::Column(id), scalar_type, span))
    }

    fn index(&mut self, base: &'q ast::Expr, index: &'q ast::Expr, span: Span, cx: &Cx<'_>) -> Typed {
        if let Some(members) = cx.members
            && let ast::ExprKind::Name(variable) = &base.kind
            && let ast::ExprKind::Literal(Value::String(text)) = &index.kind
        {
            let name = ast::Name { text: text.clone(), quoted: true, span: index.span };
            if let Some(typed) = self.member_of_variable(members, variable, &name, span) {
                return typed;
            }
        }
        let base = self.scalar(base, cx);
        let index = self.scalar(index, cx);
        let step = match &index.constant {
            Some(Value::String(text)) => PathStep::Member(text.clone()),
            Some(value) if constants::whole_number(value).is_some() => {
                PathStep::Index(constants::whole_number(value).unwrap_or_default())
            }
            _ => {
                let allowed = [ScalarType::Long, ScalarType::Int, ScalarType::String, ScalarType::Dynamic];
                if index.scalar_type().is_some_and(|found| !allowed.contains(&found)) {
                    let message =
                        format!("a position or a name must stand here, not a {}", index.expr.scalar_type);
                    self.error(codes::ARGUMENT_TYPE, index.expr.span, message);
                }
                PathStep::Computed(index.expr)
            }
        };
        self.path(base, step, span)
    }

    /// A step into a dynamic value. A member of anything else is null, as of a dynamic scalar.
    pub(super) fn path(&mut self, base: Typed, step: PathStep, span: Span) -> Typed {
        if base.unknown {
            let mut unknown = Typed::unknown(span);
            unknown.expr = Expr { span, ..base.expr };
            return unknown;
        }
        if base.expr.scalar_type != ScalarType::Dynamic {
            let mut diagnostic = Diagnostic::error(
                codes::OPERAND_TYPES,
                span,
                format!("a {} has no members", base.expr.scalar_type),
            );
            if base.expr.scalar_type == ScalarType::String {
                diagnostic = diagnostic.with_note("`parse_json(…)` makes a dynamic value of a text");
            }
            self.report(diagnostic);
            return Typed::unknown(span);
        }
        let kind = match base.expr.kind {
            ExprKind::Path { base, mut steps } => {
                steps.push(step);
                ExprKind::Path { base, steps }
            }
            _ => ExprKind::Path { base: Box::new(base.expr), steps: vec![step] },
        };
        Typed::new(kind, ScalarType::Dynamic, span)
    }

    /// Checks an expression that must be true or false.
    pub(super) fn condition(&mut self, expr: &'q ast::Expr, cx: &Cx<'_>) -> Expr {
        let typed = self.scalar(expr, cx);
        self.require_bool(typed)
    }

    pub(super) fn require_bool(&mut self, typed: Typed) -> Expr {
        let span = typed.expr.span;
        match typed.scalar_type() {
            None | Some(ScalarType::Bool) => typed.expr,
            Some(ScalarType::Dynamic) => self.convert(typed, ScalarType::Bool).expr,
            Some(other) => {
                let mut diagnostic = Diagnostic::error(
                    codes::NOT_BOOLEAN,
                    span,
                    format!("a condition must be bool, not {other}"),
                );
                if other.is_number() {
                    diagnostic = diagnostic.with_note("compare it, for example with `!= 0`");
                }
                self.report(diagnostic);
                typed.expr
            }
        }
    }

    /// Checks a count of rows: an integer that no row is needed for.
    pub(super) fn count_of_rows(&mut self, expr: &'q ast::Expr, cx: &Cx<'_>) -> Expr {
        let typed = self.scalar(expr, &Cx::constant(cx.env));
        match typed.scalar_type() {
            None | Some(ScalarType::Long) => typed.expr,
            Some(ScalarType::Int | ScalarType::Real | ScalarType::Dynamic) => {
                self.convert(typed, ScalarType::Long).expr
            }
            Some(other) => {
                self.error(
                    codes::ARGUMENT_TYPE,
                    typed.expr.span,
                    format!("a number of rows must stand here, not a {other}"),
                );
                typed.expr
            }
        }
    }

    /// A name that must be a column of the row.
    pub(super) fn column_name(&mut self, expr: &'q ast::Expr, cx: &Cx<'_>) -> Option<Column> {
        match &expr.kind {
            ast::ExprKind::Name(name) => {
                if let Some(column) = cx.row.and_then(|row| row.find(&name.text)) {
                    return Some(column.clone());
                }
                self.unknown_name(name, &Cx { row: cx.row, ..Cx::constant(super::scope::Env::default()) });
                None
            }
            ast::ExprKind::Parenthesized(inner) => self.column_name(inner, cx),
            ast::ExprKind::Bogus => {
                self.broken = true;
                None
            }
            ast::ExprKind::Dollar(name) => {
                let full = format!("${}", name.trim_start_matches('$'));
                cx.row.and_then(|row| row.find(&full)).cloned()
            }
            _ => {
                self.error(codes::COLUMN_EXPECTED, expr.span, "the name of a column must stand here");
                None
            }
        }
    }

    pub(super) fn read_column(&self, column: &Column, span: Span) -> Expr {
        read(column, span)
    }
}

/// Whether all columns that an expression reads, those of its subqueries aside, are as asked.
fn all_columns_read(expr: &Expr, ask: &impl Fn(ColumnId) -> bool) -> bool {
    match &expr.kind {
        ExprKind::Column(id) => ask(*id),
        ExprKind::Call { arguments, .. } | ExprKind::Window { arguments, .. } => {
            arguments.iter().all(|argument| all_columns_read(argument, ask))
        }
        ExprKind::Path { base, steps } => {
            all_columns_read(base, ask)
                && steps.iter().all(|step| match step {
                    PathStep::Computed(index) => all_columns_read(index, ask),
                    PathStep::Member(_) | PathStep::Index(_) => true,
                })
        }
        ExprKind::Literal(_) | ExprKind::ScalarSubquery(_) | ExprKind::SetSubquery(_) | ExprKind::Now => true,
    }
}
