//! Turns texts and elements that an operator found into the types that the query names.

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{Column, Expr, ExprKind};
use wardenry_kql_values::{ScalarType, Value};

/// A column that an operator has made, converted to a type.
pub(super) fn converted(column: &Column, scalar_type: ScalarType, span: Span) -> Expr {
    let function = match scalar_type {
        _ if scalar_type == column.scalar_type => return read(column, span),
        ScalarType::Bool => "tobool",
        ScalarType::Int => "toint",
        ScalarType::Long => "tolong",
        ScalarType::Real => "toreal",
        ScalarType::Decimal => "todecimal",
        ScalarType::String => "tostring",
        ScalarType::Datetime => "todatetime",
        ScalarType::Timespan => "totimespan",
        ScalarType::Guid => "toguid",
        ScalarType::Dynamic => "parse_json",
    };
    call(function, vec![read(column, span)], scalar_type, span)
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
