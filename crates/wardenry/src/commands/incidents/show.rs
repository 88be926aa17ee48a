//! `wardenry incidents show`

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wardenry_client::{Alert, Device, Entity, Incident, Tenant};

use super::{minute, record, severity_style};
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{BOLD, Cell, OutputArgs, Table, safe, styled};
use crate::settings::{Clients, ConnectionArgs, TenantArg};

/// Show one incident with its alerts, devices, evidence and comments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The incident's number in its tenant.
    #[arg(value_name = "ID", value_parser = incident_number)]
    id: i64,

    #[command(flatten)]
    tenant: TenantArg,
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    output: OutputArgs,
}

fn incident_number(text: &str) -> Result<i64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "write a whole number from 1".to_owned())
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let (tenant, connection) = self.connection.settings()?.target(&self.tenant.tenant)?;
        let client = Clients::new(host).client(&connection).await?;
        let incident = client.get_incident(&tenant, self.id).await.map_err(|error| {
            let is_missing = error.is_not_found();
            let failure = Failure::from(error);
            if is_missing {
                failure.hint(format!(
                    "incident numbers belong to one tenant; see `wardenry incidents list --tenant '{tenant}'`"
                ))
            } else {
                failure
            }
        })?;
        self.output.print_object(&record(&tenant, &incident), &human(&tenant, &incident))?;
        Ok(ExitStatus::Done)
    }
}

fn human(tenant: &Tenant, incident: &Incident) -> String {
    let mut text = format!("{}\n\n", styled(BOLD, &incident.incident_name));
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            let _infallible = writeln!(text, "{}  {value}", styled(BOLD, &format!("{name:<14}")));
        }
    };
    let (label, name) = (tenant.label(), tenant.name().to_string());
    line("tenant", safe(&if label == name { name } else { format!("{label} ({name})") }));
    line("id", incident.incident_id.to_string());
    line("severity", styled(severity_style(&incident.severity), incident.severity.as_str()));
    line("status", safe(incident.status.as_str()));
    line("merged into", incident.redirect_incident_id.map(|id| id.to_string()).unwrap_or_default());
    line("created", minute(incident.created_time));
    line("updated", minute(incident.last_update_time));
    line("assigned to", safe(incident.assigned_to.as_deref().unwrap_or("nobody")));
    line("classification", safe(incident.classification.as_str()));
    line("determination", safe(incident.determination.as_str()));
    line("tags", safe(&incident.tags.join(", ")));
    line("portal", safe(incident.incident_uri.as_deref().unwrap_or_default()));
    let section = |title: &str, table: &Table| match table.render() {
        empty if empty.is_empty() => String::new(),
        rows => format!("\n{}\n{rows}", styled(BOLD, title)),
    };
    text.push_str(&section("Alerts", &alerts(&incident.alerts)));
    text.push_str(&section("Devices", &devices(&incident.alerts)));
    text.push_str(&section("Evidence", &evidence(&incident.alerts)));
    for comment in &incident.comments {
        let by = comment.created_by.as_deref().unwrap_or("somebody");
        let head = safe(&format!("{} {by}", minute(comment.created_time)));
        let _infallible = write!(text, "\n{}\n  {}\n", styled(BOLD, &head), safe(&comment.comment));
    }
    text
}

fn alerts(alerts: &[Alert]) -> Table {
    let mut table = Table::new(&["id", "severity", "status", "created", "category", "techniques", "title"]);
    for alert in alerts {
        table.push(vec![
            alert.alert_id.as_str().into(),
            Cell::styled(alert.severity.as_str(), severity_style(&alert.severity)),
            alert.status.as_str().into(),
            minute(alert.creation_time).into(),
            alert.category.as_str().into(),
            alert.mitre_techniques.join(" ").into(),
            alert.title.as_str().into(),
        ]);
    }
    table
}

/// Every device once, however many alerts it is in.
fn devices(alerts: &[Alert]) -> Table {
    let mut table = Table::new(&["device", "system", "health", "risk", "id"]);
    let mut seen = BTreeSet::new();
    for device in alerts.iter().flat_map(|alert| &alert.devices) {
        if !seen.insert(&device.mdatp_device_id) {
            continue;
        }
        let Device { device_dns_name, os_platform, version, health_status, risk_score, .. } = device;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        table.push(vec![
            text(device_dns_name).into(),
            format!("{} {}", text(os_platform), text(version)).into(),
            text(health_status).into(),
            text(risk_score).into(),
            device.mdatp_device_id.as_str().into(),
        ]);
    }
    table
}

/// Every piece of evidence once.
fn evidence(alerts: &[Alert]) -> Table {
    let mut table = Table::new(&["kind", "verdict", "what"]);
    let mut seen = BTreeSet::new();
    for entity in alerts.iter().flat_map(|alert| &alert.entities) {
        let verdict = entity.text("verdict").unwrap_or_default();
        let what = summary(entity);
        if seen.insert((entity.entity_type.clone(), verdict.to_owned(), what.clone())) {
            table.push(vec![entity.entity_type.as_str().into(), verdict.into(), what.into()]);
        }
    }
    table
}

/// What an entity is, in the members that say most about its kind.
fn summary(entity: &Entity) -> String {
    let members: &[&str] = match entity.entity_type.to_ascii_lowercase().as_str() {
        "user" => &["userPrincipalName", "domainName", "accountName"],
        "ip" => &["ipAddress"],
        "url" => &["url"],
        "file" => {
            let folder = entity.text("filePath").map(|folder| {
                let separator = if folder.contains('/') { '/' } else { '\\' };
                format!("{}{separator}", folder.trim_end_matches(separator))
            });
            let name = entity.text("fileName").unwrap_or_default();
            let hash = entity.text("sha256").or_else(|| entity.text("sha1")).unwrap_or_default();
            return format!("{}{name}  {hash}", folder.unwrap_or_default());
        }
        "process" => &["fileName", "processCommandLine"],
        "mailbox" => &["mailboxDisplayName", "mailboxAddress"],
        "mailmessage" => &["sender", "recipient", "subject", "deliveryAction"],
        "mailcluster" => &["clusterBy", "clusterByValue"],
        "securitygroup" => &["securityGroupName"],
        "registry" => &["registryHive", "registryKey", "registryValue"],
        _ => &[],
    };
    let found: Vec<_> = members.iter().filter_map(|member| entity.text(member)).collect();
    if !found.is_empty() {
        return found.join("  ");
    }
    // A kind that is not known: everything textual.
    let texts = entity.members.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_str()?)));
    texts.collect::<Vec<_>>().join("  ")
}
