//! `wardenry token …`

pub(crate) mod explain;
mod get;
mod input;
mod inspect;
mod keys;

use clap::Subcommand;
use wardenry_client::TokenTarget;

use crate::failure::{ExitStatus, Failure};
use crate::host::Host;

/// Get access tokens, look into them, and learn why one is refused.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Get(get::Args),
    Inspect(inspect::Args),
    Explain(explain::Args),
}

impl Command {
    pub(crate) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        match self {
            Self::Get(args) => args.run(host).await,
            Self::Inspect(args) => args.run(host).await,
            Self::Explain(args) => args.run(host).await,
        }
    }
}

/// The API that a token is for.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ResourceArg {
    /// The API that the token is for: defender, graph, or another API's identifier without `/.default`.
    #[arg(long, value_name = "API", default_value = "defender", value_parser = parse_target)]
    pub(crate) resource: TokenTarget,
}

#[expect(clippy::unnecessary_wraps, reason = "clap asks for a result")]
fn parse_target(text: &str) -> Result<TokenTarget, std::convert::Infallible> {
    Ok(match text {
        "defender" => TokenTarget::Defender,
        "graph" => TokenTarget::Graph,
        // The suffix is added again for the v2 endpoint; people paste scopes.
        identifier => {
            TokenTarget::Resource(identifier.strip_suffix("/.default").unwrap_or(identifier).to_owned())
        }
    })
}
