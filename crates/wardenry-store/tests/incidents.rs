//! The rules of the incident storage, on SQLite.

use std::error::Error as _;

use tempfile::TempDir;
use wardenry_core::id::TenantId;
use wardenry_incidents::IncidentStore as _;
use wardenry_incidents::model::Incident;
use wardenry_incidents::test_incident::{alert, incident};
use wardenry_store::SqliteStore;

async fn fresh_store() -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    (folder, store)
}

wardenry_incidents::incident_store_conformance!(fresh_store);

const TENANT: TenantId = TenantId::from_guid(uuid::uuid!("11111111-1111-4111-8111-111111111111"));

fn with_alert() -> Incident {
    Incident { alerts: vec![alert("da1")], ..incident(1) }
}

#[tokio::test]
async fn incidents_outlive_the_process() {
    let (folder, store) = fresh_store().await;
    store.put_incidents(TENANT, &[with_alert()]).await.unwrap();
    store.close().await;
    let store = SqliteStore::open(folder.path()).await.unwrap();
    assert_eq!(store.get_incident(TENANT, with_alert().id).await.unwrap(), Some(with_alert()));
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_an_error_that_names_its_column() {
    for (damage, expected) in [
        (
            "UPDATE incident SET severity = 'Dire'",
            "the value in column severity of table incident cannot be read",
        ),
        ("UPDATE incident SET tags = '{'", "the value in column tags of table incident cannot be read"),
        ("UPDATE alert SET status = ''", "the value in column status of table alert cannot be read"),
        (
            "UPDATE alert_device SET document = '{}'",
            "the value in column document of table alert_device cannot be read",
        ),
        (
            "UPDATE alert_entity SET document = 'x'",
            "the value in column document of table alert_entity cannot be read",
        ),
    ] {
        let (_folder, store) = fresh_store().await;
        store.put_incidents(TENANT, &[with_alert()]).await.unwrap();
        sqlx::query(damage).execute(store.writer()).await.unwrap();
        let error = store.get_incident(TENANT, with_alert().id).await.unwrap_err();
        assert_eq!(error.to_string(), "the incident storage failed while getting an incident");
        assert_eq!(error.source().unwrap().to_string(), expected);
    }
}
