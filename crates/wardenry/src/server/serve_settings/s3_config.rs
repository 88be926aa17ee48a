//! `storage` of `[lake]` and `[lake.s3]`: an object store for the files of the lake.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use serde::Deserialize;
use wardenry_core::secret::SecretString;
use wardenry_lake::ObjectStorage;
use wardenry_s3::{Address, Credentials, S3Settings, S3Store};

use crate::failure::Failure;
use crate::host::Host;

const SCHEME: &str = "s3://";
/// What servers without regions expect.
const DEFAULT_REGION: &str = "us-east-1";

pub(crate) const ACCESS_KEY_VARIABLE: &str = "WARDENRY_S3_ACCESS_KEY_ID";
pub(crate) const SECRET_VARIABLE: &str = "WARDENRY_S3_SECRET_ACCESS_KEY";

/// How the store is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct S3Config {
    endpoint: Option<String>,
    region: Option<String>,
    access_key_id: Option<String>,
    secret_access_key_file: Option<PathBuf>,
    authority: Option<PathBuf>,
    #[serde(default)]
    allow_http: bool,
}

impl S3Config {
    /// The bucket of a place such as `s3://bucket/prefix`, and the prefix.
    fn place(&self, storage: &str) -> Result<(Address, String), String> {
        let place = storage.strip_prefix(SCHEME);
        let place = place
            .ok_or_else(|| format!("lake.storage is '{storage}', and has to be {SCHEME}bucket/prefix"))?;
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let prefix = prefix.trim_end_matches('/');
        let is_part = |part: &str| {
            !matches!(part, "" | "." | "..")
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        if !prefix.is_empty() && !prefix.split('/').all(is_part) {
            return Err(format!(
                "the prefix of lake.storage is '{prefix}', and may have letters, digits, hyphens, underscores and dots between slashes"
            ));
        }
        let address = Address::new(bucket, self.region(), self.endpoint.as_deref(), self.allow_http);
        Ok((address.map_err(|error| format!("lake.storage: {error}"))?, prefix.to_owned()))
    }

    fn region(&self) -> &str {
        self.region.as_deref().unwrap_or(DEFAULT_REGION)
    }

    /// What is wrong with it.
    pub(super) fn check(&self, storage: Option<&str>) -> Result<(), String> {
        match storage {
            Some(storage) => self.place(storage).map(drop),
            None if *self != Self::default() => {
                Err(format!("[lake.s3] is of no use without lake.storage = \"{SCHEME}bucket/prefix\""))
            }
            None => Ok(()),
        }
    }

    /// The store. `variable` is the environment.
    pub(super) fn open(
        &self,
        storage: &str,
        host: &Host,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<ObjectStorage, Failure> {
        let (address, prefix) = self.place(storage).map_err(Failure::usage)?;
        if self.allow_http && self.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http:")) {
            tracing::warn!(
                "lake.s3.allow_http: events and requests for them are not encrypted on their way to the store"
            );
        }
        let authority_pem = self.authority.as_ref().map(|path| {
            std::fs::read(path).with_context(|| format!("lake.s3.authority: cannot read {}", path.display()))
        });
        let settings = S3Settings {
            address,
            region: self.region().to_owned(),
            credentials: self.credentials(variable)?,
            authority_pem: authority_pem.transpose()?,
        };
        let store = S3Store::new(settings, Arc::clone(&host.clock), Arc::clone(&host.entropy))?;
        Ok(ObjectStorage { store: Arc::new(store), prefix, name: storage.trim_end_matches('/').to_owned() })
    }

    fn credentials(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Credentials, Failure> {
        let missing = |what: &str, member: &str, name: &str| {
            Failure::usage(format!("lake.storage needs {what}"))
                .hint(format!("set lake.s3.{member} in the configuration file, or {name} in the environment"))
        };
        let access_key_id = self.access_key_id.clone().or_else(|| variable(ACCESS_KEY_VARIABLE));
        let access_key_id =
            access_key_id.ok_or_else(|| missing("an access key", "access_key_id", ACCESS_KEY_VARIABLE))?;
        let secret = match &self.secret_access_key_file {
            Some(path) => {
                let text = Host::read_text("the secret access key", Some(path))?;
                SecretString::from(text.trim())
            }
            None => variable(SECRET_VARIABLE).map(SecretString::new).ok_or_else(|| {
                missing("the secret of its access key", "secret_access_key_file", SECRET_VARIABLE)
            })?,
        };
        Ok(Credentials { access_key_id, secret_access_key: secret })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(storage: &str, config: &str, variables: &[(&str, &str)]) -> Result<ObjectStorage, String> {
        let config: S3Config = toml::from_str(config).unwrap();
        let variable =
            |name: &str| variables.iter().find(|(its, _)| *its == name).map(|(_, value)| (*value).to_owned());
        config.open(storage, &Host::system(), variable).map_err(|failure| failure.message())
    }

    const KEYS: &[(&str, &str)] = &[(ACCESS_KEY_VARIABLE, "id"), (SECRET_VARIABLE, "do not print me")];

    #[test]
    fn a_store_has_a_bucket_a_prefix_and_keys_that_do_not_show() {
        let found = open("s3://events/some/lake/", "region = 'eu-central-1'", KEYS).unwrap();
        assert_eq!((&*found.prefix, &*found.name), ("some/lake", "s3://events/some/lake"));
        let shown = format!("{found:?}");
        assert!(shown.contains("events.s3.eu-central-1.amazonaws.com"), "{shown}");
        assert!(!shown.contains("do not print me"), "{shown}");
        assert_eq!(open("s3://events", "", KEYS).unwrap().prefix, "");
    }

    #[test]
    fn the_secret_may_be_in_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "of the file\n").unwrap();
        let path = file.path().display();
        let config: S3Config =
            toml::from_str(&format!("access_key_id = 'id'\nsecret_access_key_file = '{path}'")).unwrap();
        let credentials = config.credentials(|_| None).unwrap();
        assert_eq!(
            (&*credentials.access_key_id, credentials.secret_access_key.expose()),
            ("id", "of the file")
        );
        assert!(open("s3://events", "", &[]).unwrap_err().contains("needs an access key"));
        let half = open("s3://events", "access_key_id = 'id'", &[]).unwrap_err();
        assert!(half.contains("needs the secret of its access key"), "{half}");
        let gone = "access_key_id = 'id'\nsecret_access_key_file = '/nowhere/secret'";
        assert!(open("s3://events", gone, &[]).unwrap_err().contains("/nowhere/secret"));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        let check =
            |storage, config: &str| toml::from_str::<S3Config>(config).unwrap().check(storage).unwrap_err();
        for (storage, config, expected) in [
            (Some("/srv/lake"), "", "has to be s3://bucket/prefix"),
            (Some("s3://"), "", "'' is no name of a bucket"),
            (Some("s3://events/a//b"), "", "the prefix of lake.storage is 'a//b'"),
            (Some("s3://events/../b"), "", "the prefix of lake.storage is '../b'"),
            (Some("s3://events"), "endpoint = 'http://127.0.0.1:1'", "`allow_http` allows it for loopback"),
            (Some("s3://events"), "endpoint = 'http://10.0.0.1:1'\nallow_http = true", "is not encrypted"),
            (None, "region = 'x'", "[lake.s3] is of no use without lake.storage"),
        ] {
            let found = check(storage, config);
            assert!(found.contains(expected), "{found}");
        }
        assert!(S3Config::default().check(None).is_ok());
    }
}
