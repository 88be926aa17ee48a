//! `wardenry tenants list`

use serde_json::json;
use wardenry_client::CredentialSource;

use crate::failure::{ExitStatus, Failure};
use crate::output::{List, OutputArgs, Table, note};
use crate::settings::{ConnectionArgs, KnownTenant};

/// Show the known tenants: the registry's, or with --env-file those of a development server.
///
/// Nothing is asked over the network.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub(super) fn run(self) -> Result<ExitStatus, Failure> {
        let known = self.connection.settings()?.known_tenants()?;
        let mut table = Table::new(&["name", "tenant", "connection", "cloud", "client id", "credential"]);
        let mut records = Vec::new();
        for KnownTenant { tenant, connection_name, connection } in known {
            let (name, tenant) = (tenant.label(), tenant.name().to_string());
            let cloud = match connection.cloud.name.as_str() {
                "self" => connection.cloud.authority.clone(),
                name => name.to_owned(),
            };
            let (CredentialSource::Secret(place) | CredentialSource::Certificate(place)) =
                &connection.credential;
            records.push(json!({
                "name": name, "tenant": tenant, "connection": connection_name, "cloud": cloud,
                "clientId": connection.client_id, "credential": place.describe(),
            }));
            table.push(vec![
                name.into(),
                tenant.into(),
                connection_name.into(),
                cloud.into(),
                connection.client_id.to_string().into(),
                place.describe().into(),
            ]);
        }
        if records.is_empty() {
            note("there are no tenants yet; `wardenry tenants add --help` shows how to add one");
        }
        self.output.print_list(&List { table, records, document: None })?;
        Ok(ExitStatus::Done)
    }
}
