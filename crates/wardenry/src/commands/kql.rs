//! `wardenry kql …`: the hunting engine on local files.

mod check;
mod format;
mod geo;
mod parquet_file;
mod query_files;
mod run;
mod table_text;
mod tables;
mod test;

use clap::Subcommand;

use crate::failure::{ExitStatus, Failure};
use crate::host::Host;

/// Query local CSV, JSON and Parquet files in KQL; check, format and test queries.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(Box<run::Args>),
    Check(check::Args),
    Format(format::Args),
    Test(test::Args),
}

impl Command {
    pub(crate) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        match self {
            Self::Run(args) => args.run(host).await,
            Self::Check(args) => args.run().await,
            Self::Format(args) => args.run(),
            Self::Test(args) => args.run().await,
        }
    }
}
