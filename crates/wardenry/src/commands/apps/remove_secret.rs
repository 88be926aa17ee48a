//! `wardenry apps remove-secret`

use wardenry_client::ApplicationRef;
use wardenry_core::id::KeyId;

use super::app_arg::{AppArg, DirectoryArgs};
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::note;

/// Withdraw a client secret. Tokens that were issued for it live on until they expire.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    app: AppArg,

    /// The secret's key id, as `wardenry apps show` prints it.
    key_id: KeyId,

    #[command(flatten)]
    directory: DirectoryArgs,
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let directory = self.directory.open(host).await?;
        let app = directory.find(&self.app.app).await?;
        let application = ApplicationRef::ObjectId(app.id);
        directory.client.remove_password(&directory.tenant, application, self.key_id).await?;
        note(&format!("removed the secret {} of {}", self.key_id, app.display_name));
        Ok(ExitStatus::Done)
    }
}
