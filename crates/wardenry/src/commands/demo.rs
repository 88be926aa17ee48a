//! `wardenry demo`: the whole partner flow, shown.

mod browser;
mod exchange;
mod narrator;
mod walk;

use std::net::SocketAddr;

use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output;
use crate::server::scenario::Scenario;
use crate::server::serve_settings::{ConfigFile, Mode, Overrides, ServeSettings};
use crate::server::{RunningServer, seeding, stop_signal};

/// Watch the partner flow from registration to revocation, then play with the server
///
/// Starts a development server on a throw-away data folder with a partner, three customers, and their
/// incidents; walks through the whole flow, showing each request as a curl line and each answer; then
/// stays up until interrupted.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// End after the walk: 0 only if every step did what it should
    #[arg(long)]
    exit: bool,

    /// Where to listen [default: 127.0.0.1:8443, or a free port if that is taken]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
}

impl Args {
    pub(crate) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let folder = tempfile::tempdir()?;
        let server = self.start(host, folder.path()).await?;
        let seeded = seeding::seed(&server.platform, Scenario::demo_before_registration()?).await?;
        let outcome = Box::pin(walk::walk(host, &server, &seeded)).await;
        if let Ok(consent_link) = &outcome
            && !self.exit
        {
            walk::invite(&server, &seeded, consent_link)?;
            stop_signal().await;
        }
        server.stop().await;
        match outcome {
            // Whoever stops reading has not seen every step.
            Err(failure) if failure.is_broken_pipe() => Ok(ExitStatus::Failed),
            outcome => outcome.map(|_| ExitStatus::Done),
        }
    }

    async fn start(&self, host: &Host, data: &std::path::Path) -> Result<RunningServer, Failure> {
        let settings = |listen: Option<SocketAddr>| {
            let flags = Overrides { listen, ..Overrides::default() };
            ServeSettings::new(Mode::Development, ConfigFile::default(), flags, data.to_owned())
        };
        let usual = settings(self.listen);
        let taken = self.listen.is_none() && std::net::TcpListener::bind(usual.listen).is_err();
        if taken {
            output::note(&format!("{} is taken; using a free port", usual.listen));
            return RunningServer::start(host, &settings(Some(SocketAddr::new(usual.listen.ip(), 0)))).await;
        }
        RunningServer::start(host, &usual).await
    }
}
