//! The registry of tenants: a TOML file that people may edit.
//!
//! ```toml
//! # How to reach a cloud, and as which app. Secrets are referred to, never written here.
//! [connections.lab]
//! profile = "self"
//! server = "https://localhost:8443"
//! ca-file = "/home/me/.local/share/wardenry/ca.pem"
//! client-id = "11111111-2222-4333-8444-555555555555"
//! credential = { secret-file = "/home/me/.secrets/harbour" }
//!
//! [[tenants]]
//! name = "Alder Foods"
//! tenant = "alderfoods.example"
//! connection = "lab"
//! ```
//!
//! Profile, client id and credential belong together and are the same for most tenants, so an entry
//! names a connection instead of repeating them. Relative paths count from the file's folder.

mod edit;
mod file;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use wardenry_client::{CredentialSource, EndpointVersion, ParseTenantError, Tenant};
use wardenry_core::cloud::CloudProfile;
use wardenry_core::id::AppId;

use self::file::RegistryFile;

/// The largest registry file that is read, in bytes. A thousand tenants take about 100 KiB.
const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// How to reach a cloud, and as which app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    pub cloud: CloudProfile,
    /// Certificates to trust beside the system's, in PEM form.
    pub ca_file: Option<PathBuf>,
    pub client_id: AppId,
    pub credential: CredentialSource,
    pub endpoint: EndpointVersion,
}

/// One tenant of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantEntry {
    /// What people call it; unique in the registry without regard to letter case.
    pub name: String,
    /// Carries [`name`](Self::name) as its display name.
    pub tenant: Tenant,
    /// The name of the connection that reaches it.
    pub connection: String,
}

/// The registry as read from its file, valid as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    path: PathBuf,
    text: String,
    connections: BTreeMap<String, Connection>,
    tenants: Vec<TenantEntry>,
}

/// The registry cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path} is larger than {MAX_FILE_BYTES} bytes")]
    TooLarge { path: PathBuf },
    #[error("cannot write {path}")]
    Write { path: PathBuf, source: io::Error },
    /// The source names line and column and shows the place.
    #[error("{path} is not a valid registry")]
    Syntax { path: PathBuf, source: Box<toml::de::Error> },
    #[error("connection {connection:?} of {path}: {problem}")]
    Connection { path: PathBuf, connection: String, problem: String },
    #[error("tenant {name:?} of {path}: {source}")]
    Tenant { path: PathBuf, name: String, source: ParseTenantError },
    #[error("tenant {name:?} of {path} names the connection {connection:?}, which is not in the file")]
    NoConnection { path: PathBuf, name: String, connection: String },
    #[error("two tenants of {path} are called {name:?}")]
    Duplicate { path: PathBuf, name: String },
}

/// An entry cannot be added.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    #[error("the registry has a tenant {0:?} already")]
    NameTaken(String),
    #[error("the registry has this tenant already, as {0:?}")]
    TenantTaken(String),
    #[error("the registry has a connection {0:?} with other settings already")]
    ConnectionTaken(String),
    #[error("the registry has no connection {0:?}")]
    NoConnection(String),
    #[error("a connection name consists of letters, digits, - and _; {0:?} does not")]
    ConnectionName(String),
}

impl Registry {
    /// Reads the registry. A file that does not exist is an empty registry.
    pub fn load(path: &Path) -> Result<Self, RegistryError> {
        let failed = |source| RegistryError::Read { path: path.to_owned(), source };
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.len() > MAX_FILE_BYTES => {
                return Err(RegistryError::TooLarge { path: path.to_owned() });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::parse(path, String::new()),
            Err(error) => return Err(failed(error)),
            Ok(_) => {}
        }
        Self::parse(path, std::fs::read_to_string(path).map_err(failed)?)
    }

    fn parse(path: &Path, text: String) -> Result<Self, RegistryError> {
        let file: RegistryFile = toml::from_str(&text)
            .map_err(|source| RegistryError::Syntax { path: path.to_owned(), source: Box::new(source) })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let connections =
            file.connections.into_iter().map(|(name, connection)| match connection.resolve(folder) {
                Ok(resolved) => Ok((name, resolved)),
                Err(problem) => {
                    Err(RegistryError::Connection { path: path.to_owned(), connection: name, problem })
                }
            });
        let mut registry = Self {
            path: path.to_owned(),
            text,
            connections: connections.collect::<Result<_, _>>()?,
            tenants: Vec::new(),
        };
        for entry in file.tenants {
            let (path, name) = (path.to_owned(), entry.name);
            let tenant = Tenant::parse(&entry.tenant)
                .map_err(|source| RegistryError::Tenant { path: path.clone(), name: name.clone(), source })?
                .with_display_name(&name);
            if !registry.connections.contains_key(&entry.connection) {
                return Err(RegistryError::NoConnection { path, name, connection: entry.connection });
            }
            if registry.tenants.iter().any(|known| known.name.eq_ignore_ascii_case(&name)) {
                return Err(RegistryError::Duplicate { path, name });
            }
            registry.tenants.push(TenantEntry { name, tenant, connection: entry.connection });
        }
        Ok(registry)
    }

    /// Where the registry is kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All tenants in the order of the file.
    pub fn tenants(&self) -> &[TenantEntry] {
        &self.tenants
    }

    /// All connections by name.
    pub fn connections(&self) -> &BTreeMap<String, Connection> {
        &self.connections
    }

    /// The tenant with this name (in any letter case), id or domain.
    pub fn find(&self, text: &str) -> Option<&TenantEntry> {
        let by_name = self.tenants.iter().find(|entry| entry.name.eq_ignore_ascii_case(text));
        by_name.or_else(|| {
            let name = text.parse().ok()?;
            self.tenants.iter().find(|entry| *entry.tenant.name() == name)
        })
    }

    /// Adds a connection, or accepts one that is there with the same settings.
    pub fn add_connection(&mut self, name: &str, connection: Connection) -> Result<(), AddError> {
        if !edit::is_bare_key(name) {
            return Err(AddError::ConnectionName(name.to_owned()));
        }
        match self.connections.get(name) {
            Some(known) if *known == connection => return Ok(()),
            Some(_) => return Err(AddError::ConnectionTaken(name.to_owned())),
            None => {}
        }
        self.text = edit::with_block(&self.text, &edit::connection_block(name, &connection));
        self.connections.insert(name.to_owned(), connection);
        Ok(())
    }

    /// Adds a tenant.
    pub fn add_tenant(&mut self, name: &str, tenant: Tenant, connection: &str) -> Result<(), AddError> {
        if !self.connections.contains_key(connection) {
            return Err(AddError::NoConnection(connection.to_owned()));
        }
        if let Some(known) = self.find(name) {
            return Err(AddError::NameTaken(known.name.clone()));
        }
        if let Some(known) = self.tenants.iter().find(|known| known.tenant.name() == tenant.name()) {
            return Err(AddError::TenantTaken(known.name.clone()));
        }
        let tenant = tenant.with_display_name(name);
        let entry = TenantEntry { name: name.to_owned(), tenant, connection: connection.to_owned() };
        self.text = edit::with_block(&self.text, &edit::tenant_block(&entry));
        self.tenants.push(entry);
        Ok(())
    }

    /// Removes the tenant with this name, id or domain, and returns it. Its connection stays.
    pub fn remove_tenant(&mut self, text: &str) -> Option<TenantEntry> {
        let found = self.find(text)?.name.clone();
        let index = self.tenants.iter().position(|entry| entry.name == found)?;
        self.text = edit::without_tenant(&self.text, index);
        Some(self.tenants.remove(index))
    }

    /// Writes the file in one step: readers see the old content or the new, whole.
    ///
    /// Comments and layout are kept. Should an edit of the text not mean what was meant (in an unusual
    /// layout), the file is laid out anew instead.
    pub fn save(&self) -> Result<(), RegistryError> {
        let text = match Self::parse(&self.path, self.text.clone()) {
            Ok(read) if read.connections == self.connections && read.tenants == self.tenants => {
                self.text.clone()
            }
            _ => self.laid_out_anew(),
        };
        let failed = |source| RegistryError::Write { path: self.path.clone(), source };
        // A registry that is a link into a dotfiles folder stays one.
        let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(failed)?;
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    fn laid_out_anew(&self) -> String {
        let connections =
            self.connections.iter().map(|(name, connection)| edit::connection_block(name, connection));
        let tenants = self.tenants.iter().map(edit::tenant_block);
        connections.chain(tenants).fold(String::new(), |text, block| edit::with_block(&text, &block))
    }
}

#[cfg(test)]
mod tests;
