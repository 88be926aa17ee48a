//! Writing whole incidents.

use std::collections::HashSet;

use sqlx::{SqliteConnection, query};
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;
use wardenry_incidents::IncidentStoreError;
use wardenry_incidents::model::{Alert, Classification, Determination, Incident, IncidentId};

use super::document::{StoredDevice, StoredEntity};
use super::{Cause, failed};

/// Replaces the incidents, within the caller's transaction.
pub(super) async fn put(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    incidents: &[Incident],
) -> Result<(), IncidentStoreError> {
    let writing = || failed("writing incidents");
    let incidents = last_of_each_id(incidents);
    // All of them go before the first comes back, so that an alert can move from one to another.
    for incident in &incidents {
        remove(connection, tenant, incident.id).await.map_err(writing())?;
    }
    for incident in incidents {
        insert_incident(connection, tenant, incident).await.map_err(writing())?;
        for (at, alert) in (0_i64..).zip(&incident.alerts) {
            if !insert_alert(connection, tenant, incident.id, at, alert).await.map_err(writing())? {
                let holder = holder_of(connection, tenant, &alert.id).await.map_err(writing())?;
                return Err(IncidentStoreError::AlertHeldElsewhere {
                    alert_id: alert.id.clone(),
                    incident: incident.id,
                    holder,
                });
            }
            insert_evidence(connection, tenant, incident.id, at, alert).await.map_err(writing())?;
        }
    }
    Ok(())
}

fn last_of_each_id(incidents: &[Incident]) -> Vec<&Incident> {
    let mut seen = HashSet::with_capacity(incidents.len());
    let mut kept: Vec<_> = incidents.iter().rev().filter(|incident| seen.insert(incident.id)).collect();
    kept.reverse();
    kept
}

/// Removes the incident and, by the foreign keys, everything that belongs to it.
async fn remove(connection: &mut SqliteConnection, tenant: TenantId, id: IncidentId) -> Result<(), Cause> {
    query("DELETE FROM incident WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_guid())
        .bind(id.as_number())
        .execute(connection)
        .await?;
    Ok(())
}

async fn insert_incident(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    incident: &Incident,
) -> Result<(), Cause> {
    query(
        "INSERT INTO incident
             (tenant, id, name, created, last_updated, assigned_to, classification, determination, status,
              redirected_to, severity, tags)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(tenant.as_guid())
    .bind(incident.id.as_number())
    .bind(&incident.name)
    .bind(incident.created.unix_ticks())
    .bind(incident.last_updated.unix_ticks())
    .bind(&incident.assigned_to)
    .bind(incident.classification.map(Classification::as_str))
    .bind(incident.determination.map(Determination::as_str))
    .bind(incident.status.as_str())
    .bind(incident.redirected_to.map(IncidentId::as_number))
    .bind(incident.severity.as_str())
    .bind(serde_json::to_string(&incident.tags)?)
    .execute(&mut *connection)
    .await?;
    for (position, comment) in (0_i64..).zip(&incident.comments) {
        query(
            "INSERT INTO incident_comment (tenant, incident, position, text, author, created)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(tenant.as_guid())
        .bind(incident.id.as_number())
        .bind(position)
        .bind(&comment.text)
        .bind(&comment.author)
        .bind(comment.created.unix_ticks())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Inserts the alert's own row, or returns `false` when the tenant has an alert with this id already.
async fn insert_alert(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    incident: IncidentId,
    position: i64,
    alert: &Alert,
) -> Result<bool, Cause> {
    let outcome = query(
        "INSERT INTO alert
             (tenant, id, incident, position, provider_id, service_source, created, last_updated, resolved,
              first_activity, last_activity, title, description, category, status, severity,
              investigation_id, investigation_state, classification, determination, detection_source,
              detector_id, assigned_to, actor_name, threat_family_name, mitre_techniques)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                 $21, $22, $23, $24, $25, $26)
         ON CONFLICT (tenant, id) DO NOTHING",
    )
    .bind(tenant.as_guid())
    .bind(&alert.id)
    .bind(incident.as_number())
    .bind(position)
    .bind(&alert.provider_id)
    .bind(alert.service_source.as_str())
    .bind(alert.created.unix_ticks())
    .bind(alert.last_updated.unix_ticks())
    .bind(alert.resolved.map(Timestamp::unix_ticks))
    .bind(alert.first_activity.unix_ticks())
    .bind(alert.last_activity.unix_ticks())
    .bind(&alert.title)
    .bind(&alert.description)
    .bind(&alert.category)
    .bind(alert.status.as_str())
    .bind(alert.severity.as_str())
    .bind(alert.investigation_id)
    .bind(alert.investigation_state.as_str())
    .bind(alert.classification.map(Classification::as_str))
    .bind(alert.determination.map(Determination::as_str))
    .bind(alert.detection_source.as_str())
    .bind(&alert.detector_id)
    .bind(&alert.assigned_to)
    .bind(&alert.actor_name)
    .bind(&alert.threat_family_name)
    .bind(serde_json::to_string(&alert.mitre_techniques)?)
    .execute(connection)
    .await?;
    Ok(outcome.rows_affected() == 1)
}

/// Inserts the devices and entities of the alert at this position of its incident.
async fn insert_evidence(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    incident: IncidentId,
    alert_position: i64,
    alert: &Alert,
) -> Result<(), Cause> {
    for (position, device) in (0_i64..).zip(&alert.devices) {
        query(
            "INSERT INTO alert_device (tenant, incident, alert_position, position, document)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(tenant.as_guid())
        .bind(incident.as_number())
        .bind(alert_position)
        .bind(position)
        .bind(serde_json::to_string(&StoredDevice(device.clone()))?)
        .execute(&mut *connection)
        .await?;
    }
    for (position, entity) in (0_i64..).zip(&alert.entities) {
        query(
            "INSERT INTO alert_entity (tenant, incident, alert_position, position, document)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(tenant.as_guid())
        .bind(incident.as_number())
        .bind(alert_position)
        .bind(position)
        .bind(serde_json::to_string(&StoredEntity(entity.clone()))?)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn holder_of(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    alert_id: &str,
) -> Result<IncidentId, Cause> {
    let (number,) = sqlx::query_as("SELECT incident FROM alert WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_guid())
        .bind(alert_id)
        .fetch_one(connection)
        .await?;
    Ok(IncidentId::from_number(number))
}
