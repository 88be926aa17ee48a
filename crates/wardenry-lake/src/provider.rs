//! A table as DataFusion reads it: files and tail.

use std::any::Any;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{DataFusionError, Result, ScalarValue, Statistics};
use datafusion::datasource::{MemTable, TableType};
use datafusion::logical_expr::{Between, BinaryExpr, Expr, Operator, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::union::UnionExec;
use wardenry_kql_engine::sources::parquet::ParquetTable;
use wardenry_kql_values::ScalarType;

use crate::data_file::{DataFile, FileReader};
use crate::rows::ticks;
use crate::schema::{INGESTION_TIME, Table};
use crate::terms::terms_of;

/// The rows of a table at some moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableSnapshot {
    pub(crate) files: Vec<Arc<DataFile>>,
    pub(crate) tail: Vec<RecordBatch>,
}

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

    /// The files that may have rows of which the filters are true.
    fn files(&self, filters: &[Expr]) -> Vec<Arc<DataFile>> {
        let time = &**self.table.arrow.field(self.table.time).name();
        let mut wanted = Interval::ALL;
        for filter in filters {
            wanted.narrow(filter, time);
        }
        let may_match = |file: &&Arc<DataFile>| {
            wanted.from <= ticks(file.entry.last) && ticks(file.entry.first) <= wanted.to
        };
        self.snapshot.files.iter().filter(may_match).cloned().collect()
    }
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
        statistics.num_rows =
            Precision::Exact(usize::try_from(in_files).unwrap_or(usize::MAX).saturating_add(in_tail));
        Some(statistics)
    }

    /// The scan uses them to leave out files, and does not promise to leave out rows: the optimiser moves the filters themselves into
    /// the files later.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut parts = Vec::new();
        let files = self.files(filters);
        if !files.is_empty() {
            let hidden = (Arc::from(INGESTION_TIME), ScalarType::Datetime);
            let columns = self.table.all.iter().cloned().chain([hidden]).collect();
            let (reader, filters) = (self.reader.clone(), filters.to_vec());
            // The first look at a file reads from the disk.
            let opened = tokio::task::spawn_blocking(move || table(columns, files, &filters, &reader)).await;
            if let Some(table) = opened.map_err(external)?? {
                parts.push(table.scan(session, projection, &[], limit).await?);
            }
        }
        if !self.snapshot.tail.is_empty() || parts.is_empty() {
            let tail = MemTable::try_new(Arc::clone(&self.table.arrow), vec![self.snapshot.tail.clone()])?;
            parts.push(tail.scan(session, projection, &[], limit).await?);
        }
        match <[_; 1]>::try_from(parts) {
            Ok([only]) => Ok(only),
            Err(parts) => UnionExec::try_new(parts),
        }
    }
}

/// The parts of the files that may have rows of which the filters are true, if there are any.
fn table(
    columns: Arc<[(Arc<str>, ScalarType)]>,
    files: Vec<Arc<DataFile>>,
    filters: &[Expr],
    reader: &FileReader,
) -> Result<Option<ParquetTable>> {
    let mut parts = Vec::with_capacity(files.len());
    for file in &files {
        let opened = reader.open(file).map_err(external)?;
        let rows = opened.group_rows();
        let groups = filters.iter().filter_map(|filter| groups(file, filter, rows)).reduce(both);
        if groups.as_ref().is_none_or(|groups| groups.contains(&true)) {
            parts.push((opened, groups));
        }
    }
    if parts.is_empty() {
        return Ok(None);
    }
    let keep: Arc<dyn Any + Send + Sync> = Arc::new(files);
    let parts = parts.iter().map(|(file, groups)| (&**file, groups.clone()));
    Ok(Some(ParquetTable::of(columns, parts, &reader.parquet, Some(keep))))
}

/// For each row group of a file, whether a filter may be true in it, as far as its terms tell. `None` if they tell nothing.
fn groups(file: &DataFile, filter: &Expr, rows: &[u64]) -> Option<Vec<bool>> {
    match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            [left, right].into_iter().filter_map(|side| groups(file, side, rows)).reduce(both)
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            let (left, right) = (groups(file, left, rows)?, groups(file, right, rows)?);
            Some(left.iter().zip(&right).map(|(left, right)| *left || *right).collect())
        }
        Expr::ScalarFunction(call) if matches!(call.func.name(), "has" | "has_cs") => {
            let [Expr::Column(column), Expr::Literal(needle, _)] = &*call.args else { return None };
            let terms = terms_of(needle.try_as_str()??);
            if terms.is_empty() { None } else { file.may_have(&column.name, &terms, rows) }
        }
        _ => None,
    }
}

fn both(left: Vec<bool>, right: Vec<bool>) -> Vec<bool> {
    left.iter().zip(&right).map(|(left, right)| *left && *right).collect()
}

fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// The times that filters let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Interval {
    from: i64,
    to: i64,
}

impl Interval {
    const ALL: Self = Self { from: i64::MIN, to: i64::MAX };

    /// Leaves out the times for which the filter is not true, as far as that is easy to see.
    fn narrow(&mut self, filter: &Expr, time: &str) {
        match filter {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
                self.narrow(left, time);
                self.narrow(right, time);
            }
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
                if let (true, Some(bound)) = (is_column(left, time), constant(right)) {
                    self.compare(*op, bound);
                } else if let (Some(bound), true, Some(op)) =
                    (constant(left), is_column(right, time), op.swap())
                {
                    self.compare(op, bound);
                }
            }
            Expr::Between(Between { expr, negated: false, low, high }) if is_column(expr, time) => {
                if let (Some(low), Some(high)) = (constant(low), constant(high)) {
                    self.compare(Operator::GtEq, low);
                    self.compare(Operator::LtEq, high);
                }
            }
            _ => {}
        }
    }

    /// Times of which `time operator bound` is true.
    fn compare(&mut self, operator: Operator, bound: i64) {
        let (from, to) = match operator {
            Operator::Eq => (bound, bound),
            Operator::Gt => (bound.saturating_add(1), i64::MAX),
            Operator::GtEq => (bound, i64::MAX),
            Operator::Lt => (i64::MIN, bound.saturating_sub(1)),
            Operator::LtEq => (i64::MIN, bound),
            _ => return,
        };
        self.from = self.from.max(from);
        self.to = self.to.min(to);
    }
}

fn is_column(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Column(column) if column.name == name)
}

fn constant(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(ScalarValue::Int64(value), _) => *value,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::{col, lit};

    use super::*;

    #[test]
    fn filters_narrow_the_times() {
        let narrowed = |filter: Expr| {
            let mut interval = Interval::ALL;
            interval.narrow(&filter, "time");
            (interval.from, interval.to)
        };
        let time = || col("time");
        for (filter, expected) in [
            (time().gt(lit(5_i64)).and(time().lt_eq(lit(9_i64))), (6, 9)),
            (lit(5_i64).lt_eq(time()), (5, i64::MAX)),
            (time().between(lit(2_i64), lit(3_i64)), (2, 3)),
            (time().eq(lit(4_i64)).and(col("other").eq(lit(1_i64))), (4, 4)),
            // Nothing is known of these.
            (time().gt(lit(5_i64)).or(time().lt(lit(2_i64))), (i64::MIN, i64::MAX)),
            (time().not_eq(lit(5_i64)), (i64::MIN, i64::MAX)),
            (col("other").gt(lit(5_i64)), (i64::MIN, i64::MAX)),
        ] {
            assert_eq!(narrowed(filter.clone()), expected, "{filter}");
        }
    }
}
