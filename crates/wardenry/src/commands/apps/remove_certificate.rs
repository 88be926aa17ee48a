//! `wardenry apps remove-certificate`

use wardenry_client::ApplicationRef;
use wardenry_core::id::KeyId;

use super::app_arg::{AppArg, DirectoryArgs};
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::note;

/// Withdraw a certificate.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    app: AppArg,

    /// The certificate's key id, as `wardenry apps show` prints it.
    key_id: KeyId,

    #[command(flatten)]
    directory: DirectoryArgs,
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let directory = self.directory.open(host).await?;
        let app = directory.find(&self.app.app).await?;
        let application = ApplicationRef::ObjectId(app.id);
        if !directory.client.remove_certificate(&directory.tenant, application, self.key_id).await? {
            return Err(Failure::new(format!("{} has no certificate {}", app.display_name, self.key_id))
                .hint("`wardenry apps show` lists them"));
        }
        note(&format!("removed the certificate {} of {}", self.key_id, app.display_name));
        Ok(ExitStatus::Done)
    }
}
