//! `wardenry incidents list`

use std::num::NonZeroUsize;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::json;
use wardenry_client::{Incident, IncidentFilter, IncidentQuery, IncidentStatus, Severity};
use wardenry_core::time::Timestamp;
use wardenry_fleet::{IncidentQueue, list_incidents};

use super::{minute, record, severity_style};
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{self, Cell, List, OutputArgs, Table, hint};
use crate::settings::{Clients, ConnectionArgs, TenantArgs, count};
use crate::since::Since;

/// List incidents, newest first, of one tenant, several, or all in one queue.
///
/// A tenant that cannot be asked does not hide the others, and is named: exit code 3 when some failed, 1
/// when all did. In JSON, `tenants` tells what came of each.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    tenants: TenantArgs,

    /// Only with this status. Repeatable.
    #[arg(long, value_name = "STATUS", value_parser = status_parser(), ignore_case = true, help_heading = "Filters")]
    status: Vec<IncidentStatus>,

    /// Only of this severity or worse.
    #[arg(long, value_name = "LEAST", value_parser = severity_parser(), ignore_case = true, help_heading = "Filters")]
    severity: Option<Severity>,

    /// Only changed since: how long ago (90m, 24h, 7d), a date, or a time.
    #[arg(long, value_name = "WHEN", help_heading = "Filters")]
    since: Option<Since>,

    /// Only created since.
    #[arg(long, value_name = "WHEN", help_heading = "Filters")]
    created_since: Option<Since>,

    /// Only assigned to this person.
    #[arg(long, value_name = "PERSON", help_heading = "Filters")]
    assigned_to: Option<String>,

    /// At most this many, over all tenants.
    #[arg(long, value_name = "N", default_value = "100", value_parser = count, help_heading = "Filters")]
    top: NonZeroUsize,

    /// All there are, however many.
    #[arg(long, conflicts_with = "top", help_heading = "Filters")]
    no_limit: bool,

    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    output: OutputArgs,
}

fn status_parser() -> impl TypedValueParser<Value = IncidentStatus> {
    PossibleValuesParser::new(IncidentStatus::KNOWN).map(|text| IncidentStatus::from(text.as_str()))
}

fn severity_parser() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(["Informational", "Low", "Medium", "High"])
        .map(|text| Severity::from(text.as_str()))
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let targets = self.tenants.targets(&self.connection.settings()?)?;
        let members = Clients::new(host).members(targets).await?;
        let now = host.clock.now();
        let limit = (!self.no_limit).then_some(self.top);
        let filter = IncidentFilter {
            statuses: self.status.clone(),
            updated_since: self.since.map(|since| since.resolve(now)),
            created_since: self.created_since.map(|since| since.resolve(now)),
            assigned_to: self.assigned_to.clone(),
        };
        // No larger a page than is wanted, plus the one that tells whether there are more.
        let wanted = limit.and_then(|limit| u32::try_from(limit.get().saturating_add(1)).ok());
        let page_size = if self.severity.is_some() { None } else { wanted };
        let query = IncidentQuery { filter, page_size };
        let concurrency = self.tenants.concurrency;
        let queue = list_incidents(members, &query, self.severity.as_ref(), limit, concurrency).await;
        self.output.print_list(&to_list(&queue))?;
        Ok(self.tell_outcomes(&queue))
    }

    /// Says on standard error what the list itself does not: who failed, and that it was cut short.
    fn tell_outcomes(&self, queue: &IncidentQueue) -> ExitStatus {
        let mut failed = 0;
        for outcome in &queue.outcomes {
            let Err(error) = &outcome.result else { continue };
            failed += 1;
            let state = if error.is_not_consented() { "not consented yet: " } else { "" };
            output::error(&format!("{}: {state}{}", outcome.member, output::with_causes(error)));
            for hint in hint::for_call(error) {
                output::hint(&hint);
            }
        }
        let asked = queue.outcomes.len();
        if failed > 0 && asked > 1 {
            output::note(&format!(
                "{} of {asked} tenants answered; the list lacks the others",
                asked - failed
            ));
        }
        if queue.incidents.is_empty() && failed < asked {
            output::note("no incidents match");
        }
        if queue.is_truncated {
            output::note(&format!(
                "there are more, the list ends after {}; raise --top or use --no-limit",
                self.top
            ));
        }
        ExitStatus::of_outcomes(asked - failed, failed)
    }
}

/// To the minute for people, exact in CSV.
fn instant(at: Option<Timestamp>) -> Cell {
    Cell::short(minute(at), at.map(|at| at.to_string()).unwrap_or_default())
}

fn to_list(queue: &IncidentQueue) -> List {
    let mut table = Table::new(&[
        "tenant",
        "id",
        "severity",
        "status",
        "name",
        "created",
        "updated",
        "alerts",
        "assigned to",
    ]);
    let mut records = Vec::new();
    for queued in &queue.incidents {
        let Incident { severity, status, created_time, last_update_time, .. } = &queued.incident;
        table.push(vec![
            queued.tenant.label().into(),
            queued.incident.incident_id.to_string().into(),
            Cell::styled(severity.as_str(), severity_style(severity)),
            status.as_str().into(),
            queued.incident.incident_name.as_str().into(),
            instant(*created_time),
            instant(*last_update_time),
            queued.incident.alerts.len().to_string().into(),
            queued.incident.assigned_to.clone().unwrap_or_default().into(),
        ]);
        records.push(record(&queued.tenant, &queued.incident));
    }
    let tenants: Vec<_> = queue
        .outcomes
        .iter()
        .map(|outcome| {
            let error = outcome.result.as_ref().err();
            json!({
                "tenant": outcome.member.name().to_string(),
                "tenantName": outcome.member.label(),
                "incidents": outcome.result.as_ref().ok(),
                "error": error.map(|error| json!({"code": error.code(), "message": error.to_string()})),
            })
        })
        .collect();
    let document = json!({"incidents": records, "tenants": tenants, "truncated": queue.is_truncated});
    List { table, records, document: Some(document) }
}
