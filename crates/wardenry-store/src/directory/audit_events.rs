//! The audit log.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{SqliteConnection, query};
use uuid::Uuid;
use wardenry_core::id::{AppId, TenantId, UserId};
use wardenry_core::time::Timestamp;
use wardenry_directory::audit::AuditFilter;
use wardenry_directory::model::{Actor, AuditEvent};
use wardenry_directory::store::{Page, StoreError, Unique};

use super::{failed, refused};
use crate::row::{TableRow, UnreadableValue};

mod action_names;

pub(super) async fn add(connection: &mut SqliteConnection, event: &AuditEvent) -> Result<(), StoreError> {
    let actor = ActorColumns::from(&event.actor);
    query(
        "INSERT INTO audit_event
             (tenant, id, at, actor, actor_id, actor_app, actor_name, action, target, detail, address)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(event.tenant.as_guid())
    .bind(event.id)
    .bind(event.at.unix_ticks())
    .bind(actor.kind)
    .bind(actor.id)
    .bind(actor.app)
    .bind(actor.name)
    .bind(event.action)
    .bind(&event.target)
    .bind(&event.detail)
    .bind(event.address.map(|address| address.to_string()))
    .execute(connection)
    .await
    .map_err(refused(Unique::Other))?;
    Ok(())
}

struct ActorColumns<'a> {
    kind: &'static str,
    id: Option<Uuid>,
    app: Option<Uuid>,
    name: Option<&'a str>,
}

const USER: &str = "user";
const APP: &str = "app";
const SYSTEM: &str = "system";

impl<'a> From<&'a Actor> for ActorColumns<'a> {
    fn from(actor: &'a Actor) -> Self {
        match actor {
            Actor::User { id, name } => {
                Self { kind: USER, id: Some(id.as_guid()), app: None, name: Some(name) }
            }
            Actor::App { app, principal } => {
                Self { kind: APP, id: Some(*principal), app: Some(app.as_guid()), name: None }
            }
            Actor::System => Self { kind: SYSTEM, id: None, app: None, name: None },
        }
    }
}

/// The newest that the filter lets through. Each condition is decided for a row that the index over tenant and time has found.
pub(super) async fn find(
    pool: &SqlitePool,
    tenant: TenantId,
    filter: &AuditFilter,
    page: Page,
) -> Result<Vec<AuditEvent>, StoreError> {
    let rows = query(
        "SELECT * FROM audit_event
         WHERE tenant = $1 AND at >= $2 AND ($3 IS NULL OR at < $3)
           AND ($4 = '' OR instr(lower(coalesce(actor_name, '')), $4) > 0 OR actor_id = $5 OR actor_app = $5)
           AND ($6 = '' OR instr(action, $6) > 0)
           AND ($7 = '' OR instr(lower(
                   target || char(10) || detail || char(10) || coalesce(actor_name, '') || char(10) || coalesce(address, '')
               ), $7) > 0)
           AND ($8 = '' OR target = $8)
         ORDER BY at DESC, seq DESC LIMIT $9 OFFSET $10",
    )
    .bind(tenant.as_guid())
    .bind(filter.from.map_or(i64::MIN, Timestamp::unix_ticks))
    .bind(filter.until.map(Timestamp::unix_ticks))
    .bind(filter.actor.to_ascii_lowercase())
    .bind(Uuid::try_parse(&filter.actor).ok())
    .bind(filter.action.to_ascii_lowercase())
    .bind(filter.text.to_ascii_lowercase())
    .bind(&filter.target)
    .bind(page.take)
    .bind(page.skip)
    .fetch_all(pool)
    .await
    .map_err(failed)?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<AuditEvent, StoreError> {
    let row = TableRow::new("audit_event", row);
    Ok(AuditEvent {
        id: row.get("id")?,
        tenant: row.id("tenant", TenantId::from_guid)?,
        at: row.time("at")?,
        actor: read_actor(row)?,
        action: row.known("action", action_names::intern)?,
        target: row.get("target")?,
        detail: row.get("detail")?,
        address: row.known_or_null("address", |text| text.parse().ok())?,
    })
}

fn read_actor(row: TableRow<'_>) -> Result<Actor, UnreadableValue> {
    match row.get("actor")? {
        USER => Ok(Actor::User { id: row.id("actor_id", UserId::from_guid)?, name: row.get("actor_name")? }),
        APP => {
            Ok(Actor::App { app: row.id("actor_app", AppId::from_guid)?, principal: row.get("actor_id")? })
        }
        SYSTEM => Ok(Actor::System),
        _ => row.known("actor", |_| None),
    }
}
