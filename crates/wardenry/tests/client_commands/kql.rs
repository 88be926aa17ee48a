//! `wardenry kql …` on files.

use crate::run::World;

const LOGONS: &str = "Timestamp,Account,Outcome,Bytes
2026-06-01T08:00:10Z,ada,Success,10
2026-06-01T08:03:00Z,ben,Failed,20
2026-06-01T08:03:09Z,ben,Failed,30
";

#[test]
fn a_query_over_a_csv_file_gives_every_form() {
    let world = World::new();
    let table = format!("Logons={}", world.write("logons.csv", LOGONS));
    let query = "Logons | summarize n = count(), Bytes = sum(Bytes) by Account | sort by Account asc";
    for (form, expected) in [
        ("table", "Account  n  Bytes\nada      1     10\nben      2     50\n"),
        ("csv", "Account,n,Bytes\nada,1,10\nben,2,50\n"),
        ("jsonl", "{\"Account\":\"ada\",\"n\":1,\"Bytes\":10}\n{\"Account\":\"ben\",\"n\":2,\"Bytes\":50}\n"),
    ] {
        let ran = world.run(&["kql", "run", "--table", &table, "--output", form, query]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{form}");
        assert_eq!(ran.stdout.replace(": ", ":").replace(", ", ","), expected, "{form}");
    }
    let ran = world.run(&["kql", "run", "--table", &table, "--output", "json", query]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    let expected = serde_json::json!({
        "columns": [
            {"name": "Account", "type": "string"},
            {"name": "n", "type": "long"},
            {"name": "Bytes", "type": "long"}
        ],
        "rows": [["ada", 1, 10], ["ben", 2, 50]]
    });
    assert_eq!(document, expected);
}

#[test]
fn a_very_long_text_is_a_cell_like_any_other() {
    let world = World::new();
    let ran = world.run(&["kql", "run", "print a = strrep(strrep('x', 1000), 100), b = 1"]);
    let header = format!("a{}  b", " ".repeat(119));
    let expected = format!("{header}\n{}  1\n", "x".repeat(100_000));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout == expected, "{} bytes", ran.stdout.len());
}

#[test]
fn a_parquet_file_that_was_written_is_a_table() {
    let world = World::new();
    let table = world.write("Logons.csv", LOGONS);
    let to = world.path("failed.parquet").display().to_string();
    let ran = world.run(&["kql", "run", "-t", &table, "Logons | where Outcome =~ 'failed'", "--to", &to]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    let ran = world.run(&["kql", "run", "-t", &to, "-o", "csv", "failed | project Timestamp, Bytes"]);
    let expected = "Timestamp,Bytes\n2026-06-01T08:03:00.0000000Z,20\n2026-06-01T08:03:09.0000000Z,30\n";
    assert_eq!((ran.code, ran.stdout.as_str()), (0, expected));
}

/// Every type, its nulls, and what other tools would take for something else.
#[test]
fn a_parquet_file_keeps_the_types() {
    let world = World::new();
    let query = "print b = true, i = int(1), l = 2, r = 0.5, x = decimal(1.25), s = 'text', t = datetime(2026-06-01T08:03:00.123456Z), \
                 p = timespan(1.02:03:04.0000005), g = toguid('74be27de-1e4e-49d9-b579-fe0b331d3642'), d = dynamic({'a': [1, null]}), \
                 e = dynamic('text'), nx = decimal(null), np = timespan(null), ng = guid(null), nd = dynamic(null)";
    let direct = world.run(&["kql", "run", "-o", "json", query]);
    let to = world.path("types.parquet").display().to_string();
    let ran = world.run(&["kql", "run", query, "--to", &to]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let read = world.run(&["kql", "run", "-t", &to, "-o", "json", "types"]);
    assert_eq!((read.code, read.stdout), (0, direct.stdout));
    let filtered = "types | where p > 1d and x < 2 and d.a[0] == 1 and isnull(nd) and e == 'text' | count";
    let ran = world.run(&["kql", "run", "-t", &to, "-o", "csv", filtered]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "Count\n1\n"));
}

#[test]
fn times_that_a_parquet_file_cannot_hold_are_counted() {
    let world = World::new();
    let to = world.path("t.parquet").display().to_string();
    let query = "print t = datetime(2026-06-01T08:03:00.1234567Z), u = datetime(2026-06-01T08:03:00.123456Z)";
    let ran = world.run(&["kql", "run", query, "--to", &to]);
    let expected = "warning: 1 time in the column `t` lost what is finer than a microsecond\n";
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", expected));
    let ran = world.run(&["kql", "run", "-t", &to, "-o", "csv", "t"]);
    let expected = "t,u\n2026-06-01T08:03:00.1234560Z,2026-06-01T08:03:00.1234560Z\n";
    assert_eq!((ran.code, ran.stdout.as_str()), (0, expected));
}

#[test]
fn a_value_that_makes_a_column_text_is_named() {
    let world = World::new();
    let path = world.write("n.csv", "Name,n\na,1\nb,-\nc,3\n");
    let ran = world.run(&["kql", "run", "-t", &path, "-o", "csv", "n | summarize sum(tolong(n))"]);
    let expected = "\
warning: ~/n.csv: the column `n` is string, not long, because of `-` in line 3 (the only one of 3 values)
hint: call it `n:long` in the header, with --skip-broken to leave such records out; or use tolong(n)
";
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "sum_n\n4\n", expected));
    // Nothing is said of columns that the query does not name.
    let ran =
        world.run(&["kql", "run", "-t", &format!("T={path}"), "-o", "csv", "T | distinct Name | count"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "Count\n3\n"));
}

#[test]
fn a_table_that_is_not_there_may_be_there_under_another_name() {
    let world = World::new();
    let path = world.write("Logons.csv", LOGONS);
    let ran = world.run(&["kql", "run", "-t", &path.replace("Logons", "logons"), "logons"]);
    assert!(ran.stderr.ends_with("hint: there is a file ~/Logons.csv\n"), "{ran:?}");
    let folder = world.path(".").display().to_string();
    let ran = world.run(&["kql", "run", "--tables", &folder, "logons | count"]);
    assert!(ran.stderr.contains("= fix: use `Logons`"), "{ran:?}");
    assert!(ran.stderr.contains("hint: the folder has Logons"), "{ran:?}");
}

#[test]
fn whoever_asks_where_an_address_is_hears_that_a_database_is_missing() {
    let world = World::new();
    let query = "print place = geo_info_from_ip_address('20.53.203.50')";
    let ran = world.run(&["kql", "run", "-o", "csv", query]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "place\n{}\n"));
    let warning = "warning[KQL0951]: `geo_info_from_ip_address` gives empty bags: there is no database to tell where an address is\n";
    assert!(ran.stderr.starts_with(warning), "{ran:?}");
    assert!(ran.stderr.ends_with("with --geo-database FILE\n"), "{ran:?}");
    let table = world.write("logons.csv", LOGONS);
    for command in [vec!["kql", "run", query], vec!["kql", "test", "."]] {
        let ran = world.run(&[command.as_slice(), &["--geo-database", &table]].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        let error = "error: ~/logons.csv is no database in MaxMind's format (.mmdb)\n";
        assert!(ran.stderr.starts_with(error), "{ran:?}");
    }
}

#[test]
fn a_fault_in_a_test_document_fails_one_test() {
    let world = World::new();
    let test = |title: &str, cell: &str| {
        format!(
            "## {title}\n\n```data T\nx:long\n{cell}\n```\n\n```kql\nT\n```\n\n```table\nx:long\n1\n```\n"
        )
    };
    let document = [test("One", "1"), test("Two", "one"), test("Three", "1")].concat();
    let path = world.write("tests.md", &document);
    let ran = world.run(&["kql", "test", &path]);
    let expected = "~/tests.md:20: Two\n`one` is no long\n\n2 passed, 1 failed\n";
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (1, expected, ""));
}

#[test]
fn faults_have_their_place_and_what_to_write_instead() {
    let world = World::new();
    let table = format!("Logons={}", world.write("logons.csv", LOGONS));
    let ran = world.run(&["kql", "run", "--table", &table, "Logons | where Acount == 'ada'"]);
    let expected = "\
error[KQL0101]: no column or variable named `Acount`
  --> 1:16
   |
 1 | Logons | where Acount == 'ada'
   |                ^^^^^^
   = fix: use `Account`
error: the query has an error
";
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (1, "", expected));
    let ran = world.run(&["kql", "run", "Logons"]);
    assert!(
        ran.stderr.ends_with("hint: a table is a file or a folder: name it with --table NAME=PATH\n"),
        "{ran:?}"
    );
}

#[test]
fn a_query_is_explained_before_its_plan() {
    let world = World::new();
    let table = format!("Logons={}", world.write("logons.csv", LOGONS));
    let query = "let least = 15; Logons | where Bytes > least | summarize n = count() by Account";
    let ran = world.run(&["kql", "run", "--table", &table, "--explain", query]);
    let meaning = "Logons\n| where Bytes > 15\n| summarize n: long = count() by Account\n\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.starts_with(meaning) && ran.stdout.len() > meaning.len() + 100, "{}", ran.stdout);
}

#[test]
fn a_broken_record_is_named_or_left_out() {
    let world = World::new();
    let path = world.write("n.csv", "n:long\n1\nx\n3\n");
    let ran = world.run(&["kql", "run", "-t", &path, "n | summarize sum(n)"]);
    // The home folder reads `~`.
    let expected = "\
error: the query failed with KQL0913
  because the rows of a table cannot be read
  because ~/n.csv, line 3: `x` in the column `n` is no long
";
    assert_eq!((ran.code, ran.stderr.as_str()), (1, expected));
    let ran = world.run(&["kql", "run", "-t", &path, "--skip-broken", "-o", "csv", "n | summarize sum(n)"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "sum_n\n4\n"));
    assert_eq!(ran.stderr, "warning: 1 broken record was left out\n");
}

#[test]
fn check_and_format_end_with_1_when_something_is_wrong() {
    let world = World::new();
    let good = world.write("good.kql", "DeviceInfo\n| take 1\n");
    let bad = world.write("bad.kql", "DeviceInfo|take 1 | project Nope");
    let ran = world.run(&["kql", "check", &good]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", "note: the query is valid\n"));
    let ran = world.run(&["kql", "check", "--output", "json", &good, &bad]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    let valid: Vec<_> =
        document.as_array().expect("a list").iter().map(|file| file["valid"].clone()).collect();
    assert_eq!((ran.code, valid), (1, vec![true.into(), false.into()]));
    assert_eq!(document[1]["diagnostics"][0]["code"], "KQL0101");

    let ran = world.run(&["kql", "format", "--check", &good, &bad]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, "~/bad.kql\n"));
    let ran = world.run(&["kql", "format", &bad]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    let formatted = std::fs::read_to_string(world.path("bad.kql")).expect("it is there");
    assert_eq!(formatted, "DeviceInfo\n| take 1\n| project Nope\n");
}

#[test]
fn detection_tests_pass_and_fail() {
    let world = World::new();
    let document = "# Detection\n\n## Finds it\n\n```data T\nx:long\n1\n2\n```\n\n```kql\nT | where x > 1\n```\n\n```table\nx:long\nROW\n```\n";
    let good = world.write("good.md", &document.replace("ROW", "2"));
    let ran = world.run(&["kql", "test", &good]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(format!("{}{}", ran.stdout, ran.stderr).contains("1 passed, 0 failed"), "{ran:?}");
    let bad = world.write("bad.md", &document.replace("ROW", "3"));
    let ran = world.run(&["kql", "test", &bad]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(format!("{}{}", ran.stdout, ran.stderr).contains("0 passed, 1 failed"), "{ran:?}");
}
