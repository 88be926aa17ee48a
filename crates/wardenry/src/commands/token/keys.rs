//! The keys that a token is verified with: the authority's own, or a document at hand.

use std::path::PathBuf;

use anyhow::Context as _;
use wardenry_client::{AuthorityKeys, Tenant};
use wardenry_core::id::TenantId;
use wardenry_jose::{JwkSet, UnverifiedJws};

use crate::failure::Failure;
use crate::host::Host;
use crate::settings::{Clients, ConnectionArgs};

#[derive(Debug, Clone, clap::Args)]
pub(super) struct KeysArgs {
    /// Verify with the keys of this JWKS document instead of asking the authority.
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
}

impl KeysArgs {
    /// The keys for verifying `token`. The token's own `tid` decides only which tenant's metadata is
    /// asked for; the authority is the one of the settings, whatever the token says.
    pub(super) async fn load(
        &self,
        token: &str,
        connection: &ConnectionArgs,
        host: &Host,
    ) -> Result<AuthorityKeys, Failure> {
        let (cloud, ca_file) = connection.settings()?.cloud()?;
        if let Some(path) = &self.jwks {
            let text = Host::read_text("the keys", Some(path))?;
            let document: JwkSet = serde_json::from_str(&text)
                .with_context(|| format!("{} is not a JWKS document", path.display()))?;
            return Ok(AuthorityKeys::offline(&document, &cloud));
        }
        let Some(tenant) = tenant_of(token) else {
            // There is no metadata to ask for, and nothing that could be verified.
            return Ok(AuthorityKeys::offline(&JwkSet::default(), &cloud));
        };
        let transport = Clients::new(host).transport(ca_file.as_deref())?;
        AuthorityKeys::fetch(&transport, &cloud, &Tenant::with_id(tenant)).await.map_err(|error| {
            let failure =
                Failure::from(anyhow::Error::new(error).context("cannot fetch the authority's keys"));
            failure.hint("to look into the token without verifying it, add --no-verify to `token inspect`")
        })
    }
}

fn tenant_of(token: &str) -> Option<TenantId> {
    let unverified = UnverifiedJws::parse(token).ok()?;
    unverified.unverified_claims().get("tid")?.as_str()?.parse().ok()
}
