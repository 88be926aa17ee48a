//! Client secrets and certificates of applications.

use sqlx::sqlite::SqliteRow;
use sqlx::{SqliteConnection, query};
use uuid::Uuid;
use wardenry_core::id::{ApplicationId, KeyId};
use wardenry_directory::model::{Application, CertificateCredential, PasswordCredential};
use wardenry_directory::store::{StoreError, Unique};

use super::{failed, refused, removed_something};
use crate::row::{TableRow, UnreadableValue};

pub(super) async fn add_password(
    connection: &mut SqliteConnection,
    application: ApplicationId,
    credential: &PasswordCredential,
) -> Result<(), StoreError> {
    let result = query(
        "INSERT INTO application_credential
             (tenant, application, key_id, display_name, valid_from, valid_until, hint, digest)
         SELECT home_tenant, id, $2, $3, $4, $5, $6, $7 FROM application WHERE id = $1",
    )
    .bind(application.as_guid())
    .bind(credential.key_id.as_guid())
    .bind(&credential.display_name)
    .bind(credential.start.unix_ticks())
    .bind(credential.end.unix_ticks())
    .bind(&credential.hint)
    .bind(credential.digest.as_bytes().as_slice())
    .execute(connection)
    .await
    .map_err(refused(Unique::KeyId))?;
    // No application, no row to insert.
    if result.rows_affected() == 0 { Err(StoreError::Missing) } else { Ok(()) }
}

pub(super) async fn add_certificate(
    connection: &mut SqliteConnection,
    application: ApplicationId,
    credential: &CertificateCredential,
) -> Result<(), StoreError> {
    let result = query(
        "INSERT INTO application_credential
             (tenant, application, key_id, display_name, valid_from, valid_until, certificate_der)
         SELECT home_tenant, id, $2, $3, $4, $5, $6 FROM application WHERE id = $1",
    )
    .bind(application.as_guid())
    .bind(credential.key_id.as_guid())
    .bind(&credential.display_name)
    .bind(credential.start.unix_ticks())
    .bind(credential.end.unix_ticks())
    .bind(credential.certificate_der.as_slice())
    .execute(connection)
    .await
    .map_err(refused(Unique::KeyId))?;
    if result.rows_affected() == 0 { Err(StoreError::Missing) } else { Ok(()) }
}

pub(super) async fn remove_password(
    connection: &mut SqliteConnection,
    application: ApplicationId,
    key_id: KeyId,
) -> Result<(), StoreError> {
    let result = query(
        "DELETE FROM application_credential
         WHERE (tenant, application) = (SELECT home_tenant, id FROM application WHERE id = $1)
             AND key_id = $2 AND digest IS NOT NULL",
    )
    .bind(application.as_guid())
    .bind(key_id.as_guid())
    .execute(connection)
    .await
    .map_err(failed)?;
    removed_something(&result)
}

pub(super) async fn remove_certificate(
    connection: &mut SqliteConnection,
    application: ApplicationId,
    key_id: KeyId,
) -> Result<(), StoreError> {
    let result = query(
        "DELETE FROM application_credential
         WHERE (tenant, application) = (SELECT home_tenant, id FROM application WHERE id = $1)
             AND key_id = $2 AND certificate_der IS NOT NULL",
    )
    .bind(application.as_guid())
    .bind(key_id.as_guid())
    .execute(connection)
    .await
    .map_err(failed)?;
    removed_something(&result)
}

/// Adds the credential of a joined row to its application, if the application has any.
pub(super) fn read_into(application: &mut Application, row: &SqliteRow) -> Result<(), UnreadableValue> {
    let row = TableRow::new("application_credential", row);
    let Some(key_id) = row.get::<Option<Uuid>>("key_id")?.map(KeyId::from_guid) else {
        return Ok(());
    };
    let display_name = row.get("credential_name")?;
    let start = row.time("valid_from")?;
    let end = row.time("valid_until")?;
    match row.get("certificate_der")? {
        Some(certificate_der) => application.certificates.push(CertificateCredential {
            key_id,
            display_name,
            certificate_der,
            start,
            end,
        }),
        None => application.passwords.push(PasswordCredential {
            key_id,
            display_name,
            hint: row.get("hint")?,
            digest: row.digest("digest")?,
            start,
            end,
        }),
    }
    Ok(())
}
