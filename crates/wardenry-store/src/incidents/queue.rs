//! The queue over one or many tenants.

use std::fmt::Write as _;

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{QueryBuilder, Sqlite};
use wardenry_core::id::TenantId;
use wardenry_incidents::filter::Filter;
use wardenry_incidents::model::{IncidentId, IncidentStatus, Severity};
use wardenry_incidents::queue::{COUNT_LIMIT, QueueLine, QueueOrder, QueuePage, QueueRequest};

use super::Cause;
use super::filter_sql::push_condition;
use crate::row::TableRow;

pub(super) async fn page(
    pool: &SqlitePool,
    tenants: &[TenantId],
    request: &QueueRequest,
) -> Result<QueuePage, Cause> {
    if tenants.is_empty() {
        return Ok(QueuePage { lines: Vec::new(), matching: 0 });
    }
    let mut snapshot = pool.begin().await?;
    let rows = lines_statement(tenants, request).build().fetch_all(&mut *snapshot).await?;
    let lines = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut sql = count_statement(tenants, request.filter.as_ref());
    let matching: i64 = sql.build_query_scalar().fetch_one(&mut *snapshot).await?;
    snapshot.commit().await?;
    Ok(QueuePage { lines, matching: u32::try_from(matching)? })
}

/// Takes the first lines of each tenant, so that a tenant's index ends its part early, then the first of all of these.
fn lines_statement(tenants: &[TenantId], request: &QueueRequest) -> QueryBuilder<Sqlite> {
    let mut sql = wanted(tenants);
    sql.push(
        "SELECT incident.*, \
             (SELECT count(*) FROM alert WHERE alert.tenant = incident.tenant AND alert.incident = incident.id) AS alerts, \
             (SELECT json_group_array(category) FROM (SELECT DISTINCT category FROM alert \
                  WHERE alert.tenant = incident.tenant AND alert.incident = incident.id ORDER BY category)) AS categories \
         FROM (SELECT incident.rowid AS place FROM wanted JOIN incident ON incident.rowid IN \
             (SELECT own.rowid FROM incident AS own WHERE own.tenant = wanted.tenant",
    );
    if let Some(filter) = &request.filter {
        sql.push(" AND ");
        push_condition(&mut sql, filter);
    }
    push_order(&mut sql, request);
    let end = u64::from(request.skip) + u64::from(request.top);
    sql.push(" LIMIT ").push_bind(i64::try_from(end).unwrap_or(i64::MAX)).push(")");
    push_order(&mut sql, request);
    sql.push(", incident.tenant LIMIT ").push_bind(i64::from(request.top));
    sql.push(" OFFSET ").push_bind(i64::from(request.skip));
    sql.push(") AS page JOIN incident ON incident.rowid = page.place");
    push_order(&mut sql, request);
    sql.push(", incident.tenant");
    sql
}

fn count_statement(tenants: &[TenantId], filter: Option<&Filter>) -> QueryBuilder<Sqlite> {
    let mut sql = wanted(tenants);
    sql.push("SELECT count(*) FROM (SELECT 1 FROM incident WHERE tenant IN (SELECT tenant FROM wanted)");
    if let Some(filter) = filter {
        sql.push(" AND ");
        push_condition(&mut sql, filter);
    }
    sql.push(" LIMIT ").push_bind(i64::from(COUNT_LIMIT) + 1).push(")");
    sql
}

/// The tenants as a table.
fn wanted(tenants: &[TenantId]) -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::new("WITH wanted(tenant) AS (");
    sql.push_values(tenants, |mut row, tenant| {
        row.push_bind(tenant.as_guid());
    });
    sql.push(") ");
    sql
}

fn push_order(sql: &mut QueryBuilder<Sqlite>, request: &QueueRequest) {
    let (expression, descending) = match request.order {
        QueueOrder::Created => ("created".to_owned(), true),
        QueueOrder::LastUpdated => ("last_updated".to_owned(), true),
        QueueOrder::Severity => (rank("severity", Severity::ALL.iter().map(|word| word.as_str())), true),
        QueueOrder::Status => (rank("status", IncidentStatus::ALL.iter().map(|word| word.as_str())), false),
        QueueOrder::Name => ("name".to_owned(), false),
    };
    sql.push(" ORDER BY ").push(expression);
    sql.push(if descending == request.reversed { " ASC" } else { " DESC" });
    sql.push(", created DESC, id DESC");
}

/// The place of a word in its list. The words are ours.
fn rank(column: &str, words: impl Iterator<Item = &'static str>) -> String {
    let mut expression = format!("CASE {column}");
    for (place, word) in words.enumerate() {
        let _infallible = write!(expression, " WHEN '{word}' THEN {place}");
    }
    expression + " END"
}

fn read(row: &SqliteRow) -> Result<QueueLine, Cause> {
    let row = TableRow::new("incident", row);
    Ok(QueueLine {
        tenant: row.id("tenant", TenantId::from_guid)?,
        id: IncidentId::from_number(row.get("id")?),
        name: row.get("name")?,
        created: row.time("created")?,
        last_updated: row.time("last_updated")?,
        assigned_to: row.get("assigned_to")?,
        status: row.known("status", |text| text.parse().ok())?,
        severity: row.known("severity", |text| text.parse().ok())?,
        tags: row.json("tags")?,
        alerts: u32::try_from(row.get::<i64>("alerts")?)?,
        categories: row.json("categories")?,
    })
}
