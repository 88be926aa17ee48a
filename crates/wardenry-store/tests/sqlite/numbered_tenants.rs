//! Tenants to store, one commit each.

use uuid::Uuid;
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;
use wardenry_directory::model::{Actor, AuditEvent, Tenant};
use wardenry_directory::store::{Change, DirectoryStore, Page, StoreError};
use wardenry_store::SqliteStore;

/// Every item of a listing.
pub(crate) const ALL: Page = Page { skip: 0, take: u32::MAX };

pub(crate) fn tenant(n: u32) -> Tenant {
    Tenant {
        id: TenantId::from_guid(Uuid::from_u64_pair(1, n.into())),
        display_name: format!("Tenant {n}"),
        domains: vec![format!("tenant{n}.example"), format!("second{n}.example")],
        region: "EU".to_owned(),
        created: Timestamp::from_unix_secs(1_770_000_000 + i64::from(n)),
    }
}

/// The event of the commit that stores tenant `n`, in that tenant's log.
pub(crate) fn event(n: u32) -> AuditEvent {
    AuditEvent {
        id: Uuid::from_u64_pair(2, n.into()),
        tenant: tenant(n).id,
        at: tenant(n).created,
        actor: Actor::System,
        action: "tenant.create",
        target: format!("tenant {}", tenant(n).id),
        detail: String::new(),
        address: None,
    }
}

pub(crate) async fn store_tenant(store: &SqliteStore, n: u32) -> Result<(), StoreError> {
    store.commit(&[Change::PutTenant(tenant(n))], &event(n)).await
}

/// Sees that exactly the first `count` tenants are there, each with its event.
pub(crate) async fn assert_stored(store: &SqliteStore, count: u32) {
    let expected: Vec<Tenant> = (0..count).map(tenant).collect();
    assert_eq!(store.tenants(ALL).await.unwrap(), expected);
    for n in 0..count {
        assert_eq!(store.audit_events(tenant(n).id, ALL).await.unwrap(), [event(n)]);
    }
}
