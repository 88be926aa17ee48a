//! Whatever is written, the engine answers: it does not panic, does not run on, and says nothing of what it is made of.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use wardenry_kql_engine::{Engine, Limits, QueryError, RunOptions, Tables};

use crate::differential::query::Generator;
use crate::differential::random::Random;
use crate::differential::tables;
use crate::support::NOW;

/// How many texts of each kind are tried.
const TEXTS: u64 = 400;

/// Pieces of queries, to be put together without sense.
const WORDS: &[&str] = &[
    "A",
    "B",
    "id",
    "s",
    "d",
    "l",
    "|",
    "|",
    "|",
    "where",
    "extend",
    "project",
    "summarize",
    "by",
    "count()",
    "join",
    "kind=inner",
    "on",
    "union",
    "take",
    "top",
    "sort",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    "=",
    "==",
    "!=",
    "<",
    "and",
    "or",
    "not(",
    "in",
    "has",
    "contains",
    "between",
    "..",
    "1",
    "-1",
    "2.5",
    "\"x\"",
    "\"",
    "'",
    "@\"\\",
    "h\"",
    "datetime(",
    "null",
    "dynamic(",
    "{\"a\":1}",
    "let",
    "f",
    "=>",
    "mv-expand",
    "make-series",
    "parse",
    "with",
    "*",
    "toscalar(",
    "materialize(",
    "iff(",
    "strcat(",
    "prev(",
    "bin(",
    "1d",
    "~",
    "$left",
    "$right",
    ".",
    "::",
    ":",
    "long",
    "print",
    "range",
    "x",
    "from",
    "to",
    "step",
    "evaluate",
    "bag_unpack(",
    "\u{a0}",
    "é",
    "😀",
    "//",
    "\n",
    "```",
    "9999999999999999999999",
    "1e999",
    "-",
    "/",
    "%",
    "render",
    "search",
    "find",
    "datatable(",
    "typeof(",
    "scan",
    "partition",
    "invoke",
    "as",
    "externaldata(",
    "top-nested",
    "lookup",
    "getschema",
    "serialize",
    "0x",
    "_",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts() {
    let data = tables::data(1).await;
    let mut faults = String::new();
    for seed in 0..TEXTS {
        for text in [mutated(seed), soup(seed)] {
            if let Err(why) = answered(&text, &data.tables).await {
                let _ = writeln!(faults, "seed {seed}: {text:?}\n  {why}");
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

/// A query with something removed, doubled, moved or put in.
fn mutated(seed: u64) -> String {
    let mut generator = Generator::new(1_000_000 + seed);
    let text = generator.query(4).text();
    let random = &mut generator.random;
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(3) {
        if characters.is_empty() {
            break;
        }
        let start = random.below(characters.len());
        let end = (start + random.below(12)).min(characters.len());
        match random.below(4) {
            0 => drop(characters.drain(start..end)),
            1 => {
                let piece = characters[start..end].to_vec();
                let to = random.below(characters.len());
                characters.splice(to..to, piece);
            }
            2 => {
                let word = *random.pick(WORDS);
                characters.splice(start..end, word.chars());
            }
            _ => {
                let word = *random.pick(WORDS);
                characters.splice(start..start, word.chars());
            }
        }
    }
    characters.into_iter().collect()
}

fn soup(seed: u64) -> String {
    let mut random = Random::new(2_000_000 + seed);
    let mut text = String::new();
    for _ in 0..random.below(30) {
        text.push_str(random.pick::<&str>(WORDS));
        if !random.one_in(5) {
            text.push(' ');
        }
    }
    text
}

async fn answered(text: &str, tables: &dyn Tables) -> Result<(), String> {
    let limits = Limits {
        rows: 10_000,
        result_bytes: 8 << 20,
        run_time: Duration::from_secs(2),
        memory_bytes: 64 << 20,
        spill_bytes: 0,
        ..Limits::default()
    };
    let options = RunOptions { limits, partitions: Some(2), ..RunOptions::at(NOW) };
    let started = Instant::now();
    let outcome = std::panic::AssertUnwindSafe(run(text, tables, &options)).catch_unwind().await;
    let Ok(outcome) = outcome else { return Err("panicked".to_owned()) };
    if started.elapsed() > Duration::from_secs(8) {
        return Err(format!("took {:?}", started.elapsed()));
    }
    let within = |start: u32, end: u32| text.get(start as usize..end as usize).is_some();
    match outcome {
        Ok(()) => Ok(()),
        Err(QueryError::Diagnostics(diagnostics)) => {
            for diagnostic in &diagnostics {
                let annotations = diagnostic.annotations.iter().map(|annotation| annotation.span);
                for span in annotations.chain([diagnostic.span]) {
                    if !within(span.start, span.end) {
                        return Err(format!("a span outside of the text: {diagnostic:?}"));
                    }
                }
            }
            Ok(())
        }
        Err(QueryError::Run(error)) => {
            if error.code() == "KQL0910" {
                return Err(format!("{error:?}"));
            }
            if error.span().is_some_and(|span| !within(span.start, span.end)) {
                return Err(format!("a span outside of the text: {error:?}"));
            }
            let message = error.to_string().to_lowercase();
            let foreign = ["datafusion", "arrow", "utf8", "int64", "schema error"];
            match foreign.iter().find(|word| message.contains(*word)) {
                Some(word) => Err(format!("speaks of {word}: {message}")),
                None => Ok(()),
            }
        }
    }
}

async fn run(text: &str, tables: &dyn Tables, options: &RunOptions) -> Result<(), QueryError> {
    for mut result in Engine::new().run(text, tables, options).await?.results {
        while let Some(batch) = result.next().await {
            batch?;
        }
    }
    Ok(())
}
