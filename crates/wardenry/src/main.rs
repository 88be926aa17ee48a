//! The `wardenry` command: the partner's client commands and the server.
//!
//! This crate parses the command line, reads the environment and the clock (nothing else in the
//! workspace does), wires the other crates together and prints. Business rules live elsewhere.

mod cli;
mod commands;
mod failure;
mod host;
mod output;
mod server;
mod settings;
mod since;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::failure::ExitStatus;

#[tokio::main]
async fn main() -> ExitCode {
    // Clap prints usage errors to standard error and leaves with 2, help to standard output and 0.
    let cli = Cli::parse();
    cli.start_logging();
    let status = match Box::pin(cli.run()).await {
        Ok(status) => status,
        // Whoever read our output has seen enough; that is no failure.
        Err(failure) if failure.is_broken_pipe() => ExitStatus::Done,
        Err(failure) => failure.report(),
    };
    status.into()
}
