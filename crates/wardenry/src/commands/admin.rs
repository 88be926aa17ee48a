//! `wardenry admin`: work on the data folder directly, while the server is stopped.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::json;
use wardenry_core::catalogue::{self, DirectoryRole, GRAPH};
use wardenry_core::entropy::random_bytes;
use wardenry_core::id::TenantId;
use wardenry_core::secret::SecretString;
use wardenry_directory::Directory;
use wardenry_directory::admin::{NewPassword, NewTenant, NewUser, Operator, ServicePrincipalPatch};
use wardenry_directory::consent::wish_for;
use wardenry_directory::registration::ApplicationPatch;
use wardenry_directory::store::Page;
use wardenry_jose::base64url;

use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{self, List, OutputArgs, Table};
use crate::server::assembly::open_directory;

/// Work on a server's data folder directly, while the server is stopped
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    CreateTenant(CreateTenant),
    ListTenants(ListTenants),
}

/// Make a tenant with its first Global Administrator
///
/// Prints the administrator's password and, with --automation, the id and secret of an application that
/// may administer the tenant (for `wardenry apps`). Neither can be shown again.
#[derive(Debug, clap::Args)]
pub(crate) struct CreateTenant {
    #[command(flatten)]
    folder: DataFolder,

    /// The organisation's name
    #[arg(long, value_name = "NAME")]
    name: String,

    /// A verified domain; may be repeated, the primary one first
    #[arg(long = "domain", value_name = "DOMAIN", required = true)]
    domains: Vec<String>,

    /// The tenant's region
    #[arg(long, value_name = "CODE", default_value = "WW")]
    region: String,

    /// The tenant id [default: a random one]
    #[arg(long, value_name = "GUID")]
    id: Option<TenantId>,

    /// The administrator's user name, under one of the domains
    #[arg(long, value_name = "NAME@DOMAIN")]
    admin: String,

    /// A file with the administrator's password [default: a generated one]
    #[arg(long, value_name = "FILE")]
    admin_password_file: Option<PathBuf>,

    /// Also register an application of this name that may administer the tenant's applications
    #[arg(long, value_name = "NAME")]
    automation: Option<String>,

    #[command(flatten)]
    output: OutputArgs,
}

/// List the tenants
#[derive(Debug, clap::Args)]
pub(crate) struct ListTenants {
    #[command(flatten)]
    folder: DataFolder,

    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct DataFolder {
    /// The server's data folder
    #[arg(long, value_name = "DIR", default_value = "wardenry-data")]
    data: PathBuf,
}

impl Command {
    pub(crate) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        match self {
            Self::CreateTenant(args) => args.run(host).await,
            Self::ListTenants(args) => args.run(host).await,
        }
    }
}

impl CreateTenant {
    async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let password = self.password(host)?;
        let (directory, store) = open_directory(host, &self.folder.data).await?;
        let operator = Operator::of_the_data_folder();
        let new = NewTenant {
            id: self.id,
            display_name: self.name.clone(),
            domains: self.domains.clone(),
            region: self.region.clone(),
            licensed: catalogue::RESOURCES.to_vec(),
        };
        let administrator = NewUser {
            user_name: self.admin.clone(),
            display_name: self.admin.split('@').next().unwrap_or_default().to_owned(),
            password: password.clone(),
            roles: vec![DirectoryRole::GlobalAdministrator],
        };
        let (tenant, administrator) =
            directory.create_tenant_with_user(&operator, new, administrator).await?;
        let mut record = json!({
            "tenant": tenant.id,
            "name": tenant.display_name,
            "domains": tenant.domains,
            "admin": administrator.user_name,
        });
        let mut human = format!("tenant    {}\nadmin     {}\n", tenant.id, administrator.user_name);
        if self.admin_password_file.is_none() {
            record["admin_password"] = json!(password.expose());
            let _infallible = writeln!(human, "password  {}", password.expose());
        }
        if let Some(name) = &self.automation {
            let (client, secret) = make_automation(&directory, &operator, tenant.id, name).await?;
            record["automation_client_id"] = json!(client);
            record["automation_client_secret"] = json!(secret.expose());
            let _infallible = write!(human, "client id {client}\nsecret    {}\n", secret.expose());
        }
        store.close().await;
        self.output.print_object(&record, &human)?;
        output::note("passwords and secrets are shown here only; start the server with `wardenry serve`");
        Ok(ExitStatus::Done)
    }

    fn password(&self, host: &Host) -> Result<SecretString, Failure> {
        match &self.admin_password_file {
            Some(path) => {
                let text = Host::read_text("the password", Some(path))?;
                Ok(SecretString::new(text.trim_end_matches(['\n', '\r']).to_owned()))
            }
            None => Ok(SecretString::new(base64url(&random_bytes::<18>(host.entropy.as_ref())))),
        }
    }
}

/// An application that may administer applications and grants of its tenant, with a secret.
async fn make_automation(
    directory: &Directory,
    operator: &Operator,
    tenant: TenantId,
    name: &str,
) -> Result<(String, SecretString), Failure> {
    let admin = operator.application_admin(tenant);
    let wishes = wish_for(&GRAPH, &["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"], &[]);
    let properties = ApplicationPatch {
        display_name: Some(name.to_owned()),
        required_resources: Some(wishes.clone().into_iter().collect()),
        ..ApplicationPatch::default()
    };
    let application = directory.create_application(&admin, properties).await?;
    let patch = ServicePrincipalPatch::default();
    let client = directory.create_service_principal(&admin, application.app_id, patch).await?;
    let graph = directory.service_principal_by_app_id(&operator.reader(tenant), GRAPH.app_id).await?;
    for role in wishes.into_iter().flat_map(|wish| wish.app_roles) {
        directory.assign_app_role(&operator.grant_admin(tenant), client.id, graph.id, role).await?;
    }
    let (_, secret) = directory.add_password(&admin, application.id, NewPassword::default()).await?;
    Ok((application.app_id.to_string(), secret))
}

impl ListTenants {
    async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        if !self.folder.data.is_dir() {
            return Err(Failure::new(format!("there is no data folder {}", self.folder.data.display()))
                .hint("name the folder that the server uses with --data"));
        }
        let (directory, store) = open_directory(host, &self.folder.data).await?;
        let operator = Operator::of_the_data_folder();
        let mut list =
            List { table: Table::new(&["tenant", "name", "domains"]), records: Vec::new(), document: None };
        let mut page = Page { skip: 0, take: 1000 };
        loop {
            let tenants = directory.all_tenants(&operator, page).await?;
            for tenant in &tenants {
                let domains = tenant.domains.join(", ");
                list.table.push(vec![
                    tenant.id.to_string().into(),
                    tenant.display_name.clone().into(),
                    domains.into(),
                ]);
                list.records.push(json!({
                    "tenant": tenant.id,
                    "name": tenant.display_name,
                    "domains": tenant.domains,
                }));
            }
            if tenants.len() < page.take as usize {
                break;
            }
            page.skip += page.take;
        }
        store.close().await;
        self.output.print_list(&list)?;
        Ok(ExitStatus::Done)
    }
}
