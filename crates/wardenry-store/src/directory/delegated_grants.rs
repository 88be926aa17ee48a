//! Delegated permissions granted in a tenant.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{SqliteConnection, query};
use wardenry_core::id::{ServicePrincipalId, TenantId, UserId};
use wardenry_directory::model::DelegatedGrant;
use wardenry_directory::store::{StoreError, Unique};

use super::json_list::to_json;
use super::{failed, refused, removed_something};
use crate::row::TableRow;

pub(super) async fn put(connection: &mut SqliteConnection, grant: &DelegatedGrant) -> Result<(), StoreError> {
    query(
        "INSERT INTO delegated_grant (tenant, id, client, resource, user_id, scopes, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant, id) DO UPDATE SET
             client = excluded.client, resource = excluded.resource, user_id = excluded.user_id,
             scopes = excluded.scopes, created = excluded.created",
    )
    .bind(grant.tenant.as_guid())
    .bind(&grant.id)
    .bind(grant.client.as_guid())
    .bind(grant.resource.as_guid())
    .bind(grant.user.map(UserId::as_guid))
    .bind(to_json(&grant.scopes)?)
    .bind(grant.created.unix_ticks())
    .execute(connection)
    .await
    .map_err(refused(Unique::DelegatedGrant))?;
    Ok(())
}

pub(super) async fn remove(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    id: &str,
) -> Result<(), StoreError> {
    let result = query("DELETE FROM delegated_grant WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_guid())
        .bind(id)
        .execute(connection)
        .await
        .map_err(failed)?;
    removed_something(&result)
}

pub(super) async fn list_of(
    pool: &SqlitePool,
    tenant: TenantId,
    client: ServicePrincipalId,
) -> Result<Vec<DelegatedGrant>, StoreError> {
    let rows = query("SELECT * FROM delegated_grant WHERE tenant = $1 AND client = $2 ORDER BY created, id")
        .bind(tenant.as_guid())
        .bind(client.as_guid())
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<DelegatedGrant, StoreError> {
    let row = TableRow::new("delegated_grant", row);
    Ok(DelegatedGrant {
        id: row.get("id")?,
        tenant: row.id("tenant", TenantId::from_guid)?,
        client: row.id("client", ServicePrincipalId::from_guid)?,
        resource: row.id("resource", ServicePrincipalId::from_guid)?,
        user: row.get::<Option<_>>("user_id")?.map(UserId::from_guid),
        scopes: row.json("scopes")?,
        created: row.time("created")?,
    })
}
