//! Application permissions granted in a tenant.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{SqliteConnection, query};
use wardenry_core::id::{AppRoleId, ServicePrincipalId, TenantId};
use wardenry_directory::model::AppRoleAssignment;
use wardenry_directory::store::{Page, StoreError, Unique};

use super::{failed, refused, removed_something};
use crate::row::TableRow;

pub(super) async fn add(
    connection: &mut SqliteConnection,
    assignment: &AppRoleAssignment,
) -> Result<(), StoreError> {
    let result = query(
        "INSERT INTO app_role_assignment (tenant, id, principal, resource, role, created)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant, principal, resource, role) DO NOTHING",
    )
    .bind(assignment.tenant.as_guid())
    .bind(&assignment.id)
    .bind(assignment.principal.as_guid())
    .bind(assignment.resource.as_guid())
    .bind(assignment.role.as_guid())
    .bind(assignment.created.unix_ticks())
    .execute(connection)
    .await
    .map_err(refused(Unique::Other))?;
    if result.rows_affected() == 0 { Err(StoreError::Exists(Unique::AppRoleAssignment)) } else { Ok(()) }
}

pub(super) async fn remove(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    id: &str,
) -> Result<(), StoreError> {
    let result = query("DELETE FROM app_role_assignment WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_guid())
        .bind(id)
        .execute(connection)
        .await
        .map_err(failed)?;
    removed_something(&result)
}

pub(super) async fn find(
    pool: &SqlitePool,
    tenant: TenantId,
    id: &str,
) -> Result<Option<AppRoleAssignment>, StoreError> {
    let row = query("SELECT * FROM app_role_assignment WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_guid())
        .bind(id)
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn list_of(
    pool: &SqlitePool,
    tenant: TenantId,
    principal: ServicePrincipalId,
) -> Result<Vec<AppRoleAssignment>, StoreError> {
    let rows =
        query("SELECT * FROM app_role_assignment WHERE tenant = $1 AND principal = $2 ORDER BY created, id")
            .bind(tenant.as_guid())
            .bind(principal.as_guid())
            .fetch_all(pool)
            .await
            .map_err(failed)?;
    rows.iter().map(read).collect()
}

pub(super) async fn list_on(
    pool: &SqlitePool,
    tenant: TenantId,
    resource: ServicePrincipalId,
    page: Page,
) -> Result<Vec<AppRoleAssignment>, StoreError> {
    let rows = query(
        "SELECT * FROM app_role_assignment WHERE tenant = $1 AND resource = $2
         ORDER BY created, id LIMIT $3 OFFSET $4",
    )
    .bind(tenant.as_guid())
    .bind(resource.as_guid())
    .bind(page.take)
    .bind(page.skip)
    .fetch_all(pool)
    .await
    .map_err(failed)?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<AppRoleAssignment, StoreError> {
    let row = TableRow::new("app_role_assignment", row);
    Ok(AppRoleAssignment {
        id: row.get("id")?,
        tenant: row.id("tenant", TenantId::from_guid)?,
        principal: row.id("principal", ServicePrincipalId::from_guid)?,
        resource: row.id("resource", ServicePrincipalId::from_guid)?,
        role: row.id("role", AppRoleId::from_guid)?,
        created: row.time("created")?,
    })
}
