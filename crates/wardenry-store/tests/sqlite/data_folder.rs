//! Opening data folders: fresh, in use, damaged, of another program, of a newer release.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, query};
use tempfile::TempDir;
use wardenry_directory::store::DirectoryStore;
use wardenry_store::{OpenError, SqliteStore};

use crate::numbered_tenants::{ALL, assert_stored, event, store_tenant, tenant};

#[tokio::test]
async fn a_fresh_folder_gets_a_database_and_nothing_else_stays() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("new").join("data");
    for _ in 0..2 {
        SqliteStore::open(&folder).await.unwrap().close().await;
        assert_eq!(file_names(&folder), ["wardenry.db", "wardenry.lock"]);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_the_data() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;

    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("new").join("data");
    let store = SqliteStore::open(&folder).await.unwrap();
    store_tenant(&store, 0).await.unwrap();
    assert_eq!((mode(folder.parent().unwrap()), mode(&folder)), (0o700, 0o700));
    let files = ["wardenry.db", "wardenry.db-shm", "wardenry.db-wal", "wardenry.lock"];
    assert_eq!(file_names(&folder), files);
    for file in files {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_was_there_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o750)).unwrap();
    SqliteStore::open(folder.path()).await.unwrap().close().await;
    assert_eq!(fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o750);
}

#[tokio::test]
async fn a_second_open_is_refused_and_told_who_holds_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    let error = SqliteStore::open(folder.path()).await.unwrap_err();
    let pid = std::process::id();
    assert!(matches!(error, OpenError::InUse { pid: Some(holder), .. } if holder == pid));
    let expected = format!("the data folder {} is in use by process {pid}", folder.path().display());
    assert_eq!(error.to_string(), expected);
    assert_eq!(
        error.advice(),
        format!(
            "Stop process {pid} first, or give this one a data folder of its own. Two servers cannot share one \
             folder."
        )
    );

    // A clone holds the folder as well as the first.
    let clone = store.clone();
    drop(store);
    assert!(matches!(SqliteStore::open(folder.path()).await, Err(OpenError::InUse { .. })));
    store_tenant(&clone, 0).await.unwrap();
}

#[tokio::test]
async fn dropping_or_closing_the_store_lets_the_next_one_in() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..10 {
        let store = SqliteStore::open(folder.path()).await.unwrap();
        assert_stored(&store, n).await;
        store_tenant(&store, n).await.unwrap();
        if n % 2 == 0 {
            drop(store);
        } else {
            store.close().await;
        }
    }
}

#[tokio::test]
async fn a_lock_file_that_was_left_behind_keeps_nobody_out() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("wardenry.lock"), "4194304999 and more\n").unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    let written = fs::read_to_string(folder.path().join("wardenry.lock")).unwrap();
    assert_eq!(written, format!("{}\n", std::process::id()));
    store.close().await;
}

#[tokio::test]
async fn a_file_in_the_place_of_the_folder_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("data");
    fs::write(&file, "").unwrap();
    let error = SqliteStore::open(&file).await.unwrap_err();
    assert!(matches!(error, OpenError::Folder { .. }), "{error:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for garbage in [&b"x"[..], b"just some notes\n", &[0; 8192]] {
        let file = database(&folder);
        fs::write(&file, garbage).unwrap();
        let error = SqliteStore::open(folder.path()).await.unwrap_err();
        assert!(matches!(error, OpenError::NotADatabase { .. }), "{error:?}");
        assert_eq!(error.to_string(), format!("{} is not a database", file.display()));
        assert_eq!(fs::read(&file).unwrap(), garbage);
        assert_eq!(file_names(folder.path()), ["wardenry.db", "wardenry.lock"]);
    }
}

#[tokio::test]
async fn the_database_of_another_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new().filename(database(&folder)).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    query("CREATE TABLE notes (text TEXT)").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let before = fs::read(database(&folder)).unwrap();
    let error = SqliteStore::open(folder.path()).await.unwrap_err();
    assert!(matches!(error, OpenError::Foreign { .. }), "{error:?}");
    assert_eq!(fs::read(database(&folder)).unwrap(), before);
}

#[tokio::test]
async fn a_database_that_lost_pages_is_refused_and_left_alone() {
    let (folder, whole) = closed_database().await;
    for kept in [0, 100, 4096, 5000, whole.len() / 2, whole.len() - 4096, whole.len() - 1] {
        fs::write(database(&folder), &whole[..kept]).unwrap();
        assert_damaged(&folder, &format!("{kept} of {} bytes", whole.len())).await;
        assert_eq!(fs::read(database(&folder)).unwrap(), &whole[..kept]);
    }
}

#[tokio::test]
async fn a_database_with_an_overwritten_page_is_refused_and_left_alone() {
    let (folder, whole) = closed_database().await;
    for page in [1, whole.len() / 4096 / 2, whole.len() / 4096 - 1] {
        let mut damaged = whole.clone();
        damaged[page * 4096..(page + 1) * 4096].fill(0xa5);
        fs::write(database(&folder), &damaged).unwrap();
        assert_damaged(&folder, &format!("page {page}")).await;
        assert_eq!(fs::read(database(&folder)).unwrap(), damaged);
    }
}

#[tokio::test]
async fn a_damaged_schema_is_refused() {
    let (folder, mut bytes) = closed_database().await;
    // The first page holds the file's header and, after it, the list of tables.
    bytes[100..4096].fill(0xa5);
    fs::write(database(&folder), bytes).unwrap();
    assert_damaged(&folder, "schema").await;
}

#[tokio::test]
async fn a_reference_to_nothing_is_refused() {
    let (folder, _) = closed_database().await;
    tamper(&folder, "DELETE FROM tenant").await;
    let error = SqliteStore::open(folder.path()).await.unwrap_err();
    let expected = format!(
        "the database {} is damaged: a row of table tenant_domain refers to a row of table tenant that is missing",
        database(&folder).display()
    );
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn damage_in_a_database_that_was_not_closed_is_found_whatever_its_size() {
    let (folder, _) = closed_database().await;
    grow(&folder).await;
    let mut bytes = fs::read(database(&folder)).unwrap();
    assert!(bytes.len() > 16 * 1024 * 1024);
    let last_page = bytes.len() - 4096;
    bytes[last_page..].fill(0xa5);
    fs::write(database(&folder), &bytes).unwrap();

    // After an orderly stop it is found by whoever looks.
    let store = SqliteStore::open(folder.path()).await.unwrap();
    let error = store.check_integrity().await.unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    store.close().await;

    fs::write(folder.path().join("wardenry.db-wal"), "the beginning of a log").unwrap();
    assert_damaged(&folder, "cut off").await;
}

#[tokio::test]
async fn a_sound_database_passes_the_check_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    for n in 0..5 {
        let (stored, checked) = tokio::join!(store_tenant(&store, n), store.check_integrity());
        stored.unwrap();
        checked.unwrap();
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let (folder, _) = closed_database().await;
    tamper(
        &folder,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9001, 'the future', TRUE, x'00', 0)",
    )
    .await;
    let error = SqliteStore::open(folder.path()).await.unwrap_err();
    let OpenError::TooNew { found: 9001, known, .. } = error else { panic!("{error:?}") };
    let expected = format!(
        "the database {} has schema version 9001, but this program knows versions up to {known}",
        database(&folder).display()
    );
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn a_schema_that_went_another_way_is_refused() {
    let (folder, _) = closed_database().await;
    tamper(&folder, "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1").await;
    let error = SqliteStore::open(folder.path()).await.unwrap_err();
    assert!(matches!(error, OpenError::Migration { .. }), "{error:?}");
}

#[tokio::test]
async fn what_an_interrupted_first_start_left_is_swept_away() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("wardenry.db.new"), "half a database").unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    assert_stored(&store, 0).await;
    store.close().await;
    assert_eq!(file_names(folder.path()), ["wardenry.db", "wardenry.lock"]);
}

/// A client that hangs up ends the future that serves it, wherever it is at that moment.
#[tokio::test]
async fn an_abandoned_commit_happens_completely_or_not_at_all_and_blocks_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    for n in 0..100 {
        let patience = Duration::from_micros(u64::from(n) * 20);
        // Whether it was in time is what this test cannot know.
        drop(tokio::time::timeout(patience, store_tenant(&store, n)).await);
    }
    store_tenant(&store, 100).await.unwrap();
    for n in 0..=100 {
        let stored = store.tenant(tenant(n).id).await.unwrap();
        let events = store.audit_events(tenant(n).id, ALL).await.unwrap();
        let expected = stored.iter().map(|_| event(n)).collect::<Vec<_>>();
        assert!(stored.is_none_or(|stored| stored == tenant(n)));
        assert_eq!(events, expected);
    }
}

fn database(folder: &TempDir) -> PathBuf {
    folder.path().join("wardenry.db")
}

fn file_names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

/// A database with some content, and its bytes.
async fn closed_database() -> (TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    for n in 0..50 {
        store_tenant(&store, n).await.unwrap();
    }
    store.close().await;
    let bytes = fs::read(database(&folder)).unwrap();
    (folder, bytes)
}

/// Makes the database bigger than what is read through at every start.
async fn grow(folder: &TempDir) {
    tamper(
        folder,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)
         INSERT INTO signing_key SELECT 'kid' || i, zeroblob(3900), x'00', i, i, i FROM n",
    )
    .await;
}

/// Changes the database behind Wardenry's back, and leaves no log.
async fn tamper(folder: &TempDir, sql: &'static str) {
    let options = SqliteConnectOptions::new().filename(database(folder)).foreign_keys(false);
    let mut connection: SqliteConnection = options.connect().await.unwrap();
    query(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn assert_damaged(folder: &TempDir, how: &str) {
    let error = SqliteStore::open(folder.path()).await.unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{how}: {error:?}");
    let file = database(folder).display().to_string();
    assert!(error.to_string().starts_with(&format!("the database {file} is damaged: ")), "{how}: {error}");
    assert!(error.advice().contains(&format!("replace {file} by a backup")), "{}", error.advice());
}
