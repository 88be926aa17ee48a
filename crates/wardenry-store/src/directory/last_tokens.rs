//! When applications got their last tokens.

use sqlx::query;
use sqlx::sqlite::SqlitePool;
use wardenry_core::id::{AppId, TenantId};
use wardenry_core::time::Timestamp;
use wardenry_directory::store::StoreError;

use super::failed;
use crate::row::TableRow;

/// Two that come in the wrong order leave the later time.
pub(super) async fn note(
    pool: &SqlitePool,
    tenant: TenantId,
    app_id: AppId,
    at: Timestamp,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO last_token (tenant, app_id, at) VALUES ($1, $2, $3)
         ON CONFLICT (tenant, app_id) DO UPDATE SET at = max(at, excluded.at)",
    )
    .bind(tenant.as_guid())
    .bind(app_id.as_guid())
    .bind(at.unix_ticks())
    .execute(pool)
    .await
    .map_err(failed)?;
    Ok(())
}

pub(super) async fn list(pool: &SqlitePool, tenant: TenantId) -> Result<Vec<(AppId, Timestamp)>, StoreError> {
    let rows = query("SELECT app_id, at FROM last_token WHERE tenant = $1 ORDER BY app_id")
        .bind(tenant.as_guid())
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    let read = |row| {
        let row = TableRow::new("last_token", row);
        Ok((row.id("app_id", AppId::from_guid)?, row.time("at")?))
    };
    rows.iter().map(read).collect()
}
