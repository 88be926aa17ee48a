//! `wardenry apps …`

mod add_certificate;
mod add_permission;
mod add_secret;
mod app_arg;
mod create;
mod delete;
mod list;
mod permission_args;
mod remove_certificate;
mod remove_permission;
mod remove_secret;
mod show;

use clap::Subcommand;

use crate::failure::{ExitStatus, Failure};
use crate::host::Host;

/// Register and administer applications in the partner's tenant.
///
/// Needs an app with the Graph role `Application.ReadWrite.All` in that tenant: an env file has one;
/// otherwise name it with --client-id and a credential.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::Args),
    Show(show::Args),
    Create(create::Args),
    AddPermission(add_permission::Args),
    RemovePermission(remove_permission::Args),
    AddSecret(add_secret::Args),
    RemoveSecret(remove_secret::Args),
    AddCertificate(add_certificate::Args),
    RemoveCertificate(remove_certificate::Args),
    Delete(delete::Args),
}

impl Command {
    pub(crate) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        match self {
            Self::List(args) => args.run(host).await,
            Self::Show(args) => args.run(host).await,
            Self::Create(args) => args.run(host).await,
            Self::AddPermission(args) => args.run(host).await,
            Self::RemovePermission(args) => args.run(host).await,
            Self::AddSecret(args) => args.run(host).await,
            Self::RemoveSecret(args) => args.run(host).await,
            Self::AddCertificate(args) => args.run(host).await,
            Self::RemoveCertificate(args) => args.run(host).await,
            Self::Delete(args) => args.run(host).await,
        }
    }
}
