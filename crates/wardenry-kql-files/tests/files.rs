//! Files as people have them, read as tables.

use std::path::{Path, PathBuf};

use arrow::util::pretty::pretty_format_batches;
use datafusion::prelude::SessionContext;
use wardenry_kql_files::{FileError, FileTable, OpenOptions, open};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder can be made"))
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder can be made");
        std::fs::write(&path, content).expect("a file can be written");
        path
    }
}

fn columns(table: &FileTable) -> String {
    table
        .columns
        .iter()
        .map(|(name, scalar_type)| format!("{name}:{scalar_type}"))
        .collect::<Vec<_>>()
        .join(", ")
}

async fn rows(table: &FileTable) -> Result<String, String> {
    let context = SessionContext::new();
    let frame = context.read_table(table.provider.clone()).expect("a table");
    let batches = frame.collect().await.map_err(|error| error.to_string())?;
    let text = pretty_format_batches(&batches).expect("batches print").to_string();
    let cells = |line: &str| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>().join("|");
    Ok(text.lines().filter(|line| !line.starts_with('+')).skip(1).map(cells).collect::<Vec<_>>().join("\n"))
}

async fn table(path: &Path) -> FileTable {
    open(path, &OpenOptions::default()).await.expect("it is a table")
}

async fn refusal(path: &Path) -> String {
    match open(path, &OpenOptions::default()).await {
        Err(error) => error.to_string(),
        Ok(table) => rows(&table).await.expect_err("it cannot be read"),
    }
}

#[tokio::test]
async fn a_header_may_say_types_and_the_rest_is_inferred() {
    let folder = Folder::new();
    let path =
        folder.file("a.csv", "Name,Count:long,Ratio,Seen\n\"a, b\",7,1,2024-02-03T04:05:06Z\nc,,2.5,\n");
    let table = table(&path).await;
    assert_eq!(columns(&table), "Name:string, Count:long, Ratio:real, Seen:datetime");
    assert_eq!(rows(&table).await.unwrap(), "a, b|7|1.0|638425299060000000\nc||2.5|");
    assert_eq!(table.progress.bytes_read(), std::fs::metadata(&path).unwrap().len());
}

#[tokio::test]
async fn lines_arrays_and_loose_objects_are_the_same_table() {
    let folder = Folder::new();
    let objects = ["{\"a\": 1, \"d\": {\"x\": [1, 2]}}", "{\"d\": null, \"b\": \"t\\u00e9xt\", \"a\": 2.5}"];
    for (name, content) in [
        ("a.jsonl", format!("{}\n\n{}\n", objects[0], objects[1])),
        ("a.json", format!("[{},\n {}]", objects[0], objects[1])),
        ("b.json", format!("\u{feff}  {}\n{}", objects[0], objects[1])),
    ] {
        let path = folder.file(name, content);
        let table = table(&path).await;
        assert_eq!(columns(&table), "a:real, d:dynamic, b:string", "{name}");
        assert_eq!(rows(&table).await.unwrap(), "1.0|{\"x\": [1, 2]}|\n2.5||téxt", "{name}");
    }
}

#[tokio::test]
async fn compressed_files_and_folders_of_files_are_tables() {
    let folder = Folder::new();
    folder.file("day=1/a.csv", "n,s\n1,x\n");
    let zstd = zstd::encode_all(&b"s,n,extra\ny,2,true\n"[..], 1).expect("it compresses");
    folder.file("day=2/b.csv.zst", zstd);
    let table = table(folder.0.path()).await;
    assert_eq!(columns(&table), "n:long, s:string, extra:bool");
    let mut lines: Vec<_> = rows(&table).await.unwrap().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["1|x|", "2|y|true"]);
}

#[tokio::test]
async fn a_broken_record_is_named_by_its_line() {
    let folder = Folder::new();
    for (name, content, expected) in [
        ("short.csv", "a,b\n1,2\n3\n", "short.csv, line 3: the record has 1 cell, the header has 2"),
        ("type.csv", "a:long\n1\nx y\n", "type.csv, line 3: `x y` in the column `a` is no long"),
        ("twice.csv", "a,a\n1,2\n", "twice.csv names the column `a` twice"),
        ("empty.csv", "", "empty.csv is empty: there is no header to name the columns"),
        ("a.jsonl", "{\"a\":1}\n{\"a\":\n", "a.jsonl, line 2: EOF while parsing a value (column 5)"),
        (
            "b.jsonl",
            "{\"a\":1}\n[1]\n",
            "b.jsonl, line 2: invalid type: sequence, expected a JSON object (column 0)",
        ),
        ("a.json", "[{\"a\":1}\n {\"a\":2}]", "a.json, line 2: expected `,` or `]` (column 2)"),
        ("notes.txt", "", "notes.txt has a format that is not known"),
        ("bytes.csv", "a\n\u{e9}\n", ""),
    ] {
        if expected.is_empty() {
            let path = folder.file(name, b"a,b\nx,\xe9\n");
            assert!(refusal(&path).await.contains("line 2: cell 2 is not UTF-8"));
            continue;
        }
        let path = folder.file(name, content);
        let refusal = refusal(&path).await;
        assert!(refusal.contains(expected), "{name}: {refusal}");
    }
}

#[tokio::test]
async fn broken_records_can_be_skipped_and_are_counted() {
    let folder = Folder::new();
    let options = OpenOptions { skip_broken: true, columns: None };
    for (name, content) in [
        ("a.csv", "a:long,b\n1,x\n2\nz,y\n3,w\n"),
        ("a.jsonl", "{\"a\":1,\"b\":\"x\"}\n{\"a\":\nnothing\n{\"a\":3,\"b\":\"w\"}\n"),
    ] {
        let path = folder.file(name, content);
        let table = open(&path, &options).await.expect("it is a table");
        assert_eq!(rows(&table).await.unwrap(), "1|x\n3|w", "{name}");
        assert_eq!(table.progress.records_skipped(), 2, "{name}");
    }
}

#[tokio::test]
async fn a_missing_file_says_so() {
    let error = open(Path::new("nowhere/a.csv"), &OpenOptions::default()).await.expect_err("it is not there");
    assert!(matches!(error, FileError::Io { .. }));
    assert_eq!(error.to_string(), "cannot read nowhere/a.csv");
    let folder = Folder::new();
    let error = open(folder.0.path(), &OpenOptions::default()).await.expect_err("nothing is there");
    assert!(matches!(error, FileError::NothingThere { .. }));
}

fn notes(table: &FileTable, folder: &Folder) -> Vec<String> {
    let here = format!("{}/", folder.0.path().display());
    table.notes.iter().map(|note| note.to_string().replace(&here, "")).collect()
}

#[tokio::test]
async fn what_makes_a_type_unexpected_is_told() {
    let folder = Folder::new();
    let csv = table(&folder.file("a.csv", "Name,Bytes,Port:long\nada,1,1\nben,n/a,2\ncat,3,3\n")).await;
    assert_eq!(columns(&csv), "Name:string, Bytes:string, Port:long");
    let told = "a.csv: the column `Bytes` is string, not long, because of `n/a` in line 3 (the only one of 3 values)";
    assert_eq!(notes(&csv, &folder), [told]);

    let lines =
        table(&folder.file("b.jsonl", "{\"x\":1}\n{\"x\":2}\n{\"x\":\"3\"}\n{\"x\":4}\n{\"x\":[]}\n")).await;
    let told = "b.jsonl: the column `x` is dynamic, not long, because of `\"3\"` in line 3 (2 of 5 values)";
    assert_eq!((columns(&lines).as_str(), notes(&lines, &folder)), ("x:dynamic", vec![told.to_owned()]));

    let array = table(&folder.file("c.json", "[{\"x\":true},{\"x\":1},{\"x\":false}]")).await;
    let told =
        "c.json: the column `x` is dynamic, not bool, because of `1` in record 2 (the only one of 3 values)";
    assert_eq!(notes(&array, &folder), [told]);

    let empty = table(&folder.file("d.csv", "a,b\n")).await;
    assert_eq!(notes(&empty, &folder), ["d.csv has no rows: its columns are string"]);

    folder.file("day/1.csv", "x,y\n1,2\n");
    folder.file("day/2.csv", "x,y\nsoon,2.5\n");
    let several = table(&folder.0.path().join("day")).await;
    assert_eq!(columns(&several), "x:string, y:real");
    let told = "the column `x` is string, because it is string in day/2.csv and long before";
    assert_eq!(notes(&several, &folder), [told]);
}

#[tokio::test]
async fn cells_may_be_parted_by_semicolons_or_tabs() {
    let folder = Folder::new();
    for (name, content) in [
        ("a.csv", "Name;Bytes\r\n\"a;b\";1\r\n"),
        ("b.csv", "\u{feff}Name\tBytes\na;b\t1\n"),
        ("c.csv", "Name,Bytes\na;b,1\n"),
    ] {
        let table = table(&folder.file(name, content)).await;
        assert_eq!(columns(&table), "Name:string, Bytes:long", "{name}");
        assert_eq!(rows(&table).await.unwrap(), "a;b|1", "{name}");
    }
}

#[tokio::test]
async fn an_empty_file_has_no_columns_unless_others_have() {
    let folder = Folder::new();
    for name in ["a.json", "b.jsonl"] {
        let message = refusal(&folder.file(name, "")).await;
        assert!(
            message.ends_with("is empty: there is no object whose members would name the columns"),
            "{message}"
        );
    }
    folder.file("day/1.jsonl", "");
    folder.file("day/2.jsonl", "{\"x\":1}\n");
    assert_eq!(columns(&table(&folder.0.path().join("day")).await), "x:long");
}
