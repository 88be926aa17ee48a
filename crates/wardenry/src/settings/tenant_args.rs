//! Which tenants a command is about. There is no default: a command never guesses the customer.

use std::num::NonZeroUsize;

use wardenry_client::Tenant;
use wardenry_fleet::Connection;

use super::connection_args::Settings;
use crate::failure::Failure;

/// A number of things, at least one.
pub(crate) fn count(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "write a whole number from 1".to_owned())
}

/// One tenant.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct TenantArg {
    /// The tenant: its name in the registry (or its beginning), its id, or one of its domains.
    #[arg(long, short, value_name = "TENANT")]
    pub(crate) tenant: String,
}

/// Some tenants, or all.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct TenantArgs {
    #[command(flatten)]
    which: Which,

    /// How many tenants to ask at a time.
    #[arg(long, value_name = "N", default_value = "8", value_parser = count)]
    pub(crate) concurrency: NonZeroUsize,
}

#[derive(Debug, Clone, clap::Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// A tenant: its name in the registry (or its beginning), its id, or one of its domains. Repeatable.
    #[arg(long, short, value_name = "TENANT")]
    tenant: Vec<String>,

    /// Every tenant of the registry, or of the env file.
    #[arg(long, short)]
    all_tenants: bool,
}

impl TenantArgs {
    /// The tenants and how to reach them, each once.
    pub(crate) fn targets(&self, settings: &Settings) -> Result<Vec<(Tenant, Connection)>, Failure> {
        if self.which.all_tenants {
            return settings.all_targets();
        }
        let mut targets: Vec<(Tenant, Connection)> = Vec::new();
        for text in &self.which.tenant {
            let target = settings.target(text)?;
            if !targets.iter().any(|(known, _)| known.name() == target.0.name()) {
                targets.push(target);
            }
        }
        Ok(targets)
    }
}
