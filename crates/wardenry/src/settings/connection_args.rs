//! The connection flags, and what they come to.

use std::path::PathBuf;

use clap::ValueEnum;
use wardenry_client::{
    CredentialSource, EndpointVersion, ParseTenantError, SecretSource, Tenant, TenantName,
};
use wardenry_core::cloud::CloudProfile;
use wardenry_core::id::AppId;
use wardenry_fleet::{Connection, Registry, TenantEntry};

use super::env_file::{EnvFile, Role};
use crate::failure::Failure;
use crate::host::Host;
use crate::output::note;

/// The one environment variable that holds a secret itself. It has no flag: other users of the machine
/// can read the arguments of a running program.
const SECRET_VARIABLE: &str = "WARDENRY_CLIENT_SECRET";

/// Where to go, and as whom.
///
/// Three sources, the first that says anything: these flags and their variables on top of an env file;
/// the connection of the registry that --connection names; the registry's entry for the tenant.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// Everything about a development server, as `wardenry serve --env-file` wrote it.
    #[arg(long, value_name = "FILE", env = "WARDENRY_ENV_FILE", hide_env_values = true)]
    env_file: Option<PathBuf>,

    /// The cloud: public, gcc, gcc-high, dod, china, or self for a Wardenry server.
    #[arg(long, value_name = "NAME", env = "WARDENRY_PROFILE", hide_env_values = true, value_parser = profile_name)]
    profile: Option<String>,

    /// The address of a Wardenry server, for example `https://localhost:8443`. Implies the profile self.
    #[arg(long, value_name = "URL", env = "WARDENRY_SERVER", hide_env_values = true)]
    server: Option<String>,

    /// Certificates to trust beside the system's, in PEM form.
    #[arg(long, value_name = "FILE", env = "WARDENRY_CA_FILE", hide_env_values = true)]
    ca_file: Option<PathBuf>,

    /// The app's client id.
    #[arg(long, value_name = "ID", env = "WARDENRY_CLIENT_ID", hide_env_values = true)]
    client_id: Option<AppId>,

    /// A file that holds the client secret. Or set `WARDENRY_CLIENT_SECRET` to the secret itself.
    #[arg(
        long,
        value_name = "FILE",
        env = "WARDENRY_CLIENT_SECRET_FILE",
        hide_env_values = true,
        group = "credential"
    )]
    client_secret_file: Option<PathBuf>,

    /// A program that prints the client secret, with its arguments. Run without a shell.
    #[arg(
        long,
        value_name = "COMMAND",
        env = "WARDENRY_CLIENT_SECRET_COMMAND",
        hide_env_values = true,
        group = "credential"
    )]
    client_secret_command: Option<String>,

    /// The same through `sh -c`, for pipelines.
    #[arg(
        long,
        value_name = "LINE",
        env = "WARDENRY_CLIENT_SECRET_SHELL",
        hide_env_values = true,
        group = "credential"
    )]
    client_secret_shell: Option<String>,

    /// A file with the app's certificate and its private key, both in PEM form.
    #[arg(
        long,
        value_name = "FILE",
        env = "WARDENRY_CLIENT_CERTIFICATE",
        hide_env_values = true,
        group = "credential"
    )]
    client_certificate: Option<PathBuf>,

    /// The generation of token endpoint. [default: v2, or the registry's]
    #[arg(long, value_name = "VERSION", env = "WARDENRY_ENDPOINT", hide_env_values = true)]
    endpoint: Option<Endpoint>,

    /// The registry of tenants. [default: wardenry/tenants.toml in the configuration folder]
    #[arg(long, value_name = "FILE", env = "WARDENRY_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,

    /// A connection of the registry, by name.
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Endpoint {
    /// `/oauth2/token` with `resource`
    V1,
    /// `/oauth2/v2.0/token` with `scope`
    V2,
}

fn profile_name(text: &str) -> Result<String, String> {
    if text == "self" || CloudProfile::built_in(text).is_some() {
        return Ok(text.to_owned());
    }
    let known: Vec<_> = CloudProfile::built_in_names().collect();
    Err(format!("known are {} and self", known.join(", ")))
}

/// What the flags come to.
#[derive(Debug)]
pub(crate) enum Settings {
    /// Flags, variables, env file.
    Direct(Box<Direct>),
    /// The registry, and the connection of it that was named.
    Registry { registry: Registry, chosen: Option<String>, endpoint: Option<EndpointVersion> },
}

/// A tenant that the settings know of themselves.
#[derive(Debug)]
pub(crate) struct KnownTenant {
    pub(crate) tenant: Tenant,
    pub(crate) connection_name: String,
    pub(crate) connection: Connection,
}

#[derive(Debug)]
pub(crate) struct Direct {
    cloud: Option<CloudProfile>,
    ca_file: Option<PathBuf>,
    client_id: Option<AppId>,
    credential: Option<CredentialSource>,
    endpoint: EndpointVersion,
    env_file: Option<EnvFile>,
}

impl ConnectionArgs {
    /// Puts flags, environment, env file and registry together.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let endpoint = self.endpoint.map(|endpoint| match endpoint {
            Endpoint::V1 => EndpointVersion::V1,
            Endpoint::V2 => EndpointVersion::V2,
        });
        let is_direct = self.env_file.is_some()
            || self.profile.is_some()
            || self.server.is_some()
            || self.client_id.is_some();
        if self.connection.is_some() || !is_direct {
            let (registry, chosen) = (self.registry()?, self.connection.clone());
            return Ok(Settings::Registry { registry, chosen, endpoint });
        }
        let env_file = self.env_file.as_deref().map(EnvFile::load).transpose()?;
        let cloud = match (&self.profile, &self.server) {
            (Some(profile), None) if profile != "self" => CloudProfile::built_in(profile),
            (Some(profile), Some(_)) if profile != "self" => {
                return Err(Failure::usage(format!(
                    "a server goes with the profile self, not with {profile}"
                )));
            }
            (_, Some(server)) => Some(CloudProfile::self_hosted(server)),
            (_, None) => env_file.as_ref().map(EnvFile::cloud).transpose()?,
        };
        // The file's secret must not travel to another cloud, nor its tenants be looked for there.
        let env_file = match (&cloud, env_file) {
            (Some(cloud), Some(file)) if file.cloud()?.authority != cloud.authority => {
                note(&format!("{file} belongs to another server than {} and is left out", cloud.authority));
                None
            }
            (_, env_file) => env_file,
        };
        Ok(Settings::Direct(Box::new(Direct {
            cloud,
            ca_file: self.ca_file.clone().or_else(|| env_file.as_ref()?.ca_file()),
            client_id: self.client_id,
            credential: self.credential()?,
            endpoint: endpoint.unwrap_or(EndpointVersion::V2),
            env_file,
        })))
    }

    /// The registry, whatever the other flags say.
    pub(crate) fn registry(&self) -> Result<Registry, Failure> {
        Ok(Registry::load(&self.registry_path()?)?)
    }

    /// The name that a new connection of the registry was given.
    pub(crate) fn connection_name(&self) -> Option<&str> {
        self.connection.as_deref()
    }

    /// Whether anything but the registry was named.
    pub(crate) fn is_direct(&self) -> bool {
        matches!(
            self,
            Self { env_file: Some(_), .. } | Self { profile: Some(_), .. } | Self { server: Some(_), .. }
        ) || self.client_id.is_some()
    }

    /// The settings of the flags, variables and env file alone.
    pub(crate) fn direct(&self) -> Result<Box<Direct>, Failure> {
        match (Self { connection: None, ..self.clone() }).settings()? {
            Settings::Direct(direct) => Ok(direct),
            Settings::Registry { .. } => Err(no_connection()),
        }
    }

    fn registry_path(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.config {
            return Ok(path.clone());
        }
        let absolute = |name| Host::variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let folder = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")));
        let folder = folder.ok_or_else(|| {
            Failure::new("there is no home folder to look for the registry in")
                .hint("name the file with --config")
        })?;
        Ok(folder.join("wardenry").join("tenants.toml"))
    }

    fn credential(&self) -> Result<Option<CredentialSource>, Failure> {
        let Self {
            client_secret_file, client_secret_command, client_secret_shell, client_certificate, ..
        } = self;
        let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        Ok(Some(if let Some(path) = client_secret_file {
            CredentialSource::Secret(SecretSource::File(absolute(path)))
        } else if let Some(command) = client_secret_command {
            let mut words = command.split_whitespace().map(str::to_owned);
            let program = words.next().ok_or_else(|| Failure::usage("the secret's command is empty"))?;
            CredentialSource::Secret(SecretSource::Command { program, arguments: words.collect() })
        } else if let Some(line) = client_secret_shell {
            CredentialSource::Secret(SecretSource::Shell(line.clone()))
        } else if let Some(path) = client_certificate {
            CredentialSource::Certificate(SecretSource::File(absolute(path)))
        } else {
            return Ok(None);
        }))
    }
}

impl Settings {
    /// The cloud and the CA file, for commands that need no app.
    pub(crate) fn cloud(&self) -> Result<(CloudProfile, Option<PathBuf>), Failure> {
        match self {
            Self::Direct(direct) => Ok((direct.cloud()?, direct.ca_file.clone())),
            Self::Registry { registry, chosen, .. } => {
                let connection = only_connection(registry, chosen.as_deref())?;
                Ok((connection.cloud.clone(), connection.ca_file.clone()))
            }
        }
    }

    /// The app that customers consent to.
    pub(crate) fn client_id(&self) -> Result<AppId, Failure> {
        match self {
            Self::Direct(direct) => direct.client_id(Role::PartnerApp),
            Self::Registry { registry, chosen, .. } => {
                Ok(only_connection(registry, chosen.as_deref())?.client_id)
            }
        }
    }

    /// The connection for a command that acts as `role` and does not go by the registry's entries.
    pub(crate) fn connection(&self, role: Role) -> Result<Connection, Failure> {
        match self {
            Self::Direct(direct) => direct.connection(role),
            Self::Registry { registry, chosen, endpoint } => {
                let connection = only_connection(registry, chosen.as_deref())?.clone();
                Ok(with_endpoint(connection, *endpoint))
            }
        }
    }

    /// The tenant with this name, id or domain, and how to reach it.
    pub(crate) fn target(&self, text: &str) -> Result<(Tenant, Connection), Failure> {
        match self {
            Self::Direct(direct) => {
                Ok((find_tenant(text, direct.customers()?.iter())?, direct.connection(Role::PartnerApp)?))
            }
            Self::Registry { registry, chosen, endpoint } => {
                let tenant = find_tenant(text, registry.tenants().iter().map(|entry| &entry.tenant))?;
                let entry = registry.tenants().iter().find(|entry| entry.tenant == tenant);
                let connection = match (chosen, entry) {
                    (None, Some(entry)) => registry.connections().get(&entry.connection),
                    _ => None,
                };
                let connection = match connection {
                    Some(connection) => connection.clone(),
                    None => only_connection(registry, chosen.as_deref())?.clone(),
                };
                Ok((tenant, with_endpoint(connection, *endpoint)))
            }
        }
    }

    /// The tenant with this name, id or domain, for commands that need no connection to it.
    pub(crate) fn tenant(&self, text: &str) -> Result<Tenant, Failure> {
        match self {
            Self::Direct(direct) => find_tenant(text, direct.customers()?.iter()),
            Self::Registry { registry, .. } => {
                find_tenant(text, registry.tenants().iter().map(|entry| &entry.tenant))
            }
        }
    }

    /// [`tenant`](Self::tenant) for what cannot be undone: the beginning of a name is not enough.
    pub(crate) fn tenant_in_full(&self, text: &str) -> Result<Tenant, Failure> {
        let tenant = self.tenant(text)?;
        if Tenant::parse(text).is_err() && tenant.label().to_lowercase() != text.to_lowercase() {
            return Err(Failure::new(format!("{text:?} is only the beginning of a name"))
                .hint(format!("write it in full: {tenant}")));
        }
        Ok(tenant)
    }

    /// Every known tenant: the env file's customers, or the registry's entries (of the connection named).
    pub(crate) fn known_tenants(&self) -> Result<Vec<KnownTenant>, Failure> {
        Ok(match self {
            Self::Direct(direct) => {
                let customers = direct.customers()?;
                if customers.is_empty() {
                    return Ok(Vec::new());
                }
                let connection = direct.connection(Role::PartnerApp)?;
                let known = |tenant| {
                    let connection_name = "env file".to_owned();
                    KnownTenant { tenant, connection_name, connection: connection.clone() }
                };
                customers.into_iter().map(known).collect()
            }
            Self::Registry { registry, chosen, endpoint } => {
                let entries = registry.tenants().iter();
                let entries =
                    entries.filter(|entry| chosen.as_ref().is_none_or(|name| *name == entry.connection));
                let known = |entry: &TenantEntry| {
                    let connection = registry.connections().get(&entry.connection)?.clone();
                    Some(KnownTenant {
                        tenant: entry.tenant.clone(),
                        connection_name: entry.connection.clone(),
                        connection: with_endpoint(connection, *endpoint),
                    })
                };
                entries.filter_map(known).collect()
            }
        })
    }

    /// Every known tenant and how to reach it; an error when there is none.
    pub(crate) fn all_targets(&self) -> Result<Vec<(Tenant, Connection)>, Failure> {
        let known = self.known_tenants()?;
        if known.is_empty() {
            return Err(self.nobody_known());
        }
        Ok(known.into_iter().map(|known| (known.tenant, known.connection)).collect())
    }

    /// The partner's own tenant, where the env file names it.
    pub(crate) fn partner_tenant(&self) -> Result<Option<Tenant>, Failure> {
        match self {
            Self::Direct(direct) => direct.env_file.as_ref().map_or(Ok(None), EnvFile::partner_tenant),
            Self::Registry { .. } => Ok(None),
        }
    }

    /// Refuses to administer a customer with the automation app of the env file, when that is known to be
    /// the app of another customer.
    pub(crate) fn check_administers(&self, tenant: &Tenant) -> Result<(), Failure> {
        let Self::Direct(direct) = self else { return Ok(()) };
        let (None, Some(file)) = (direct.client_id, &direct.env_file) else { return Ok(()) };
        let Some(own) = file.administered_customer()? else { return Ok(()) };
        let customers = direct.customers()?;
        // A domain that the file does not mention may be one of the customer's own.
        let is_other = match tenant.name() {
            name if name == own.name() => false,
            TenantName::Id(_) => true,
            TenantName::Domain(_) => customers.iter().any(|known| known.name() == tenant.name()),
        };
        if !is_other {
            return Ok(());
        }
        let own = customers.iter().find(|known| known.name() == own.name()).unwrap_or(&own);
        Err(Failure::new(format!("{file} can administer only {own}, not {tenant}"))
            .hint(format!("name an app of {tenant} with --client-id and a credential")))
    }

    fn nobody_known(&self) -> Failure {
        match self {
            Self::Registry { registry, .. } => {
                Failure::new(format!("there are no tenants in {}", registry.path().display()))
                    .hint("add one: `wardenry tenants add NAME TENANT --profile … --client-id … --client-secret-file …`")
                    .hint("or take a development server's: --env-file FILE")
            }
            Self::Direct(direct) if direct.env_file.is_some() => {
                Failure::new("the scenario of the env file has no customers")
                    .hint("add [[tenants]] with part = \"customer\" to the scenario")
                    .hint("or name a tenant with --tenant")
            }
            Self::Direct(_) => Failure::new("no tenants are known to these settings")
                .hint("name one with --tenant, or leave the connection flags out to use the registry"),
        }
    }
}

impl Direct {
    pub(crate) fn customers(&self) -> Result<Vec<Tenant>, Failure> {
        self.env_file.as_ref().map_or_else(|| Ok(Vec::new()), EnvFile::customers)
    }

    fn cloud(&self) -> Result<CloudProfile, Failure> {
        self.cloud.clone().ok_or_else(|| {
            Failure::new("it is not said which cloud to talk to").hint(
                "add --profile public (or another), --server URL for a Wardenry server, or --env-file FILE",
            )
        })
    }

    fn client_id(&self, role: Role) -> Result<AppId, Failure> {
        match (self.client_id, &self.env_file) {
            (Some(id), _) => Ok(id),
            (None, Some(file)) => file.client_id(role),
            (None, None) => Err(Failure::new("it is not said as which app to act")
                .hint("add --client-id ID or set WARDENRY_CLIENT_ID")),
        }
    }

    /// A credential flag always counts. Without one, the env file's secret belongs to the env file's app, and
    /// the secret of the environment to an app that was named otherwise.
    fn credential(&self, role: Role) -> Result<CredentialSource, Failure> {
        if let Some(source) = &self.credential {
            return Ok(source.clone());
        }
        if let Some(file) = &self.env_file {
            let is_files_app = match self.client_id {
                None => true,
                Some(id) => file.client_id(role).is_ok_and(|files| files == id),
            };
            if is_files_app {
                return Ok(file.credential(role));
            }
        }
        if Host::variable(SECRET_VARIABLE).is_some() {
            return Ok(CredentialSource::Secret(SecretSource::Environment(SECRET_VARIABLE.to_owned())));
        }
        Err(Failure::new("there is no credential for the app").hint(format!(
            "set {SECRET_VARIABLE}, or add --client-secret-file FILE, --client-secret-command COMMAND or \
             --client-certificate FILE"
        )))
    }

    pub(crate) fn connection(&self, role: Role) -> Result<Connection, Failure> {
        let (client_id, credential) = (self.client_id(role)?, self.credential(role)?);
        Ok(Connection {
            cloud: self.cloud()?,
            ca_file: self.ca_file.clone(),
            client_id,
            credential,
            endpoint: self.endpoint,
        })
    }
}

fn with_endpoint(connection: Connection, endpoint: Option<EndpointVersion>) -> Connection {
    Connection { endpoint: endpoint.unwrap_or(connection.endpoint), ..connection }
}

fn only_connection<'a>(registry: &'a Registry, chosen: Option<&str>) -> Result<&'a Connection, Failure> {
    let connections = registry.connections();
    let names = || connections.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    if let Some(name) = chosen {
        return connections.get(name).ok_or_else(|| {
            let path = registry.path().display();
            Failure::new(format!("there is no connection {name:?} in {path}"))
                .hint(format!("known are: {}", names()))
        });
    }
    let mut all = connections.values();
    match (all.next(), all.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(no_connection()),
        _ => Err(Failure::new("the registry has several connections")
            .hint(format!("name one with --connection: {}", names()))),
    }
}

fn no_connection() -> Failure {
    Failure::new("it is not said where to connect")
        .hint("against a development server: --env-file FILE, as `wardenry serve --env-file FILE` wrote it")
        .hint("otherwise: --profile NAME (or --server URL), --client-id ID and a credential; see --help")
}

/// Finds a tenant among the known ones by name, by the beginning of its name when only one fits, by id or
/// by domain. An id or domain that nobody knows is a tenant as well.
fn find_tenant<'a>(text: &str, known: impl Iterator<Item = &'a Tenant> + Clone) -> Result<Tenant, Failure> {
    let lower = text.to_lowercase();
    let label = |tenant: &Tenant| tenant.label().to_lowercase();
    if let Some(tenant) = known.clone().find(|tenant| label(tenant) == lower) {
        return Ok(tenant.clone());
    }
    let parse_error = match Tenant::parse(text) {
        Ok(parsed) => {
            let mut known = known;
            let found = known.find(|tenant| tenant.name() == parsed.name());
            return Ok(found.cloned().unwrap_or(parsed));
        }
        Err(error) => error,
    };
    let fitting: Vec<_> = known.clone().filter(|tenant| label(tenant).starts_with(&lower)).collect();
    match fitting.as_slice() {
        [one] if !lower.is_empty() => Ok((*one).clone()),
        [] => {
            let names: Vec<_> = known.map(Tenant::label).collect();
            let failure = match parse_error {
                ParseTenantError::Malformed(text) => Failure::new(format!("no tenant is called {text:?}")),
                other => other.into(),
            };
            Err(failure.hint(if names.is_empty() {
                "no names are known: give the tenant's id or one of its domains".to_owned()
            } else {
                format!("known are: {}", names.join(", "))
            }))
        }
        several => {
            let names: Vec<_> = several.iter().map(|tenant| tenant.label()).collect();
            Err(Failure::new(format!("{text:?} fits several tenants: {}", names.join(", "))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Result<String, ()> {
        let known =
            [("alder.example", "Alder Foods"), ("birch.example", "Birch Clinics"), ("b2.example", "Birch")];
        let known = known.map(|(domain, name)| Tenant::parse(domain).unwrap().with_display_name(name));
        find_tenant(text, known.iter()).map(|tenant| tenant.label()).map_err(drop)
    }

    #[test]
    fn tenants_are_found_by_name_beginning_id_and_domain() {
        for (text, expected) in [
            ("alder foods", Ok("Alder Foods")),
            ("ald", Ok("Alder Foods")),
            ("ALDER.example", Ok("Alder Foods")),
            ("birch", Ok("Birch")),
            ("birch c", Ok("Birch Clinics")),
            ("other.example", Ok("other.example")),
            ("b", Err(())),
            ("", Err(())),
            ("cedar", Err(())),
            ("common", Err(())),
        ] {
            assert_eq!(found(text), expected.map(str::to_owned), "{text}");
        }
    }
}
