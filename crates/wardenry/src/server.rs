//! The platform: everything that `serve` and `demo` put together.

pub(crate) mod assembly;
pub(crate) mod dev_environment;
#[cfg(feature = "hunting")]
pub(crate) mod hunting;
pub(crate) mod listener;
pub(crate) mod scenario;
pub(crate) mod seeding;
pub(crate) mod serve_settings;
#[cfg(feature = "hunting")]
mod stories;
mod tls;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use wardenry_web::origin::OwnOrigins;

use crate::failure::Failure;
use crate::host::Host;
use assembly::Platform;
use serve_settings::{Mode, ServeSettings};

/// A platform that answers.
pub(crate) struct RunningServer {
    pub(crate) platform: Platform,
    pub(crate) address: SocketAddr,
    pub(crate) origins: OwnOrigins,
    /// The local certificate authority, when no certificate was configured.
    pub(crate) ca_file: Option<PathBuf>,
    stop: CancellationToken,
    accepting: tokio::task::JoinHandle<()>,
    rotating: tokio::task::JoinHandle<()>,
}

impl RunningServer {
    /// Opens the data folder, binds the address and starts to answer.
    pub(crate) async fn start(host: &Host, settings: &ServeSettings) -> Result<Self, Failure> {
        settings.check()?;
        let listener = TcpListener::bind(settings.listen)
            .await
            .with_context(|| format!("cannot listen on {}", settings.listen))
            .map_err(|error| {
                Failure::from(error)
                    .hint("another server may be running there; choose another port with --listen")
            })?;
        let address = listener.local_addr().context("the bound address is unknown")?;
        let origins = OwnOrigins::new(settings.authorities(address.port()))
            .map_err(|_| Failure::new("the server has no host name"))?;
        let tls = tls::server_tls(settings, host.clock.as_ref())?;
        let platform = Platform::open(host, settings, &origins).await?;
        let stop = CancellationToken::new();
        let router = platform.router(&origins);
        let accepting = tokio::spawn(listener::serve(listener, tls.config, router, stop.clone()));
        let rotating = tokio::spawn(assembly::rotate_keys(platform.clone(), stop.clone()));
        Ok(Self { platform, address, origins, ca_file: tls.ca_file, stop, accepting, rotating })
    }

    /// The address that links are built with.
    pub(crate) fn origin(&self) -> &str {
        self.origins.preferred().as_str()
    }

    /// Stops accepting, lets running requests end, and closes the data folder.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        for task in [self.accepting, self.rotating] {
            if let Err(error) = task.await {
                tracing::error!("a task of the server ended badly: {error}");
            }
        }
        self.platform.close().await;
    }
}

/// Resolves when the process is asked to end: interrupt or, on Unix, termination.
pub(crate) async fn stop_signal() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                tokio::select! {
                    _ = interrupted => {}
                    _ = terminated.recv() => {}
                }
            }
            Err(error) => {
                tracing::warn!("cannot listen for termination signals: {error}");
                drop(interrupted.await);
            }
        }
    }
    #[cfg(not(unix))]
    drop(interrupted.await);
}

/// The mode as the operator sees it.
pub(crate) fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Hardened => "hardened",
        Mode::Development => "development",
    }
}
