use sqlx::Row;
use wardenry_core::time::Timestamp;
use wardenry_incidents::filter::{Comparison, Equality, Filter};
use wardenry_incidents::model::IncidentStatus;

use super::*;
use crate::SqliteStore;

/// How fast a list is, said without a clock: no statement may read rows that the page does not return,
/// nor sort all of a tenant's incidents.
#[tokio::test]
async fn a_list_is_chosen_and_ordered_by_the_index_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    let time = Timestamp::UNIX_EPOCH;
    let owner = Filter::AssignedTo(Comparison::NotEqual, "ana".to_owned());
    for filter in [
        None,
        Some(Filter::LastUpdated(Comparison::GreaterOrEqual, time)),
        Some(Filter::Created(Comparison::Less, time).and(owner)),
        Some(Filter::Status(Equality::Equal, IncidentStatus::Active).or(Filter::Unassigned(Equality::Equal))),
    ] {
        let request = PageRequest { filter, skip: 100, top: 100 };
        let tenant = TenantId::from_guid(uuid::Uuid::nil());
        let sql = page_statement(tenant, &request).into_string();
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let plan = query(explain).fetch_all(store.reader()).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        assert!(
            plan.iter().any(|step| step.contains("USING COVERING INDEX incident_newest")),
            "{sql}: {plan:#?}"
        );
        assert!(!plan.iter().any(|step| step.starts_with("SCAN incident")), "{sql}: {plan:#?}");
        let sorts = plan.iter().filter(|step| step.contains("TEMP B-TREE")).count();
        assert!(sorts <= 1, "at most the page itself is sorted: {plan:#?}");
    }
}
