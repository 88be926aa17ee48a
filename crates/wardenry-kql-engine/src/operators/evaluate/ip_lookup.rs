//! `ipv4_lookup`, `ipv6_lookup`: a join of addresses with networks that hold them. [ipv4-lookup-plugin.md]

use std::sync::Arc;

use datafusion::common::NullEquality;
use datafusion::logical_expr::{Join, JoinConstraint, JoinType, LogicalPlan};
use wardenry_kql_semantics::checked::{CheckedPlugin, Expr, PluginArgument, Rel};
use wardenry_kql_values::{ScalarType, Value};

use crate::RunError;
use crate::lower::{Lowered, Lowerer, column_expr, column_name, plan_error};
use crate::operators::conversion::call;

pub(super) fn lower(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    input: &Rel,
    plugin: &CheckedPlugin,
    is_in_range: &'static str,
) -> Result<Lowered, RunError> {
    let wrong = || RunError::internal("lowering", "the arguments of an address look-up");
    let Some(PluginArgument::Rel(table)) = plugin.arguments.first() else { return Err(wrong()) };
    let mut keys = plugin.arguments[1..].iter().filter_map(|argument| match argument {
        PluginArgument::Expr(expr) => Some(expr),
        _ => None,
    });
    let (Some(address), Some(network)) = (keys.next(), keys.next()) else { return Err(wrong()) };
    let unmatched = plugin
        .options
        .iter()
        .any(|(name, value)| &**name == "return_unmatched" && *value == Value::Bool(Some(true)));

    let left = lowerer.rel(input)?;
    let right = lowerer.rel(table)?;
    let condition: Expr =
        call(is_in_range, vec![address.clone(), network.clone()], ScalarType::Bool, rel.span);
    let condition = lowerer.truth(&condition)?;
    let (groups, levels) = (left.groups, left.levels.and(right.levels));
    let join = Join::try_new(
        Arc::new(left.plan),
        Arc::new(right.plan),
        Vec::new(),
        Some(condition),
        if unmatched { JoinType::Left } else { JoinType::Inner },
        JoinConstraint::On,
        NullEquality::NullEqualsNull,
        false,
    )
    .map_err(plan_error)?;
    let joined = Lowered { plan: LogicalPlan::Join(join), order: Vec::new(), groups, levels };
    // The table's columns stand behind the input's, under ids of their own.
    let sources = input.columns.iter().chain(&table.columns);
    let columns = rel
        .columns
        .iter()
        .zip(sources)
        .map(|(column, source)| (column_expr(&column_name(source.id)), column_name(column.id)));
    joined.project(columns.collect::<Vec<_>>())
}
