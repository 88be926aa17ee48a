//! `wardenry ingest` against a server that plays the endpoint.

use std::io::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::run::{APP, World, ends};
use crate::stub::{Reply, Seen, Stub};

const INGEST: &str = "/wardenry/v1/ingest";

/// Takes everything.
fn takes_all(seen: &Seen) -> Reply {
    assert_eq!(seen.path, INGEST);
    assert_eq!(seen.headers["content-type"], "application/x-ndjson");
    assert_eq!(seen.headers["idempotency-key"].len(), 64);
    let stored = seen.body.lines().count();
    Reply::json(&json!({"stored": stored, "repeated": false, "quarantinedCount": 0, "quarantined": []}))
}

#[test]
fn a_file_is_sent_once_and_what_was_added_after_that() {
    let stub = Stub::start(takes_all);
    let world = stub.world();
    let first = "{\"category\":\"AdvancedHunting-T\",\"properties\":{\"A\":1}}\n";
    world.write("events.jsonl", first);
    let ran = world.run(&["ingest", "-t", "alder", "events.jsonl"]);
    let table = "FILE          STORED  REPEATED  QUARANTINED  NOT SENT\nevents.jsonl  1       0         0            0\n";
    assert_eq!(ran, ends(0, table, ""));
    let second = first.replace('1', "2");
    world.write("events.jsonl", &format!("{first}{second}"));
    let ran = world.run(&["ingest", "-t", "alder", "-o", "csv", "events.jsonl"]);
    let csv = "file,stored,repeated,quarantined,not_sent\r\nevents.jsonl,1,0,0,0\r\n";
    assert_eq!(ran, ends(0, csv, "note: events.jsonl: goes on after line 1\n"));
    let bodies: Vec<String> = stub.seen(INGEST).into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, [first.to_owned(), second]);
    let state = std::fs::read_dir(world.path(".local/state/wardenry/ingest")).unwrap().count();
    assert_eq!(state, 1);
    let again = world.run(&["ingest", "-t", "alder", "--again", "events.jsonl"]);
    assert_eq!((again.code, stub.seen(INGEST).len()), (0, 3));
}

#[test]
fn records_that_do_not_fit_are_reported_with_their_lines() {
    let stub = Stub::start(|_| {
        Reply::json(&json!({
            "stored": 1, "repeated": false, "quarantinedCount": 1,
            "quarantined": [{"index": 1, "code": "WrongType", "reason": "`N` is no long"}],
        }))
    });
    let world = stub.world();
    world.write("events.jsonl", "{\"a\":1}\n\nnonsense\n{\"a\":2}\n");
    let ran = world.run(&["ingest", "-t", "alder", "-o", "json", "events.jsonl"]);
    let expected = "warning: events.jsonl, line 3: it is not a JSON object (NotSent)\n\
                    warning: events.jsonl, line 4: `N` is no long (WrongType)\n\
                    hint: the server keeps them with their reasons in its quarantine table\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (3, expected));
    let files: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        files,
        json!([{
            "file": "events.jsonl", "stored": 1, "repeated": 0, "quarantined": 1, "notSent": 1, "complete": true,
            "problems": [{"line": 3, "code": "NotSent", "reason": "it is not a JSON object"},
                         {"line": 4, "code": "WrongType", "reason": "`N` is no long"}],
        }])
    );
    assert_eq!(stub.seen(INGEST)[0].body, "{\"a\":1}\n{\"a\":2}\n");
}

#[test]
fn records_that_are_nowhere_are_not_said_to_be_in_quarantine() {
    let stub = Stub::start(|_| {
        Reply::json(&json!({
            "stored": 0, "repeated": false, "quarantinedCount": 1,
            "quarantined": [{"index": 0, "code": "QuarantineFull", "reason": "`N` is no long (WrongType); it is not kept"}],
        }))
    });
    let world = stub.world();
    world.write("events.jsonl", "{\"a\":1}\n");
    let ran = world.run(&["ingest", "-t", "alder", "events.jsonl"]);
    let expected = "warning: events.jsonl, line 1: `N` is no long (WrongType); it is not kept (QuarantineFull)\n\
                    hint: the server keeps them with their reasons in its quarantine table\n\
                    hint: but not those with the code QuarantineFull: it has taken its records of the day\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (3, expected));
}

#[test]
fn plain_rows_name_their_table() {
    let stub = Stub::start(takes_all);
    let world = stub.world();
    world.write("rows.csv", "Name,Count\nada,7\n");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"[{\"Name\":\"ben\"},\n{\"Name\":\"eve\"}]").unwrap();
    std::fs::write(world.path("rows.json.gz"), gzip.finish().unwrap()).unwrap();
    let ran = world.run(&[
        "ingest",
        "-t",
        "alder",
        "--table",
        "People_CL",
        "-o",
        "csv",
        "rows.csv",
        "rows.json.gz",
    ]);
    let csv = "file,stored,repeated,quarantined,not_sent\r\nrows.csv,1,0,0,0\r\nrows.json.gz,2,0,0,0\r\n";
    assert_eq!(ran, ends(0, csv, ""));
    let bodies: String = stub.seen(INGEST).into_iter().map(|seen| seen.body).collect();
    let row = |row: &str| format!("{{\"category\":\"AdvancedHunting-People_CL\",\"properties\":{row}}}\n");
    let expected =
        [r#"{"Name":"ada","Count":"7"}"#, r#"{"Name":"ben"}"#, r#"{"Name":"eve"}"#].map(row).concat();
    assert_eq!(bodies, expected);
    let unnamed = world.run(&["ingest", "-t", "alder", "rows.csv", "gone.jsonl", "-o", "jsonl"]);
    assert_eq!(unnamed.code, 1);
    let hint = "hint: name it: --table NAME\n";
    assert!(
        unnamed.stderr.contains(hint) && unnamed.stderr.contains("error: cannot read gone.jsonl\n"),
        "{unnamed:?}"
    );
}

#[test]
fn a_batch_that_may_have_arrived_is_sent_again_under_its_id() {
    let calls = AtomicU32::new(0);
    let stub = Stub::start(move |seen| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::refusal(500, "InternalError", "Lost."),
        1 => Reply::refusal(429, "Busy", "Too many batches wait.").retry_after(0),
        2 => Reply::json(&json!({"stored": 0, "repeated": true, "quarantinedCount": 0, "quarantined": []})),
        _ => takes_all(seen),
    });
    let world = stub.world();
    world.write("events.jsonl", "{\"a\":1}\n");
    let failed = world.run(&["ingest", "-t", "alder", "--patience", "0", "events.jsonl", "-o", "csv"]);
    assert_eq!(failed.code, 1);
    let expected = "error: the ingest API refused the call: Lost (InternalError, HTTP 500)\n\
                    hint: give the command again: it goes on where it stopped\n";
    assert!(failed.stderr.starts_with(expected), "{failed:?}");
    // What was written since does not change the batch.
    world.write("events.jsonl", "{\"a\":1}\n{\"a\":2}\n");
    let ran = world.run(&["ingest", "-t", "alder", "events.jsonl", "-o", "csv"]);
    let csv = "file,stored,repeated,quarantined,not_sent\r\nevents.jsonl,1,1,0,0\r\n";
    assert_eq!(ran, ends(0, csv, ""));
    let seen = stub.seen(INGEST);
    let batches: Vec<(&str, &str)> =
        seen.iter().map(|seen| (seen.headers["idempotency-key"].as_str(), seen.body.as_str())).collect();
    assert_eq!(batches[..3], [batches[0]; 3]);
    assert_eq!((batches[0].1, batches[3].1), ("{\"a\":1}\n", "{\"a\":2}\n"));
    assert_ne!(batches[0].0, batches[3].0);
}

#[test]
fn a_followed_file_is_forwarded_through_rotation() {
    let stub = Stub::start(takes_all);
    let world = stub.world();
    world.write("app.log", "{\"a\":1}\n");
    let child = world.spawn(&["ingest", "-t", "alder", "--follow", "app.log"]);
    let bodies = |count| stub.wait_for(count).into_iter().map(|seen| seen.body).collect::<Vec<_>>();
    assert_eq!(bodies(1), ["{\"a\":1}\n"]);
    std::fs::rename(world.path("app.log"), world.path("app.log.1")).unwrap();
    world.write("app.log", "{\"b\":1}\n");
    assert_eq!(bodies(2)[1..], ["{\"b\":1}\n"]);
    let mut log = std::fs::File::options().append(true).open(world.path("app.log")).unwrap();
    log.write_all(b"{\"b\":2}\n").unwrap();
    assert_eq!(bodies(3)[2..], ["{\"b\":2}\n"]);
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let ran = world.end_of(child);
    let expected = "note: following; end with Ctrl-C\nnote: app.log was rotated\n\
                    note: interrupted; the same command goes on from here\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (0, expected));
    // The last request came in; whether its answer did before the interruption is open.
    assert!(["app.log  2 ", "app.log  3 "].iter().any(|line| ran.stdout.contains(line)), "{ran:?}");
    // A followed file has to be one.
    world.write("rows.json", "[]");
    let array = world.run(&["ingest", "-t", "alder", "--follow", "rows.json"]);
    assert!(array.code == 1 && array.stderr.contains("hint: a JSON array, CSV"), "{array:?}");
}

#[test]
fn a_vendors_cloud_takes_no_events() {
    let world =
        World::new().with_variable("WARDENRY_CLIENT_ID", APP).with_variable("WARDENRY_CLIENT_SECRET", "x");
    world.write("events.jsonl", "{\"a\":1}\n");
    let ran =
        world.run(&["ingest", "--profile", "public", "-t", "alder.example", "events.jsonl", "-o", "jsonl"]);
    assert_eq!(ran.code, 1);
    let expected = "error: the cloud profile \"public\" takes no events: only a Wardenry server does\n";
    assert!(ran.stderr.starts_with(expected), "{ran:?}");
}
