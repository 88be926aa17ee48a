//! Events for the built-in world's customers.

use futures_util::future::try_join_all;
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;
use wardenry_lake::{Batch, Lake, Record};
use wardenry_stories::{Customer, Settings};

use super::assembly::Platform;
use super::seeding::SeededTenant;
use crate::failure::Failure;

/// So many events are brought in at once: some two megabytes.
const BATCH: usize = 1000;

/// Brings the last ten days of all customers into the lake, as ingest does.
pub(super) async fn seed(
    platform: &Platform,
    tenants: &[SeededTenant],
    now: Timestamp,
) -> Result<(), Failure> {
    let tasks = tenants.iter().filter_map(|tenant| {
        let customer = Customer::named(&tenant.name)?;
        Some(tokio::spawn(bring_in(platform.hunting.lake.clone(), tenant.id, customer, now)))
    });
    for outcome in try_join_all(tasks).await.map_err(anyhow::Error::new)? {
        outcome?;
    }
    Ok(())
}

async fn bring_in(
    lake: Lake,
    tenant: TenantId,
    customer: &'static Customer,
    now: Timestamp,
) -> Result<(), Failure> {
    let settings = Settings::ending_at(now.unix_secs() * 1000);
    let mut events = customer.events(&settings).peekable();
    while events.peek().is_some() {
        let records = events.by_ref().take(BATCH).map(|event| Record {
            table: event.table.into(),
            received: None,
            refused: None,
            properties: event.into_properties(),
        });
        let batch = Batch { id: None, records: records.collect() };
        let outcome = lake.ingest(tenant, batch).await.map_err(anyhow::Error::new)?;
        if let Some(refused) = outcome.quarantined.first() {
            return Err(Failure::new(format!(
                "an event of '{}' is refused: {}",
                customer.name, refused.reason
            )));
        }
    }
    Ok(())
}
