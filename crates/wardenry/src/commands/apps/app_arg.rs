//! The directory that a command administers, and the application that it is about.

use wardenry_client::{Application, ApplicationRef, Client, Error, Tenant};

use crate::failure::Failure;
use crate::host::Host;
use crate::settings::env_file::Role;
use crate::settings::{Clients, ConnectionArgs};

/// The tenant whose directory is administered, and the access to it.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct DirectoryArgs {
    /// The tenant where the app is registered: its id or one of its domains. [default: the env file's partner]
    #[arg(long, short, value_name = "TENANT")]
    tenant: Option<String>,

    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A directory that can be called.
pub(super) struct Directory {
    pub(super) tenant: Tenant,
    pub(super) client: Client,
}

impl DirectoryArgs {
    pub(super) async fn open(&self, host: &Host) -> Result<Directory, Failure> {
        let settings = self.connection.settings()?;
        let tenant = match &self.tenant {
            Some(text) => Tenant::parse(text)?,
            None => settings.partner_tenant()?.ok_or_else(|| {
                Failure::usage("it is not said in which tenant the app is registered")
                    .hint("add --tenant TENANT")
            })?,
        };
        let client = Clients::new(host).client(&settings.connection(Role::PartnerAdmin)?).await?;
        Ok(Directory { tenant, client })
    }
}

impl Directory {
    /// The application with this client id, object id or display name.
    pub(super) async fn find(&self, text: &str) -> Result<Application, Failure> {
        if let Ok(app_id) = text.parse() {
            match self.client.get_application(&self.tenant, ApplicationRef::AppId(app_id)).await {
                Err(error) if error.is_not_found() => {}
                found => return Ok(found?),
            }
        }
        if let Ok(object_id) = text.parse() {
            match self.client.get_application(&self.tenant, ApplicationRef::ObjectId(object_id)).await {
                Err(error) if error.is_not_found() => return Err(self.missing(text)),
                found => return Ok(found?),
            }
        }
        let mut named = self.client.list_applications(&self.tenant).await?;
        named.retain(|app| app.display_name.eq_ignore_ascii_case(text));
        match named.len() {
            0 => Err(self.missing(text)),
            // The list may leave members out, such as the certificates.
            1 => Ok(self.again(&named.remove(0)).await?),
            count => Err(Failure::new(format!("{count} applications are called {text:?}"))
                .hint("name the one by its client id; `wardenry apps list` shows them")),
        }
    }

    async fn again(&self, app: &Application) -> Result<Application, Error> {
        self.client.get_application(&self.tenant, ApplicationRef::ObjectId(app.id)).await
    }

    fn missing(&self, text: &str) -> Failure {
        Failure::new(format!("there is no application {text:?} in {}", self.tenant))
            .hint("`wardenry apps list` shows those that are there")
    }
}

/// An existing application.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct AppArg {
    /// The application: its client id, its object id, or its display name.
    #[arg(value_name = "APP")]
    pub(super) app: String,
}
