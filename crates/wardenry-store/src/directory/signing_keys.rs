//! Token signing keys.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{SqliteConnection, query};
use wardenry_directory::model::StoredSigningKey;
use wardenry_directory::store::{StoreError, Unique};

use super::{failed, refused};
use crate::row::TableRow;

pub(super) async fn add(connection: &mut SqliteConnection, key: &StoredSigningKey) -> Result<(), StoreError> {
    query(
        "INSERT INTO signing_key
             (kid, encrypted_private_key, certificate_der, created, signs_from, retires)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&key.kid)
    .bind(key.encrypted_private_key.as_slice())
    .bind(key.certificate_der.as_slice())
    .bind(key.created.unix_ticks())
    .bind(key.signs_from.unix_ticks())
    .bind(key.retires.unix_ticks())
    .execute(connection)
    .await
    .map_err(refused(Unique::SigningKey))?;
    Ok(())
}

pub(super) async fn list(pool: &SqlitePool) -> Result<Vec<StoredSigningKey>, StoreError> {
    let rows =
        query("SELECT * FROM signing_key ORDER BY created, kid").fetch_all(pool).await.map_err(failed)?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<StoredSigningKey, StoreError> {
    let row = TableRow::new("signing_key", row);
    Ok(StoredSigningKey {
        kid: row.get("kid")?,
        encrypted_private_key: row.get("encrypted_private_key")?,
        certificate_der: row.get("certificate_der")?,
        created: row.time("created")?,
        signs_from: row.time("signs_from")?,
        retires: row.time("retires")?,
    })
}
