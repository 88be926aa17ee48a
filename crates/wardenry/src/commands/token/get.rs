//! `wardenry token get`

use serde_json::json;

use super::ResourceArg;
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::OutputArgs;
use crate::settings::{Clients, ConnectionArgs, TenantArg};

/// Get an access token for one tenant and print it.
///
/// The token is a secret for about an hour: pipe it to where it is needed rather than to the screen, for
/// example into `wardenry token inspect`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    resource: ResourceArg,
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let (tenant, connection) = self.connection.settings()?.target(&self.tenant.tenant)?;
        let client = Clients::new(host).client(&connection).await?;
        let token = client.fresh_token(&tenant, &self.resource.resource).await?;
        let secret = token.secret().expose();
        let record = json!({
            "accessToken": secret,
            "tokenType": "Bearer",
            "expires": token.expires(),
            "tenant": tenant.name().to_string(),
            "roles": token.unverified_roles(),
        });
        self.output.print_object(&record, &format!("{secret}\n"))?;
        Ok(ExitStatus::Done)
    }
}
