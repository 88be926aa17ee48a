//! Filters that are better worked out after reading than while reading.
//!
//! A filter in a scan saves reading the other columns of rows that it drops, at the price of keeping book of the rows that it leaves.
//! Where all columns are cheap to read and the filter is not likely to leave few rows, the book costs more than the columns.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::datasource::physical_plan::{
    FileScanConfig, FileScanConfigBuilder, FileSource, ParquetSource,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{Column, DynamicFilterPhysicalExpr};
use datafusion::physical_expr::projection::{ProjectionExpr, ProjectionExprs};
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_plan::ExecutionPlan;

/// More columns are not cheap together.
const MOST_COLUMNS: usize = 8;
/// One text of so many is likely to be in many rows.
const FEW_TEXTS: usize = 2048;

/// The scan without its filter, and with a last column that says which rows the filter leaves. `None` where that does not pay.
pub(super) fn filtered_after(scan: &FileScanConfig) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(source) = scan.file_source().downcast_ref::<ParquetSource>() else { return Ok(None) };
    let (Some(filter), Some(reader)) = (scan.file_source().filter(), source.parquet_file_reader_factory())
    else {
        return Ok(None);
    };
    let is_pushed = source.table_parquet_options().global.pushdown_filters;
    if !is_pushed || scan.limit.is_some() || is_dynamic(&filter)? || !is_dense(scan, &filter) {
        return Ok(None);
    }
    let schema = scan.file_source().table_schema();
    let mut columns: Vec<ProjectionExpr> = match scan.file_source().projection() {
        Some(projection) => projection.iter().cloned().collect(),
        None => {
            let fields = schema.table_schema().fields().iter().enumerate();
            let column = |(index, field): (usize, &Arc<arrow::datatypes::Field>)| {
                ProjectionExpr::new(Arc::new(Column::new(field.name(), index)), field.name())
            };
            fields.map(column).collect()
        }
    };
    columns.push(ProjectionExpr::new(Arc::clone(&filter), "kept"));
    // The filter stays where it is, so that parts of the files are left out by their statistics.
    let source = ParquetSource::new(schema.clone())
        .with_table_parquet_options(source.table_parquet_options().clone())
        .with_parquet_file_reader_factory(Arc::clone(reader))
        .with_predicate(filter)
        .with_pushdown_filters(false);
    let source: Arc<dyn FileSource> = Arc::new(source);
    let Some(source) = source.try_pushdown_projection(&ProjectionExprs::new(columns))? else {
        return Ok(None);
    };
    let scan = FileScanConfigBuilder::from(scan.clone()).with_source(source).build();
    Ok(Some(DataSourceExec::from_data_source(scan)))
}

/// Whether a filter is found out while the query runs: such a one tends to be sharp.
fn is_dynamic(filter: &Arc<dyn PhysicalExpr>) -> Result<bool> {
    let mut dynamic = false;
    filter.apply(|expr| {
        dynamic = dynamic || expr.is::<DynamicFilterPhysicalExpr>();
        Ok(if dynamic { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })?;
    Ok(dynamic)
}

fn is_dense(scan: &FileScanConfig, filter: &Arc<dyn PhysicalExpr>) -> bool {
    let filtered: BTreeSet<usize> = collect_columns(filter).iter().map(Column::index).collect();
    let mut read = filtered.clone();
    for column in scan.file_source().projection().into_iter().flatten() {
        read.extend(collect_columns(&column.expr).iter().map(Column::index));
    }
    read.len() <= MOST_COLUMNS
        && read.iter().all(|column| is_light(scan, *column, filtered.contains(column)))
}

/// Whether a column of the table is cheap to read, and if a filter reads it, is not one in which values are rare.
fn is_light(scan: &FileScanConfig, column: usize, filtered: bool) -> bool {
    let field = scan.file_source().table_schema().table_schema().field(column);
    match field.data_type() {
        DataType::Boolean | DataType::Int32 | DataType::Int64 | DataType::Float64 => true,
        DataType::Utf8View => {
            let mut files = scan.file_groups.iter().flat_map(|group| group.files());
            files.all(|file| {
                let texts = file.statistics.as_ref().and_then(|all| all.column_statistics.get(column));
                match texts.map(|texts| texts.distinct_count) {
                    Some(Precision::Exact(count) | Precision::Inexact(count)) => {
                        !filtered || count <= FEW_TEXTS
                    }
                    _ => false,
                }
            })
        }
        _ => false,
    }
}
