//! The first-party resources that were offered to the tenants.

use sqlx::sqlite::SqlitePool;
use sqlx::{SqliteConnection, query};
use wardenry_core::id::AppId;
use wardenry_directory::store::StoreError;

use super::failed;
use crate::row::TableRow;

pub(super) async fn list(pool: &SqlitePool) -> Result<Vec<AppId>, StoreError> {
    let rows = query("SELECT app_id FROM known_resource ORDER BY app_id").fetch_all(pool).await;
    let app_id = |row| TableRow::new("known_resource", row).id("app_id", AppId::from_guid);
    Ok(rows.map_err(failed)?.iter().map(app_id).collect::<Result<_, _>>()?)
}

pub(super) async fn add(connection: &mut SqliteConnection, app_id: AppId) -> Result<(), StoreError> {
    query("INSERT INTO known_resource (app_id) VALUES ($1) ON CONFLICT (app_id) DO NOTHING")
        .bind(app_id.as_guid())
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}
