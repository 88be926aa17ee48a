//! `wardenry tenants …`

mod add;
mod check;
mod list;
mod remove;

use clap::Subcommand;

pub(crate) use self::check::probe;

use crate::failure::{ExitStatus, Failure};
use crate::host::Host;

/// Keep the registry of customers' tenants.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::Args),
    List(list::Args),
    Remove(remove::Args),
    Check(check::Args),
}

impl Command {
    pub(crate) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        match self {
            Self::Add(args) => args.run(),
            Self::List(args) => args.run(),
            Self::Remove(args) => args.run(),
            Self::Check(args) => args.run(host).await,
        }
    }
}
