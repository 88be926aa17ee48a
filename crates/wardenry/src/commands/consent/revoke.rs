//! `wardenry consent revoke`

use serde_json::json;
use wardenry_client::{AppRoleAssignment, Client, Tenant};
use wardenry_core::catalogue::{RESOURCES, canonical_permission};
use wardenry_core::id::{AppId, AppRoleId};

use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{List, OutputArgs, Table, note};
use crate::settings::env_file::Role;
use crate::settings::{Clients, ConnectionArgs};

/// Withdraw a tenant's consent, as that tenant's administrator.
///
/// Deletes the app's service principal in the tenant with everything that was granted to it, or with
/// --permission just the named grants. Needs the credentials of an app of the customer with the Graph
/// roles `Application.ReadWrite.All` and `AppRoleAssignment.ReadWrite.All`: an env file has one for its
/// first customer; otherwise name it with --client-id and a credential, and the app to shut out with --app.
/// Tokens that were issued before live on until they expire.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The tenant: its name in the registry (in full), its id, or one of its domains.
    #[arg(long, short, value_name = "TENANT")]
    tenant: String,

    /// The client id of the app that loses its consent. [default: the env file's app]
    #[arg(long, value_name = "ID")]
    app: Option<AppId>,

    /// Withdraw only this application permission. Repeatable.
    #[arg(long, value_name = "PERMISSION")]
    permission: Vec<String>,

    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let settings = self.connection.settings()?;
        let tenant = settings.tenant_in_full(&self.tenant)?;
        settings.check_administers(&tenant)?;
        let connection = settings.connection(Role::CustomerAdmin)?;
        let app = match self.app {
            Some(app) => app,
            None => settings.client_id()?,
        };
        if app == connection.client_id {
            return Err(Failure::usage("an app cannot withdraw its own consent").hint(
                "name the customer's administration app with --client-id, and the app to shut out with --app",
            ));
        }
        let client = Clients::new(host).client(&connection).await?;
        let principal = client.find_service_principal(&tenant, app).await?.ok_or_else(|| {
            Failure::new(format!("{tenant} has not let the app {app} in; there is nothing to withdraw"))
        })?;
        let granted = client.list_app_role_assignments(&tenant, principal.id).await?;
        let withdrawn = if self.permission.is_empty() {
            client.delete_service_principal(&tenant, principal.id).await?;
            granted
        } else {
            let chosen = self.chosen(&granted)?;
            self.withdraw(&client, &tenant, &chosen).await?;
            chosen
        };
        let mut table = Table::new(&["tenant", "app", "withdrawn", "resource"]);
        let mut records = Vec::new();
        for grant in &withdrawn {
            let resource = grant.resource_display_name.clone().unwrap_or_default();
            let permission = permission_name(grant.app_role_id);
            records.push(json!({
                "tenant": tenant.name().to_string(), "app": app, "permission": permission, "resource": resource,
            }));
            table.push(vec![
                tenant.label().into(),
                app.to_string().into(),
                permission.into(),
                resource.into(),
            ]);
        }
        self.output.print_list(&List { table, records, document: None })?;
        if self.permission.is_empty() {
            note(&format!("{tenant} has shut out {} ({app})", principal.display_name));
        }
        note("tokens that were issued before live on for up to an hour");
        Ok(ExitStatus::Done)
    }

    fn chosen(&self, granted: &[AppRoleAssignment]) -> Result<Vec<AppRoleAssignment>, Failure> {
        let mut chosen = Vec::new();
        for wanted in &self.permission {
            let wanted = canonical_permission(wanted);
            let fitting = granted.iter().filter(|grant| permission_name(grant.app_role_id) == wanted);
            let before = chosen.len();
            chosen.extend(fitting.cloned());
            if chosen.len() == before {
                let held: Vec<_> = granted.iter().map(|grant| permission_name(grant.app_role_id)).collect();
                return Err(Failure::new(format!("{wanted} is not granted"))
                    .hint(format!("granted are: {}", held.join(", "))));
            }
        }
        Ok(chosen)
    }

    async fn withdraw(
        &self,
        client: &Client,
        tenant: &Tenant,
        chosen: &[AppRoleAssignment],
    ) -> Result<(), Failure> {
        for grant in chosen {
            client.delete_app_role_assignment(tenant, grant.principal_id, &grant.id).await?;
        }
        Ok(())
    }
}

/// The permission's name, or its id when the catalogue does not know it.
fn permission_name(id: AppRoleId) -> String {
    let role = RESOURCES.iter().find_map(|resource| resource.app_role_by_id(id));
    role.map_or_else(|| id.to_string(), |role| role.value.to_owned())
}
