//! The file that `wardenry serve --env-file` writes: everything that a client needs to know of a
//! development server.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use wardenry_client::{CredentialSource, SecretSource, Tenant, parse_key_values};
use wardenry_core::cloud::CloudProfile;
use wardenry_core::id::AppId;

use crate::failure::Failure;
use crate::host::Host;

/// Which of the file's apps a command acts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The partner's multi-tenant app, which the customers consent to.
    PartnerApp,
    /// The automation app that administers the partner's own tenant.
    PartnerAdmin,
    /// The automation app that administers the first customer's tenant.
    CustomerAdmin,
}

impl Role {
    fn prefix(self) -> &'static str {
        match self {
            Self::PartnerApp => "",
            Self::PartnerAdmin => "PARTNER_ADMIN_",
            Self::CustomerAdmin => "ADMIN_",
        }
    }
}

pub(super) struct EnvFile {
    path: PathBuf,
    values: HashMap<String, String>,
}

/// The values stay out of it: some are secrets.
impl fmt::Debug for EnvFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl fmt::Display for EnvFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.display().fmt(f)
    }
}

impl EnvFile {
    pub(super) fn load(path: &Path) -> Result<Self, Failure> {
        let text = Host::read_text("the env file", Some(path)).map_err(|failure| {
            failure.hint("`wardenry serve --dev --seed demo --env-file FILE` writes such a file")
        })?;
        let values = parse_key_values(&text).with_context(|| format!("cannot read {}", path.display()))?;
        // The registry and child processes may look from another folder.
        let path = std::path::absolute(path).with_context(|| format!("cannot find {}", path.display()))?;
        Ok(Self { path, values: values.into_iter().collect() })
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn require(&self, key: &str) -> Result<&str, Failure> {
        self.get(key).ok_or_else(|| Failure::new(format!("{self} has no entry {key}")))
    }

    fn parse<T>(&self, key: &str, read: impl Fn(&str) -> Result<T, anyhow::Error>) -> Result<T, Failure> {
        let value = read(self.require(key)?);
        Ok(value.with_context(|| format!("the entry {key} of {self} cannot be used"))?)
    }

    pub(super) fn cloud(&self) -> Result<CloudProfile, Failure> {
        let origin = |text: &str| text.trim_end_matches('/').to_owned();
        let authority = origin(self.require("AUTHORITY")?);
        let own = CloudProfile::self_hosted(&authority);
        Ok(CloudProfile {
            api_base: self.get("API_BASE").map(origin).or(own.api_base),
            graph_base: self.get("GRAPH_BASE").map_or(own.graph_base, graph_origin),
            portal: self.get("PORTAL").map_or(own.portal, origin),
            api_resource: self.get("RESOURCE").map_or(own.api_resource, str::to_owned),
            ..CloudProfile::self_hosted(&authority)
        })
    }

    pub(super) fn ca_file(&self) -> Option<PathBuf> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        self.get("CA_FILE").map(|path| folder.join(path))
    }

    pub(super) fn client_id(&self, role: Role) -> Result<AppId, Failure> {
        let key = format!("{}CLIENT_ID", role.prefix());
        if role != Role::PartnerApp {
            self.require(&key).map_err(|failure| {
                failure.hint("add an application with automation = true to the scenario")
            })?;
        }
        self.parse(&key, |text| Ok(text.parse()?))
    }

    pub(super) fn credential(&self, role: Role) -> CredentialSource {
        let key = format!("{}CLIENT_SECRET", role.prefix());
        CredentialSource::Secret(SecretSource::FileEntry { path: self.path.clone(), key })
    }

    /// The customers, with the names of `CUSTOMER_NAMES` when the file has them. A scenario may have none.
    pub(super) fn customers(&self) -> Result<Vec<Tenant>, Failure> {
        let list = |text: &str| text.split(',').map(|item| item.trim().to_owned()).collect::<Vec<_>>();
        if self.get("CUSTOMER_TENANTS").is_none() {
            return Ok(Vec::new());
        }
        let names = self.get("CUSTOMER_NAMES").map(list).unwrap_or_default();
        self.parse("CUSTOMER_TENANTS", |text| {
            let tenants = list(text).into_iter().enumerate().map(|(index, text)| {
                let tenant = Tenant::parse(&text)?;
                Ok(match names.get(index) {
                    Some(name) => tenant.with_display_name(name),
                    None => tenant,
                })
            });
            tenants.collect()
        })
    }

    /// The partner's tenant. A scenario may have none.
    pub(super) fn partner_tenant(&self) -> Result<Option<Tenant>, Failure> {
        self.tenant("PARTNER_TENANT")
    }

    /// The customer whose directory [`Role::CustomerAdmin`] administers.
    pub(super) fn administered_customer(&self) -> Result<Option<Tenant>, Failure> {
        self.tenant("TENANT")
    }

    fn tenant(&self, key: &str) -> Result<Option<Tenant>, Failure> {
        self.get(key).map(|_| self.parse(key, |text| Ok(Tenant::parse(text)?))).transpose()
    }
}

/// `GRAPH_BASE` may carry the version, as the clients of the Graph API write it.
fn graph_origin(text: &str) -> String {
    let text = text.trim_end_matches('/');
    text.strip_suffix("/v1.0").unwrap_or(text).to_owned()
}
