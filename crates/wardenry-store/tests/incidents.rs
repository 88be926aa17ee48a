//! The rules of the incident storage, on SQLite.

use std::error::Error as _;
use std::sync::Arc;

use tempfile::TempDir;
use wardenry_core::id::TenantId;
use wardenry_incidents::model::{Incident, IncidentStatus};
use wardenry_incidents::test_incident::{alert, incident};
use wardenry_incidents::{IncidentSeeder, IncidentStore as _, Incidents};
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

/// The service keeps out what the types let through, before anything is written.
#[tokio::test]
async fn an_incident_that_contradicts_itself_is_not_seeded() {
    let (_folder, store) = fresh_store().await;
    let incidents = Incidents::new(Arc::new(store.clone()));
    let seeder = IncidentSeeder::for_scenario_of(TENANT);
    let nowhere = Incident { status: IncidentStatus::Redirected, ..incident(2) };
    let refusal = incidents.seed(&seeder, &[incident(1), nowhere]).await.unwrap_err();
    assert_eq!(refusal.to_string(), "incident 2 contradicts itself");
    let refusal = incidents.seed(&seeder, &[incident(1), incident(0)]).await.unwrap_err();
    assert_eq!(refusal.to_string(), "incident ids must be positive, not 0");
    assert_eq!(store.get_incident(TENANT, incident(1).id).await.unwrap(), None);
    incidents.seed(&seeder, &[incident(1)]).await.unwrap();
    assert_eq!(store.get_incident(TENANT, incident(1).id).await.unwrap(), Some(incident(1)));
}
