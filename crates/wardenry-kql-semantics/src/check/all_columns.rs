//! `* has "x"` and `search`: conditions on every column.

use wardenry_diagnostic::Span;
use wardenry_kql_syntax::ast::{self, BinaryOperator, ListOperator};
use wardenry_kql_values::ScalarType;

use super::Checker;
use super::expr::Typed;
use super::scope::Cx;
use crate::catalogue;
use crate::checked::Column;
use crate::codes;

impl<'q> Checker<'q> {
    /// An operator that holds if it holds for any column, each taken as its text.
    pub(super) fn all_columns(
        &mut self,
        operator: BinaryOperator,
        right: &'q ast::Expr,
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        let right = self.scalar(right, cx);
        if catalogue::binary(operator, &catalogue::Argument::Star, &right.argument()).is_err() {
            let name = catalogue::binary_name(operator);
            self.error(codes::OPERAND_TYPES, span, format!("`{name}` is not defined for all columns"));
        }
        self.any_column(span, cx, |checker, column| {
            checker.apply(operator, span, column, right.clone(), span)
        })
    }

    pub(super) fn any_column_in_list(
        &mut self,
        operator: ListOperator,
        operator_span: Span,
        items: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        self.any_column(span, cx, |checker, column| {
            checker.in_list_of(operator, operator_span, column, items, span, cx)
        })
    }

    /// Whether a condition holds for any column of the row.
    pub(super) fn any_column(
        &mut self,
        span: Span,
        cx: &Cx<'_>,
        mut condition: impl FnMut(&mut Self, Typed) -> Typed,
    ) -> Typed {
        let columns: Vec<Column> = cx.row.map(|row| row.columns.to_vec()).unwrap_or_default();
        let mut conditions = Vec::with_capacity(columns.len());
        for column in columns.iter().filter(|column| !column.name.starts_with('$')) {
            if self.exhausted {
                break;
            }
            let text = self.typed_column(column, span);
            let text = self.convert(text, ScalarType::String);
            conditions.push(condition(self, text).expr);
        }
        Typed::new(self.balanced("or", conditions, span).kind, ScalarType::Bool, span)
    }
}
