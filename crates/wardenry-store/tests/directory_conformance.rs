//! The directory's conformance suite on SQLite.

use tempfile::TempDir;
use wardenry_directory::conformance::Backend;
use wardenry_directory::directory_conformance;
use wardenry_directory::store::DirectoryStore;
use wardenry_store::SqliteStore;

/// A store in a folder of its own.
struct Sqlite {
    store: SqliteStore,
    folder: TempDir,
}

#[async_trait::async_trait]
impl Backend for Sqlite {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: SqliteStore::open(folder.path()).await.unwrap(), folder }
    }

    fn store(&self) -> &dyn DirectoryStore {
        &self.store
    }

    async fn reopen(self) -> Self {
        self.store.close().await;
        Self { store: SqliteStore::open(self.folder.path()).await.unwrap(), ..self }
    }
}

directory_conformance!(Sqlite);
