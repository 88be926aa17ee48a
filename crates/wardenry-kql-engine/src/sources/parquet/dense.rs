//! Filters that are better worked out after reading than while reading.
//!
//! A filter in a scan saves reading the other columns of rows that it drops, at the price of keeping book of the rows that it leaves.
//! Where all columns are cheap to read and the filter is not likely to leave few rows, the book costs more than the columns.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field};
use datafusion::common::Result;
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{
    FileGroup, FileScanConfig, FileScanConfigBuilder, FileSource, ParquetSource,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{Column, DynamicFilterPhysicalExpr};
use datafusion::physical_expr::projection::{ProjectionExpr, ProjectionExprs};
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::FilterExecBuilder;
use datafusion::physical_plan::projection::ProjectionExec;

/// The column that says which rows the filter leaves.
pub(crate) const KEPT: &str = "kept";
/// More columns are not cheap together.
const MOST_COLUMNS: usize = 8;
/// One text of so many is likely to be in many rows.
const FEW_TEXTS: usize = 2048;

/// The scan without its filter, and with a last column that says which rows the filter leaves. `None` where that does not pay.
pub(crate) fn filtered_after(scan: &FileScanConfig) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    match pushed_filter(scan)? {
        Some(filter) if is_dense(scan, &filter) => with_kept(scan, filter, projected(scan)),
        _ => Ok(None),
    }
}

/// The scan of a column that its filter reads as well, and it alone: it is read once, filtered, and what is made of it is made of
/// the rows that are left.
pub(crate) fn read_once(scan: &FileScanConfig) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(filter) = pushed_filter(scan)? else { return Ok(None) };
    let columns = projected(scan);
    let read: BTreeSet<usize> = columns
        .iter()
        .flat_map(|column| collect_columns(&column.expr))
        .map(|column| column.index())
        .collect();
    let filtered: BTreeSet<usize> = collect_columns(&filter).iter().map(Column::index).collect();
    let (Some(index), 1) = (read.first(), read.len()) else { return Ok(None) };
    // Texts of a dictionary are looked at one by one within the scan only.
    if read != filtered || files(scan).any(|file| different_texts(file, *index).is_some()) {
        return Ok(None);
    }
    let schema = Arc::clone(scan.file_source().table_schema().table_schema());
    let name = schema.field(*index).name();
    let column = ProjectionExpr::new(Arc::new(Column::new(name, *index)), name);
    let Some(input) = with_kept(scan, filter, vec![column])? else { return Ok(None) };
    let filter = FilterExecBuilder::new(Arc::new(Column::new(KEPT, 1)), input);
    let filter = Arc::new(filter.apply_projection(Some(vec![0]))?.build()?);
    let made = columns.into_iter().map(|column| {
        let expr = column.expr.transform(|expr| {
            Ok(if expr.is::<Column>() {
                Transformed::yes(Arc::new(Column::new(name, 0)) as Arc<dyn PhysicalExpr>)
            } else {
                Transformed::no(expr)
            })
        });
        Ok(ProjectionExpr::new(expr.data()?, column.alias))
    });
    Ok(Some(Arc::new(ProjectionExec::try_new(made.collect::<Result<Vec<_>>>()?, filter)?)))
}

/// The filter that a scan of Parquet files works out while it reads, if nobody changes it meanwhile.
fn pushed_filter(scan: &FileScanConfig) -> Result<Option<Arc<dyn PhysicalExpr>>> {
    let source = scan.file_source();
    let (Some(parquet), Some(filter)) = (source.downcast_ref::<ParquetSource>(), source.filter()) else {
        return Ok(None);
    };
    let is_pushed = parquet.table_parquet_options().global.pushdown_filters && scan.limit.is_none();
    Ok(if is_pushed && !is_dynamic(&filter)? { Some(filter) } else { None })
}

/// What a scan gives, of the columns of the table.
fn projected(scan: &FileScanConfig) -> Vec<ProjectionExpr> {
    if let Some(projection) = scan.file_source().projection() {
        return projection.iter().cloned().collect();
    }
    let fields = scan.file_source().table_schema().table_schema().fields().iter().enumerate();
    let column = |(index, field): (usize, &Arc<Field>)| {
        ProjectionExpr::new(Arc::new(Column::new(field.name(), index)), field.name())
    };
    fields.map(column).collect()
}

/// A scan of some columns and of the filter as one more.
fn with_kept(
    scan: &FileScanConfig,
    filter: Arc<dyn PhysicalExpr>,
    mut columns: Vec<ProjectionExpr>,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(source) = scan.file_source().downcast_ref::<ParquetSource>() else { return Ok(None) };
    let Some(reader) = source.parquet_file_reader_factory() else { return Ok(None) };
    columns.push(ProjectionExpr::new(Arc::clone(&filter), KEPT));
    // The filter stays where it is as well, so that parts of the files are left out by their statistics.
    let source = ParquetSource::new(scan.file_source().table_schema().clone())
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
    read.len() <= MOST_COLUMNS && read.iter().all(|column| is_light(scan, *column, filtered.contains(column)))
}

/// Whether a column of the table is cheap to read, and if a filter reads it, is not one in which values are rare.
fn is_light(scan: &FileScanConfig, column: usize, filtered: bool) -> bool {
    let field = scan.file_source().table_schema().table_schema().field(column);
    match field.data_type() {
        DataType::Boolean | DataType::Int32 | DataType::Int64 | DataType::Float64 => true,
        DataType::Utf8View => files(scan)
            .all(|file| different_texts(file, column).is_some_and(|count| !filtered || count <= FEW_TEXTS)),
        _ => false,
    }
}

fn files(scan: &FileScanConfig) -> impl Iterator<Item = &PartitionedFile> {
    scan.file_groups.iter().flat_map(FileGroup::files)
}

/// About how many texts a file's dictionaries of a column have, if it stores the column by dictionary alone.
fn different_texts(file: &PartitionedFile, column: usize) -> Option<usize> {
    match file.statistics.as_ref()?.column_statistics.get(column)?.distinct_count {
        Precision::Exact(count) | Precision::Inexact(count) => Some(count),
        Precision::Absent => None,
    }
}
