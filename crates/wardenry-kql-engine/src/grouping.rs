//! Grouping by texts that files store as numbers into a dictionary.
//!
//! DataFusion groups rows in two phases: each partition groups its own rows, and what comes out is brought together by key. Here the
//! first phase is replaced where it reads files: instead of hashing the text of each row, it looks the row's number up in a table
//! that has been filled once for each text of the dictionary. The second phase, which sees few rows, stays as it is.

mod encoded;
mod exec;
mod keys;

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfig, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::filter::FilterExecBuilder;
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use datafusion::physical_plan::{
    ChildrenPropertiesMode, ExecutionPlan, InputOrderMode, ReplaceChildrenOptions,
};
use wardenry_kql_functions::aggregates::reads_dictionaries;

pub(crate) use encoded::{Encoded, encoded, encoded_type};
use exec::GroupExec;

use crate::sources::parquet::dense;

/// Replaces the first phase of groupings. To run after all rules of DataFusion: those know no other grouping than theirs.
#[derive(Debug)]
pub(crate) struct Grouping;

impl PhysicalOptimizerRule for Grouping {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let grouped = plan.transform_up(|plan| {
            let Some(aggregate) = plan.downcast_ref::<AggregateExec>() else {
                return Ok(Transformed::no(plan));
            };
            let replaced = if aggregate.group_expr().is_true_no_grouping() {
                filter_after_scan(aggregate)?.map(|input| {
                    let options = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
                    Arc::clone(&plan).replace_children(vec![input], options)
                })
            } else {
                replace(aggregate)?.map(Ok)
            };
            Ok(replaced.transpose()?.map_or_else(|| Transformed::no(plan), Transformed::yes))
        });
        let read_once = grouped.data()?.transform_down(|plan| {
            let scan = plan.is::<DataSourceExec>().then(|| scan(&plan)).flatten();
            let replaced = match &scan {
                Some((_, scan)) => dense::read_once(scan)?,
                None => None,
            };
            Ok(match replaced {
                Some(replaced) => Transformed::new(replaced, true, TreeNodeRecursion::Jump),
                None => Transformed::no(plan),
            })
        });
        read_once.data()
    }

    fn name(&self) -> &'static str {
        "grouping"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// What is aggregated without groups, with its filter above the scan.
fn filter_after_scan(aggregate: &AggregateExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some((_, scan)) = scan(aggregate.input()) else { return Ok(None) };
    let Some(input) = dense::filtered_after(&scan)? else { return Ok(None) };
    let kept = input.schema().fields().len() - 1;
    let condition = Arc::new(Column::new(dense::KEPT, kept));
    let filter = FilterExecBuilder::new(condition, input);
    Ok(Some(Arc::new(filter.apply_projection(Some((0..kept).collect()))?.build()?)))
}

fn replace(aggregate: &AggregateExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let group_by = aggregate.group_expr();
    let fits = *aggregate.mode() == AggregateMode::Partial
        && *aggregate.input_order_mode() == InputOrderMode::Linear
        && aggregate.limit_options().is_none()
        && group_by.is_single()
        && !group_by.is_empty()
        && aggregate.aggr_expr().iter().all(|call| {
            call.order_bys().is_empty() && !call.is_distinct() && call.groups_accumulator_supported()
        });
    if !fits {
        return Ok(None);
    }
    let schema = aggregate.input().schema();
    let Some(keys) = columns(group_by.expr().iter().map(|(key, _)| key)) else { return Ok(None) };
    if !keys.iter().all(|key| keys::is_supported(schema.field(*key).data_type())) {
        return Ok(None);
    }
    let Some((input, scan)) = scan(aggregate.input()) else { return Ok(None) };
    let mut encoded = BTreeSet::new();
    for key in keys {
        if *schema.field(key).data_type() == DataType::Utf8View && has_dictionaries(&scan, key) {
            encoded.insert(key);
        }
    }
    let filtered = dense::filtered_after(&scan)?;
    if encoded.is_empty() && filtered.is_none() {
        return Ok(None);
    }
    encoded.extend(encoded_arguments(aggregate, &scan));
    let kept = filtered.is_some().then(|| schema.fields().len());
    let Some(input) = encode(filtered.as_ref().unwrap_or(&input), &encoded)? else { return Ok(None) };
    Ok(Some(Arc::new(GroupExec::new(aggregate, input, kept))))
}

/// The columns that expressions are.
fn columns<'a>(exprs: impl Iterator<Item = &'a Arc<dyn PhysicalExpr>>) -> Option<Vec<usize>> {
    exprs.map(|expr| expr.downcast_ref::<Column>().map(Column::index)).collect()
}

/// A scan of Parquet files that is the input, and what it reads.
fn scan(input: &Arc<dyn ExecutionPlan>) -> Option<(Arc<dyn ExecutionPlan>, FileScanConfig)> {
    let input = match input.downcast_ref::<CooperativeExec>() {
        Some(cooperative) => Arc::clone(cooperative.input()),
        None => Arc::clone(input),
    };
    let (config, _) = input.downcast_ref::<DataSourceExec>()?.downcast_to_file_source::<ParquetSource>()?;
    let config = config.clone();
    Some((input, config))
}

/// Whether most files store what an output column of the scan is made of as numbers into dictionaries.
fn has_dictionaries(scan: &FileScanConfig, output: usize) -> bool {
    let source = scan.file_source();
    let schema = source.table_schema().table_schema();
    let name = match source.projection() {
        Some(projection) => {
            let Some(output) = projection.as_ref().get(output) else { return false };
            let columns = collect_columns(&output.expr);
            match columns.iter().next() {
                Some(column) if columns.len() == 1 => column.name().to_owned(),
                _ => return false,
            }
        }
        None => schema.field(output).name().clone(),
    };
    let mut balance = 0_i64;
    for file in scan.file_groups.iter().flat_map(FileGroup::files) {
        let stored = file.arrow_schema.as_ref().and_then(|schema| schema.field_with_name(&name).ok());
        let is_encoded = stored.is_some_and(|field| matches!(field.data_type(), DataType::Dictionary(..)));
        balance += if is_encoded { 1 } else { -1 };
    }
    balance > 0
}

/// The columns that only aggregations read which can do with numbers.
fn encoded_arguments(aggregate: &AggregateExec, scan: &FileScanConfig) -> BTreeSet<usize> {
    let schema = aggregate.input().schema();
    let mut read_in_full: BTreeSet<usize> = BTreeSet::new();
    let mut found = BTreeSet::new();
    let whole = |expr: &Arc<dyn PhysicalExpr>| collect_columns(expr).into_iter().map(|column| column.index());
    for filter in aggregate.filter_expr().iter().flatten() {
        read_in_full.extend(whole(filter));
    }
    for call in aggregate.aggr_expr() {
        for argument in call.expressions() {
            match argument.downcast_ref::<Column>() {
                Some(column) if reads_dictionaries(call.fun()) => {
                    found.insert(column.index());
                }
                _ => read_in_full.extend(whole(&argument)),
            }
        }
    }
    let mut encoded = BTreeSet::new();
    for column in found.difference(&read_in_full) {
        if *schema.field(*column).data_type() == DataType::Utf8View && has_dictionaries(scan, *column) {
            encoded.insert(*column);
        }
    }
    encoded
}

/// The scan with some columns as numbers into dictionaries.
fn encode(
    scan: &Arc<dyn ExecutionPlan>,
    encoded: &BTreeSet<usize>,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let schema = scan.schema();
    let columns = schema.fields().iter().enumerate().map(|(index, field)| {
        let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new(field.name(), index));
        let expr = if encoded.contains(&index) { Arc::new(Encoded::new(column)) as _ } else { column };
        ProjectionExpr::new(expr, field.name())
    });
    let projection = ProjectionExec::try_new(columns.collect::<Vec<_>>(), Arc::clone(scan))?;
    scan.try_swapping_with_projection(&projection)
}
