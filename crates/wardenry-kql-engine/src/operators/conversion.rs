//! Turns texts and elements that an operator found into the types that the query names.

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{Column, Expr, ExprKind};
use wardenry_kql_values::{ScalarType, Value};

/// A column that an operator has made, converted to a type.
pub(super) fn converted(column: &Column, scalar_type: ScalarType, span: Span) -> Expr {
    converted_expr(read(column, span), scalar_type)
}

/// An expression, converted to a type that it may have already.
pub(super) fn converted_expr(expr: Expr, scalar_type: ScalarType) -> Expr {
    if expr.scalar_type == scalar_type {
        return expr;
    }
    let span = expr.span;
    call(scalar_type.conversion(), vec![expr], scalar_type, span)
}

pub(super) fn read(column: &Column, span: Span) -> Expr {
    Expr { kind: ExprKind::Column(column.id), scalar_type: column.scalar_type, span }
}

pub(super) fn call(
    function: &'static str,
    arguments: Vec<Expr>,
    scalar_type: ScalarType,
    span: Span,
) -> Expr {
    Expr { kind: ExprKind::Call { function, arguments }, scalar_type, span }
}

pub(super) fn null(scalar_type: ScalarType, span: Span) -> Expr {
    Expr { kind: ExprKind::Literal(Value::null(scalar_type)), scalar_type, span }
}
