use std::sync::Arc;

use datafusion::logical_expr::{LogicalPlan, Union};
use wardenry_kql_semantics::checked::{Rel, UnionInput};

use super::{Lowered, Lowerer, column_expr, column_name, named, plan_error};
use crate::RunError;
use crate::stage::Levels;

impl Lowerer<'_> {
    /// One stream after the other, or mixed: a union has no order.
    pub(super) fn union(&mut self, inputs: &[UnionInput], rel: &Rel) -> Result<Lowered, RunError> {
        let mut plans = Vec::with_capacity(inputs.len());
        let mut groups: Option<Vec<Arc<str>>> = None;
        let mut levels = Levels::default();
        for input in inputs {
            let lowered = self.rel(&input.rel)?;
            let (lowered, exprs) = self.windows(lowered, &input.rel, &input.exprs)?;
            let names = groups.get_or_insert_with(|| lowered.groups.clone());
            let mut columns: Vec<_> = lowered
                .groups
                .iter()
                .zip(names.iter())
                .map(|(group, name)| named(column_expr(group), name))
                .collect();
            for (expr, column) in exprs.iter().zip(&rel.columns) {
                columns.push(named(self.expr(expr)?, &column_name(column.id)));
            }
            let lowered = lowered.with_columns(columns)?;
            levels = levels.and(lowered.levels);
            plans.push(Arc::new(lowered.plan));
        }
        let groups = groups.unwrap_or_default();
        let plan = match plans.len() {
            0 => return Err(RunError::internal("lowering", "a union of nothing")),
            1 => Arc::unwrap_or_clone(plans.remove(0)),
            _ => LogicalPlan::Union(Union::try_new_with_loose_types(plans).map_err(plan_error)?),
        };
        Ok(Lowered { plan, order: Vec::new(), groups, levels })
    }
}
