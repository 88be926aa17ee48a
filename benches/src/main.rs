//! Measurements of the real server beside what it can be compared with, printed as ratios.
//!
//! `cargo run --release -p wardenry-benches -- tokens` measures how fast tokens are issued, how soon
//! after its start a server issues the first one, and how much memory it takes. `… -- hunting` measures
//! how fast hunting queries run, `… -- lake` what the lake costs, `… -- kql` how fast queries are read, checked and planned. What the figures mean stands in `docs/performance.md`. Nothing here fails
//! because something was slow.
//!
//! Linux only: processor time and memory of the servers are read from `/proc`.

mod https;
mod hunting;
mod kql;
mod lake;
mod load;
mod oidc_provider;
mod options;
mod process;
mod raw_signing;
mod report;
mod spread;
mod tokens;
mod wardenry_server;
mod world;

use std::process::ExitCode;

use options::Measurement;

fn main() -> ExitCode {
    let measurement = match Measurement::parse(std::env::args().skip(1)) {
        Ok(measurement) => measurement,
        Err(problem) => {
            report::note(&format!("{problem}\n\n{}", options::USAGE));
            return ExitCode::from(2);
        }
    };
    match measure(&measurement) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::note(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn measure(measurement: &Measurement) -> anyhow::Result<()> {
    match measurement {
        // One thread for the load generator: the other processor time belongs to the servers.
        Measurement::Tokens(options) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(tokens::run(options))
        }
        Measurement::Hunting(options) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(hunting::run(options))
        }
        Measurement::Kql(options) => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(kql::run(options))
        }
        Measurement::Lake(options) => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(lake::run(options))
        }
        Measurement::LakeEngine(folder, queries, runs) => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(lake::answer_as_engine(folder, queries, *runs))
        }
        Measurement::HuntingEngine(data, queries, runs) => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(hunting::answer_as_engine(data, queries, *runs))
        }
    }
}
