//! A table of which one part is in files and one in memory: the same answers and the same ways as for files alone.

use std::path::Path;
use std::sync::Arc;

use ::parquet::file::properties::WriterProperties;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::{MemTable, TableType};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::union::UnionExec;
use datafusion::prelude::SessionContext;
use serde_json::{Value as Json, json};
use wardenry_kql_engine::sources::parquet::ParquetTable;
use wardenry_kql_engine::{Engine, MemoryTables, RunOptions};

use crate::dictionaries::{QUERIES, batch, rows, tables, write};
use crate::support::NOW;

#[derive(Debug)]
struct TwoParts {
    stored: ParquetTable,
    kept: MemTable,
}

#[async_trait]
impl TableProvider for TwoParts {
    fn schema(&self) -> SchemaRef {
        self.stored.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let stored = self.stored.scan(session, projection, &[], limit).await?;
        let kept = self.kept.scan(session, projection, &[], limit).await?;
        UnionExec::try_new(vec![stored, kept])
    }
}

/// The rows of a batch as a table in two parts, and as one in a file, both in a folder.
async fn halves(batch: &RecordBatch, folder: &Path) -> (MemoryTables, MemoryTables) {
    let half = batch.num_rows() / 2;
    let path = |name: &str| folder.join(name);
    for (name, part) in [
        ("first.parquet", batch.slice(0, half)),
        ("second.parquet", batch.slice(half, batch.num_rows() - half)),
        ("whole.parquet", batch.clone()),
    ] {
        write(&path(name), &part, WriterProperties::builder());
    }
    let second = Arc::new(ParquetTable::open(&path("second.parquet")).unwrap());
    let kept = SessionContext::new().read_table(Arc::clone(&second) as _).unwrap().collect().await.unwrap();
    let kept = MemTable::try_new(second.schema(), vec![kept]).unwrap();
    let stored = ParquetTable::open(&path("first.parquet")).unwrap();
    let columns = Arc::clone(stored.columns());
    let columns: Vec<_> = columns.iter().map(|(name, of_type)| (&**name, *of_type)).collect();
    let mut two_parts = MemoryTables::new();
    two_parts.insert_provider("T", &columns, Arc::new(TwoParts { stored, kept }));
    (two_parts, tables(&path("whole.parquet")))
}

/// The rows of a query; sets in them have no order either.
async fn unordered(query: &str, tables: &MemoryTables) -> Json {
    fn sort(value: &mut Json) {
        if let Json::Array(items) = value {
            items.iter_mut().for_each(sort);
            items.sort_by_key(ToString::to_string);
        }
    }
    let mut rows = Json::Array(rows(query, tables, 8_192).await);
    sort(&mut rows);
    rows
}

#[tokio::test]
async fn answers_are_those_over_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let (two_parts, whole) = halves(&batch(), folder.path()).await;
    for query in QUERIES {
        let (found, expected) = (unordered(query, &two_parts).await, unordered(query, &whole).await);
        assert_eq!(found, expected, "{query}");
    }
    for query in [
        "T | top 7 by Time desc | project Line",
        "T | top 7 by Time asc | project Line",
        "T | where Number == 3 | top 7 by Time desc | project Line",
        "T | extend Key = strcat(Name, Line) | top 3 by Key desc",
        "T | order by Host asc, Time desc | take 4",
        "T | order by Time asc",
        "T | extend Key = strcat(Name, Line) | order by Key desc",
        "T | summarize min(Time), max(Time), max(Number), count()",
        "T | where Number == 3 | summarize max(Time)",
        "union T, (T | where Number == 1) | summarize count() by Name",
        "union (T | project Name, Key = Host), (T | project Key = Name, Name = Host) | where Key has 'host' | count",
        "T | top-nested 2 of Name by Total = count()",
        "T | distinct Name | count",
    ] {
        let (found, expected) = (unordered(query, &two_parts).await, unordered(query, &whole).await);
        assert_ne!(expected, json!([]), "{query}");
        assert_eq!(found, expected, "{query}");
    }
}

/// What is done for files is done for the part that is in files.
#[tokio::test]
async fn plans() {
    let folder = tempfile::tempdir().unwrap();
    let (two_parts, whole) = halves(&batch(), folder.path()).await;
    for (query, expected) in [
        ("T | count", "5000 as "),
        ("T | summarize count() by Name", "GroupExec: keys=[h1@0]"),
        ("T | where Number == 1 | summarize count() by Number", "as kept"),
        ("T | where Number == 1 | count", "as kept"),
        ("T | extend o = parse_json(Json) | where o.Operation == 'New-Rule' | count", "path_is"),
        ("T | extend Short = substring(Name, 0, 7) | summarize count() by Short", "encoded(text_key("),
        ("T | top 5 by Time desc", "reverse_row_groups=true"),
        ("T | top 5 by Time desc", "DynamicFilter"),
        ("T | where Name has 'x' | top 5 by Time asc", "sort_order_for_reorder=[Time@"),
        ("T | where Line has 'x' | project Name | take 5", "limit=5, file_type=parquet, predicate=has("),
        (
            "T | where Line has 'x' | join kind=inner (T | where Number == 1) on Host | count",
            "predicate=Number@4 = 1 AND DynamicFilter",
        ),
        ("union T, T | summarize count() by Name", "GroupExec: keys=[h1@0]"),
    ] {
        for tables in [&two_parts, &whole] {
            let options = RunOptions { partitions: Some(2), ..RunOptions::at(NOW) };
            let plans = Engine::new().explain(query, tables, &options).await.unwrap();
            assert!(plans[0].physical.contains(expected), "{query}: {}", plans[0].physical);
        }
    }
}
