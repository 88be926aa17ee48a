//! Clients for connections, made once each; all share one token cache.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use wardenry_client::{Client, ClientSettings, Tenant, TokenCache, Transport, TransportOptions};
use wardenry_fleet::{Connection, Member};

use crate::failure::Failure;
use crate::host::Host;
use crate::output;

pub(crate) struct Clients<'a> {
    host: &'a Host,
    tokens: TokenCache,
    transports: Vec<(Option<PathBuf>, Transport)>,
    made: Vec<(Connection, Client)>,
}

impl<'a> Clients<'a> {
    pub(crate) fn new(host: &'a Host) -> Self {
        let tokens = TokenCache::new(Arc::clone(&host.clock));
        Self { host, tokens, transports: Vec::new(), made: Vec::new() }
    }

    /// A transport that trusts the system's certificates and those of the file.
    pub(crate) fn transport(&mut self, ca_file: Option<&Path>) -> Result<Transport, Failure> {
        if let Some((_, known)) = self.transports.iter().find(|(file, _)| file.as_deref() == ca_file) {
            return Ok(known.clone());
        }
        let extra_roots_pem = match ca_file {
            None => None,
            Some(path) => Some(
                std::fs::read(path)
                    .with_context(|| format!("cannot read the CA file {}", path.display()))
                    .map_err(|error| {
                        Failure::from(error).hint(
                            "when an env file names it, the server that wrote the env file has stopped: start it again",
                        )
                    })?,
            ),
        };
        let options = TransportOptions { extra_roots_pem, ..TransportOptions::default() };
        let transport =
            Transport::new(&options, Arc::clone(&self.host.clock), Arc::clone(&self.host.entropy))?;
        self.transports.push((ca_file.map(Path::to_owned), transport.clone()));
        Ok(transport)
    }

    /// The client of a connection. Reads its credential the first time.
    pub(crate) async fn client(&mut self, connection: &Connection) -> Result<Client, Failure> {
        if let Some((_, known)) = self.made.iter().find(|(known, _)| known == connection) {
            return Ok(known.clone());
        }
        let loaded = connection.credential.load(&Host::variable).await?;
        for warning in &loaded.warnings {
            output::warning(warning);
        }
        let transport = self.transport(connection.ca_file.as_deref())?;
        let settings = ClientSettings {
            cloud: connection.cloud.clone(),
            app: connection.client_id,
            credential: loaded.credential,
            endpoint: connection.endpoint,
        };
        let client = Client::new(settings, transport, self.tokens.clone())?;
        self.made.push((connection.clone(), client.clone()));
        Ok(client)
    }

    /// A member of the fleet for each target.
    pub(crate) async fn members(
        &mut self,
        targets: Vec<(Tenant, Connection)>,
    ) -> Result<Vec<Member>, Failure> {
        let mut members = Vec::with_capacity(targets.len());
        for (tenant, connection) in targets {
            let client = self.client(&connection).await?;
            members.push(Member { tenant, client });
        }
        Ok(members)
    }
}
