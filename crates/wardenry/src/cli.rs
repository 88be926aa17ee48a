//! The top of the command line.

use std::io::IsTerminal as _;

use clap::{ArgAction, Parser, Subcommand};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[cfg(feature = "hunting")]
use crate::commands::kql;
use crate::commands::{admin, apps, consent, demo, doctor, hunt, incidents, ingest, serve, tenants, token};
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;

/// Partner access to Microsoft 365 Defender tenants: get in, stay in, see everything.
///
/// Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 failed,
/// 2 wrong usage, 3 done for some tenants and failed for others.
///
/// Wardenry is independent software, not made or endorsed by Microsoft.
#[derive(Debug, Parser)]
#[command(name = "wardenry", version, max_term_width = 110)]
pub(crate) struct Cli {
    /// Say more on standard error: once for the story, twice for every request, thrice for the libraries too.
    #[arg(short, long, global = true, action = ArgAction::Count, display_order = 900)]
    verbose: u8,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Serve(Box<serve::Args>),
    #[command(subcommand)]
    Admin(admin::Command),
    #[command(subcommand)]
    Token(token::Command),
    #[command(subcommand)]
    Consent(consent::Command),
    #[command(subcommand)]
    Tenants(tenants::Command),
    #[command(subcommand)]
    Apps(apps::Command),
    #[command(subcommand)]
    Incidents(incidents::Command),
    Hunt(Box<hunt::Args>),
    Ingest(Box<ingest::Args>),
    #[cfg(feature = "hunting")]
    #[command(subcommand)]
    Kql(kql::Command),
    Doctor(doctor::Args),
}

impl Cli {
    /// Sends diagnostics of the libraries to standard error, as much as was asked for.
    pub(crate) fn start_logging(&self) {
        let level = match (self.verbose, &self.command) {
            (0, Command::Serve(_)) | (1, _) => LevelFilter::INFO,
            (0, _) => LevelFilter::WARN,
            _ => LevelFilter::DEBUG,
        };
        // What our own crates say comes first; the libraries below them only when everything is wanted.
        let libraries = if self.verbose > 2 { LevelFilter::DEBUG } else { LevelFilter::WARN };
        let story = Targets::new().with_default(libraries).with_target("wardenry", level);
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false);
        tracing_subscriber::registry().with(lines.with_filter(story)).init();
    }

    pub(crate) async fn run(self) -> Result<ExitStatus, Failure> {
        let host = Host::system();
        match self.command {
            Command::Demo(args) => args.run(&host).await,
            Command::Serve(args) => args.run(&host).await,
            Command::Admin(command) => command.run(&host).await,
            Command::Token(command) => command.run(&host).await,
            Command::Consent(command) => command.run(&host).await,
            Command::Tenants(command) => command.run(&host).await,
            Command::Apps(command) => command.run(&host).await,
            Command::Incidents(command) => command.run(&host).await,
            Command::Hunt(args) => args.run(&host).await,
            Command::Ingest(args) => args.run(&host).await,
            #[cfg(feature = "hunting")]
            Command::Kql(command) => command.run(&host).await,
            Command::Doctor(args) => args.run(&host).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_argument_takes_a_secret() {
        fn check(command: &clap::Command) {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str();
                let is_place = ["_file", "_command", "_shell"].iter().any(|end| name.ends_with(end));
                let names_secret = ["secret", "password", "token"].iter().any(|word| name.contains(word));
                let takes_value = argument.get_action().takes_values();
                assert!(!names_secret || is_place || !takes_value, "{} --{name}", command.get_name());
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }
}
