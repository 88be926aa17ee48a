//! `wardenry tenants check`

use std::num::NonZeroUsize;

use futures_util::TryStreamExt as _;
use serde_json::json;
use wardenry_client::{Client, Error, IncidentQuery, Tenant, TokenTarget};
use wardenry_fleet::{Member, fan_out};

use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{Cell, GREEN, List, OutputArgs, RED, Table, hint};
use crate::settings::{Clients, ConnectionArgs, count};

/// Check every tenant all the way: token, roles, and one call of the incidents API.
///
/// Exit code 0 when all work, 1 when none does, 3 when some do.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Check only these: names (or their beginnings), ids or domains.
    #[arg(value_name = "TENANT")]
    tenants: Vec<String>,

    /// How many tenants to ask at a time.
    #[arg(long, value_name = "N", default_value = "8", value_parser = count)]
    concurrency: NonZeroUsize,

    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let settings = self.connection.settings()?;
        let targets = if self.tenants.is_empty() {
            settings.all_targets()?
        } else {
            self.tenants.iter().map(|text| settings.target(text)).collect::<Result<_, _>>()?
        };
        let members = Clients::new(host).members(targets).await?;
        let outcomes = fan_out(members, self.concurrency, |member: Member| async move {
            probe(&member.client, &member.tenant).await
        })
        .await;
        let mut table = Table::new(&["tenant", "works", "roles", "problem"]);
        let (mut records, mut hints, mut good) = (Vec::new(), Vec::new(), 0);
        for outcome in &outcomes {
            let tenant = &outcome.member.tenant;
            let (works, roles, problem) = match &outcome.result {
                Ok(roles) => (Cell::styled("yes", GREEN), roles.as_slice(), String::new()),
                Err(error) => (Cell::styled("NO", RED), &[][..], error.to_string()),
            };
            good += usize::from(outcome.result.is_ok());
            let error = outcome.result.as_ref().err();
            hints.extend(error.into_iter().flat_map(hint::for_call).map(|hint| format!("{tenant}: {hint}")));
            records.push(json!({
                "tenant": tenant.name().to_string(), "name": tenant.label(), "works": outcome.result.is_ok(),
                "roles": roles, "error": error.map(|error| json!({"code": error.code(), "message": error.to_string()})),
            }));
            table.push(vec![tenant.label().into(), works, roles.join(" ").into(), problem.into()]);
        }
        self.output.print_list(&List { table, records, document: None })?;
        for hint in hints {
            crate::output::hint(&hint);
        }
        Ok(ExitStatus::of_outcomes(good, outcomes.len() - good))
    }
}

/// A token and one call; the roles in the token when both work.
pub(crate) async fn probe(client: &Client, tenant: &Tenant) -> Result<Vec<String>, Error> {
    let token = client.token(tenant, &TokenTarget::Defender).await?;
    let query = IncidentQuery { page_size: Some(1), ..IncidentQuery::default() };
    let mut incidents = std::pin::pin!(client.list_incidents(tenant, &query));
    incidents.try_next().await?;
    Ok(token.unverified_roles())
}
