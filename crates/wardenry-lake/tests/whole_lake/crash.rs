//! A process is killed again and again while it stores events, makes files and puts them together.
//!
//! The process to kill is this test executable, started again with the name of one test and its orders in its environment. After
//! each kill, what was acknowledged is counted. `WARDENRY_CRASH_ROUNDS` says how often, `WARDENRY_CRASH_SEED` what is random:
//!
//! ```text
//! WARDENRY_CRASH_ROUNDS=200 cargo test -p wardenry-lake --test whole_lake crash -- --nocapture
//! ```

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use serde_json::json;
use wardenry_core::time::ManualClock;
use wardenry_kql_engine::{Engine, RunOptions};
use wardenry_kql_values::UNIX_EPOCH;
use wardenry_lake::{Lake, LakeSettings, ObjectStorage};
use wardenry_store::SqliteStore;

use crate::object_stores::{Server, bucket_at};
use crate::support::{ALDER, at, batch, named, rows_of};

const FOLDER: &str = "WARDENRY_CRASH_FOLDER";
const STARTS: &str = "WARDENRY_CRASH_STARTS";
const ROUNDS: &str = "WARDENRY_CRASH_ROUNDS";
/// The port of an S3 server that has the files.
const PORT: &str = "WARDENRY_CRASH_PORT";
const SEED: &str = "WARDENRY_CRASH_SEED";
const ACKNOWLEDGED: &str = "acknowledged ";

/// How many senders there are.
const SENDERS: usize = 4;
const NOW: &str = "2026-02-03T08:00:00Z";

async fn open(folder: &Path, port: Option<u16>) -> Lake {
    let store = SqliteStore::open(folder).await.unwrap();
    let clock = ManualClock::starting_at(at(NOW));
    let objects = port.map(|port| ObjectStorage {
        store: Arc::new(bucket_at(port)),
        prefix: "lake".into(),
        name: "s3://events/lake".into(),
    });
    let settings =
        LakeSettings { objects, free_bytes: 0, compacted_files: 3, ..LakeSettings::at(folder.join("lake")) };
    Lake::open(settings, Arc::new(store), Arc::new(clock)).await.unwrap()
}

fn id(sender: u64, number: u64) -> String {
    format!("{sender}-{number}")
}

/// How many events a batch has.
fn size(sender: u64, number: u64) -> u64 {
    1 + (number * 7 + sender) % 20
}

/// The process to kill; without a folder in the environment there is nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn store_for_ever() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let starts = std::env::var_os(STARTS).unwrap().into_string().unwrap();
    let port = std::env::var_os(PORT).map(|port| port.to_str().unwrap().parse().unwrap());
    let lake = open(&folder, port).await;
    for (sender, start) in (0..).zip(starts.split(',').map(|start| start.parse::<u64>().unwrap())) {
        let lake = lake.clone();
        drop(tokio::spawn(async move {
            for number in start.. {
                let id = id(sender, number);
                let day = 1 + number % 3;
                let events = (0..size(sender, number)).map(|event| {
                    json!({"Timestamp": format!("2026-02-0{day}T07:00:00Z"), "DeviceName": format!("{id}/{event}")})
                });
                lake.ingest(ALDER, named(&id, batch("DeviceEvents", events))).await.unwrap();
                // Not by a macro: the test harness keeps what those print.
                writeln!(std::io::stdout(), "{ACKNOWLEDGED}{sender} {number}").unwrap();
            }
        }));
    }
    loop {
        lake.flush(ALDER).await.unwrap();
        lake.tidy(ALDER).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_events_are_there_once_whenever_the_process_is_killed() {
    kill_again_and_again(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_when_the_files_are_in_an_object_store() {
    let Some(server) = Server::start() else { return };
    kill_again_and_again(Some(server.port())).await;
}

async fn kill_again_and_again(port: Option<u16>) {
    let number = |name, default| {
        std::env::var_os(name).map_or(default, |value| value.to_str().unwrap().parse::<u64>().unwrap())
    };
    let mut random = Random(number(SEED, 0x5eed) | 1);
    let folder = tempfile::tempdir().unwrap();
    // The next batch of each sender that has not been acknowledged.
    let mut next = [0_u64; SENDERS];
    let mut totals = Totals::default();
    for round in 0..number(ROUNDS, 5) {
        // The last acknowledged batch is sent once more, and what came after it may have been stored without being acknowledged.
        let starts: Vec<_> = next.iter().map(|next| next.saturating_sub(1).to_string()).collect();
        let (mut child, mut lines) = start(folder.path(), port, &starts.join(","));
        let mut wait = random.below(120);
        while wait > 0 {
            acknowledge(&mut next, &next_acknowledged(&mut lines).expect("it runs until it is killed"));
            wait -= 1;
        }
        // A little later, so that every moment of a write can be the last one.
        for _ in 0..random.below(2_000_000) {
            std::hint::black_box(&mut wait);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // It went on for as long as the signal took.
        while let Some(told) = next_acknowledged(&mut lines) {
            acknowledge(&mut next, &told);
        }
        if round % 3 == 2 {
            tear(folder.path(), &mut random);
        }
        totals.add(&count(folder.path(), port, &next).await);
    }
    let mut out = std::io::stdout();
    writeln!(out, "{totals:?}").unwrap();
    assert_eq!((totals.lost, totals.doubled, totals.partly_stored), (0, 0, 0), "{totals:?}");
}

/// What was found, summed over the rounds.
#[derive(Debug, Default)]
struct Totals {
    rounds: u64,
    /// Of the last round.
    acknowledged_events: u64,
    /// Of the last round.
    stored_events: u64,
    /// Acknowledged events that were not there.
    lost: u64,
    /// Events that were there more than once.
    doubled: u64,
    /// Batches of which some events were there and some not.
    partly_stored: u64,
}

impl Totals {
    fn add(&mut self, round: &Self) {
        self.rounds += 1;
        self.acknowledged_events = round.acknowledged_events;
        self.stored_events = round.stored_events;
        self.lost += round.lost;
        self.doubled += round.doubled;
        self.partly_stored += round.partly_stored;
    }
}

async fn count(folder: &Path, port: Option<u16>, next: &[u64]) -> Totals {
    let lake = open(folder, port).await;
    let tables = lake.tables(ALDER).await.unwrap();
    let query = "DeviceEvents | summarize count() by tostring(split(DeviceName, '/')[0])";
    let each = "DeviceEvents | summarize n = count() by DeviceName | where n > 1 | summarize sum(n - 1)";
    let options = RunOptions::at(at(NOW).unix_ticks() + UNIX_EPOCH);
    let mut run = Engine::new().run(each, &tables, &options).await.unwrap();
    let doubled = rows_of(run.results.first_mut().unwrap()).await.trim().parse().unwrap_or(0);
    let mut run = Engine::new().run(query, &tables, &options).await.unwrap();
    let found = rows_of(run.results.first_mut().unwrap()).await;
    let mut stored: BTreeMap<String, u64> = BTreeMap::new();
    for line in found.lines() {
        let (batch, events) = line.split_once(',').unwrap();
        stored.insert(batch.to_owned(), events.parse().unwrap());
    }
    let mut totals = Totals { doubled, ..Totals::default() };
    for (sender, next) in (0..).zip(next) {
        for number in 0..*next {
            let expected = size(sender, number);
            totals.acknowledged_events += expected;
            let found = stored.get(&id(sender, number)).copied().unwrap_or(0);
            totals.lost += expected.saturating_sub(found);
        }
    }
    for (batch, events) in &stored {
        let (sender, number) = batch.split_once('-').unwrap();
        totals.stored_events += events;
        totals.partly_stored += u64::from(*events != size(sender.parse().unwrap(), number.parse().unwrap()));
    }
    lake.close().await;
    totals
}

fn acknowledge(next: &mut [u64], told: &(usize, u64)) {
    next[told.0] = next[told.0].max(told.1 + 1);
}

/// Puts the beginning of a write that was never finished at the end of the journal.
fn tear(folder: &Path, random: &mut Random) {
    let journal = folder.join("lake/journal").join(ALDER.to_string());
    let last = std::fs::read_dir(journal).into_iter().flatten().map(|entry| entry.unwrap().path()).max();
    let Some(last) = last else { return };
    let mut file = OpenOptions::new().append(true).open(last).unwrap();
    let torn: Vec<u8> = (0..random.below(100)).map(|_| random.below(256).to_le_bytes()[0]).collect();
    file.write_all(b"Wbat").unwrap();
    file.write_all(&torn).unwrap();
}

fn start(folder: &Path, port: Option<u16>, starts: &str) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::store_for_ever", "--nocapture"])
        .env(FOLDER, folder)
        .env(STARTS, starts)
        .envs(port.map(|port| (PORT, port.to_string())))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = child.stdout.take().unwrap();
    (child, BufReader::new(stdout))
}

/// The next batch that the process was told is stored, as sender and number, or `None` when it has ended. The test harness writes lines
/// of its own between, and may begin the line; the last line may be cut off.
fn next_acknowledged(lines: &mut BufReader<ChildStdout>) -> Option<(usize, u64)> {
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        let Some(told) = line.strip_suffix('\n').and_then(|line| line.split_once(ACKNOWLEDGED)) else {
            continue;
        };
        let (sender, number) = told.1.split_once(' ').unwrap();
        return Some((sender.parse().unwrap(), number.parse().unwrap()));
    }
}

/// Xorshift: the same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}
