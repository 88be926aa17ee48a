//! `wardenry tenants remove`

use crate::failure::{ExitStatus, Failure};
use crate::output::note;
use crate::settings::ConnectionArgs;

/// Remove tenants from the registry. The tenant's consent is not touched: only its administrator can withdraw it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Names (in full), ids or domains.
    #[arg(required = true, value_name = "TENANT")]
    tenants: Vec<String>,

    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Args {
    pub(super) fn run(self) -> Result<ExitStatus, Failure> {
        let mut registry = self.connection.registry()?;
        let mut removed = Vec::new();
        for text in &self.tenants {
            let entry = registry.remove_tenant(text).ok_or_else(|| {
                let path = registry.path().display();
                Failure::new(format!("there is no tenant {text:?} in {path}; nothing was removed"))
                    .hint("`wardenry tenants list` shows the names")
            })?;
            removed.push(entry.name);
        }
        registry.save()?;
        for name in removed {
            note(&format!("removed {name}"));
        }
        Ok(ExitStatus::Done)
    }
}
