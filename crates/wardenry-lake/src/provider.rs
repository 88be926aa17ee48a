//! A table as DataFusion reads it: files and tail.

use std::any::Any;
use std::sync::Arc;

use arrow::array::{AsArray as _, BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{filter_record_batch, max, min};
use arrow::datatypes::{Int64Type, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::memory::MemorySourceConfig;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{DataFusionError, Result, Statistics, project_schema};
use datafusion::datasource::TableType;
use datafusion::logical_expr::{Expr, Operator, TableProviderFilterPushDown};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, lit};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::filter::FilterExecBuilder;
use datafusion::physical_plan::union::UnionExec;
use futures_util::future;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use wardenry_kql_engine::sources::parquet::ParquetTable;
use wardenry_kql_values::ScalarType;

use crate::data_file::{DataFile, FileReader};
use crate::interval::{Interval, Meeting};
use crate::rows::ticks;
use crate::schema::{INGESTION_TIME, Table};
use crate::term_filter::TermFilter;

/// So many files are looked at together before a scan.
const FILES_AT_ONCE: usize = 16;

/// The rows of a table at some moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableSnapshot {
    pub(crate) files: Vec<Arc<DataFile>>,
    pub(crate) tail: Vec<RecordBatch>,
}

/// Fewer rows in memory are not worth a thread of their own.
const ROWS_FOR_A_PARTITION: usize = 16_384;

#[derive(Debug)]
pub(crate) struct LakeTable {
    table: Arc<Table>,
    snapshot: TableSnapshot,
    reader: FileReader,
}

impl LakeTable {
    pub(crate) fn new(table: &Arc<Table>, snapshot: TableSnapshot, reader: &FileReader) -> Self {
        Self { table: Arc::clone(table), snapshot, reader: reader.clone() }
    }

    /// The name of the column by which rows are sorted.
    fn time(&self) -> &str {
        self.table.arrow.field(self.table.time).name()
    }

    /// The files whose times meet an interval in some way.
    fn files(&self, wanted: Interval, how: Meeting) -> Vec<Arc<DataFile>> {
        let files = self.snapshot.files.iter();
        let meets =
            |file: &&Arc<DataFile>| wanted.meets(ticks(file.entry.first), ticks(file.entry.last)) == how;
        files.filter(meets).cloned().collect()
    }

    /// The rows of files of which the filters may be true, as far as their terms tell.
    async fn stored(&self, files: Vec<Arc<DataFile>>, filter: &TermFilter) -> Result<Option<ParquetTable>> {
        if files.is_empty() {
            return Ok(None);
        }
        let hidden = (Arc::from(INGESTION_TIME), ScalarType::Datetime);
        let columns = self.table.all.iter().cloned().chain([hidden]).collect();
        table(columns, files, filter, &self.reader).await
    }

    /// The rows of an interval that are not yet in files.
    fn tail(
        &self,
        projection: Option<&Vec<usize>>,
        wanted: Interval,
        partitions: usize,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let (mut batches, mut rows) = (Vec::new(), 0);
        for batch in &self.snapshot.tail {
            let batch = match (within(batch, self.table.time, wanted), projection) {
                (Some(kept), _) if kept.true_count() == 0 => continue,
                (Some(kept), Some(projection)) => filter_record_batch(&batch.project(projection)?, &kept)?,
                (Some(kept), None) => filter_record_batch(batch, &kept)?,
                (None, Some(projection)) => batch.project(projection)?,
                (None, None) => batch.clone(),
            };
            rows += batch.num_rows();
            batches.push(batch);
        }
        if batches.is_empty() {
            return Ok(None);
        }
        let schema = project_schema(&self.table.arrow, projection)?;
        let parts = partitions.min(rows / ROWS_FOR_A_PARTITION).clamp(1, batches.len());
        let parts: Vec<Vec<_>> = batches.chunks(batches.len().div_ceil(parts)).map(<[_]>::to_vec).collect();
        let exec: Arc<dyn ExecutionPlan> = MemorySourceConfig::try_new_exec(&parts, schema, None)?;
        Ok(Some(exec))
    }
}

/// Which rows are of an interval; `None` if all of them are.
fn within(batch: &RecordBatch, time: usize, wanted: Interval) -> Option<BooleanArray> {
    let times = batch.column(time).as_primitive::<Int64Type>();
    let meeting = match (min(times), max(times)) {
        (Some(first), Some(last)) => wanted.meets(first, last),
        _ => Meeting::Apart,
    };
    match meeting {
        Meeting::Within => None,
        Meeting::Apart => Some(BooleanArray::new(BooleanBuffer::new_unset(times.len()), None)),
        Meeting::Partly => {
            Some(BooleanArray::from_unary(times, |time| (wanted.from..=wanted.to).contains(&time)))
        }
    }
}

/// Those rows of a scan whose time, the column of this number, is of an interval; the first `width` columns of them.
fn filtered(
    scan: Arc<dyn ExecutionPlan>,
    time: usize,
    wanted: Interval,
    width: usize,
) -> Result<Arc<dyn ExecutionPlan>> {
    let name = scan.schema().field(time).name().clone();
    let bound = |operator, bound: i64| -> Arc<dyn PhysicalExpr> {
        Arc::new(BinaryExpr::new(Arc::new(Column::new(&name, time)), operator, lit(bound)))
    };
    let from = bound(Operator::GtEq, wanted.from);
    let to = bound(Operator::LtEq, wanted.to);
    let both = Arc::new(BinaryExpr::new(from, Operator::And, to));
    let filter = FilterExecBuilder::new(both, scan);
    Ok(Arc::new(filter.apply_projection(Some((0..width).collect()))?.build()?))
}

#[async_trait]
impl TableProvider for LakeTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.table.arrow)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn statistics(&self) -> Option<Statistics> {
        let in_files: u64 = self.snapshot.files.iter().map(|file| file.entry.rows).sum();
        let in_tail: usize = self.snapshot.tail.iter().map(RecordBatch::num_rows).sum();
        let mut statistics = Statistics::new_unknown(&self.table.arrow);
        if self.snapshot.files.iter().any(|file| file.lost().is_some()) {
            // Counts would be answered from here, as if all rows were there.
            return Some(statistics);
        }
        statistics.num_rows =
            Precision::Exact(usize::try_from(in_files).unwrap_or(usize::MAX).saturating_add(in_tail));
        Some(statistics)
    }

    /// What is about the time alone, the scan sees to. Other filters it uses to leave out parts of files; the optimiser moves them into
    /// the files later.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let support = |filter: &&Expr| {
            if Interval::tells_all_of(filter, self.time()) {
                TableProviderFilterPushDown::Exact
            } else {
                TableProviderFilterPushDown::Inexact
            }
        };
        Ok(filters.iter().map(support).collect())
    }

    /// Files that are within the wanted times as a whole are read without a look at their rows' times.
    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let wanted = Interval::of(filters, self.time());
        let terms = TermFilter::of(filters, &self.table);
        let mut parts = Vec::new();
        if let Some(table) = self.stored(self.files(wanted, Meeting::Within), &terms).await? {
            parts.push(table.scan(session, projection, &[], limit).await?);
        }
        if let Some(table) = self.stored(self.files(wanted, Meeting::Partly), &terms).await? {
            let mut columns = match projection {
                Some(projection) => projection.clone(),
                None => (0..self.table.arrow.fields().len()).collect(),
            };
            let width = columns.len();
            let time = columns.iter().position(|column| *column == self.table.time).unwrap_or_else(|| {
                columns.push(self.table.time);
                width
            });
            let scan = table.scan(session, Some(&columns), &[], None).await?;
            parts.push(filtered(scan, time, wanted, width)?);
        }
        parts.extend(self.tail(projection, wanted, session.config().target_partitions())?);
        match <[_; 1]>::try_from(parts) {
            Ok([only]) => Ok(only),
            Err(parts) if parts.is_empty() => {
                Ok(Arc::new(EmptyExec::new(project_schema(&self.table.arrow, projection)?)))
            }
            Err(parts) => UnionExec::try_new(parts),
        }
    }
}

/// The parts of the files that may have rows of which the filters are true, if there are any.
async fn table(
    columns: Arc<[(Arc<str>, ScalarType)]>,
    files: Vec<Arc<DataFile>>,
    filter: &TermFilter,
    reader: &FileReader,
) -> Result<Option<ParquetTable>> {
    let part = async |file: Arc<DataFile>| {
        let opened = reader.open(&file).await?;
        let wanted = filter.groups(&file, opened.group_rows()).await;
        Ok::<_, DataFusionError>((opened, wanted))
    };
    let parts = stream::iter(files.clone()).map(part).buffered(FILES_AT_ONCE);
    let may_match = |(_, groups): &(_, Option<Vec<bool>>)| {
        future::ready(groups.as_ref().is_none_or(|groups| groups.contains(&true)))
    };
    let parts: Vec<_> = parts.try_filter(may_match).try_collect().await?;
    if parts.is_empty() {
        return Ok(None);
    }
    let keep: Arc<dyn Any + Send + Sync> = Arc::new(files);
    let parts = parts.iter().map(|(file, groups)| (&**file, groups.clone()));
    Ok(Some(ParquetTable::of(columns, parts, &reader.parquet, Some(keep))))
}
