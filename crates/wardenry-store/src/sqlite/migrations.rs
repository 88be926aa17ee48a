//! The schema, as steps that are only ever added.

use std::path::Path;

use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::SqlitePool;

use super::open_error::OpenError;

/// One step: its number, what it is about, and its SQL.
type Step = (i64, &'static str, &'static str);

/// All steps in order. A released step is never edited: databases remember its checksum.
const STEPS: &[Step] = &[
    (1, "directory", include_str!("../../migrations/0001_directory.sql")),
    (2, "incidents", include_str!("../../migrations/0002_incidents.sql")),
    (3, "lake", include_str!("../../migrations/0003_lake.sql")),
    (4, "portal", include_str!("../../migrations/0004_portal.sql")),
    (5, "lake_tables", include_str!("../../migrations/0005_lake_tables.sql")),
    (6, "known_resources", include_str!("../../migrations/0006_known_resources.sql")),
    (7, "queries", include_str!("../../migrations/0007_queries.sql")),
    (8, "audit_address", include_str!("../../migrations/0008_audit_address.sql")),
    (9, "last_token", include_str!("../../migrations/0009_last_token.sql")),
    (10, "session_origin", include_str!("../../migrations/0010_session_origin.sql")),
];

/// Applies the steps that the database has not seen, each in a transaction of its own.
pub(super) async fn run(pool: &SqlitePool, file: &Path) -> Result<(), OpenError> {
    migrator(STEPS).run(pool).await.map_err(|error| refusal(file, error))
}

fn migrator(steps: &[Step]) -> Migrator {
    let migration = |&(version, about, sql): &Step| {
        Migration::new(version, about.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(steps.iter().map(migration).collect())
}

fn refusal(file: &Path, error: MigrateError) -> OpenError {
    let known = STEPS.last().map_or(0, |step| step.0);
    match error {
        MigrateError::VersionMissing(found) if found > known => {
            OpenError::TooNew { file: file.to_owned(), found, known }
        }
        MigrateError::Execute(error) => OpenError::from_database(file, error),
        source => OpenError::Migration { file: file.to_owned(), source },
    }
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
    use sqlx::{query, query_scalar};
    use tempfile::TempDir;
    use wardenry_core::catalogue::{DEFENDER_ATP, GRAPH, THREAT_PROTECTION};

    use super::{STEPS, migrator};

    /// An empty database; the folder has to live as long.
    async fn database() -> (TempDir, SqlitePool) {
        let folder = tempfile::tempdir().unwrap();
        let options =
            SqliteConnectOptions::new().filename(folder.path().join("test.db")).create_if_missing(true);
        (folder, SqlitePool::connect_with(options).await.unwrap())
    }

    #[tokio::test]
    async fn a_failing_step_leaves_the_database_as_the_step_before_it() {
        let (_folder, pool) = database().await;
        let steps = [
            (1, "good", "CREATE TABLE good (n INTEGER);"),
            (2, "bad", "INSERT INTO good VALUES (2); CREATE TABLE bad (n INTEGER); SELECT nonsense;"),
            (3, "never", "CREATE TABLE never (n INTEGER);"),
        ];
        migrator(&steps).run(&pool).await.unwrap_err();
        let tables: Vec<String> =
            query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '_sqlx%'")
                .fetch_all(&pool)
                .await
                .unwrap();
        let rows: i64 = query_scalar("SELECT count(*) FROM good").fetch_one(&pool).await.unwrap();
        assert_eq!((tables, rows), (vec!["good".to_owned()], 0));
    }

    #[tokio::test]
    async fn a_database_of_every_earlier_version_is_brought_up_to_date_with_its_content() {
        for version in 1..=STEPS.len() {
            let (_folder, pool) = database().await;
            migrator(&STEPS[..version]).run(&pool).await.unwrap();
            query("INSERT INTO tenant VALUES (zeroblob(16), 'Old', 'EU', 1)").execute(&pool).await.unwrap();
            migrator(STEPS).run(&pool).await.unwrap();
            let tenants: i64 = query_scalar("SELECT count(*) FROM tenant").fetch_one(&pool).await.unwrap();
            let applied: i64 =
                query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&pool).await.unwrap();
            assert_eq!((tenants, usize::try_from(applied).unwrap()), (1, STEPS.len()));
            let known: Vec<uuid::Uuid> = query_scalar("SELECT app_id FROM known_resource ORDER BY app_id")
                .fetch_all(&pool)
                .await
                .unwrap();
            let mut expected = [THREAT_PROTECTION, DEFENDER_ATP, GRAPH].map(|it| it.app_id.as_guid());
            expected.sort();
            assert_eq!(known, expected, "those that tenants have had from the start");
        }
    }

    #[test]
    fn every_file_of_the_folder_is_a_step_and_the_other_way_round() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let steps: Vec<String> =
            STEPS.iter().map(|(version, about, _)| format!("{version:04}_{about}.sql")).collect();
        assert_eq!(steps, files);
    }

    #[test]
    fn steps_are_numbered_without_gaps() {
        let numbers: Vec<i64> = STEPS.iter().map(|step| step.0).collect();
        let expected: Vec<i64> = (1..).take(STEPS.len()).collect();
        assert_eq!(numbers, expected);
    }
}
