//! The real server as a child process, on a data folder that is thrown away.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use tokio::process::{Child, Command};

use crate::https::Endpoint;
use crate::load::{Target, token_request};
use crate::{options::Options, world};

/// Seeding writes every object durably, so a big world takes minutes on a slow disk.
const SEEDING_LIMIT: Duration = Duration::from_secs(1800);
const STOPPING_LIMIT: Duration = Duration::from_secs(30);

/// The binary to measure: the one that was named, or this workspace's, built now.
pub(crate) async fn binary(options: &Options) -> anyhow::Result<PathBuf> {
    if let Some(binary) = &options.server {
        return Ok(binary.clone());
    }
    ensure!(!cfg!(debug_assertions), "measuring an unoptimised server is pointless: run with --release");
    let own = std::env::current_exe().context("the path of this program is unknown")?;
    let release = own.parent().context("this program lies in no folder")?;
    let target = release.parent().context("this program lies in no target folder")?;
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--package", "wardenry", "--target-dir"])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .await
        .context("cannot run cargo")?;
    ensure!(status.success(), "the server cannot be built");
    Ok(release.join("wardenry"))
}

/// A data folder with a partner, its application, and customers that have consented.
pub(crate) struct SeededFolder {
    folder: tempfile::TempDir,
    binary: PathBuf,
    pub(crate) customers: u32,
    /// How long making the customers took.
    pub(crate) seeding: Duration,
    client_id: String,
    client_secret: String,
    scope: String,
}

impl SeededFolder {
    /// Has the server itself bring a generated scenario into a new folder, then stops it.
    pub(crate) async fn make(binary: &Path, customers: u32) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a folder")?;
        let (scenario, env_file) = (folder.path().join("scenario.toml"), folder.path().join("env"));
        std::fs::write(&scenario, world::scenario(customers)).context("cannot write the scenario")?;
        let began = Instant::now();
        let mut server = Process::spawn(
            Command::new(binary)
                .args(["serve", "--dev", "--listen", "127.0.0.1:0"])
                .args(["--data".as_ref(), folder.path().join("data").as_os_str()])
                .args(["--seed".as_ref(), scenario.as_os_str()])
                .args(["--env-file".as_ref(), env_file.as_os_str()]),
            &folder.path().join("seeding.log"),
        )?;
        server.wait_for(&env_file).await?;
        let seeding = began.elapsed();
        server.stop().await?;
        let text = std::fs::read_to_string(&env_file).context("cannot read the env file")?;
        let mut values: HashMap<&str, &str> = text.lines().filter_map(|line| line.split_once('=')).collect();
        let mut take = |key: &str| {
            let value = values.remove(key).map(str::to_owned);
            value.with_context(|| format!("the env file has no {key}"))
        };
        Ok(Self {
            client_id: take("CLIENT_ID")?,
            client_secret: take("CLIENT_SECRET")?,
            scope: take("SCOPE")?,
            binary: binary.to_owned(),
            folder,
            customers,
            seeding,
        })
    }

    /// Starts the server as an operator would: hardened, on a folder that is already there.
    fn start(&self) -> anyhow::Result<WardenryServer> {
        let port = free_port()?;
        let process = Process::spawn(
            Command::new(&self.binary)
                .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
                .args(["--data".as_ref(), self.folder.path().join("data").as_os_str()]),
            &self.folder.path().join("serving.log"),
        )?;
        let endpoint = Endpoint::new(port, &self.tls_file("ca.pem"))?;
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.as_str()),
            ("scope", self.scope.as_str()),
        ];
        let requests = (0..self.customers).map(|index| {
            let path = format!("/{}/oauth2/v2.0/token", world::customer_id(index));
            token_request(&path, &endpoint, &form)
        });
        let requests = requests.collect();
        let target = Target::new(endpoint, process.pid, requests);
        Ok(WardenryServer { process, target })
    }

    /// Starts the server and waits until it has issued its first token.
    pub(crate) async fn start_and_wait(&self) -> anyhow::Result<WardenryServer> {
        let server = self.start()?;
        server.target.first_token().await.with_context(|| server.process.said())?;
        Ok(server)
    }

    /// A file of the local certificate authority: `ca.pem`, `server.pem` or `server.key`.
    pub(crate) fn tls_file(&self, name: &str) -> PathBuf {
        self.folder.path().join("data/tls").join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A server that has answered.
pub(crate) struct WardenryServer {
    process: Process,
    pub(crate) target: Arc<Target>,
}

impl WardenryServer {
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid
    }

    /// Asks it to end, so that it closes its database, and waits until it has.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.process.stop().await
    }
}

/// A child process that does not outlive this program.
pub(crate) struct Process {
    child: Child,
    pub(crate) pid: u32,
    log: PathBuf,
}

impl Process {
    /// What the program says goes into the file `log`.
    pub(crate) fn spawn(command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let file = std::fs::File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let other = file.try_clone().context("cannot share the log file")?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(other)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {}", command.as_std().get_program().display()))?;
        let pid = child.id().context("the process has ended at once")?;
        Ok(Self { child, pid, log: log.to_owned() })
    }

    /// What the process has said so far, as part of an error.
    pub(crate) fn said(&self) -> String {
        match std::fs::read_to_string(&self.log) {
            Ok(text) => format!("it said: {}", text.trim_end()),
            Err(error) => format!("what it said cannot be read: {error}"),
        }
    }

    async fn wait_for(&mut self, file: &Path) -> anyhow::Result<()> {
        let deadline = Instant::now() + SEEDING_LIMIT;
        while !file.exists() {
            if let Some(status) = self.child.try_wait().context("cannot watch the server")? {
                bail!("the server ended with {status}; {}", self.said());
            }
            ensure!(Instant::now() < deadline, "seeding takes too long");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let asked =
            Command::new("kill").arg(self.pid.to_string()).status().await.context("cannot run kill")?;
        ensure!(asked.success(), "the server cannot be asked to end");
        tokio::time::timeout(STOPPING_LIMIT, self.child.wait())
            .await
            .context("the server does not end")?
            .context("cannot watch the server")?;
        Ok(())
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").context("there is no free port")?;
    Ok(listener.local_addr().context("the bound address is unknown")?.port())
}
