use std::io::Write as _;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

struct World {
    folder: TempDir,
}

impl World {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    fn append(&self, name: &str, content: &str) {
        let mut file = File::options().append(true).open(self.path(name)).unwrap();
        file.write_all(content.as_bytes()).unwrap();
    }

    fn settings(&self, name: &str, table: Option<&str>) -> FeedSettings {
        FeedSettings {
            path: self.path(name),
            server: "https://localhost:1".to_owned(),
            tenant: Tenant::parse("alder.example").unwrap(),
            table: table.map(str::to_owned),
            state_folder: self.path("state"),
            follow: false,
            again: false,
        }
    }

    fn follow(&self, name: &str) -> (Feed, Start) {
        Feed::open(FeedSettings { follow: true, ..self.settings(name, None) }).unwrap()
    }

    fn open(&self, name: &str, table: Option<&str>) -> (Feed, Start) {
        Feed::open(self.settings(name, table)).unwrap()
    }
}

/// Sends everything there is, and gives the lines that were sent.
fn send_all(feed: &mut Feed) -> Vec<String> {
    let mut sent = Vec::new();
    while let Some(batch) = feed.next_batch().unwrap() {
        feed.begin(&batch).unwrap();
        sent.extend(texts(&batch));
        feed.done(&batch).unwrap();
    }
    sent
}

fn texts(batch: &FeedBatch) -> Vec<String> {
    String::from_utf8(batch.events.lines.clone()).unwrap().lines().map(str::to_owned).collect()
}

fn refused(batch: &FeedBatch) -> Vec<(u64, &str)> {
    batch.refused.iter().map(|record| (record.line, record.reason.as_str())).collect()
}

#[test]
fn records_of_the_stream_pass_as_they_are() {
    let world = World::new();
    let text = "\u{feff}{\"category\":\"AdvancedHunting-T\"}\r\n\n  {broken\n[1]\n\
                {\"records\":[{\"a\":1},{\n\"b\":2}]}\n{\"records\": [{\"a\":1}, {\"b\":2}]}\n{\"last\":1}";
    world.write("events.jsonl", text);
    let (mut feed, start) = world.open("events.jsonl", None);
    assert_eq!(start, Start::Fresh);
    let batch = feed.next_batch().unwrap().unwrap();
    let expected = ["{\"category\":\"AdvancedHunting-T\"}", "{\"a\":1}", "{\"b\":2}", "{\"last\":1}"];
    assert_eq!(texts(&batch), expected);
    assert_eq!(batch.lines, [1, 7, 7, 8]);
    let (not_json, not_object) =
        ("it is not JSON: key must be a string at line 1 column 2", "it is not a JSON object");
    let cut = "it is not JSON: EOF while parsing an object at line 1 column 21";
    assert_eq!(refused(&batch), [(3, not_json), (4, not_object), (5, cut), (6, not_object)]);
    assert_eq!(batch.to, Position { offset: text.len() as u64, line: 8 });
    assert_eq!(feed.next_batch().unwrap(), None);
}

#[test]
fn rows_become_properties_of_their_table() {
    let world = World::new();
    world.write("rows.json", "[ {\"A\": \"]},\\\"\",\n \"B\": [1, {}]} ,\n\n7, {\"A\":2}\n]\n");
    let (mut feed, _) = world.open("rows.json", Some("T\"x"));
    let batch = feed.next_batch().unwrap().unwrap();
    let expected = [
        "{\"category\":\"AdvancedHunting-T\\\"x\",\"properties\":{\"A\": \"]},\\\"\",  \"B\": [1, {}]}}",
        "{\"category\":\"AdvancedHunting-T\\\"x\",\"properties\":{\"A\":2}}",
    ];
    assert_eq!(texts(&batch), expected);
    assert_eq!(
        (batch.lines.as_slice(), refused(&batch)),
        (&[1, 4][..], vec![(4, "it is not a JSON object")])
    );
    world.write("rows.jsonl", "{\"A\":1}\n{\"A\":1}}, {\"x\":{\n");
    let (mut feed, _) = world.open("rows.jsonl", Some("T"));
    let batch = feed.next_batch().unwrap().unwrap();
    assert_eq!(batch.lines, [1], "a row cannot close the braces around it");
    assert_eq!(refused(&batch)[0].0, 2);
}

#[test]
fn csv_rows_are_texts_by_their_header() {
    let world = World::new();
    world.write("rows.csv", "Name,Count:long,\n\"a\n\"\"b\"\"\",7,\n\nc,,x\nd,1,y,z\n");
    let (mut feed, _) = world.open("rows.csv", Some("T"));
    let batch = feed.next_batch().unwrap().unwrap();
    let rows: Vec<Value> = texts(&batch)
        .iter()
        .map(|text| serde_json::from_str::<Value>(text).unwrap()["properties"].take())
        .collect();
    assert_eq!(rows, [json!({"Name": "a\n\"b\"", "Count": "7"}), json!({"Name": "c", "Column3": "x"})]);
    assert_eq!(
        (batch.lines.as_slice(), refused(&batch)),
        (&[2, 5][..], vec![(6, "the row has 4 cells, the header 3")])
    );
    let error = Feed::open(world.settings("rows.csv", None)).unwrap_err().to_string();
    assert!(error.ends_with("rows.csv holds plain rows, and it is not said of which table"), "{error}");
}

#[test]
fn an_interrupted_batch_is_made_again_under_its_id() {
    let world = World::new();
    world.write("events.jsonl", "{\"a\":1}\n{\"a\":2}\n");
    let (mut feed, _) = world.open("events.jsonl", None);
    let batch = feed.next_batch().unwrap().unwrap();
    feed.begin(&batch).unwrap();
    drop(feed);
    // Lines that came since do not change what the batch holds.
    world.append("events.jsonl", "{\"a\":3}\n");
    let (mut feed, start) = world.open("events.jsonl", None);
    assert_eq!(start, Start::Resumed(Position::default()));
    let again = feed.next_batch().unwrap().unwrap();
    assert_eq!(again, batch);
    feed.done(&again).unwrap();
    assert_eq!(send_all(&mut feed), ["{\"a\":3}"]);
    let (mut feed, start) = world.open("events.jsonl", None);
    assert_eq!(start, Start::Resumed(Position { offset: 24, line: 3 }));
    assert_eq!(feed.next_batch().unwrap(), None);
}

#[test]
fn every_form_resumes_where_it_stopped() {
    let gzip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    // Longer than a batch.
    let rows: Vec<String> = (0..BATCH_RECORDS + 5).map(|number| format!("{{\"A\":\"{number}\"}}")).collect();
    let array = format!("[{}]", rows.join(",\n"));
    let csv = (0..BATCH_RECORDS + 5).fold("A\n".to_owned(), |text, number| format!("{text}{number}\n"));
    let world = World::new();
    world.write("l.jsonl", rows.join("\n"));
    world.write("l.jsonl.gz", gzip(&rows.join("\n")));
    world.write("a.json", &array);
    world.write("a.json.gz", gzip(&array));
    world.write("c.csv", &csv);
    world.write("c.csv.gz", gzip(&csv));
    for name in ["l.jsonl", "l.jsonl.gz", "a.json", "a.json.gz", "c.csv", "c.csv.gz"] {
        let (mut feed, _) = world.open(name, Some("T"));
        let first = feed.next_batch().unwrap().unwrap();
        feed.begin(&first).unwrap();
        feed.done(&first).unwrap();
        drop(feed);
        let (mut feed, _) = world.open(name, Some("T"));
        let second = feed.next_batch().unwrap().unwrap();
        assert_eq!((first.lines.len(), second.lines.len()), (BATCH_RECORDS, 5), "{name}");
        assert_ne!(first.events.id, second.events.id);
        let wrapped = |row: &String| format!("{{\"category\":\"AdvancedHunting-T\",\"properties\":{row}}}");
        let expected: Vec<String> = rows[BATCH_RECORDS..].iter().map(wrapped).collect();
        assert_eq!(texts(&second), expected, "{name}");
        let header = u64::from(name.starts_with('c'));
        assert_eq!(second.lines[0], BATCH_RECORDS as u64 + 1 + header, "{name}");
    }
}

#[test]
fn another_file_at_the_path_is_sent_from_its_beginning_under_other_ids() {
    let world = World::new();
    world.write("events.jsonl", "{\"a\":1}\n");
    let (mut feed, _) = world.open("events.jsonl", None);
    let first = feed.next_batch().unwrap().unwrap();
    feed.begin(&first).unwrap();
    feed.done(&first).unwrap();
    world.write("events.jsonl", "{\"b\":1}\n{\"b\":2}\n");
    let (mut feed, start) = world.open("events.jsonl", None);
    assert_eq!((start, send_all(&mut feed).len()), (Start::Replaced, 2));
    // The first content again is something new as well.
    world.write("events.jsonl", "{\"a\":1}\n");
    let (mut feed, start) = world.open("events.jsonl", None);
    let later = feed.next_batch().unwrap().unwrap();
    assert_eq!((start, texts(&later)), (Start::Replaced, texts(&first)));
    assert_ne!(later.events.id, first.events.id);
    feed.begin(&later).unwrap();
    feed.done(&later).unwrap();
    let again = FeedSettings { again: true, ..world.settings("events.jsonl", None) };
    let (mut feed, start) = Feed::open(again).unwrap();
    assert_eq!((start, send_all(&mut feed)), (Start::Fresh, texts(&later)));
}

#[test]
fn a_last_line_that_breaks_off_waits_for_its_rest() {
    let world = World::new();
    world.write("events.jsonl", "{\"a\":1}\n{\"a\":");
    let (mut feed, _) = world.open("events.jsonl", None);
    assert_eq!((send_all(&mut feed), feed.unfinished_line()), (vec!["{\"a\":1}".to_owned()], Some(2)));
    world.append("events.jsonl", "2}");
    let (mut feed, _) = world.open("events.jsonl", None);
    assert_eq!((send_all(&mut feed), feed.unfinished_line()), (vec!["{\"a\":2}".to_owned()], None));
}

#[test]
fn a_followed_file_gives_whole_lines() {
    let world = World::new();
    world.write("app.log", "{\"a\":1}\n{\"a\":");
    let (mut feed, _) = world.follow("app.log");
    assert_eq!(send_all(&mut feed), ["{\"a\":1}"]);
    assert_eq!(feed.turn_over().unwrap(), None);
    world.append("app.log", "2}\n");
    assert_eq!(send_all(&mut feed), ["{\"a\":2}"]);
    world.write("rows.json", "[]");
    let settings = FeedSettings { follow: true, ..world.settings("rows.json", None) };
    assert!(matches!(Feed::open(settings), Err(FeedError::CannotFollow { .. })));
}

#[cfg(unix)]
#[test]
fn a_rotated_file_is_read_to_its_end_before_the_new_one() {
    let world = World::new();
    world.write("app.log", "{\"a\":1}\n");
    let (mut feed, _) = world.follow("app.log");
    assert_eq!(send_all(&mut feed), ["{\"a\":1}"]);
    std::fs::rename(world.path("app.log"), world.path("app.log.1")).unwrap();
    assert_eq!(feed.turn_over().unwrap(), None, "there is no new file yet");
    world.write("app.log", "{\"a\":1}\n");
    assert_eq!(feed.turn_over().unwrap(), None, "the old one may get a last line");
    world.append("app.log.1", "{\"a\":2}");
    assert_eq!(send_all(&mut feed), ["{\"a\":2}"]);
    assert_eq!(feed.turn_over().unwrap(), Some(TurnOver::Rotated));
    assert_eq!(send_all(&mut feed), ["{\"a\":1}"]);
    assert_eq!(feed.turn_over().unwrap(), None);
}

#[cfg(unix)]
#[test]
fn a_file_that_was_rotated_while_nobody_looked_is_found_beside() {
    let world = World::new();
    world.write("app.log", "{\"a\":1}\n");
    let (mut feed, _) = world.follow("app.log");
    send_all(&mut feed);
    drop(feed);
    world.append("app.log", "{\"a\":2}\n");
    std::fs::rename(world.path("app.log"), world.path("app.log.1")).unwrap();
    world.write("app.log", "{\"b\":1}\n");
    let (mut feed, start) = world.follow("app.log");
    assert_eq!(start, Start::Resumed(Position { offset: 8, line: 1 }));
    assert_eq!(send_all(&mut feed), ["{\"a\":2}"]);
    assert_eq!(feed.turn_over().unwrap(), Some(TurnOver::Rotated));
    assert_eq!(send_all(&mut feed), ["{\"b\":1}"]);
}

#[test]
fn a_truncated_file_is_read_from_its_beginning_as_something_new() {
    let world = World::new();
    world.write("app.log", "{\"a\":1}\n{\"a\":2}\n");
    let (mut feed, _) = world.follow("app.log");
    assert_eq!(send_all(&mut feed).len(), 2);
    world.write("app.log", "{\"a\":1}\n");
    assert_eq!(feed.turn_over().unwrap(), Some(TurnOver::Truncated));
    assert_eq!(send_all(&mut feed), ["{\"a\":1}"]);
    assert_eq!(feed.turn_over().unwrap(), None);
    world.write("app.log", "{\"b\":1}\n");
    assert_eq!(feed.turn_over().unwrap(), Some(TurnOver::Truncated), "as long as before, and another");
    assert_eq!(send_all(&mut feed), ["{\"b\":1}"]);
}

#[test]
fn what_is_too_long_or_cut_off_is_said() {
    let world = World::new();
    let long = "x".repeat(pieces::MAX_RECORD_BYTES + 1);
    world.write("events.jsonl", format!("{{\"a\":1}}\n{{\"{long}\":1}}\n{{\"a\":2}}\n"));
    let (mut feed, _) = world.open("events.jsonl", None);
    let batch = feed.next_batch().unwrap().unwrap();
    assert_eq!(
        (batch.lines.as_slice(), refused(&batch)),
        (&[1, 3][..], vec![(2, "the record is longer than 8 MiB")])
    );
    world.write("cut.json", "[{\"a\":1},\n{\"a\":");
    let (mut feed, _) = world.open("cut.json", None);
    assert_eq!(
        send_all_before_fault(&mut feed),
        (vec!["{\"a\":1}".to_owned()], "cut.json, line 2: the array has no end".to_owned())
    );
}

fn send_all_before_fault(feed: &mut Feed) -> (Vec<String>, String) {
    let mut sent = Vec::new();
    loop {
        match feed.next_batch() {
            Ok(Some(batch)) => sent.extend(texts(&batch)),
            Ok(None) => panic!("the fault was not noticed"),
            Err(error) => {
                let text = error.to_string();
                return (sent, text.rsplit('/').next().unwrap_or_default().to_owned());
            }
        }
    }
}
