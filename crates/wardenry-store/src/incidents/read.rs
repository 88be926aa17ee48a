//! Pages of incidents, and single ones.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{QueryBuilder, Sqlite, query};
use wardenry_core::id::TenantId;
use wardenry_incidents::model::{Incident, IncidentId};
use wardenry_incidents::{IncidentPage, PageRequest};

use super::filter_sql::push_condition;
use super::{Cause, parts};
use crate::row::{TableRow, UnreadableValue};

pub(super) async fn list(
    pool: &SqlitePool,
    tenant: TenantId,
    request: &PageRequest,
) -> Result<IncidentPage, Cause> {
    let mut snapshot = pool.begin().await?;
    let mut sql = page_statement(tenant, request);
    let rows = sql.build().fetch_all(&mut *snapshot).await?;
    let mut incidents = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let top = usize::try_from(request.top)?;
    let has_more = incidents.len() > top;
    incidents.truncate(top);
    parts::fill(&mut snapshot, tenant, &mut incidents).await?;
    snapshot.commit().await?;
    Ok(IncidentPage { incidents, has_more })
}

/// Selects the page, and one incident more to see whether there is one.
fn page_statement(tenant: TenantId, request: &PageRequest) -> QueryBuilder<Sqlite> {
    // The inner statement needs nothing but the index; the outer one looks up the rows of the page.
    let mut sql =
        QueryBuilder::new("SELECT incident.* FROM (SELECT tenant, created, id FROM incident WHERE tenant = ");
    sql.push_bind(tenant.as_guid());
    if let Some(filter) = &request.filter {
        sql.push(" AND ");
        push_condition(&mut sql, filter);
    }
    sql.push(" ORDER BY created DESC, id DESC LIMIT ").push_bind(i64::from(request.top) + 1);
    sql.push(" OFFSET ").push_bind(i64::from(request.skip));
    sql.push(
        ") AS page JOIN incident ON incident.tenant = page.tenant AND incident.id = page.id \
         ORDER BY page.created DESC, page.id DESC",
    );
    sql
}

pub(super) async fn get(
    pool: &SqlitePool,
    tenant: TenantId,
    id: IncidentId,
) -> Result<Option<Incident>, Cause> {
    let mut snapshot = pool.begin().await?;
    let row = query("SELECT * FROM incident WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_guid())
        .bind(id.as_number())
        .fetch_optional(&mut *snapshot)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mut found = [read(&row)?];
    parts::fill(&mut snapshot, tenant, &mut found).await?;
    snapshot.commit().await?;
    let [incident] = found;
    Ok(Some(incident))
}

/// Reads the incident's own columns; its parts are filled in later.
fn read(row: &SqliteRow) -> Result<Incident, UnreadableValue> {
    let row = TableRow::new("incident", row);
    Ok(Incident {
        id: IncidentId::from_number(row.get("id")?),
        name: row.get("name")?,
        created: row.time("created")?,
        last_updated: row.time("last_updated")?,
        assigned_to: row.get("assigned_to")?,
        classification: row.known_or_null("classification", |text| text.parse().ok())?,
        determination: row.known_or_null("determination", |text| text.parse().ok())?,
        status: row.known("status", |text| text.parse().ok())?,
        redirected_to: row.get::<Option<i64>>("redirected_to")?.map(IncidentId::from_number),
        severity: row.known("severity", |text| text.parse().ok())?,
        tags: row.json("tags")?,
        comments: Vec::new(),
        alerts: Vec::new(),
    })
}

#[cfg(test)]
mod tests;
