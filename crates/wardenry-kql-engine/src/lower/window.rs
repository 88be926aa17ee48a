//! Window functions in expressions.

use std::borrow::Cow;
use std::sync::Arc;

use wardenry_kql_semantics::checked::{self, ExprKind, PathStep, Rel};
use wardenry_kql_values::Value;

use super::{Lowered, Lowerer};
use crate::RunError;
use crate::transform::{Gather, RowOrder, TransformSpec};
use crate::window::{WindowCall, WindowFactory};

/// A call that was taken out of an expression.
struct Call {
    column: checked::Column,
    function: &'static str,
    arguments: Vec<checked::Expr>,
    span: wardenry_diagnostic::Span,
}

impl Lowerer<'_> {
    /// Computes the window functions in `exprs` as columns of their own; the expressions come back with these columns in
    /// their place.
    pub(super) fn windows<'e>(
        &mut self,
        mut lowered: Lowered,
        input: &Rel,
        exprs: &'e [checked::Expr],
    ) -> Result<(Lowered, Cow<'e, [checked::Expr]>), RunError> {
        if !exprs.iter().any(has_window) {
            return Ok((lowered, Cow::Borrowed(exprs)));
        }
        let mut exprs = exprs.to_vec();
        let mut passed: Vec<_> = input.columns.iter().map(|column| column.id).collect();
        loop {
            let mut calls = Vec::new();
            for expr in &mut exprs {
                self.take_innermost(expr, &mut calls);
            }
            if calls.is_empty() {
                return Ok((lowered, Cow::Owned(exprs)));
            }
            let mut arguments = Vec::new();
            let mut windows = Vec::with_capacity(calls.len());
            let mut produced = Vec::with_capacity(calls.len());
            for call in calls {
                windows.push(self.window_call(&call, &mut arguments)?);
                produced.push(call.column);
            }
            let ids: Vec<_> = produced.iter().map(|column| column.id).collect();
            lowered = self.transform(
                lowered,
                TransformSpec {
                    factory: Arc::new(WindowFactory { calls: windows }),
                    arguments,
                    passed: passed.clone(),
                    produced,
                    gather: Gather::All,
                    order: RowOrder::Makes,
                    input_rows: None,
                },
            )?;
            passed.extend(ids);
        }
    }

    /// Takes out the calls that have no window function in their arguments.
    fn take_innermost(&mut self, expr: &mut checked::Expr, calls: &mut Vec<Call>) {
        if !has_window(expr) {
            return;
        }
        if let ExprKind::Window { function, arguments } = &mut expr.kind
            && !arguments.iter().any(has_window)
        {
            let column = self.new_column(expr.scalar_type);
            let kind = ExprKind::Column(column.id);
            calls.push(Call { column, function, arguments: std::mem::take(arguments), span: expr.span });
            expr.kind = kind;
            return;
        }
        for child in children_mut(expr) {
            self.take_innermost(child, calls);
        }
    }

    fn window_call(
        &mut self,
        call: &Call,
        arguments: &mut Vec<datafusion::logical_expr::Expr>,
    ) -> Result<WindowCall, RunError> {
        let term = |lowerer: &mut Self, arguments: &mut Vec<_>, position: usize| {
            let Some(expr) = call.arguments.get(position) else {
                return Err(RunError::internal("lowering", format!("{} without its terms", call.function)));
            };
            arguments.push(lowerer.expr(expr)?);
            Ok(arguments.len() - 1)
        };
        let restart = |lowerer: &mut Self, arguments: &mut Vec<_>, position: usize| {
            call.arguments.get(position).map(|_| term(lowerer, arguments, position)).transpose()
        };
        Ok(match call.function {
            "prev" | "next" => {
                let scalar_type = call.column.scalar_type;
                let rows = match call.arguments.get(1) {
                    Some(expr) => self.whole(expr)?.unwrap_or(1),
                    None => 1,
                };
                let default = match call.arguments.get(2) {
                    Some(expr) => self.constant(expr)?,
                    None => Value::null(scalar_type),
                };
                let back = (call.function == "prev") == (rows >= 0);
                let rows = usize::try_from(rows.unsigned_abs()).unwrap_or(usize::MAX);
                let term = term(self, arguments, 0)?;
                if back {
                    WindowCall::Back { term, rows, default }
                } else {
                    WindowCall::Ahead { term, rows, default }
                }
            }
            "row_number" => {
                let start = match call.arguments.first() {
                    Some(expr) => self.whole(expr)?.unwrap_or(1),
                    None => 1,
                };
                WindowCall::Number { start, restart: restart(self, arguments, 1)? }
            }
            "row_cumsum" => {
                WindowCall::Sum { term: term(self, arguments, 0)?, restart: restart(self, arguments, 1)? }
            }
            "row_rank_dense" | "row_rank_min" => WindowCall::Rank {
                term: term(self, arguments, 0)?,
                restart: restart(self, arguments, 1)?,
                sparse: call.function == "row_rank_min",
            },
            "row_window_session" => {
                let mut limits = [None, None];
                for (limit, expr) in limits.iter_mut().zip(call.arguments.iter().skip(1)) {
                    *limit = self.whole(expr)?;
                }
                WindowCall::Session {
                    term: term(self, arguments, 0)?,
                    from_first: limits[0],
                    between: limits[1],
                    restart: restart(self, arguments, 3)?,
                }
            }
            other => {
                return Err(RunError::Unsupported { what: format!("`{other}`"), span: call.span });
            }
        })
    }

    /// A constant whole number, or the ticks of a constant timespan.
    fn whole(&mut self, expr: &checked::Expr) -> Result<Option<i64>, RunError> {
        Ok(match self.constant(expr)? {
            Value::Int(value) => value.map(i64::from),
            Value::Long(value) | Value::Timespan(value) => value,
            _ => None,
        })
    }
}

fn has_window(expr: &checked::Expr) -> bool {
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Window { .. } => return true,
            ExprKind::Call { arguments, .. } => open.extend(arguments),
            ExprKind::Path { base, steps } => {
                open.push(base);
                open.extend(steps.iter().filter_map(|step| match step {
                    PathStep::Computed(step) => Some(step),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    false
}

fn children_mut(expr: &mut checked::Expr) -> Vec<&mut checked::Expr> {
    match &mut expr.kind {
        ExprKind::Window { arguments, .. } | ExprKind::Call { arguments, .. } => {
            arguments.iter_mut().collect()
        }
        ExprKind::Path { base, steps } => {
            let steps = steps.iter_mut().filter_map(|step| match step {
                PathStep::Computed(step) => Some(step),
                _ => None,
            });
            std::iter::once(&mut **base).chain(steps).collect()
        }
        _ => Vec::new(),
    }
}
