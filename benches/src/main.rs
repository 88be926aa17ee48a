//! Measurements of the real server beside what it can be compared with, printed as ratios.
//!
//! `cargo run --release -p wardenry-benches -- tokens` measures how fast tokens are issued, how soon
//! after its start a server issues the first one, and how much memory it takes. What the figures mean
//! stands in `docs/performance.md`. Nothing here fails because something was slow.
//!
//! Linux only: processor time and memory of the servers are read from `/proc`.

mod https;
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

use options::Options;

// One thread for the load generator: the other processor time belongs to the servers.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            report::note(&format!("{problem}\n\n{}", options::USAGE));
            return ExitCode::from(2);
        }
    };
    match tokens::run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::note(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
