//! The command line.

use std::path::PathBuf;
use std::time::Duration;

pub(crate) const USAGE: &str = "\
usage: cargo run --release -p wardenry-benches -- tokens [--rounds N] [--seconds N] [--server FILE]

  --rounds N     how often each rate is measured, in turns (10)
  --seconds N    how long each measurement of a rate takes (2)
  --server FILE  the wardenry binary to measure, instead of building one from this workspace";

/// What to measure, and how thoroughly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) rounds: u32,
    pub(crate) measurement: Duration,
    /// `None`: the one of this workspace, built first.
    pub(crate) server: Option<PathBuf>,
}

impl Options {
    /// Reads the arguments after the program's name. The error says what is wrong with them.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        match arguments.next().as_deref() {
            Some("tokens") => {}
            Some(other) => return Err(format!("there is no measurement '{other}'")),
            None => return Err("say what to measure".to_owned()),
        }
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

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn defaults_can_be_overruled_one_by_one() {
        let defaults = Options { rounds: 10, measurement: Duration::from_secs(2), server: None };
        assert_eq!(parse("tokens"), Ok(defaults.clone()));
        assert_eq!(parse("tokens --rounds 9"), Ok(Options { rounds: 9, ..defaults.clone() }));
        let given = Options { measurement: Duration::from_secs(1), server: Some("w".into()), ..defaults };
        assert_eq!(parse("tokens --server w --seconds 1"), Ok(given));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, problem) in [
            ("", "say what to measure"),
            ("hunts", "there is no measurement 'hunts'"),
            ("tokens --rounds", "--rounds needs a value"),
            ("tokens --rounds 0", "--rounds needs a positive number"),
            ("tokens --fast 1", "there is no option '--fast'"),
        ] {
            assert_eq!(parse(line), Err(problem.to_owned()));
        }
    }
}
