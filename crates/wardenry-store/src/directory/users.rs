//! Users.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{SqliteConnection, query};
use uuid::Uuid;
use wardenry_core::catalogue::DirectoryRole;
use wardenry_core::id::{TenantId, UserId};
use wardenry_directory::model::{PasswordHash, User};
use wardenry_directory::store::{Page, StoreError, Unique};

use super::json_list::to_json;
use super::{failed, refused};
use crate::row::{TableRow, UnreadableValue};

pub(super) async fn put(connection: &mut SqliteConnection, user: &User) -> Result<(), StoreError> {
    let roles: Vec<String> = user.roles.iter().map(|role| role.template_id().to_string()).collect();
    query(
        "INSERT INTO directory_user
             (tenant, id, user_name, display_name, password_hash, roles, enabled, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant, id) DO UPDATE SET
             user_name = excluded.user_name, display_name = excluded.display_name,
             password_hash = excluded.password_hash, roles = excluded.roles, enabled = excluded.enabled,
             created = excluded.created",
    )
    .bind(user.tenant.as_guid())
    .bind(user.id.as_guid())
    .bind(&user.user_name)
    .bind(&user.display_name)
    .bind(user.password_hash.as_phc())
    .bind(to_json(&roles)?)
    .bind(user.enabled)
    .bind(user.created.unix_ticks())
    .execute(connection)
    .await
    .map_err(refused(Unique::UserName))?;
    Ok(())
}

pub(super) async fn find(
    pool: &SqlitePool,
    tenant: TenantId,
    id: UserId,
) -> Result<Option<User>, StoreError> {
    let row = query("SELECT * FROM directory_user WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_guid())
        .bind(id.as_guid())
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn find_by_name(pool: &SqlitePool, user_name: &str) -> Result<Option<User>, StoreError> {
    let row = query("SELECT * FROM directory_user WHERE user_name = $1")
        .bind(user_name)
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn list(pool: &SqlitePool, tenant: TenantId, page: Page) -> Result<Vec<User>, StoreError> {
    let rows =
        query("SELECT * FROM directory_user WHERE tenant = $1 ORDER BY created, id LIMIT $2 OFFSET $3")
            .bind(tenant.as_guid())
            .bind(page.take)
            .bind(page.skip)
            .fetch_all(pool)
            .await
            .map_err(failed)?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<User, StoreError> {
    let row = TableRow::new("directory_user", row);
    Ok(User {
        id: row.id("id", UserId::from_guid)?,
        tenant: row.id("tenant", TenantId::from_guid)?,
        user_name: row.get("user_name")?,
        display_name: row.get("display_name")?,
        password_hash: PasswordHash::from_phc(row.get("password_hash")?),
        roles: read_roles(row)?,
        enabled: row.get("enabled")?,
        created: row.time("created")?,
    })
}

fn read_roles(row: TableRow<'_>) -> Result<Vec<DirectoryRole>, UnreadableValue> {
    let role = |id: &String| DirectoryRole::by_template_id(Uuid::try_parse(id).ok()?);
    let ids: Vec<String> = row.json("roles")?;
    row.known("roles", |_| ids.iter().map(role).collect())
}
