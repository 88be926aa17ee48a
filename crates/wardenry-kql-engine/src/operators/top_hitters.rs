//! `top-hitters`: the most frequent values. [top-hitters-operator.md]
//!
//! The language allows an approximation; this is exact.

use wardenry_kql_semantics::checked::{AggregateCall, Expr, ExprKind, Rel, RelKind, SortKey};
use wardenry_kql_values::ScalarType;

use crate::RunError;
use crate::lower::{Lowered, Lowerer};

pub(super) fn lower(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    input: &Rel,
    count: &Expr,
    of: &Expr,
    by: Option<&Expr>,
) -> Result<Lowered, RunError> {
    let frequency = &rel.columns[rel.columns.len() - 1];
    let aggregate = AggregateCall {
        function: if by.is_some() { "sum" } else { "count" },
        arguments: by.cloned().into_iter().collect(),
        scalar_type: frequency.scalar_type,
        span: rel.span,
    };
    let counted = Rel {
        kind: RelKind::Summarize {
            input: Box::new(input.clone()),
            keys: vec![of.clone()],
            aggregates: vec![aggregate],
        },
        columns: rel.columns.clone(),
        span: rel.span,
    };
    let key = SortKey {
        expr: Expr {
            kind: ExprKind::Column(frequency.id),
            scalar_type: frequency.scalar_type,
            span: rel.span,
        },
        descending: true,
        nulls_first: false,
    };
    debug_assert_ne!(frequency.scalar_type, ScalarType::String, "frequencies are numbers");
    let top = Rel {
        kind: RelKind::Top { input: Box::new(counted), count: count.clone(), keys: vec![key] },
        columns: rel.columns.clone(),
        span: rel.span,
    };
    lowerer.rel(&top)
}
