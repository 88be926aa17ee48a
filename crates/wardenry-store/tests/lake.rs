//! What the lake knows of its files, on SQLite.

use std::error::Error as _;

use tempfile::TempDir;
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;
use wardenry_lake_catalogue::{Catalogue as _, FileEntry, Flush, StoredBatch, TableEntry, TenantEntry};
use wardenry_store::SqliteStore;

const ALDER: TenantId = TenantId::from_guid(uuid::uuid!("11111111-1111-4111-8111-111111111111"));
const BIRCH: TenantId = TenantId::from_guid(uuid::uuid!("22222222-2222-4222-8222-222222222222"));

async fn fresh_store() -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    (folder, store)
}

fn file(name: &str) -> FileEntry {
    FileEntry {
        table: "DeviceEvents".into(),
        day: 20_500,
        name: name.into(),
        rows: 3,
        bytes: 1000,
        first: Timestamp::from_unix_secs(1_771_200_000),
        last: Timestamp::from_unix_secs(1_771_200_009),
    }
}

fn batch(id: &str, secs: i64) -> StoredBatch {
    StoredBatch { id: id.into(), received: Timestamp::from_unix_secs(secs), rows: 7 }
}

#[tokio::test]
async fn a_flush_is_found_again_by_its_tenant_alone() {
    let (_folder, store) = fresh_store().await;
    let flush = Flush {
        previous: 0,
        sequence: 12,
        files: vec![file("a"), file("b")],
        batches: vec![batch("one", 1), batch("two", 2)],
        remembered_batches: 10,
    };
    store.record_flush(ALDER, &flush).await.unwrap();
    store.set_retention(BIRCH, Some(7)).await.unwrap();
    let alder = TenantEntry {
        sequence: 12,
        retention_days: None,
        files: vec![file("a"), file("b")],
        batches: vec![batch("one", 1), batch("two", 2)],
    };
    assert_eq!(store.tenant(ALDER).await.unwrap(), alder);
    let birch = TenantEntry { retention_days: Some(7), ..TenantEntry::default() };
    assert_eq!(store.tenant(BIRCH).await.unwrap(), birch);
    assert_eq!(store.tenants().await.unwrap(), [ALDER, BIRCH]);
}

#[tokio::test]
async fn the_last_batches_are_remembered() {
    let (_folder, store) = fresh_store().await;
    for (sequence, id) in [(1, "one"), (2, "two"), (3, "three"), (4, "four")] {
        let batches = vec![batch(id, i64::try_from(sequence).unwrap())];
        let flush =
            Flush { previous: sequence - 1, sequence, files: Vec::new(), batches, remembered_batches: 2 };
        store.record_flush(ALDER, &flush).await.unwrap();
    }
    assert_eq!(store.tenant(ALDER).await.unwrap().batches, [batch("three", 3), batch("four", 4)]);
}

#[tokio::test]
async fn rows_become_files_once() {
    let (_folder, store) = fresh_store().await;
    let flush = |previous, sequence| Flush { previous, sequence, ..Flush::default() };
    store.record_flush(ALDER, &flush(0, 5)).await.unwrap();
    let again = Flush { files: vec![file("a")], ..flush(0, 6) };
    let error = store.record_flush(ALDER, &again).await.unwrap_err();
    assert_eq!(error.source().unwrap().to_string(), "the journal is no longer in files up to 0");
    let found = store.tenant(ALDER).await.unwrap();
    assert_eq!(found, TenantEntry { sequence: 5, ..TenantEntry::default() });
}

#[tokio::test]
async fn files_are_replaced_all_or_not_at_all() {
    let (_folder, store) = fresh_store().await;
    let flush = Flush { sequence: 1, files: vec![file("a"), file("b")], ..Flush::default() };
    store.record_flush(ALDER, &flush).await.unwrap();
    let error = store.replace_files(ALDER, &[file("a"), file("x")], &[file("c")]).await.unwrap_err();
    assert_eq!(error.to_string(), "the catalogue failed while replacing files");
    assert_eq!(
        error.source().unwrap().to_string(),
        "the file x of the table DeviceEvents is not in the catalogue"
    );
    assert_eq!(store.tenant(ALDER).await.unwrap().files, [file("a"), file("b")]);
    store.replace_files(ALDER, &[file("a"), file("b")], &[file("c")]).await.unwrap();
    assert_eq!(store.tenant(ALDER).await.unwrap().files, [file("c")]);
}

#[tokio::test]
async fn the_defined_tables_are_those_of_the_last_time() {
    let (_folder, store) = fresh_store().await;
    assert_eq!(store.defined_tables().await.unwrap(), []);
    let table = |name: &str, time: Option<&str>, columns: &[&str]| TableEntry {
        name: name.into(),
        time: time.map(Into::into),
        columns: columns.iter().map(|name| ((*name).into(), "string".into())).collect(),
    };
    let before = [table("ProxyEvents", Some("At"), &["Url", "At"]), table("Zones", None, &["Name"])];
    store.set_defined_tables(&before).await.unwrap();
    assert_eq!(store.defined_tables().await.unwrap(), before);
    let after = [table("ProxyEvents", Some("At"), &["At", "Bytes", "Url"])];
    store.set_defined_tables(&after).await.unwrap();
    assert_eq!(store.defined_tables().await.unwrap(), after);
}
