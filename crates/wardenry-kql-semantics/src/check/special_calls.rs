//! Functions that are no ordinary calls: they look at tables, at columns, or yield several values.

use wardenry_diagnostic::Span;
use wardenry_kql_syntax::ast;
use wardenry_kql_values::{ScalarType, Value};

use super::Checker;
use super::expr::Typed;
use super::relation::Relation;
use super::scope::Cx;
use crate::catalogue::{self, Function, ResultType};
use crate::checked::{Column, ExprKind, PathStep, RelKind, SharedId};
use crate::codes;

impl<'q> Checker<'q> {
    /// `toscalar(T)`: the first column of the first row.
    pub(super) fn toscalar(&mut self, argument: &'q ast::Expr, span: Span, cx: &Cx<'_>) -> Typed {
        if !self.is_tabular(argument, cx) {
            return self.scalar(argument, cx);
        }
        let relation = self.subquery(argument, cx);
        let Some(first) = relation.columns().first().cloned() else {
            if !relation.open {
                self.error(codes::TABLE_SHAPE, argument.span, "the table has no column");
            }
            return Typed::unknown(span);
        };
        let unknown = self.unknown.contains(&first.id);
        let scalar_type = first.scalar_type;
        let expr = self.read_column(&first, span);
        let relation = self.project(relation, vec![(first.name, expr)], span);
        let one = Typed::literal(Value::Long(Some(1)), span).expr;
        let relation = relation.keep(span, |input| RelKind::Take { input, count: one });
        let relation = if self.in_let { self.share(relation, span) } else { relation };
        let kind = ExprKind::ScalarSubquery(Box::new(relation.rel));
        Typed { unknown, ..Typed::new(kind, scalar_type, span) }
    }

    pub(super) fn column_if_exists(
        &mut self,
        column: &'q ast::Expr,
        default: &'q ast::Expr,
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        let default = self.scalar(default, cx);
        let name = match self.constant_of(column, cx.env) {
            Some(Value::String(text)) => text,
            _ => match &column.kind {
                ast::ExprKind::Name(name) => name.text.clone(),
                _ => {
                    self.error(codes::CONSTANT_EXPECTED, column.span, "the name of a column must stand here");
                    return default;
                }
            },
        };
        if let Some(column) = self.find_column(&name, cx) {
            return self.typed_column(&column, span);
        }
        if cx.row.is_some_and(|row| row.open) {
            return Typed::unknown(span);
        }
        default
    }

    /// `pack_all()`: a bag of all columns.
    pub(super) fn pack_all(&mut self, arguments: &'q [ast::Expr], span: Span, cx: &Cx<'_>) -> Typed {
        let skips_empty = match arguments {
            [] => false,
            [argument] => matches!(self.constant_of(argument, cx.env), Some(Value::Bool(Some(true)))),
            _ => {
                self.error(
                    codes::ARGUMENT_COUNT,
                    span,
                    format!("`pack_all` takes 0 to 1 argument, not {}", arguments.len()),
                );
                return Typed::unknown(span);
            }
        };
        let Some(row) = cx.row else {
            self.error(codes::TABLE_EXPECTED, span, "`pack_all` needs the columns of a table");
            return Typed::unknown(span);
        };
        let columns = row.columns.to_vec();
        if row.open {
            return Typed {
                unknown: true,
                ..Typed::new(ExprKind::Literal(Value::Dynamic(None)), ScalarType::Dynamic, span)
            };
        }
        self.pack_columns(&columns, skips_empty, span)
    }

    pub(super) fn pack_columns(&mut self, columns: &[Column], skips_empty: bool, span: Span) -> Typed {
        let mut arguments = Vec::with_capacity(columns.len() * 2 + 1);
        if skips_empty {
            arguments.push(Typed::literal(Value::Bool(Some(true)), span).expr);
        }
        for column in columns {
            arguments.push(Typed::literal(Value::String((&*column.name).into()), span).expr);
            arguments.push(self.read_column(column, span));
        }
        self.charge(arguments.len(), span);
        let function = if skips_empty { "pack_all" } else { "bag_pack" };
        self.typed_call(function, arguments, ResultType::Scalar(ScalarType::Dynamic), span)
    }

    pub(super) fn bag_pack_columns(&mut self, arguments: &'q [ast::Expr], span: Span, cx: &Cx<'_>) -> Typed {
        let mut packed = Vec::with_capacity(arguments.len() * 2);
        let mut unknown = false;
        for argument in arguments {
            let typed = self.scalar(argument, cx);
            unknown |= typed.unknown;
            let name = self.default_name(argument, cx).unwrap_or_default();
            packed.push(Typed::literal(Value::String(name.into()), argument.span).expr);
            packed.push(typed.expr);
        }
        let typed = self.typed_call("bag_pack", packed, ResultType::Scalar(ScalarType::Dynamic), span);
        Typed { unknown, ..typed }
    }

    /// The values of a call of a function that returns several, with their names and types; `None` for all other
    /// expressions. The call itself yields them in a dynamic array.
    pub(super) fn tuple(&mut self, expr: &'q ast::Expr, cx: &Cx<'_>) -> Option<Vec<(String, Typed)>> {
        let ast::ExprKind::Call { name, arguments } = &expr.kind else { return None };
        if self.lookup(cx.env, &name.text).is_some() {
            return None;
        }
        let function = catalogue::scalar(&name.text)?;
        if is_array_sort(function) {
            return self.sorted_arrays(function, name, arguments, expr.span, cx);
        }
        let first = arguments.first().and_then(|first| self.default_name(first, cx)).unwrap_or_default();
        let columns = function.result_columns(&first);
        if columns.is_empty() {
            return None;
        }
        self.require_support(function, name);
        let checked = self.check_arguments(arguments, cx);
        let resolved = self.resolve(function, name, checked, expr.span);
        let call = match resolved {
            Some((_, arguments)) => self.typed_call(
                function.canonical,
                arguments,
                ResultType::Scalar(ScalarType::Dynamic),
                expr.span,
            ),
            None => Typed::unknown(expr.span),
        };
        Some(self.elements(&call, columns, expr.span))
    }

    /// `array_sort_asc(a, b)`: each array, in the order of the first. `None` for one array, which is an ordinary call.
    fn sorted_arrays(
        &mut self,
        function: &'static Function,
        name: &'q ast::Name,
        arguments: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
    ) -> Option<Vec<(String, Typed)>> {
        let arrays = match arguments.split_last()? {
            (last, before) if matches!(self.constant_of(last, cx.env), Some(Value::Bool(_))) => before,
            _ => arguments,
        };
        if arrays.len() < 2 {
            return None;
        }
        let columns = arrays
            .iter()
            .enumerate()
            .map(|(position, array)| {
                let name = self.default_name(array, cx).unwrap_or_else(|| format!("array{position}"));
                (format!("{name}_sorted"), ScalarType::Dynamic)
            })
            .collect();
        let checked = self.check_arguments(arguments, cx);
        let call = match self.resolve(function, name, checked, span) {
            Some((result, arguments)) => self.typed_call(function.canonical, arguments, result, span),
            None => Typed::unknown(span),
        };
        Some(self.elements(&call, columns, span))
    }

    /// The values that a call yields in an array, under their names and with their types.
    fn elements(
        &mut self,
        call: &Typed,
        columns: Vec<(String, ScalarType)>,
        span: Span,
    ) -> Vec<(String, Typed)> {
        let mut values = Vec::with_capacity(columns.len());
        for (position, (name, scalar_type)) in columns.into_iter().enumerate() {
            let index = i64::try_from(position).unwrap_or_default();
            self.charge(super::conversion::size(&call.expr), span);
            let value = self.path(call.clone(), PathStep::Index(index), span);
            values.push((name, self.convert(value, scalar_type)));
        }
        values
    }

    /// Keeps a relation to be computed once, and gives back what reads it.
    pub(super) fn share(&mut self, relation: Relation, span: Span) -> Relation {
        let id = SharedId(self.next_shared);
        self.next_shared += 1;
        let (open, ordered) = (relation.open, relation.ordered);
        let originals: Vec<Column> = relation.rel.columns.clone();
        self.shared.push((id, relation.rel));
        let columns = originals
            .iter()
            .map(|column| {
                let fresh = self.fresh_column(column.name.clone(), column.scalar_type);
                if self.unknown.contains(&column.id) {
                    self.unknown.insert(fresh.id);
                }
                fresh
            })
            .collect();
        let ids = originals.into_iter().map(|column| column.id).collect();
        let mut read = Relation::new(RelKind::Shared(id, ids), columns, span);
        read.open = open;
        read.ordered = ordered;
        read
    }
}

/// Sorts several arrays together, and then yields several values.
pub(super) fn is_array_sort(function: &Function) -> bool {
    matches!(function.canonical, "array_sort_asc" | "array_sort_desc")
}
