//! Service principals.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{SqliteConnection, query};
use wardenry_core::id::{AppId, ServicePrincipalId, TenantId};
use wardenry_directory::model::ServicePrincipal;
use wardenry_directory::store::{Page, StoreError, Unique};

use super::json_list::to_json;
use super::{failed, refused, removed_something};
use crate::row::TableRow;

pub(super) async fn put(
    connection: &mut SqliteConnection,
    principal: &ServicePrincipal,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO service_principal
             (tenant, id, app_id, display_name, home_tenant, enabled, assignment_required, tags, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (tenant, id) DO UPDATE SET
             app_id = excluded.app_id, display_name = excluded.display_name,
             home_tenant = excluded.home_tenant, enabled = excluded.enabled,
             assignment_required = excluded.assignment_required, tags = excluded.tags,
             created = excluded.created",
    )
    .bind(principal.tenant.as_guid())
    .bind(principal.id.as_guid())
    .bind(principal.app_id.as_guid())
    .bind(&principal.display_name)
    .bind(principal.home_tenant.map(TenantId::as_guid))
    .bind(principal.enabled)
    .bind(principal.assignment_required)
    .bind(to_json(&principal.tags)?)
    .bind(principal.created.unix_ticks())
    .execute(connection)
    .await
    .map_err(refused(Unique::ServicePrincipal))?;
    Ok(())
}

/// Takes the grants to it and on it along, by their foreign keys.
pub(super) async fn delete(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    id: ServicePrincipalId,
) -> Result<(), StoreError> {
    let result = query("DELETE FROM service_principal WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_guid())
        .bind(id.as_guid())
        .execute(connection)
        .await
        .map_err(failed)?;
    removed_something(&result)
}

pub(super) async fn find(
    pool: &SqlitePool,
    tenant: TenantId,
    id: ServicePrincipalId,
) -> Result<Option<ServicePrincipal>, StoreError> {
    let row = query("SELECT * FROM service_principal WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_guid())
        .bind(id.as_guid())
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn find_by_app(
    pool: &SqlitePool,
    tenant: TenantId,
    app_id: AppId,
) -> Result<Option<ServicePrincipal>, StoreError> {
    let row = query("SELECT * FROM service_principal WHERE tenant = $1 AND app_id = $2")
        .bind(tenant.as_guid())
        .bind(app_id.as_guid())
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn list(
    pool: &SqlitePool,
    tenant: TenantId,
    page: Page,
) -> Result<Vec<ServicePrincipal>, StoreError> {
    let rows =
        query("SELECT * FROM service_principal WHERE tenant = $1 ORDER BY created, id LIMIT $2 OFFSET $3")
            .bind(tenant.as_guid())
            .bind(page.take)
            .bind(page.skip)
            .fetch_all(pool)
            .await
            .map_err(failed)?;
    rows.iter().map(read).collect()
}

/// Over all tenants.
pub(super) async fn list_of_app(
    pool: &SqlitePool,
    app_id: AppId,
    page: Page,
) -> Result<Vec<ServicePrincipal>, StoreError> {
    let rows = query(
        "SELECT * FROM service_principal WHERE app_id = $1 ORDER BY created, tenant LIMIT $2 OFFSET $3",
    )
    .bind(app_id.as_guid())
    .bind(page.take)
    .bind(page.skip)
    .fetch_all(pool)
    .await
    .map_err(failed)?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<ServicePrincipal, StoreError> {
    let row = TableRow::new("service_principal", row);
    Ok(ServicePrincipal {
        id: row.id("id", ServicePrincipalId::from_guid)?,
        tenant: row.id("tenant", TenantId::from_guid)?,
        app_id: row.id("app_id", AppId::from_guid)?,
        display_name: row.get("display_name")?,
        home_tenant: row.get::<Option<_>>("home_tenant")?.map(TenantId::from_guid),
        enabled: row.get("enabled")?,
        assignment_required: row.get("assignment_required")?,
        tags: row.json("tags")?,
        created: row.time("created")?,
    })
}
