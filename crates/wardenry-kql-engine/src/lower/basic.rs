//! Filters and projections.

use wardenry_kql_semantics::checked::{self, Column, Rel};

use super::{Lowered, Lowerer, column_name};
use crate::RunError;

impl Lowerer<'_> {
    pub(super) fn filter(&mut self, input: &Rel, predicate: &checked::Expr) -> Result<Lowered, RunError> {
        let lowered = self.rel(input)?;
        let (lowered, predicates) = self.windows(lowered, input, std::slice::from_ref(predicate))?;
        let predicate = self.truth(&predicates[0])?;
        lowered.filter(predicate)
    }

    pub(super) fn project(
        &mut self,
        input: &Rel,
        exprs: &[checked::Expr],
        columns: &[Column],
    ) -> Result<Lowered, RunError> {
        let lowered = self.rel(input)?;
        let (lowered, exprs) = self.windows(lowered, input, exprs)?;
        let mut projected = Vec::with_capacity(exprs.len());
        for (expr, column) in exprs.iter().zip(columns) {
            projected.push((self.expr(expr)?, column_name(column.id)));
        }
        lowered.project(projected)
    }
}
