//! `wardenry consent …`

mod check;
mod revoke;
mod url;

use clap::Subcommand;

pub(crate) use self::check::DEFAULT_PERMISSION;
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;

/// Onboard customers: the link for their administrator, the state per tenant, and the way out.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Url(url::Args),
    Check(check::Args),
    Revoke(revoke::Args),
}

impl Command {
    pub(crate) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        match self {
            Self::Url(args) => args.run(),
            Self::Check(args) => args.run(host).await,
            Self::Revoke(args) => args.run(host).await,
        }
    }
}
