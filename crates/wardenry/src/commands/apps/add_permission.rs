//! `wardenry apps add-permission`

use super::app_arg::{AppArg, DirectoryArgs};
use super::permission_args::{self, PermissionArgs};
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{hint, note};

/// Ask for more permissions. Takes effect in a tenant when its administrator consents (again).
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
        let new = self.kind.resolve(&self.permissions)?;
        let directory = self.directory.open(host).await?;
        let app = directory.find(&self.app.app).await?;
        let mut wishes = app.required_resource_access.clone();
        permission_args::add(&mut wishes, new);
        if wishes == app.required_resource_access {
            note(&format!("{} asks for that already", app.display_name));
            return Ok(ExitStatus::Done);
        }
        permission_args::save(&directory, &app, &wishes).await?;
        note(&format!("{} now also asks for {}", app.display_name, self.permissions.join(", ")));
        hint(&format!(
            "tenants grant it by consenting again: wardenry consent url --client-id {}",
            app.app_id
        ));
        Ok(ExitStatus::Done)
    }
}
