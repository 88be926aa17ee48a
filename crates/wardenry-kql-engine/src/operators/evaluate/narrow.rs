//! `narrow`: a row for each cell. [narrow-plugin.md]

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{Column, Expr, ExprKind, MvExpand, MvItem, Rel, RelKind};
use wardenry_kql_values::{ScalarType, Value};

use crate::RunError;
use crate::lower::{Lowered, Lowerer};
use crate::operators::conversion::{call, converted, read};

/// The names and the values of each row as arrays, expanded in step. Rows count from 0, in their order.
pub(super) fn lower(lowerer: &mut Lowerer<'_>, rel: &Rel, input: &Rel) -> Result<Lowered, RunError> {
    let span = rel.span;
    let [row, name, value] = rel.columns.as_slice() else {
        return Err(RunError::internal("lowering", "narrow has three columns"));
    };
    let (names, values): (Vec<Expr>, Vec<Expr>) = (input.columns.iter())
        .map(|column| {
            let name = literal(Value::String((*column.name).into()), span);
            (name, converted(column, ScalarType::String, span))
        })
        .unzip();
    let arrays: [Column; 2] = std::array::from_fn(|_| lowerer.new_column(ScalarType::Dynamic));
    let number = Expr {
        kind: ExprKind::Window {
            function: "row_number",
            arguments: vec![literal(Value::Long(Some(0)), span)],
        },
        scalar_type: ScalarType::Long,
        span,
    };
    let packed = |items| call("pack_array", items, ScalarType::Dynamic, span);
    let rows = Rel {
        kind: RelKind::Project {
            input: Box::new(input.clone()),
            exprs: vec![number, packed(names), packed(values)],
        },
        columns: [row].into_iter().chain(&arrays).cloned().collect(),
        span,
    };
    let items = (arrays.iter().zip([name, value]))
        .map(|(array, output)| MvItem {
            expr: read(array, span),
            output: output.id,
            scalar_type: ScalarType::String,
        })
        .collect();
    let expand = MvExpand { input: Box::new(rows), items, index: None, limit: None, bags_as_arrays: false };
    lowerer.rel(&Rel { kind: RelKind::MvExpand(expand), columns: rel.columns.clone(), span })
}

fn literal(value: Value, span: Span) -> Expr {
    Expr { scalar_type: value.scalar_type(), kind: ExprKind::Literal(value), span }
}
