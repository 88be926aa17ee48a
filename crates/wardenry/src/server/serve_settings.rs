//! What the server is told: the configuration file, and the flags that overrule it. `docs/configuration.md` is for its readers.

#[cfg(feature = "hunting")]
mod bounded;
#[cfg(feature = "hunting")]
mod hunting_config;
#[cfg(feature = "hunting")]
mod lake_config;
#[cfg(feature = "hunting")]
mod s3_config;
#[cfg(feature = "hunting")]
mod table_config;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;

use crate::failure::Failure;

/// Where the server listens when nobody says otherwise.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8443);

/// How much the server trusts its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// For real use: no scenario, no secrets in files.
    Hardened,
    /// For development and tests: scenarios, and files with secrets. Loopback only.
    Development,
}

/// Everything that is settled before the server starts.
#[derive(Debug, Clone)]
pub(crate) struct ServeSettings {
    pub(crate) mode: Mode,
    pub(crate) data: PathBuf,
    pub(crate) listen: SocketAddr,
    /// Names under which clients reach the server, besides the loopback names; `host` or `host:port`.
    pub(crate) hosts: Vec<String>,
    pub(crate) tls: Option<TlsFiles>,
    #[cfg(feature = "hunting")]
    pub(crate) hunting: hunting_config::HuntingConfig,
    #[cfg(feature = "hunting")]
    pub(crate) lake: lake_config::LakeConfig,
    #[cfg(feature = "hunting")]
    pub(crate) tables: wardenry_lake::DefinedTables,
}

/// A certificate chain and its key, both PEM.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// The configuration file. Every member is optional; an unknown one is an error.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigFile {
    data: Option<PathBuf>,
    listen: Option<SocketAddr>,
    #[serde(default)]
    hosts: Vec<String>,
    tls: Option<TlsFiles>,
    #[cfg(feature = "hunting")]
    #[serde(default)]
    hunting: hunting_config::HuntingConfig,
    #[cfg(feature = "hunting")]
    #[serde(default)]
    lake: lake_config::LakeConfig,
    #[cfg(feature = "hunting")]
    #[serde(default, rename = "table")]
    tables: table_config::TableConfigs,
}

/// What the command line says.
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    pub(crate) data: Option<PathBuf>,
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) hosts: Vec<String>,
    pub(crate) tls: Option<TlsFiles>,
}

impl ConfigFile {
    /// Reads a configuration file; an error names the file, the line and what was expected.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
    }
}

impl ServeSettings {
    /// Flags count more than the file, the file more than defaults. `default_data` is the data folder
    /// when neither names one.
    pub(crate) fn new(mode: Mode, file: ConfigFile, flags: Overrides, default_data: PathBuf) -> Self {
        Self {
            mode,
            data: flags.data.or(file.data).unwrap_or(default_data),
            listen: flags.listen.or(file.listen).unwrap_or(DEFAULT_LISTEN),
            hosts: if flags.hosts.is_empty() { file.hosts } else { flags.hosts },
            tls: flags.tls.or(file.tls),
            #[cfg(feature = "hunting")]
            hunting: file.hunting,
            #[cfg(feature = "hunting")]
            lake: file.lake,
            #[cfg(feature = "hunting")]
            tables: file.tables.0,
        }
    }

    /// Refuses combinations that would be unsafe.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let loopback = self.listen.ip().is_loopback();
        if self.mode == Mode::Development && !loopback {
            return Err(Failure::usage(format!(
                "a development server listens on loopback only, not on {}",
                self.listen
            ))
            .hint("leave --dev out to serve other machines, or listen on 127.0.0.1"));
        }
        if self.tls.is_none() && !loopback {
            return Err(Failure::usage(format!("listening on {} needs a certificate", self.listen))
                .hint("name one with --tls-certificate and --tls-key, or listen on 127.0.0.1"));
        }
        #[cfg(feature = "hunting")]
        self.hunting.check(cores()).and_then(|()| self.lake.check()).map_err(Failure::usage)?;
        if let Some(bad) = self.hosts.iter().find(|host| !is_host(host)) {
            return Err(Failure::usage(format!("'{bad}' is not a host name"))
                .hint("write a name such as login.example.org, with a port only if clients use one"));
        }
        Ok(())
    }

    /// Every `host:port` under which clients may reach the server, the preferred one first.
    pub(crate) fn authorities(&self, port: u16) -> Vec<String> {
        let with_port = |host: &str| {
            let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
            if has_port { host.to_owned() } else { format!("{host}:{port}") }
        };
        let mut authorities: Vec<String> = self.hosts.iter().map(|host| with_port(host)).collect();
        if self.listen.ip().is_loopback() {
            authorities.extend(["localhost", "127.0.0.1", "[::1]"].map(with_port));
        } else if authorities.is_empty() {
            authorities.push(SocketAddr::new(self.listen.ip(), port).to_string());
        }
        authorities
    }
}

/// How many cores the server has.
#[cfg(feature = "hunting")]
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// A host name with an optional port; what a `Host` header can hold.
fn is_host(text: &str) -> bool {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']'));
    plain
        && !text.is_empty()
        && url::Url::parse(&format!("https://{text}/")).is_ok_and(|url| url.path() == "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(mode: Mode, file: &str, flags: Overrides) -> ServeSettings {
        ServeSettings::new(mode, toml::from_str(file).unwrap(), flags, "data".into())
    }

    #[test]
    fn flags_overrule_the_file_and_the_file_the_defaults() {
        let file = "data = '/srv/w'\nlisten = '127.0.0.1:1'\nhosts = ['a.example']";
        let from_file = settings(Mode::Hardened, file, Overrides::default());
        assert_eq!((from_file.data, from_file.listen.port()), (PathBuf::from("/srv/w"), 1));
        let flags = Overrides {
            listen: Some("127.0.0.1:2".parse().unwrap()),
            hosts: vec!["b.example".into()],
            ..Overrides::default()
        };
        let overruled = settings(Mode::Hardened, file, flags);
        assert_eq!((overruled.listen.port(), overruled.hosts), (2, vec!["b.example".to_owned()]));
        let bare = settings(Mode::Hardened, "", Overrides::default());
        assert_eq!((bare.data, bare.listen), (PathBuf::from("data"), DEFAULT_LISTEN));
    }

    #[test]
    fn an_unknown_member_is_named() {
        let error = toml::from_str::<ConfigFile>("lisen = '127.0.0.1:1'").unwrap_err().to_string();
        assert!(error.contains("line 1") && error.contains("lisen"), "{error}");
    }

    #[test]
    fn unsafe_combinations_are_refused() {
        let check = |mode, file: &str| settings(mode, file, Overrides::default()).check().is_ok();
        assert!(check(Mode::Development, ""));
        assert!(check(Mode::Hardened, ""));
        assert!(!check(Mode::Development, "listen = '0.0.0.0:8443'"));
        assert!(!check(Mode::Hardened, "listen = '0.0.0.0:8443'"));
        assert!(check(Mode::Hardened, "listen = '0.0.0.0:8443'\ntls = { certificate = 'c', key = 'k' }"));
        assert!(!check(Mode::Hardened, "hosts = ['a b']"));
        assert!(!check(Mode::Hardened, "hosts = ['a/b']"));
    }

    #[test]
    fn loopback_names_follow_the_configured_ones() {
        let settings =
            settings(Mode::Hardened, "hosts = ['id.example:443', 'api.example']", Overrides::default());
        assert_eq!(
            settings.authorities(8443),
            ["id.example:443", "api.example:8443", "localhost:8443", "127.0.0.1:8443", "[::1]:8443"]
        );
    }

    /// What the reference shows can be written, and the defaults that it names are those that count.
    #[cfg(feature = "hunting")]
    #[test]
    fn the_reference_is_right() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
        let page = std::fs::read_to_string(page).unwrap();
        let blocks: Vec<&str> =
            page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        let read = |text: &str| settings(Mode::Hardened, text, Overrides::default());
        let all_defaults = blocks.iter().find(|block| block.contains("calls_per_minute")).unwrap();
        let (found, bare) = (read(all_defaults), read(""));
        assert_eq!(format!("{:?}", found.hunting.settings(4)), format!("{:?}", bare.hunting.settings(4)));
        let lake = |of: &ServeSettings| format!("{:?}", of.lake.settings("lake".into(), of.tables.clone()));
        assert_eq!(lake(&found), lake(&bare));
        for block in blocks {
            read(block).check().unwrap();
        }
    }
}
