//! Each limit ends a query with an error of its own.

use std::sync::Arc;
use std::time::Duration;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::streaming::StreamingTable;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use wardenry_kql_engine::{Engine, Limits, MemoryTables, QueryError, RunError, RunOptions};
use wardenry_kql_values::ScalarType;

use crate::support::{NOW, run_with};

async fn error(query: &str, limits: Limits) -> RunError {
    let options = RunOptions { limits, ..RunOptions::at(NOW) };
    match run_with(query, &MemoryTables::new(), &options).await {
        Err(QueryError::Run(error)) => error,
        Err(other) => panic!("{query}: {other}"),
        Ok((result, _)) => panic!("{query} gave {result}"),
    }
}

#[tokio::test]
async fn rows() {
    let limits = Limits { rows: 5, ..Limits::default() };
    let error = error("range x from 1 to 6 step 1", limits).await;
    assert!(matches!(error, RunError::TooManyRows { limit: 5 }), "{error:?}");
    assert_eq!(error.code(), "KQL0901");
}

#[tokio::test]
async fn as_many_rows_as_allowed() {
    let options = RunOptions { limits: Limits { rows: 5, ..Limits::default() }, ..RunOptions::at(NOW) };
    let (result, _) = run_with("range x from 1 to 5 step 1", &MemoryTables::new(), &options).await.unwrap();
    assert_eq!(result["rows"].as_array().map(Vec::len), Some(5));
}

#[tokio::test]
async fn bytes_of_a_result() {
    let limits = Limits { result_bytes: 1_000, ..Limits::default() };
    let error = error("range x from 1 to 1000 step 1", limits).await;
    assert!(matches!(error, RunError::ResultTooLarge { limit: 1_000 }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn run_time() {
    let limit = Duration::from_millis(50);
    let limits = Limits { run_time: limit, ..Limits::default() };
    let error = error("range x from 1 to 1000000000000 step 1 | summarize sum(x)", limits).await;
    assert!(matches!(error, RunError::TimedOut { .. }), "{error:?}");
}

/// Planning counts, too: here there is no time even for that.
#[tokio::test(flavor = "multi_thread")]
async fn time_of_planning() {
    let limits = Limits { run_time: Duration::from_nanos(1), ..Limits::default() };
    let error = error("range x from 1 to 3 step 1 | extend x = x + 1", limits).await;
    assert!(matches!(error, RunError::TimedOut { .. }), "{error:?}");
}

/// As many operators in a row as a query may have, and each uses what the one before it has made.
#[tokio::test(flavor = "multi_thread")]
async fn many_operators_in_a_row() {
    for (operators, operator, expected) in [
        (450, " | extend x = x + 1".to_owned(), 451),
        // Together an expression of 12,000 levels.
        (60, format!(" | extend x = x{}", " + 1".repeat(200)), 12_001),
    ] {
        let query = format!("range x from 1 to 1 step 1{}", operator.repeat(operators));
        let (result, _) = run_with(&query, &MemoryTables::new(), &RunOptions::at(NOW)).await.unwrap();
        assert_eq!(result["rows"], serde_json::json!([[expected]]), "{operators} of{operator}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory() {
    let limits = Limits { memory_bytes: 1 << 20, spill_bytes: 0, ..Limits::default() };
    let error = error("range x from 1 to 10000000 step 1 | summarize by x | count", limits).await;
    assert!(matches!(error, RunError::OutOfMemory { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_in_memory_is_written_to_files() {
    let limits = Limits { memory_bytes: 24 << 20, ..Limits::default() };
    let options = RunOptions { limits, partitions: Some(2), ..RunOptions::at(NOW) };
    let query =
        "range x from 1 to 3000000 step 1 | sort by x desc | extend n = row_number() | summarize sum(n - x)";
    let (result, _) = run_with(query, &MemoryTables::new(), &options).await.unwrap();
    assert_eq!(result["rows"], serde_json::json!([[0]]));
}

/// Both sides of these joins are larger than the memory.
#[tokio::test(flavor = "multi_thread")]
async fn joins_write_to_files_before_they_fail() {
    let side = |name: &str| {
        format!(
            "(range x from 1 to 400000 step 1 | extend {name} = strcat('{name} of a row with a long text ', x))"
        )
    };
    for (kind, rows) in [("inner", 400_000), ("leftouter", 400_000), ("fullouter", 400_000), ("leftanti", 0)]
    {
        for partitions in [1, 2] {
            let limits = Limits { memory_bytes: 8 << 20, ..Limits::default() };
            let options = RunOptions { limits, partitions: Some(partitions), ..RunOptions::at(NOW) };
            let query =
                format!("{} | join kind={kind} {} on x | summarize count(), sum(x)", side("a"), side("b"));
            let (result, statistics) = run_with(&query, &MemoryTables::new(), &options).await.unwrap();
            let sum = if rows == 0 { 0 } else { 400_000_i64 * 400_001 / 2 };
            assert_eq!(result["rows"], serde_json::json!([[rows, sum]]), "{kind}, {partitions}");
            assert!(statistics.peak_memory <= 8 << 20, "{kind}, {partitions}: {statistics:?}");
        }
    }
}

/// What is kept for several readers is joined in the same way.
#[tokio::test(flavor = "multi_thread")]
async fn a_join_in_a_subquery_writes_to_files_before_it_fails() {
    let limits = Limits { memory_bytes: 8 << 20, ..Limits::default() };
    let options = RunOptions { limits, partitions: Some(2), ..RunOptions::at(NOW) };
    let query = "let rows = (n: string) { range x from 1 to 400000 step 1 | extend t = strcat(n, ' of a row with a long text ', x) };
        print n = toscalar(rows('a') | join kind=inner (rows('b')) on x | count)";
    let (result, _) = run_with(query, &MemoryTables::new(), &options).await.unwrap();
    assert_eq!(result["rows"], serde_json::json!([[400_000]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn cancellation() {
    let options =
        RunOptions { limits: Limits { rows: u64::MAX, ..Limits::default() }, ..RunOptions::at(NOW) };
    let query = "range x from 1 to 1000000000000 step 1";
    let mut run = Engine::new().run(query, &MemoryTables::new(), &options).await.unwrap();
    let result = &mut run.results[0];
    assert!(result.next().await.is_some_and(|batch| batch.is_ok()));
    options.cancellation.cancel();
    let error = result.next().await.expect("the end is told").expect_err("nothing comes after it");
    assert!(matches!(error, RunError::Cancelled), "{error:?}");
    assert!(result.next().await.is_none());
}

/// A fault of whoever reads a table is no end of its rows.
#[tokio::test(flavor = "multi_thread")]
async fn panics() {
    #[derive(Debug)]
    struct Panics(SchemaRef);

    impl PartitionStream for Panics {
        fn schema(&self) -> &SchemaRef {
            &self.0
        }

        fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
            let rows = futures_util::stream::poll_fn(|_| panic!("on purpose"));
            Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.0), rows))
        }
    }

    let schema = Arc::new(Schema::new(vec![Field::new("x", DataType::Int64, true)]));
    let rows = Arc::new(Panics(Arc::clone(&schema)));
    let table = StreamingTable::try_new(schema, vec![rows]).unwrap();
    let mut tables = MemoryTables::new();
    tables.insert_provider("T", &[("x", ScalarType::Long)], Arc::new(table));
    let result = run_with("T", &tables, &RunOptions::at(NOW)).await;
    assert!(matches!(result, Err(QueryError::Run(RunError::Internal { .. }))), "{result:?}");
}

/// A statement that is over does not end others that share the caller's token.
#[tokio::test(flavor = "multi_thread")]
async fn ends_alone() {
    let options = RunOptions::at(NOW);
    let tables = MemoryTables::new();
    for _ in 0..2 {
        let (result, _) = run_with("print x = 1", &tables, &options).await.unwrap();
        assert_eq!(result["rows"], serde_json::json!([[1]]));
    }
}
