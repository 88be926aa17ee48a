//! The file's own shape, and its translation.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use wardenry_client::{CredentialSource, EndpointVersion, SecretSource};
use wardenry_core::cloud::CloudProfile;
use wardenry_core::id::AppId;

use super::Connection;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistryFile {
    #[serde(default)]
    pub(super) connections: BTreeMap<String, ConnectionFile>,
    #[serde(default)]
    pub(super) tenants: Vec<TenantFile>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantFile {
    pub(super) name: String,
    pub(super) tenant: String,
    pub(super) connection: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ConnectionFile {
    profile: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_file: Option<PathBuf>,
    client_id: AppId,
    #[serde(default, skip_serializing_if = "EndpointFile::is_default")]
    endpoint: EndpointFile,
    credential: CredentialFile,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum EndpointFile {
    V1,
    #[default]
    V2,
}

impl EndpointFile {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Exactly one way. An externally tagged enum, so that the file reads `{ secret-file = "…" }`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum CredentialFile {
    SecretEnv(String),
    SecretFile(PathBuf),
    SecretFileEntry {
        path: PathBuf,
        key: String,
    },
    /// A program and its arguments.
    SecretCommand(Vec<String>),
    /// A line for `sh -c`.
    SecretShell(String),
    CertificateEnv(String),
    CertificateFile(PathBuf),
    CertificateCommand(Vec<String>),
    CertificateShell(String),
}

impl ConnectionFile {
    /// Translates, taking relative paths from `folder`. The error is a phrase for people.
    pub(super) fn resolve(self, folder: &Path) -> Result<Connection, String> {
        let cloud = match (self.profile.as_str(), self.server) {
            ("self", Some(server)) => CloudProfile::self_hosted(&server),
            ("self", None) => return Err("the profile \"self\" needs a server".to_owned()),
            (name, None) => CloudProfile::built_in(name).ok_or_else(|| unknown_profile(name))?,
            (name, Some(_)) => {
                return Err(format!("a server goes with the profile \"self\", not with {name:?}"));
            }
        };
        Ok(Connection {
            cloud,
            ca_file: self.ca_file.map(|path| folder.join(path)),
            client_id: self.client_id,
            credential: self.credential.resolve(folder)?,
            endpoint: match self.endpoint {
                EndpointFile::V1 => EndpointVersion::V1,
                EndpointFile::V2 => EndpointVersion::V2,
            },
        })
    }
}

fn unknown_profile(name: &str) -> String {
    let known: Vec<_> = CloudProfile::built_in_names().collect();
    format!("there is no profile {name:?}; known are {} and self", known.join(", "))
}

impl CredentialFile {
    fn resolve(self, folder: &Path) -> Result<CredentialSource, String> {
        use CredentialSource::{Certificate, Secret};
        let file = |path| SecretSource::File(folder.join(path));
        Ok(match self {
            Self::SecretEnv(name) => Secret(SecretSource::Environment(name)),
            Self::SecretFile(path) => Secret(file(path)),
            Self::SecretFileEntry { path, key } => {
                Secret(SecretSource::FileEntry { path: folder.join(path), key })
            }
            Self::SecretCommand(words) => Secret(command(words)?),
            Self::SecretShell(line) => Secret(SecretSource::Shell(line)),
            Self::CertificateEnv(name) => Certificate(SecretSource::Environment(name)),
            Self::CertificateFile(path) => Certificate(file(path)),
            Self::CertificateCommand(words) => Certificate(command(words)?),
            Self::CertificateShell(line) => Certificate(SecretSource::Shell(line)),
        })
    }
}

fn command(words: Vec<String>) -> Result<SecretSource, String> {
    let mut words = words.into_iter();
    let program = words.next().ok_or("a command needs at least a program")?;
    Ok(SecretSource::Command { program, arguments: words.collect() })
}

impl From<&Connection> for ConnectionFile {
    fn from(connection: &Connection) -> Self {
        let is_own = connection.cloud.name == "self";
        Self {
            profile: connection.cloud.name.clone(),
            server: is_own.then(|| connection.cloud.authority.clone()),
            ca_file: connection.ca_file.clone(),
            client_id: connection.client_id,
            endpoint: match connection.endpoint {
                EndpointVersion::V1 => EndpointFile::V1,
                EndpointVersion::V2 => EndpointFile::V2,
            },
            credential: (&connection.credential).into(),
        }
    }
}

impl From<&CredentialSource> for CredentialFile {
    fn from(source: &CredentialSource) -> Self {
        let words = |program: &String, arguments: &[String]| {
            std::iter::once(program).chain(arguments).cloned().collect::<Vec<_>>()
        };
        match source {
            CredentialSource::Secret(SecretSource::Environment(name)) => Self::SecretEnv(name.clone()),
            CredentialSource::Secret(SecretSource::File(path)) => Self::SecretFile(path.clone()),
            CredentialSource::Secret(SecretSource::FileEntry { path, key }) => {
                Self::SecretFileEntry { path: path.clone(), key: key.clone() }
            }
            CredentialSource::Secret(SecretSource::Command { program, arguments }) => {
                Self::SecretCommand(words(program, arguments))
            }
            CredentialSource::Secret(SecretSource::Shell(line)) => Self::SecretShell(line.clone()),
            CredentialSource::Certificate(SecretSource::Environment(name)) => {
                Self::CertificateEnv(name.clone())
            }
            CredentialSource::Certificate(
                SecretSource::File(path) | SecretSource::FileEntry { path, .. },
            ) => Self::CertificateFile(path.clone()),
            CredentialSource::Certificate(SecretSource::Command { program, arguments }) => {
                Self::CertificateCommand(words(program, arguments))
            }
            CredentialSource::Certificate(SecretSource::Shell(line)) => Self::CertificateShell(line.clone()),
        }
    }
}
