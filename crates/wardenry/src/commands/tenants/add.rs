//! `wardenry tenants add`

use wardenry_client::{CredentialSource, SecretSource, Tenant};
use wardenry_fleet::{AddError, Connection, Registry};

use crate::failure::{ExitStatus, Failure};
use crate::output::note;
use crate::settings::ConnectionArgs;
use crate::settings::env_file::Role;

/// Add a tenant to the registry, or with --env-file every customer of a development server.
///
/// The first time, the connection flags say how to reach it; they are kept under the name that
/// --connection gives (otherwise the profile's) and serve further tenants: `wardenry tenants add NAME TENANT
/// --connection lab`. Secrets are not copied: the registry says where they are kept.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to call it, for example "Alder Foods".
    #[arg(requires = "tenant", required_unless_present = "env_file")]
    name: Option<String>,

    /// Its id or one of its domains.
    tenant: Option<String>,

    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Args {
    pub(super) fn run(self) -> Result<ExitStatus, Failure> {
        let mut registry = self.connection.registry()?;
        let direct = if self.connection.is_direct() { Some(self.connection.direct()?) } else { None };
        let connection = match &direct {
            Some(direct) => Some(direct.connection(Role::PartnerApp)?),
            None => None,
        };
        let connection = self.kept(&mut registry, connection)?;
        let new = match (&self.name, &self.tenant, &direct) {
            (Some(name), Some(tenant), _) => vec![(name.clone(), Tenant::parse(tenant)?)],
            (_, _, Some(direct)) => {
                direct.customers()?.into_iter().map(|tenant| (tenant.label(), tenant)).collect()
            }
            _ => return Err(Failure::usage("name the tenant, and its id or domain")),
        };
        for (name, tenant) in new {
            registry.add_tenant(&name, tenant, &connection)?;
            note(&format!("added {name}"));
        }
        registry.save()?;
        Ok(ExitStatus::Done)
    }

    /// The name of the connection to use: a new one is added, otherwise the one named, otherwise the only one.
    fn kept(&self, registry: &mut Registry, new: Option<Connection>) -> Result<String, Failure> {
        let chosen = self.connection.connection_name();
        let Some(connection) = new else {
            return match (chosen, registry.connections().len()) {
                (Some(name), _) => Ok(name.to_owned()),
                (None, 1) => Ok(registry.connections().keys().next().cloned().unwrap_or_default()),
                (None, 0) => Err(Failure::new("the registry has no connection yet").hint(
                    "say how to reach the tenant: --profile NAME (or --server URL), --client-id ID and a credential",
                )),
                (None, _) => Err(Failure::new("the registry has several connections")
                    .hint("say which one reaches this tenant: --connection NAME")),
            };
        };
        let environment =
            CredentialSource::Secret(SecretSource::Environment("WARDENRY_CLIENT_SECRET".to_owned()));
        if connection.credential == environment {
            note(
                "the secret will be taken from WARDENRY_CLIENT_SECRET each time; --client-secret-file keeps it elsewhere",
            );
        }
        let connection = Connection {
            ca_file: connection.ca_file.map(|path| std::path::absolute(&path).unwrap_or(path)),
            ..connection
        };
        let name = chosen.unwrap_or(&connection.cloud.name).to_owned();
        registry.add_connection(&name, connection).map_err(|error| match error {
            AddError::ConnectionTaken(_) => {
                Failure::from(error).hint("give the new one another name with --connection NAME")
            }
            other => other.into(),
        })?;
        Ok(name)
    }
}
