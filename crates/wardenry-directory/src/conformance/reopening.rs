//! What a later process finds.

use crate::model::{DelegatedGrant, User};
use crate::store::{Change, Unique};

use super::Backend;
use super::contents::contents;
use super::outcome::{Outcome, apply, assert_refused};
use super::samples::{
    application, application_id, assignment, audit_event, certificate, digest, grant, key_id, password,
    principal, principal_id, session, signing_key, tenant, tenant_id, user, user_id, wire_id,
};

/// Objects of every kind are as they were, and can be changed on.
pub async fn everything_is_there_afterwards<B: Backend>(backend: B) {
    apply(backend.store(), &a_world()).await;
    let before = contents(backend.store()).await;
    let backend = backend.reopen().await;
    assert_eq!(contents(backend.store()).await, before);
    apply(backend.store(), &[Change::PutTenant(tenant(3))]).await;
    let backend = backend.reopen().await;
    assert_eq!(backend.store().tenant(tenant_id(3)).await.unwrap(), Some(tenant(3)));
}

/// A secret that was removed does not come back, nor does anything else.
pub async fn what_was_removed_stays_removed<B: Backend>(backend: B) {
    apply(backend.store(), &a_world()).await;
    let tenant = tenant_id(1);
    let application = application_id(1);
    apply(
        backend.store(),
        &[
            Change::RemovePassword { application, key_id: key_id(1) },
            Change::RemoveCertificate { application, key_id: key_id(2) },
            Change::RemoveAppRoleAssignment { tenant, id: wire_id(1) },
            Change::RemoveDelegatedGrant { tenant, id: wire_id(1) },
            Change::DeleteServicePrincipal { tenant, id: principal_id(2) },
            Change::DeleteApplication { tenant: tenant_id(1), id: application_id(2) },
            Change::RemoveSession { digest: digest(1) },
        ],
    )
    .await;
    let before = contents(backend.store()).await;
    let backend = backend.reopen().await;
    assert_eq!(contents(backend.store()).await, before);
}

/// Names and ids are still unique.
pub async fn what_was_taken_stays_taken<B: Backend>(backend: B) {
    apply(backend.store(), &a_world()).await;
    let backend = backend.reopen().await;
    let store = backend.store();
    let event = audit_event(tenant_id(1), 1);
    store.commit(&[], &event).await.unwrap();
    let again: Outcome = store.commit(&[], &event).await.into();
    assert_eq!(again, Outcome::Exists(Unique::Other));
    let namesake = User { user_name: user(tenant_id(1), 1).user_name, ..user(tenant_id(1), 9) };
    let second_grant = DelegatedGrant { id: wire_id(9), ..grant(tenant_id(1), 1, 1, 2) };
    for (change, unique) in [
        (Change::PutUser(namesake), Unique::UserName),
        (Change::PutDelegatedGrant(second_grant), Unique::DelegatedGrant),
        (Change::AddPassword { application: application_id(1), credential: password(1) }, Unique::KeyId),
        (Change::AddSigningKey(signing_key(1)), Unique::SigningKey),
    ] {
        assert_refused(store, change, Outcome::Exists(unique)).await;
    }
}

fn a_world() -> Vec<Change> {
    let mut changes = Vec::new();
    for n in [1, 2] {
        let tenant_n = tenant_id(n);
        changes.extend([
            Change::PutTenant(tenant(n)),
            Change::PutUser(user(tenant_n, n)),
            Change::PutServicePrincipal(principal(tenant_n, 1)),
            Change::PutServicePrincipal(principal(tenant_n, 2)),
            Change::AddAppRoleAssignment(assignment(tenant_n, 1, 1, 2)),
            Change::PutDelegatedGrant(grant(tenant_n, 1, 1, 2)),
            Change::PutDelegatedGrant(DelegatedGrant { user: Some(user_id(n)), ..grant(tenant_n, 2, 1, 2) }),
            Change::AddSession(session(tenant_n, user_id(n), n)),
            Change::AddSigningKey(signing_key(n)),
            Change::PutApplication(application(tenant_id(1), n)),
            Change::AddPassword { application: application_id(n), credential: password(1) },
            Change::AddCertificate { application: application_id(n), credential: certificate(2) },
        ]);
    }
    changes
}
