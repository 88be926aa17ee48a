//! Opening data folders: fresh, in use, damaged, foreign, newer.

use wardenry_store::SqliteStore;

#[tokio::test]
async fn a_fresh_folder_gets_a_database_that_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new").join("data");
    SqliteStore::open(&data).await.unwrap().close().await;
    SqliteStore::open(&data).await.unwrap().close().await;
    let mut names: Vec<String> = std::fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["wardenry.db", "wardenry.lock"]);
}
