//! `wardenry consent check`

use std::num::NonZeroUsize;

use serde_json::{Value, json};
use wardenry_client::{ConsentState, Error, Tenant, TokenTarget};
use wardenry_fleet::{Member, Outcome, fan_out};

use crate::commands::token::ResourceArg;
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{Cell, GREEN, List, OutputArgs, RED, Table, YELLOW, hint};
use crate::settings::{Clients, ConnectionArgs, TenantArgs};

/// What an app needs to read incidents, the least that makes sense here.
pub(crate) const DEFAULT_PERMISSION: &str = "Incident.Read.All";

/// Ask each tenant's authority whether the app is let in, and what it may do.
///
/// A new token is asked for, so that consent given a moment ago is seen. Exit code 0 when every tenant has
/// granted everything, 1 when none has, 3 when some have.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    tenants: TenantArgs,

    /// An application permission that has to be granted. Repeatable.
    #[arg(long, value_name = "PERMISSION", default_value = DEFAULT_PERMISSION)]
    permission: Vec<String>,

    #[command(flatten)]
    resource: ResourceArg,
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let targets = self.tenants.targets(&self.connection.settings()?)?;
        let members = Clients::new(host).members(targets).await?;
        let outcomes =
            check_all(members, &self.resource.resource, &self.permission, self.tenants.concurrency).await;
        let mut table = Table::new(&["tenant", "consent", "roles", "missing", "problem"]);
        let mut records = Vec::new();
        let mut good = 0;
        for outcome in &outcomes {
            let row = Row::of(outcome);
            good += usize::from(row.is_good);
            records.push(row.record());
            let style = match row.consent {
                "consented" => GREEN,
                "partial" => YELLOW,
                _ => RED,
            };
            table.push(vec![
                row.tenant.label().into(),
                Cell::styled(row.consent, style),
                row.roles.join(" ").into(),
                row.missing.join(" ").into(),
                row.problem.clone().into(),
            ]);
        }
        self.output.print_list(&List { table, records, document: None })?;
        tell_what_to_do(&outcomes);
        Ok(ExitStatus::of_outcomes(good, outcomes.len() - good))
    }
}

type Checked = Outcome<Tenant, ConsentState, Error>;

/// Asks for every member's consent, at most `concurrency` at a time.
async fn check_all(
    members: Vec<Member>,
    target: &TokenTarget,
    wanted: &[String],
    concurrency: NonZeroUsize,
) -> Vec<Checked> {
    let outcomes = fan_out(members, concurrency, |member: Member| async move {
        member.client.check_consent(&member.tenant, target, wanted).await
    })
    .await;
    outcomes
        .into_iter()
        .map(|outcome| Outcome { member: outcome.member.tenant, result: outcome.result })
        .collect()
}

struct Row<'a> {
    tenant: &'a Tenant,
    consent: &'static str,
    is_good: bool,
    roles: &'a [String],
    missing: &'a [String],
    problem: String,
    code: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(outcome: &'a Checked) -> Self {
        let blank = Self {
            tenant: &outcome.member,
            consent: "consented",
            is_good: false,
            roles: &[],
            missing: &[],
            problem: String::new(),
            code: None,
        };
        match &outcome.result {
            Ok(ConsentState::Consented { roles }) => Self { is_good: true, roles, ..blank },
            Ok(ConsentState::Partial { roles, missing }) => {
                Self { consent: "partial", roles, missing, ..blank }
            }
            Ok(ConsentState::NotConsented(error)) => {
                Self { consent: "none", code: error.code(), problem: problem(error), ..blank }
            }
            Err(error) => Self { consent: "unknown", code: error.code(), problem: problem(error), ..blank },
        }
    }

    fn record(&self) -> Value {
        json!({
            "tenant": self.tenant.name().to_string(),
            "name": self.tenant.label(),
            "consent": self.consent,
            "roles": self.roles,
            "missing": self.missing,
            "error": self.code.map(|code| json!({"code": code, "message": self.problem}))
                .or_else(|| (!self.problem.is_empty()).then(|| json!({"code": null, "message": self.problem}))),
        })
    }
}

fn problem(error: &Error) -> String {
    error.as_oauth().map_or_else(|| error.to_string(), |refusal| refusal.description.clone())
}

fn tell_what_to_do(outcomes: &[Checked]) {
    let mut hints = Vec::new();
    for outcome in outcomes {
        match &outcome.result {
            Ok(ConsentState::Consented { .. }) => {}
            Ok(ConsentState::Partial { missing, .. }) => hints.push(format!(
                "{}: {} is not granted; see that the registration asks for it (`wardenry apps show`), and have the tenant \
                 consent again",
                outcome.member,
                if missing.is_empty() { "a permission".to_owned() } else { missing.join(" ") }
            )),
            Ok(ConsentState::NotConsented(error)) | Err(error) => {
                hints.extend(hint::for_call(error).iter().map(|hint| format!("{}: {hint}", outcome.member)));
            }
        }
    }
    for hint in hints {
        crate::output::hint(&hint);
    }
}
