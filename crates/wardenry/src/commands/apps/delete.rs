//! `wardenry apps delete`

use wardenry_client::ApplicationRef;

use super::app_arg::{AppArg, DirectoryArgs};
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::note;

/// Delete a registration. No tenant gives the app a token after that.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    app: AppArg,

    /// Really delete it. Without this, only tell what would be deleted.
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    directory: DirectoryArgs,
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let directory = self.directory.open(host).await?;
        let app = directory.find(&self.app.app).await?;
        let what = format!("{} ({}) in {}", app.display_name, app.app_id, directory.tenant);
        if !self.yes {
            return Err(Failure::usage(format!("this would delete {what}")).hint("add --yes to do it"));
        }
        directory.client.delete_application(&directory.tenant, ApplicationRef::ObjectId(app.id)).await?;
        note(&format!("deleted {what}"));
        Ok(ExitStatus::Done)
    }
}
