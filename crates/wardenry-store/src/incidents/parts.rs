//! The parts of a whole page of incidents, fetched together and put back where they belong.

use std::collections::HashMap;

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;
use wardenry_incidents::model::{Alert, Comment, Incident, IncidentId};

use super::Cause;
use super::document::{StoredDevice, StoredEntity};
use crate::row::{TableRow, UnreadableValue};

/// A table of parts of incidents: all have `tenant` and `incident` columns.
#[derive(Clone, Copy)]
enum Part {
    Comment,
    Alert,
    Device,
    Entity,
}

impl Part {
    const fn table(self) -> &'static str {
        match self {
            Self::Comment => "incident_comment",
            Self::Alert => "alert",
            Self::Device => "alert_device",
            Self::Entity => "alert_entity",
        }
    }

    /// The order in which the parts were written.
    const fn order(self) -> &'static str {
        match self {
            Self::Comment | Self::Alert => "incident, position",
            Self::Device | Self::Entity => "incident, alert_position, position",
        }
    }
}

/// Fills in comments, alerts, devices and entities of incidents that were read without them.
pub(super) async fn fill(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    incidents: &mut [Incident],
) -> Result<(), Cause> {
    if incidents.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = incidents.iter().map(|incident| incident.id).collect();
    let mut by_id: HashMap<i64, &mut Incident> =
        incidents.iter_mut().map(|incident| (incident.id.as_number(), incident)).collect();
    for part in [Part::Comment, Part::Alert, Part::Device, Part::Entity] {
        for row in statement(part, tenant, &ids).build().fetch_all(&mut *connection).await? {
            let row = TableRow::new(part.table(), &row);
            if let Some(incident) = by_id.get_mut(&row.get("incident")?) {
                add(part, row, incident)?;
            }
        }
    }
    Ok(())
}

fn statement(part: Part, tenant: TenantId, incidents: &[IncidentId]) -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::new("SELECT * FROM ");
    sql.push(part.table()).push(" WHERE tenant = ").push_bind(tenant.as_guid()).push(" AND incident IN (");
    let mut list = sql.separated(", ");
    for id in incidents {
        list.push_bind(id.as_number());
    }
    sql.push(") ORDER BY ").push(part.order());
    sql
}

fn add(part: Part, row: TableRow<'_>, incident: &mut Incident) -> Result<(), UnreadableValue> {
    match part {
        Part::Comment => incident.comments.push(read_comment(row)?),
        Part::Alert => incident.alerts.push(read_alert(row)?),
        Part::Device => {
            let StoredDevice(device) = row.json("document")?;
            alert_of(row, incident)?.devices.push(device);
        }
        Part::Entity => {
            let StoredEntity(entity) = row.json("document")?;
            alert_of(row, incident)?.entities.push(entity);
        }
    }
    Ok(())
}

/// The alert that a piece of evidence belongs to: positions are the indexes of the list.
fn alert_of<'i>(row: TableRow<'_>, incident: &'i mut Incident) -> Result<&'i mut Alert, UnreadableValue> {
    let position: usize = row.number("alert_position")?.unwrap_or(usize::MAX);
    incident.alerts.get_mut(position).ok_or_else(|| row.unreadable("alert_position", MissingAlert))
}

/// The evidence belongs to an alert that is not there.
#[derive(Debug, thiserror::Error)]
#[error("the incident has no alert at this position")]
struct MissingAlert;

fn read_comment(row: TableRow<'_>) -> Result<Comment, UnreadableValue> {
    Ok(Comment { text: row.get("text")?, author: row.get("author")?, created: row.time("created")? })
}

fn read_alert(row: TableRow<'_>) -> Result<Alert, UnreadableValue> {
    Ok(Alert {
        id: row.get("id")?,
        provider_id: row.get("provider_id")?,
        service_source: row.known("service_source", |text| text.parse().ok())?,
        created: row.time("created")?,
        last_updated: row.time("last_updated")?,
        resolved: row.get::<Option<i64>>("resolved")?.map(Timestamp::from_unix_ticks),
        first_activity: row.time("first_activity")?,
        last_activity: row.time("last_activity")?,
        title: row.get("title")?,
        description: row.get("description")?,
        category: row.get("category")?,
        status: row.known("status", |text| text.parse().ok())?,
        severity: row.known("severity", |text| text.parse().ok())?,
        investigation_id: row.get("investigation_id")?,
        investigation_state: row.known("investigation_state", |text| text.parse().ok())?,
        classification: row.known_or_null("classification", |text| text.parse().ok())?,
        determination: row.known_or_null("determination", |text| text.parse().ok())?,
        detection_source: row.known("detection_source", |text| text.parse().ok())?,
        detector_id: row.get("detector_id")?,
        assigned_to: row.get("assigned_to")?,
        actor_name: row.get("actor_name")?,
        threat_family_name: row.get("threat_family_name")?,
        mitre_techniques: row.json("mitre_techniques")?,
        devices: Vec::new(),
        entities: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Row as _};

    use super::*;
    use crate::SqliteStore;

    #[tokio::test]
    async fn parts_are_found_by_the_key_and_come_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let tenant = TenantId::from_guid(uuid::Uuid::nil());
        let ids: Vec<_> = (1..=100).map(IncidentId::from_number).collect();
        for part in [Part::Comment, Part::Alert, Part::Device, Part::Entity] {
            let sql = statement(part, tenant, &ids).into_string();
            let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let plan = sqlx::query(explain).fetch_all(store.reader()).await.unwrap();
            let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
            let table = part.table();
            assert_eq!(plan.len(), 1, "{plan:?}");
            assert!(plan[0].starts_with(&format!("SEARCH {table} USING INDEX")), "{plan:?}");
            assert!(plan[0].ends_with("(tenant=? AND incident=?)"), "{plan:?}");
        }
    }
}
