//! `wardenry serve`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output;
use crate::server::serve_settings::{ConfigFile, Mode, Overrides, ServeSettings, TlsFiles};
use crate::server::{RunningServer, dev_environment, mode_name, seeding, stop_signal};

/// Run the platform: the identity authority and the APIs, on one HTTPS address
///
/// Without `--dev` the server is hardened: it starts with no tenant (make the first one with `wardenry
/// admin create-tenant`), takes no scenario and writes no secret anywhere. With `--dev` it can start
/// from a scenario and listens on loopback only; without `--data` its data folder is a throw-away one.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Development mode: scenarios and environment files, loopback only
    #[arg(long)]
    dev: bool,

    /// A configuration file in TOML; flags count more
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// The data folder [default: wardenry-data, with --dev a throw-away one]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Where to listen; port 0 picks a free one [default: 127.0.0.1:8443]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,

    /// A name under which clients reach the server, besides the loopback names; may be repeated
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,

    /// The certificate chain in PEM form; without it a local authority is made in the data folder
    #[arg(long, value_name = "FILE", requires = "tls_key_file")]
    tls_certificate: Option<PathBuf>,

    /// The private key of --tls-certificate in PEM form
    #[arg(long = "tls-key", value_name = "FILE", requires = "tls_certificate")]
    tls_key_file: Option<PathBuf>,

    /// A scenario to start from: `demo`, `demo-without-events`, or a TOML file. Needs --dev
    #[arg(long, value_name = "FILE", requires = "dev")]
    seed: Option<PathBuf>,

    /// Where to write addresses, ids and secrets as KEY=value lines once the server answers. Needs --dev
    #[arg(long = "env-file", value_name = "FILE", requires = "dev")]
    env_file: Option<PathBuf>,
}

impl Args {
    pub(crate) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let throw_away = (self.dev && self.data.is_none()).then(tempfile::tempdir).transpose()?;
        if let Some(env_file) = &self.env_file {
            // Whoever waits for the file must not find the one of an earlier server.
            remove_if_there(env_file)?;
        }
        let settings = self.settings(throw_away.as_ref().map(|folder| folder.path().to_owned()))?;
        let server = RunningServer::start(host, &settings).await?;
        if let Some(seed) = &self.seed {
            let seeded = seeding::seed_from(&server.platform, seed).await?;
            if let Some(env_file) = &self.env_file {
                dev_environment::write(env_file, &server, &seeded)?;
                output::note(&format!("wrote {}", env_file.display()));
            }
        }
        announce(&server, &settings);
        if server.platform.is_empty().await? {
            output::note(
                "there is no tenant yet; stop the server and make one with `wardenry admin create-tenant`",
            );
        }
        stop_signal().await;
        output::note("stopping; running requests may end");
        if let Some(env_file) = &self.env_file {
            remove_if_there(env_file)?;
        }
        server.stop().await;
        Ok(ExitStatus::Done)
    }

    fn settings(&self, throw_away: Option<PathBuf>) -> Result<ServeSettings, Failure> {
        if self.env_file.is_some() && self.seed.is_none() {
            return Err(
                Failure::usage("--env-file needs --seed").hint("add --seed demo for the built-in scenario")
            );
        }
        let file = match &self.config {
            Some(path) => ConfigFile::read(path)?,
            None => ConfigFile::default(),
        };
        let tls = match (&self.tls_certificate, &self.tls_key_file) {
            (Some(certificate), Some(key)) => {
                Some(TlsFiles { certificate: certificate.clone(), key: key.clone() })
            }
            _ => None,
        };
        let flags =
            Overrides { data: self.data.clone(), listen: self.listen, hosts: self.hosts.clone(), tls };
        let mode = if self.dev { Mode::Development } else { Mode::Hardened };
        let default_data = throw_away.unwrap_or_else(|| PathBuf::from("wardenry-data"));
        Ok(ServeSettings::new(mode, file, flags, default_data))
    }
}

fn remove_if_there(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(anyhow::Error::new(error).context(format!("cannot remove {}", path.display())).into())
        }
        _ => Ok(()),
    }
}

fn announce(server: &RunningServer, settings: &ServeSettings) {
    output::note(&format!(
        "{} server answers at {} (listening on {})",
        mode_name(settings.mode),
        server.origin(),
        server.address
    ));
    output::note(&format!("data folder: {}", settings.data.display()));
    if let Some(ca_file) = &server.ca_file {
        output::note(&format!("clients have to trust the local authority: {}", ca_file.display()));
    }
}
