//! Tables in Parquet files.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::file::properties::WriterProperties;
use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float32Array, Int16Array, ListArray, RecordBatch, StringArray,
    StructArray, TimestampMicrosecondArray, TimestampNanosecondArray, UInt32Array,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema};
use serde_json::json;
use wardenry_kql_engine::sources::parquet::{ParquetTable, TYPE_KEY};
use wardenry_kql_engine::{MemoryTables, RunOptions};
use wardenry_kql_values::ScalarType;

use crate::support::{rows, run_with};

fn write(path: &Path, batch: &RecordBatch, group_rows: usize) {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group_rows)).build();
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn tables(path: &Path) -> MemoryTables {
    let table = ParquetTable::open(path).unwrap();
    let columns = Arc::clone(table.columns());
    let columns: Vec<(&str, ScalarType)> =
        columns.iter().map(|(name, scalar_type)| (name.as_ref(), *scalar_type)).collect();
    let mut tables = MemoryTables::new();
    tables.insert_provider("T", &columns, Arc::new(table));
    tables
}

/// Stored types and the values that come out.
#[tokio::test]
async fn types() {
    let structure = StructArray::from(vec![
        (
            Arc::new(Field::new("a", DataType::Int16, true)),
            Arc::new(Int16Array::from(vec![Some(5), None, Some(6)])) as ArrayRef,
        ),
        (
            Arc::new(Field::new("b", DataType::Utf8, true)),
            Arc::new(StringArray::from(vec![Some("x\"y"), None, None])) as ArrayRef,
        ),
    ]);
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![
        Some(vec![Some(1), None]),
        None,
        Some(vec![]),
    ]);
    let batch = RecordBatch::try_from_iter([
        (
            "micros",
            Arc::new(TimestampMicrosecondArray::from(vec![Some(1_500_000), Some(-1), None])) as ArrayRef,
        ),
        (
            "nanos",
            Arc::new(TimestampNanosecondArray::from(vec![Some(123), None, Some(-1)]).with_timezone("UTC"))
                as ArrayRef,
        ),
        ("day", Arc::new(Date32Array::from(vec![Some(1), None, Some(-1)])) as ArrayRef),
        ("small", Arc::new(Int16Array::from(vec![Some(-7), None, Some(7)])) as ArrayRef),
        ("unsigned", Arc::new(UInt32Array::from(vec![Some(u32::MAX), None, Some(0)])) as ArrayRef),
        ("half", Arc::new(Float32Array::from(vec![Some(0.5), None, Some(f32::NAN)])) as ArrayRef),
        ("flag", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])) as ArrayRef),
        ("text", Arc::new(StringArray::from(vec![Some("x"), None, Some("")])) as ArrayRef),
        ("list", Arc::new(list) as ArrayRef),
        ("bag", Arc::new(structure) as ArrayRef),
    ])
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("a.parquet"), &batch, 100);
    let tables = tables(folder.path());
    assert_eq!(
        rows("T", &tables).await,
        json!([
            [
                "1970-01-01T00:00:01.5000000Z", "1970-01-01T00:00:00.0000001Z", "1970-01-02T00:00:00.0000000Z",
                -7, 4_294_967_295_u32, 0.5, true, "x", [1, null], {"a": 5, "b": "x\"y"}
            ],
            ["1969-12-31T23:59:59.9999990Z", null, null, null, null, null, null, "", null, {"a": null, "b": null}],
            [
                null, "1969-12-31T23:59:59.9999999Z", "1969-12-31T00:00:00.0000000Z",
                7, 0, "NaN", false, "", [], {"a": 6, "b": null}
            ]
        ])
    );
    // A filter over what is nested in the file must not get lost on its way into the scan.
    assert_eq!(rows("T | where isnotnull(list) and small > 0 | project small", &tables).await, json!([[7]]));
    assert_eq!(rows("T | where isnull(list) | project text", &tables).await, json!([[""]]));
    assert_eq!(rows("T | where text == '' | summarize count()", &tables).await, json!([[2]]));
    assert_eq!(rows("T | where text != 'x' | summarize count() by text", &tables).await, json!([["", 2]]));
    assert_eq!(rows("T | where unsigned == 4294967295 | project small", &tables).await, json!([[-7]]));
    assert_eq!(rows("T | count", &tables).await, json!([[3]]));
}

/// Comparisons with times that lie between what the file's unit can say.
#[tokio::test]
async fn comparisons_of_times() {
    let micros: Vec<i64> = vec![-1, 0, 1, 2];
    let nanos: Vec<i64> = vec![-101, -100, -1, 0];
    let batch = RecordBatch::try_from_iter([
        ("micros", Arc::new(TimestampMicrosecondArray::from(micros)) as ArrayRef),
        ("nanos", Arc::new(TimestampNanosecondArray::from(nanos)) as ArrayRef),
    ])
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("a.parquet"), &batch, 100);
    let tables = tables(folder.path());
    // A microsecond is ten ticks: half of one is between two of them.
    let between = "datetime(1970-01-01 00:00:00.0000005)";
    let at = "datetime(1970-01-01 00:00:00.0000010)";
    for (condition, expected) in [
        (format!("micros > {between}"), 2),
        (format!("micros >= {between}"), 2),
        (format!("micros < {between}"), 2),
        (format!("micros <= {between}"), 2),
        (format!("micros == {between}"), 0),
        (format!("micros != {between}"), 4),
        (format!("micros > {at}"), 1),
        (format!("micros >= {at}"), 2),
        (format!("micros < {at}"), 2),
        (format!("micros <= {at}"), 3),
        (format!("micros == {at}"), 1),
        (format!("micros != {at}"), 3),
        // -101 ns is the tick before -100 ns; -100 ns and -1 ns are the last tick before 1970.
        ("nanos >= datetime(1969-12-31 23:59:59.9999999)".to_owned(), 3),
        ("nanos > datetime(1969-12-31 23:59:59.9999999)".to_owned(), 1),
        ("nanos < datetime(1969-12-31 23:59:59.9999999)".to_owned(), 1),
        ("nanos <= datetime(1969-12-31 23:59:59.9999999)".to_owned(), 3),
        ("nanos == datetime(1969-12-31 23:59:59.9999999)".to_owned(), 2),
    ] {
        assert_eq!(
            rows(&format!("T | where {condition} | count"), &tables).await,
            json!([[expected]]),
            "{condition}"
        );
    }
}

/// A filter over time leaves row groups unread.
#[tokio::test]
async fn pruning_by_time() {
    let count = 40_000_i64;
    let times = TimestampMicrosecondArray::from_iter_values((0..count).map(|second| second * 1_000_000));
    let texts = StringArray::from_iter_values((0..count).map(|number| format!("text number {number}")));
    let batch = RecordBatch::try_from_iter([
        ("Timestamp", Arc::new(times) as ArrayRef),
        ("text", Arc::new(texts) as ArrayRef),
    ])
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("a.parquet"), &batch, 4_000);
    let tables = tables(folder.path());
    // 1970-01-01 11:00 is second 39600: the last of ten row groups.
    let options = RunOptions::at(621_355_968_000_000_000 + 12 * 36_000_000_000);
    let query = "T | where Timestamp >= ago(1h) | summarize count(), countif(text == 'text number 39999')";
    let (result, narrow) = run_with(query, &tables, &options).await.unwrap();
    assert_eq!(result["rows"], json!([[400, 1]]));
    let (_, wide) =
        run_with("T | summarize count(), countif(text == 'text number 39999')", &tables, &options)
            .await
            .unwrap();
    assert!(narrow.scanned_bytes * 4 < wide.scanned_bytes, "{narrow:?} {wide:?}");
}

/// Files of one table may lack columns, and store the same column in other types.
#[tokio::test]
async fn several_files() {
    let folder = tempfile::tempdir().unwrap();
    let first = RecordBatch::try_from_iter([
        ("n", Arc::new(Int16Array::from(vec![1])) as ArrayRef),
        ("t", Arc::new(TimestampMicrosecondArray::from(vec![0])) as ArrayRef),
    ])
    .unwrap();
    let second = RecordBatch::try_from_iter([
        ("t", Arc::new(TimestampNanosecondArray::from(vec![1_000_000_000])) as ArrayRef),
        ("s", Arc::new(StringArray::from(vec!["x"])) as ArrayRef),
    ])
    .unwrap();
    write(&folder.path().join("a.parquet"), &first, 10);
    write(&folder.path().join("b.parquet"), &second, 10);
    let tables = tables(folder.path());
    assert_eq!(
        rows("T | sort by t asc", &tables).await,
        json!([[1, "1970-01-01T00:00:00.0000000Z", ""], [null, "1970-01-01T00:00:01.0000000Z", "x"]])
    );
    assert_eq!(rows("T | where n != 1 | project s", &tables).await, json!([["x"]]));
    assert_eq!(rows("T | where s == '' | project n", &tables).await, json!([[1]]));
}

/// Times that fit none of Parquet's units are stored as text, which is said in the metadata of the field.
#[tokio::test]
async fn texts_that_are_datetimes() {
    let folder = tempfile::tempdir().unwrap();
    let texts = StringArray::from(vec![Some("0001-01-01T00:00:00.0000001Z"), None, Some("no time")]);
    let marked = HashMap::from([(TYPE_KEY.to_owned(), "datetime".to_owned())]);
    let field = Field::new("t", DataType::Utf8, true).with_metadata(marked);
    let schema = Arc::new(Schema::new(vec![field]));
    let batch = RecordBatch::try_new(schema, vec![Arc::new(texts)]).unwrap();
    write(&folder.path().join("a.parquet"), &batch, 100);
    let tables = tables(folder.path());
    assert_eq!(rows("T", &tables).await, json!([["0001-01-01T00:00:00.0000001Z"], [null], [null]]));
    assert_eq!(rows("T | where t < datetime(1900-01-01) | count", &tables).await, json!([[1]]));
}
