//! The check of a database before anything uses it.

use std::path::Path;

use sqlx::sqlite::SqlitePool;

use super::APPLICATION_ID;
use super::open_error::OpenError;

/// Refuses a file that is not ours or whose structure is damaged.
pub(super) async fn check(pool: &SqlitePool, file: &Path) -> Result<(), OpenError> {
    let failed = |error| OpenError::from_database(file, error);
    let application_id: i64 =
        sqlx::query_scalar("PRAGMA application_id").fetch_one(pool).await.map_err(failed)?;
    if application_id != APPLICATION_ID {
        return Err(OpenError::Foreign { file: file.to_owned() });
    }
    let finding: String =
        sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(pool).await.map_err(failed)?;
    if finding != "ok" {
        return Err(OpenError::Damaged { file: file.to_owned(), finding });
    }
    Ok(())
}
