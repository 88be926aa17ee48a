//! Commits, and what came of them.

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::model::AuditEvent;
use crate::store::{Change, DirectoryStore, StoreError, Unique};

use super::contents::contents;
use super::samples::{self, tenant_id};

/// What came of a commit, in a form that can be compared.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    Done,
    Exists(Unique),
    Missing,
    Failed(String),
}

impl From<Result<(), StoreError>> for Outcome {
    fn from(result: Result<(), StoreError>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(StoreError::Exists(unique)) => Self::Exists(unique),
            Err(StoreError::Missing) => Self::Missing,
            Err(StoreError::Backend(error)) => Self::Failed(error.to_string()),
        }
    }
}

/// Commits with an audit event of the first sample tenant.
pub(super) async fn attempt(store: &dyn DirectoryStore, changes: &[Change]) -> Outcome {
    store.commit(changes, &unused_event()).await.into()
}

/// Commits what has to succeed.
pub(super) async fn apply(store: &dyn DirectoryStore, changes: &[Change]) {
    assert_eq!(attempt(store, changes).await, Outcome::Done);
}

/// Commits what has to be refused, after a harmless change, and sees that neither that change nor the
/// audit event nor anything else is there afterwards.
pub(super) async fn assert_refused(store: &dyn DirectoryStore, change: Change, expected: Outcome) {
    let before = contents(store).await;
    let log_before = store.audit_events(tenant_id(1), samples::ALL).await.unwrap();
    let harmless = Change::PutTenant(samples::tenant(255));
    assert_eq!(attempt(store, &[harmless, change]).await, expected);
    assert_eq!(contents(store).await, before);
    assert_eq!(store.audit_events(tenant_id(1), samples::ALL).await.unwrap(), log_before);
}

/// An event whose id no other event has.
fn unused_event() -> AuditEvent {
    static USED: AtomicU64 = AtomicU64::new(0);
    let id = Uuid::from_u64_pair(0xae, USED.fetch_add(1, Ordering::Relaxed));
    AuditEvent { id, ..samples::audit_event(tenant_id(1), 1) }
}
