//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use crate::hunting::HuntingOptions;
use crate::kql::KqlOptions;
use crate::lake::{LakeOptions, Part};

pub(crate) const USAGE: &str = "\
usage: cargo run --release -p wardenry-benches -- tokens [--rounds N] [--seconds N] [--server FILE]
       cargo run --release -p wardenry-benches -- hunting [--rows N] [--runs N] [--folder DIR] [--only NAME]
       cargo run --release -p wardenry-benches -- lake [PART] [--events N] [--rows N] [--runs N] [--folder DIR]
       cargo run --release -p wardenry-benches -- kql [PATH] [--seconds N]

tokens
  --rounds N     how often each rate is measured, in turns (10)
  --seconds N    how long each measurement of a rate takes (2)
  --server FILE  the wardenry binary to measure, instead of building one from this workspace

hunting
  --rows N       process events in the tables (10000000)
  --runs N       how often each query runs in each engine; the best time counts (3)
  --folder DIR   where tables and the other engines are kept (target/hunting)
  --only NAME    queries whose name contains this

lake
  PART           one of ingest, freshness, hunting, rare-terms, rows and tenants, instead of all
  --events N     events that are taken in (200000)
  --rows N       process events in the lake that is hunted in (10000000)
  --runs N       how often each query runs in each engine; the best time counts (3)
  --folder DIR   where lakes, tables and the other engines are kept (target/hunting)

kql
  PATH           a file of a query, or a folder with .kql files, instead of the queries in this repository
  --seconds N    how long texts are read over and over (5)";

/// What to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Measurement {
    Tokens(Options),
    Hunting(HuntingOptions),
    Kql(KqlOptions),
    Lake(LakeOptions),
    /// Our engine as one of those that `hunting` runs: tables, queries, runs.
    HuntingEngine(PathBuf, PathBuf, u32),
    /// The same over a lake.
    LakeEngine(PathBuf, PathBuf, u32),
}

impl Measurement {
    /// Reads the arguments after the program's name. The error says what is wrong with them.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        match arguments.next().as_deref() {
            Some("tokens") => Options::parse(arguments).map(Self::Tokens),
            Some("hunting") => hunting(arguments).map(Self::Hunting),
            Some("kql") => kql(arguments).map(Self::Kql),
            Some("lake") => lake(arguments).map(Self::Lake),
            Some("hunting-engine") => {
                engine(arguments).map(|(data, queries, runs)| Self::HuntingEngine(data, queries, runs))
            }
            Some("lake-engine") => {
                engine(arguments).map(|(lake, queries, runs)| Self::LakeEngine(lake, queries, runs))
            }
            Some(other) => Err(format!("there is no measurement '{other}'")),
            None => Err("say what to measure".to_owned()),
        }
    }
}

fn hunting(mut arguments: impl Iterator<Item = String>) -> Result<HuntingOptions, String> {
    let mut options =
        HuntingOptions { rows: 10_000_000, runs: 3, folder: "target/hunting".into(), only: None };
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--rows" => options.rows = positive(&name, &value?)?.into(),
            "--runs" => options.runs = positive(&name, &value?)?,
            "--folder" => options.folder = value?.into(),
            "--only" => options.only = Some(value?),
            _ => return Err(format!("there is no option '{name}'")),
        }
    }
    Ok(options)
}

fn engine(mut arguments: impl Iterator<Item = String>) -> Result<(PathBuf, PathBuf, u32), String> {
    match (arguments.next(), arguments.next(), arguments.next()) {
        (Some(data), Some(queries), Some(runs)) => {
            Ok((data.into(), queries.into(), positive("RUNS", &runs)?))
        }
        _ => Err("an engine needs DATA QUERIES RUNS".to_owned()),
    }
}

fn lake(mut arguments: impl Iterator<Item = String>) -> Result<LakeOptions, String> {
    let folder = "target/hunting".into();
    let mut options = LakeOptions { part: None, events: 200_000, rows: 10_000_000, runs: 3, folder };
    while let Some(argument) = arguments.next() {
        if !argument.starts_with("--") {
            let part = Part::ALL.into_iter().find(|(name, _)| *name == argument);
            let (_, part) = part.ok_or_else(|| format!("the lake has no part '{argument}'"))?;
            if options.part.replace(part).is_some() {
                return Err("lake takes one part".to_owned());
            }
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--events" => options.events = positive(&argument, &value?)?,
            "--rows" => options.rows = positive(&argument, &value?)?.into(),
            "--runs" => options.runs = positive(&argument, &value?)?,
            "--folder" => options.folder = value?.into(),
            _ => return Err(format!("there is no option '{argument}'")),
        }
    }
    Ok(options)
}

fn kql(mut arguments: impl Iterator<Item = String>) -> Result<KqlOptions, String> {
    let mut options = KqlOptions { texts: None, seconds: 5 };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => {
                let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
                options.seconds = positive(&argument, &value)?;
            }
            option if option.starts_with("--") => return Err(format!("there is no option '{option}'")),
            _ if options.texts.is_some() => return Err("kql takes one file or folder".to_owned()),
            _ => options.texts = Some(argument.into()),
        }
    }
    Ok(options)
}

/// How thoroughly tokens are measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) rounds: u32,
    pub(crate) measurement: Duration,
    /// `None`: the one of this workspace, built first.
    pub(crate) server: Option<PathBuf>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { rounds: 10, measurement: Duration::from_secs(2), server: None };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--rounds" => options.rounds = positive(&name, &value?)?,
                "--seconds" => {
                    options.measurement = Duration::from_secs(positive(&name, &value?)?.into());
                }
                "--server" => options.server = Some(value?.into()),
                _ => return Err(format!("there is no option '{name}'")),
            }
        }
        Ok(options)
    }
}

fn positive(name: &str, value: &str) -> Result<u32, String> {
    value.parse().ok().filter(|number| *number > 0).ok_or_else(|| format!("{name} needs a positive number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Measurement, String> {
        Measurement::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn defaults_can_be_overruled_one_by_one() {
        let defaults = Options { rounds: 10, measurement: Duration::from_secs(2), server: None };
        let tokens = |options| Ok(Measurement::Tokens(options));
        assert_eq!(parse("tokens"), tokens(defaults.clone()));
        assert_eq!(parse("tokens --rounds 9"), tokens(Options { rounds: 9, ..defaults.clone() }));
        let given = Options { measurement: Duration::from_secs(1), server: Some("w".into()), ..defaults };
        assert_eq!(parse("tokens --server w --seconds 1"), tokens(given));
        let given = HuntingOptions { rows: 5, runs: 2, folder: "f".into(), only: Some("regex".into()) };
        let hunting = parse("hunting --rows 5 --runs 2 --folder f --only regex");
        assert_eq!(hunting, Ok(Measurement::Hunting(given)));
        let given = LakeOptions {
            part: Some(Part::RareTerms),
            events: 200_000,
            rows: 7,
            runs: 3,
            folder: "target/hunting".into(),
        };
        assert_eq!(parse("lake rare-terms --rows 7"), Ok(Measurement::Lake(given)));
        let given = KqlOptions { texts: Some("folder".into()), seconds: 2 };
        assert_eq!(parse("kql folder --seconds 2"), Ok(Measurement::Kql(given)));
        assert_eq!(parse("kql"), Ok(Measurement::Kql(KqlOptions { texts: None, seconds: 5 })));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, problem) in [
            ("", "say what to measure"),
            ("hunts", "there is no measurement 'hunts'"),
            ("tokens --rounds", "--rounds needs a value"),
            ("tokens --rounds 0", "--rounds needs a positive number"),
            ("tokens --fast 1", "there is no option '--fast'"),
            ("kql --fast", "there is no option '--fast'"),
            ("lake fast", "the lake has no part 'fast'"),
            ("lake rows tenants", "lake takes one part"),
            ("kql a b", "kql takes one file or folder"),
        ] {
            assert_eq!(parse(line), Err(problem.to_owned()));
        }
    }
}
