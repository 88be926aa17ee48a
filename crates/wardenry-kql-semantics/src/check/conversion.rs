//! Implicit conversions, made explicit.

use wardenry_kql_values::{ScalarType, Value};

use super::expr::Typed;
use super::{Checker, constants};
use crate::checked::{Expr, ExprKind, PathStep};

impl Checker<'_> {
    pub(super) fn convert(&mut self, typed: Typed, to: ScalarType) -> Typed {
        if typed.unknown || typed.expr.scalar_type == to {
            return typed;
        }
        let span = typed.expr.span;
        let constant = typed.constant.as_ref().and_then(|value| match to {
            ScalarType::Dynamic => constants::json(value),
            _ => constants::convert(value, to),
        });
        if typed.literal
            && let Some(value) = constant
        {
            return Typed::literal(value, span);
        }
        self.charge(1, span);
        let literal = typed.literal;
        let kind = if to == ScalarType::Dynamic {
            // `todynamic` reads a text as JSON; a value in an array stays what it is.
            let array = Expr {
                kind: ExprKind::Call { function: "pack_array", arguments: vec![typed.expr] },
                scalar_type: ScalarType::Dynamic,
                span,
            };
            ExprKind::Path { base: Box::new(array), steps: vec![PathStep::Index(0)] }
        } else {
            ExprKind::Call { function: to.conversion(), arguments: vec![typed.expr] }
        };
        Typed { constant, literal, ..Typed::new(kind, to, span) }
    }

    /// Converts where a resolution says so.
    pub(super) fn convert_as(&mut self, typed: Typed, to: Option<ScalarType>) -> Expr {
        match to {
            Some(to) => self.convert(typed, to).expr,
            None => typed.expr,
        }
    }
}

/// The number of nodes of an expression without its subqueries.
pub(super) fn size(expr: &Expr) -> usize {
    match &expr.kind {
        ExprKind::Literal(Value::String(_) | Value::Dynamic(_)) => 2,
        ExprKind::Call { arguments, .. } | ExprKind::Window { arguments, .. } => {
            1 + arguments.iter().map(size).sum::<usize>()
        }
        ExprKind::Path { base, steps } => {
            let steps = steps.iter().map(|step| match step {
                PathStep::Computed(index) => size(index),
                PathStep::Member(_) | PathStep::Index(_) => 1,
            });
            1 + size(base) + steps.sum::<usize>()
        }
        // A relation is at least this large; a hundred of them is not yet a problem.
        ExprKind::ScalarSubquery(_) | ExprKind::SetSubquery(_) => 100,
        _ => 1,
    }
}
