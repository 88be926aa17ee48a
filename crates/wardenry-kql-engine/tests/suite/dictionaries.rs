//! Texts that Parquet files store as numbers into dictionaries: the same answers as from files that store them in full.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use serde_json::{Value as Json, json};
use wardenry_kql_engine::sources::parquet::ParquetTable;
use wardenry_kql_engine::{Engine, MemoryTables, RunOptions};
use wardenry_kql_values::ScalarType;

use crate::support::{NOW, run_with};

const ROWS: i64 = 5_000;
const GROUP_ROWS: usize = 1_500;

/// `Name` has seven texts and nulls, `Host` forty, of which every row group has others, `Line` is nearly unique, `Json` is an object.
pub(crate) fn batch() -> RecordBatch {
    let rows = || 0..ROWS;
    let name = |row: i64| match row * 7_919 % 11 {
        number @ 0..7 => Some(format!("Program{number}.EXE")),
        7 | 8 => Some(String::new()),
        _ => None,
    };
    let host = |row: i64| format!("host-{:02}.example.com", (row / 1_000) * 8 + row % 13 % 8);
    let object = |row: i64| match row % 5 {
        0 => format!(r#"{{"Operation": "New-Rule", "By": "user{}"}}"#, row % 3),
        1 => format!(r#"{{"By": "New-Rule", "Operation": "Other{row}"}}"#),
        2 => r#"{"Operation": "New\\u002dRule", "By": "escaped"}"#.replace(r"\\", r"\"),
        3 => r#"{"Operation": "New-Rule", "By": "broken""#.to_owned(),
        _ => r#"{"Operation": ["New-Rule"]}"#.to_owned(),
    };
    RecordBatch::try_from_iter([
        ("Name", Arc::new(rows().map(name).collect::<StringArray>()) as ArrayRef),
        ("Host", Arc::new(rows().map(host).map(Some).collect::<StringArray>()) as ArrayRef),
        (
            "Line",
            Arc::new(rows().map(|row| Some(format!("line {row}"))).collect::<StringArray>()) as ArrayRef,
        ),
        ("Json", Arc::new(rows().map(object).map(Some).collect::<StringArray>()) as ArrayRef),
        (
            "Number",
            Arc::new(rows().map(|row| (row % 17 != 0).then_some(row % 5)).collect::<Int64Array>())
                as ArrayRef,
        ),
        (
            "Time",
            Arc::new(rows().map(|row| Some(row * 60_000_000)).collect::<TimestampMicrosecondArray>())
                as ArrayRef,
        ),
    ])
    .unwrap()
}

pub(crate) fn write(path: &Path, batch: &RecordBatch, properties: WriterPropertiesBuilder) {
    let properties = properties.set_max_row_group_row_count(Some(GROUP_ROWS)).build();
    let mut writer =
        ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

pub(crate) fn tables(path: &Path) -> MemoryTables {
    let table = ParquetTable::open(path).unwrap();
    let columns = Arc::clone(table.columns());
    let columns: Vec<(&str, ScalarType)> =
        columns.iter().map(|(name, scalar_type)| (name.as_ref(), *scalar_type)).collect();
    let mut tables = MemoryTables::new();
    tables.insert_provider("T", &columns, Arc::new(table));
    tables
}

/// The sorted rows of a query.
pub(crate) async fn rows(query: &str, tables: &MemoryTables, batch_rows: usize) -> Vec<Json> {
    let options = RunOptions { partitions: Some(2), batch_rows, ..RunOptions::at(NOW) };
    let (result, _) =
        run_with(query, tables, &options).await.unwrap_or_else(|error| panic!("{query}: {error:?}"));
    let mut rows = result["rows"].as_array().unwrap().clone();
    rows.sort_by_key(ToString::to_string);
    rows
}

pub(crate) const QUERIES: &[&str] = &[
    "T | where Name == 'Program3.EXE' | count",
    "T | where Name != 'Program3.EXE' | count",
    "T | where Name == '' | count",
    "T | where Name =~ 'program3.exe' and Host has 'host-09' | project Name, Host, Line",
    "T | where Name in~ ('PROGRAM1.exe', 'program2.EXE') | summarize count() by Host",
    "T | where Name !contains 'gram1' | summarize n = count(), hosts = dcount(Host), lines = count_distinct(Line) by Name",
    "T | where isempty(Name) | summarize make_set(Host) by Number",
    "T | where tolower(Name) == 'program4.exe' or Number == 3 | summarize count(), sum(Number) by Name, Number",
    "T | summarize count() by Name, Host, Number, bin(Time, 1h)",
    "T | summarize count(), count_distinct(Name), make_set(Name), dcount(Name) by Host",
    "T | summarize count_distinctif(Host, Number == 1), make_set_if(Name, Number > 2), dcountif(Host, Number < 2) by Name",
    "T | extend Short = substring(Name, 0, 7) | summarize count() by Short",
    "T | extend Known = iff(Name startswith 'Program', Name, 'none') | summarize min(Time), max(Time) by Known",
    "T | summarize arg_max(Time, Name, Line) by Host",
    "T | distinct Name, Number",
    "T | where Number in (1, 2) | summarize count() by Number",
    "T | where Number in (1, 2) | count",
    "T | where Host == 'host-05.example.com' | join kind=inner (T | where Number == 1 | distinct Host, Name) on Host | summarize count() by Name1",
    "T | where Host in ((T | where Line has '4321' | project Host)) | summarize count() by Name",
    "T | extend o = parse_json(Json) | where o.Operation == 'New-Rule' | summarize count() by tostring(o.By)",
    "T | extend o = parse_json(Json) | where tostring(o.Operation) == 'New-Rule' | count",
    "T | where parse_json(Json).Operation != 'New-Rule' | count",
    "T | where Line has '123' | project Length = strlen(Line)",
    "T | where Line has '123' | summarize count() by Line",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_answers() {
    let folder = tempfile::tempdir().unwrap();
    let batch = batch();
    let builder = WriterProperties::builder;
    let path = |name: &str| folder.path().join(name);
    write(&path("full.parquet"), &batch, builder().set_dictionary_enabled(false));
    write(&path("dictionaries.parquet"), &batch, builder());
    // Each row group goes over to full texts when its dictionary is full.
    write(
        &path("both.parquet"),
        &batch,
        builder().set_dictionary_page_size_limit(300).set_data_page_row_count_limit(100),
    );
    let full = tables(&path("full.parquet"));
    for name in ["dictionaries.parquet", "both.parquet"] {
        let stored = tables(&path(name));
        for query in QUERIES {
            for batch_rows in [8_192, 100] {
                let (found, expected) =
                    (rows(query, &stored, batch_rows).await, rows(query, &full, 8_192).await);
                assert!(!expected.is_empty(), "{query}");
                assert_eq!(found, expected, "{query} over {name} in batches of {batch_rows}");
            }
        }
    }
}

/// What can be worked out from how the rows are made.
#[tokio::test]
async fn the_right_answers() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("t.parquet"), &batch(), WriterProperties::builder());
    let stored = tables(folder.path());
    for (query, expected) in [
        // Of 11 rows in turn one has the text, two are empty and two null; 5,000 are 454 times 11 and six more.
        ("T | where Name == 'Program3.EXE' | count", json!([[454]])),
        ("T | where isempty(Name) | count", json!([[1820]])),
        ("T | summarize Hosts = count_distinct(Host), Names = count_distinct(Name)", json!([[40, 8]])),
        // The object that is broken is none, the list is no text, and an escaped letter is the letter.
        ("T | where parse_json(Json).Operation == 'New-Rule' | count", json!([[2000]])),
    ] {
        assert_eq!(Json::from(rows(query, &stored, 8_192).await), expected, "{query}");
    }
}

/// That the files' dictionaries are made use of at all.
#[tokio::test]
async fn plans() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("t.parquet"), &batch(), WriterProperties::builder());
    let stored = tables(folder.path());
    for (query, expected) in [
        ("T | summarize count() by Name", "GroupExec: keys=[h1@0]"),
        ("T | where Number == 1 | summarize count() by Number", "as kept"),
        ("T | extend o = parse_json(Json) | where o.Operation == 'New-Rule' | count", "path_is"),
    ] {
        let options = RunOptions { partitions: Some(2), ..RunOptions::at(NOW) };
        let plans = Engine::new().explain(query, &stored, &options).await.unwrap();
        assert!(plans[0].physical.contains(expected), "{query}: {}", plans[0].physical);
    }
}
