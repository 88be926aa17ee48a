//! Opening the database of a data folder, and its connections.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};

mod data_folder;
mod folder_lock;
mod integrity;
mod migrations;
mod open_error;

pub use open_error::OpenError;

use folder_lock::FolderLock;

const DATABASE_FILE: &str = "wardenry.db";

/// Marks a database file as ours (`PRAGMA application_id`): "Wrdn" in ASCII.
const APPLICATION_ID: u32 = 0x5772_646e;

/// How many look-ups run at the same time. Each connection costs a thread and up to 2 MiB of cache.
const READERS: u32 = 4;

/// How long a statement waits for a lock that another connection of this process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a request waits for a free connection before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// The database of one data folder. Clones share it.
///
/// Reads run side by side, writes one after the other. The folder stays locked until the last clone is
/// dropped.
#[derive(Debug, Clone)]
pub struct SqliteStore(Arc<Connections>);

#[derive(Debug)]
struct Connections {
    reader: SqlitePool,
    writer: SqlitePool,
    file: PathBuf,
    /// Declared last, so that it is released last.
    _lock: FolderLock,
}

impl SqliteStore {
    /// Opens the database in `folder`, making folder and database when they are missing, checks it and
    /// brings its schema up to date.
    ///
    /// On Unix a new folder gets mode 0700 and a new database 0600. A database of up to 16 MiB, or of any
    /// size if it was not closed, is read through in search of damage.
    ///
    /// # Errors
    /// See [`OpenError`]; its [`advice`](OpenError::advice) says what the operator can do.
    pub async fn open(folder: &Path) -> Result<Self, OpenError> {
        let file = folder.join(DATABASE_FILE);
        let failed = |source| OpenError::Folder { folder: folder.to_owned(), source };
        data_folder::create(folder).map_err(failed)?;
        let lock = FolderLock::acquire(folder)?;
        if file.try_exists().map_err(failed)? {
            integrity::check_at_start(&file).await?;
        } else {
            create_database(&file).await?;
        }
        let writer = open_writer(&file).await?;
        migrations::run(&writer, &file).await?;
        let reader = open_reader(&file).await?;
        Ok(Self(Arc::new(Connections { reader, writer, file, _lock: lock })))
    }

    /// Looks through the whole database for damage, while it is in use.
    ///
    /// [`open`](Self::open) does the same unless the database is big. Takes 2 to 3 ms for each MiB and
    /// one of the reading connections.
    ///
    /// # Errors
    /// [`OpenError::Damaged`] with the first finding, or [`OpenError::Database`].
    pub async fn check_integrity(&self) -> Result<(), OpenError> {
        integrity::check_whole(&self.0.reader, &self.0.file).await
    }

    /// Connections that can only read. A statement sees everything that was committed before it began.
    ///
    /// Several statements that have to agree with one another need a transaction.
    pub fn reader(&self) -> &SqlitePool {
        &self.0.reader
    }

    /// The one connection that writes; waiting for it is waiting for the writers before.
    ///
    /// Begin transactions with [`BEGIN_WRITE`](Self::BEGIN_WRITE).
    pub fn writer(&self) -> &SqlitePool {
        &self.0.writer
    }

    /// Starts a transaction that will write: takes the write lock at once instead of in the middle.
    pub const BEGIN_WRITE: &'static str = "BEGIN IMMEDIATE";

    /// Waits for running statements, closes all connections and moves the write-ahead log into the
    /// database file. Every later use of the store, through any clone, fails.
    ///
    /// A store that is dropped without this loses nothing; the next start just reads the log.
    pub async fn close(self) {
        // The writer last: the last connection to leave tidies up the log, and readers may not.
        self.0.reader.close().await;
        self.0.writer.close().await;
    }
}

/// Makes the database under a temporary name and moves it to `file` when it is complete, so that a file
/// under the right name was never half made: if it lacks something, it lost it.
async fn create_database(file: &Path) -> Result<(), OpenError> {
    let unfinished = file.with_extension("db.new");
    let failed = |source| OpenError::Folder { folder: folder_of(file), source };
    data_folder::create_private_file(&unfinished).map_err(failed)?;
    let options = connect_options(&unfinished)
        .pragma("application_id", APPLICATION_ID.to_string())
        // An unfinished file is thrown away, so its journal needs no file.
        .journal_mode(SqliteJournalMode::Memory);
    let pool = single_connection()
        .connect_with(options)
        .await
        .map_err(|error| OpenError::from_database(file, error))?;
    migrations::run(&pool, file).await?;
    pool.close().await;
    data_folder::rename_durably(&unfinished, file).map_err(failed)
}

async fn open_writer(file: &Path) -> Result<SqlitePool, OpenError> {
    let options = connect_options(file)
        .journal_mode(SqliteJournalMode::Wal)
        // In WAL mode only FULL syncs the log at every commit; NORMAL may lose acknowledged ones.
        .synchronous(SqliteSynchronous::Full);
    single_connection().connect_with(options).await.map_err(|error| OpenError::from_database(file, error))
}

async fn open_reader(file: &Path) -> Result<SqlitePool, OpenError> {
    pool_options()
        .max_connections(READERS)
        .connect_with(connect_options(file).read_only(true))
        .await
        .map_err(|error| OpenError::from_database(file, error))
}

fn connect_options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        // A damaged page is an error when it is read, not a wrong answer.
        .pragma("cell_size_check", "ON")
}

fn single_connection() -> SqlitePoolOptions {
    pool_options().max_connections(1)
}

fn pool_options() -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A connection to a local file does not go stale, so it is neither pinged nor replaced.
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .before_acquire(|connection, _| Box::pin(is_usable(connection)))
}

/// Whether a connection has no transaction any more.
///
/// SQLite ends a transaction by itself when the disk is full or fails. The driver then cannot roll it back, takes it for open from there
/// on, and refuses to begin another: such a connection is replaced.
async fn is_usable(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // The rollback of a transaction that was dropped may still wait for its turn.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

fn folder_of(file: &Path) -> PathBuf {
    file.parent().map_or_else(PathBuf::new, Path::to_owned)
}

#[cfg(test)]
mod tests {
    use sqlx::{query, query_scalar};

    use super::SqliteStore;

    #[tokio::test]
    async fn connections_are_set_up_for_durable_writes_and_harmless_reads() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let journal_mode: String =
            query_scalar("PRAGMA journal_mode").fetch_one(store.writer()).await.unwrap();
        let synchronous: i64 = query_scalar("PRAGMA synchronous").fetch_one(store.writer()).await.unwrap();
        let foreign_keys: i64 = query_scalar("PRAGMA foreign_keys").fetch_one(store.writer()).await.unwrap();
        // 2 is FULL.
        assert_eq!((journal_mode.as_str(), synchronous, foreign_keys), ("wal", 2, 1));
        let refused = query("DELETE FROM tenant").execute(store.reader()).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().message(), "attempt to write a readonly database");
    }

    #[tokio::test]
    async fn writing_goes_on_after_a_full_disk() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let most_pages = async |pages: i64| {
            let statement = format!("PRAGMA max_page_count = {pages}");
            query(sqlx::AssertSqlSafe(statement)).execute(store.writer()).await.unwrap();
        };
        most_pages(query_scalar("PRAGMA page_count").fetch_one(store.writer()).await.unwrap()).await;
        let mut transaction = store.writer().begin_with(SqliteStore::BEGIN_WRITE).await.unwrap();
        // One row at a time: a statement of many rows could be undone by itself.
        let refused = async {
            for _ in 0..10_000 {
                query("INSERT INTO lake_tenant (tenant) VALUES (randomblob(16))")
                    .execute(&mut *transaction)
                    .await?;
            }
            Ok::<(), sqlx::Error>(())
        };
        let refused = refused.await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().message(), "database or disk is full");
        drop(transaction);
        most_pages(1_000_000).await;
        let mut transaction = store.writer().begin_with(SqliteStore::BEGIN_WRITE).await.unwrap();
        query("CREATE TABLE content AS SELECT 1 AS number").execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
        let found: i64 = query_scalar("SELECT number FROM content").fetch_one(store.reader()).await.unwrap();
        assert_eq!(found, 1);
    }
}
