//! Signed-in browsers.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{SqliteConnection, query};
use wardenry_core::id::{TenantId, UserId};
use wardenry_core::secret::SecretDigest;
use wardenry_core::time::Timestamp;
use wardenry_directory::model::Session;
use wardenry_directory::store::{StoreError, Unique};

use super::{failed, refused, removed_something};
use crate::row::TableRow;

pub(super) async fn add(connection: &mut SqliteConnection, session: &Session) -> Result<(), StoreError> {
    query(
        "INSERT INTO session (digest, tenant, user_id, created, expires, address, browser)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(session.digest.as_bytes().as_slice())
    .bind(session.tenant.as_guid())
    .bind(session.user.as_guid())
    .bind(session.created.unix_ticks())
    .bind(session.expires.unix_ticks())
    .bind(session.address.map(|address| address.to_string()))
    .bind(&session.browser)
    .execute(connection)
    .await
    .map_err(refused(Unique::Other))?;
    Ok(())
}

pub(super) async fn remove(
    connection: &mut SqliteConnection,
    digest: &SecretDigest,
) -> Result<(), StoreError> {
    let result = query("DELETE FROM session WHERE digest = $1")
        .bind(digest.as_bytes().as_slice())
        .execute(connection)
        .await
        .map_err(failed)?;
    removed_something(&result)
}

pub(super) async fn remove_ended(connection: &mut SqliteConnection, by: Timestamp) -> Result<(), StoreError> {
    query("DELETE FROM session WHERE expires <= $1")
        .bind(by.unix_ticks())
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

/// Finds the session by its hash. The search is not in constant time and need not be: whoever knew how
/// far a hash agrees with a stored one could not turn that into a cookie without the hash's key.
pub(super) async fn find(pool: &SqlitePool, digest: &SecretDigest) -> Result<Option<Session>, StoreError> {
    let row = query("SELECT * FROM session WHERE digest = $1")
        .bind(digest.as_bytes().as_slice())
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn list_of(
    pool: &SqlitePool,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<Session>, StoreError> {
    let rows = query("SELECT * FROM session WHERE tenant = $1 AND user_id = $2 ORDER BY created, digest")
        .bind(tenant.as_guid())
        .bind(user.as_guid())
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<Session, StoreError> {
    let row = TableRow::new("session", row);
    Ok(Session {
        digest: row.digest("digest")?,
        tenant: row.id("tenant", TenantId::from_guid)?,
        user: row.id("user_id", UserId::from_guid)?,
        created: row.time("created")?,
        expires: row.time("expires")?,
        address: row.known_or_null("address", |text| text.parse().ok())?,
        browser: row.get("browser")?,
    })
}
