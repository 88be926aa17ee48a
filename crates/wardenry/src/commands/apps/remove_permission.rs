//! `wardenry apps remove-permission`

use super::app_arg::{AppArg, DirectoryArgs};
use super::permission_args::{self, PermissionArgs};
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::note;

/// Ask for fewer permissions. What tenants have granted stays granted: only they can withdraw it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    app: AppArg,

    /// Names such as Incident.Read.All.
    #[arg(required = true, value_name = "PERMISSION")]
    permissions: Vec<String>,

    #[command(flatten)]
    kind: PermissionArgs,
    #[command(flatten)]
    directory: DirectoryArgs,
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let unwanted = self.kind.resolve(&self.permissions)?;
        let directory = self.directory.open(host).await?;
        let app = directory.find(&self.app.app).await?;
        let mut wishes = app.required_resource_access.clone();
        if permission_args::remove(&mut wishes, &unwanted) == 0 {
            return Err(Failure::new(format!("{} does not ask for that", app.display_name))
                .hint("`wardenry apps show` lists what it asks for"));
        }
        permission_args::save(&directory, &app, &wishes).await?;
        note(&format!("{} no longer asks for {}", app.display_name, self.permissions.join(", ")));
        Ok(ExitStatus::Done)
    }
}
