//! `wardenry incidents …`

mod list;
mod show;

use anstyle::Style;
use clap::Subcommand;
use serde_json::{Value, json};
use wardenry_client::{Incident, Severity, Tenant};
use wardenry_core::time::Timestamp;

use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{DIM, RED, YELLOW};

/// Read the incidents of one customer, or of all in one queue.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::Args),
    Show(show::Args),
}

impl Command {
    pub(crate) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        match self {
            Self::List(args) => args.run(host).await,
            Self::Show(args) => args.run(host).await,
        }
    }
}

fn severity_style(severity: &Severity) -> Style {
    match severity {
        Severity::High => RED.bold(),
        Severity::Medium => YELLOW,
        Severity::Low => Style::new(),
        _ => DIM,
    }
}

/// To the minute, for people.
fn minute(instant: Option<Timestamp>) -> String {
    instant.map(|at| at.to_error_stamp()[..16].to_owned()).unwrap_or_default()
}

/// The incident as it came, with the tenant in front: ids are unique within a tenant only.
fn record(tenant: &Tenant, incident: &Incident) -> Value {
    let mut record = json!({"tenant": tenant.name().to_string(), "tenantName": tenant.label()});
    if let (Value::Object(record), Ok(Value::Object(members))) = (&mut record, serde_json::to_value(incident))
    {
        record.extend(members);
    }
    record
}
