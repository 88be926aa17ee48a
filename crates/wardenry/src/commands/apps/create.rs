//! `wardenry apps create`

use clap::ValueEnum;
use wardenry_client::{NewApplication, WebApplication};

use super::app_arg::DirectoryArgs;
use super::permission_args::{self, PermissionArgs};
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{OutputArgs, hint};

/// Register an application.
///
/// The permissions are a wish list: each tenant's administrator grants them, or not, by consenting.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The name that administrators see when they consent.
    name: String,

    /// Whose tenants may let the app in.
    #[arg(long, value_enum, default_value = "multiple")]
    audience: Audience,

    /// Where browsers are sent after consent. Repeatable; the first is used by the plain consent link.
    #[arg(long, value_name = "URL", default_value = "https://portal.azure.com")]
    redirect_uri: Vec<String>,

    /// A permission to ask for, for example Incident.Read.All. Repeatable.
    #[arg(long, value_name = "PERMISSION")]
    permission: Vec<String>,

    #[command(flatten)]
    kind: PermissionArgs,
    #[command(flatten)]
    directory: DirectoryArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Audience {
    /// Any organisation (`AzureADMultipleOrgs`), as partners need it
    Multiple,
    /// This tenant alone (`AzureADMyOrg`)
    Single,
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let mut wishes = Vec::new();
        permission_args::add(&mut wishes, self.kind.resolve(&self.permission)?);
        let directory = self.directory.open(host).await?;
        let new = NewApplication {
            display_name: self.name,
            sign_in_audience: match self.audience {
                Audience::Multiple => "AzureADMultipleOrgs".to_owned(),
                Audience::Single => "AzureADMyOrg".to_owned(),
            },
            web: WebApplication { redirect_uris: self.redirect_uri, ..WebApplication::default() },
            required_resource_access: wishes,
        };
        let app = directory.client.create_application(&directory.tenant, &new).await?;
        let human = super::show::human(&app, host.clock.now());
        self.output.print_object(&serde_json::to_value(&app)?, &human)?;
        hint(&format!("make a secret for it: wardenry apps add-secret {}", app.app_id));
        Ok(ExitStatus::Done)
    }
}
