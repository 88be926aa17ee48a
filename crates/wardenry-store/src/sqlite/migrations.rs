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
    use super::STEPS;

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
