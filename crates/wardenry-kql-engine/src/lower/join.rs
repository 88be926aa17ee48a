use std::sync::Arc;

use datafusion::common::{JoinConstraint, JoinType, NullEquality};
use datafusion::logical_expr::{Expr, Join, LogicalPlan};
use wardenry_kql_semantics::checked::{self, JoinKind, Rel};

use super::expr::or_else;
use super::{Lowered, Lowerer, all_columns, column_expr, column_name, named, plan_error, project};
use crate::RunError;
use crate::normalise::group_key;
use crate::unique::Unique;

impl Lowerer<'_> {
    pub(super) fn join(
        &mut self,
        kind: JoinKind,
        left: &Rel,
        right: &Rel,
        on: &[(checked::Expr, checked::Expr)],
        rel: &Rel,
    ) -> Result<Lowered, RunError> {
        let mut left_rows = self.rel(left)?;
        let mut right_rows = self.rel(right)?;
        let mut keys = Vec::with_capacity(on.len());
        for (left, right) in on {
            keys.push((
                group_key(self.expr(left)?, left.scalar_type),
                group_key(self.expr(right)?, right.scalar_type),
            ));
        }
        if kind == JoinKind::InnerUnique {
            let of = keys.iter().map(|(left, _)| left.clone()).collect();
            let passed = left.columns.iter().map(|column| column.id).collect();
            left_rows = self.transform(left_rows, Unique::spec(of, passed))?;
        }
        // Within a subquery, rows only meet rows of their own run.
        let groups = left_rows.groups.clone();
        let right_groups: Vec<_> = right_rows.groups.iter().map(|_| self.hidden()).collect();
        if !groups.is_empty() && groups.len() == right_groups.len() {
            let renamed = right_rows
                .groups
                .iter()
                .zip(&right_groups)
                .map(|(group, name)| named(column_expr(group), name))
                .chain(right.columns.iter().map(|column| column_expr(&column_name(column.id))))
                .collect();
            right_rows.plan = project(right_rows.plan, renamed)?;
            keys.extend(
                groups.iter().zip(&right_groups).map(|(left, right)| (column_expr(left), column_expr(right))),
            );
        } else if !right_groups.is_empty() || (!groups.is_empty() && !is_of_the_left(kind)) {
            return Err(RunError::Unsupported {
                what: "a join of a subquery's rows with other rows".to_owned(),
                span: rel.span,
            });
        }
        let join_type = match kind {
            JoinKind::InnerUnique | JoinKind::Inner => JoinType::Inner,
            JoinKind::LeftOuter => JoinType::Left,
            JoinKind::RightOuter => JoinType::Right,
            JoinKind::FullOuter => JoinType::Full,
            JoinKind::LeftSemi => JoinType::LeftSemi,
            JoinKind::RightSemi => JoinType::RightSemi,
            JoinKind::LeftAnti => JoinType::LeftAnti,
            JoinKind::RightAnti => JoinType::RightAnti,
        };
        let join = Join::try_new(
            Arc::new(left_rows.plan),
            Arc::new(right_rows.plan),
            keys,
            None,
            join_type,
            JoinConstraint::On,
            NullEquality::NullEqualsNull,
            false,
        )
        .map_err(plan_error)?;
        let mut plan = LogicalPlan::Join(join);
        // What is left of the right side's keys of a subquery.
        let mut columns: Vec<Expr> = Vec::new();
        if right_groups.is_empty() {
            columns.extend(groups.iter().map(|group| column_expr(group)));
        }
        for (group, right_group) in groups.iter().zip(&right_groups) {
            columns.push(match join_type {
                JoinType::Right | JoinType::RightSemi | JoinType::RightAnti => {
                    named(column_expr(right_group), group)
                }
                JoinType::Full => named(or_else(column_expr(group), column_expr(right_group)), group),
                _ => column_expr(group),
            });
        }
        columns.extend(rel.columns.iter().map(|column| column_expr(&column_name(column.id))));
        if columns != all_columns(&plan) {
            plan = project(plan, columns)?;
        }
        Ok(Lowered { plan, order: Vec::new(), groups, levels: left_rows.levels.and(right_rows.levels) })
    }
}

/// Whether each row of the result belongs to a row of the left side.
const fn is_of_the_left(kind: JoinKind) -> bool {
    matches!(
        kind,
        JoinKind::InnerUnique
            | JoinKind::Inner
            | JoinKind::LeftOuter
            | JoinKind::LeftSemi
            | JoinKind::LeftAnti
    )
}
