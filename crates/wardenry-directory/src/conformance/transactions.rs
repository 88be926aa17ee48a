//! A commit as a whole.

use crate::model::{Application, Tenant};
use crate::store::{Change, DirectoryStore, Unique};

use super::contents::contents;
use super::forms;
use super::outcome::{Outcome, apply, attempt};
use super::samples::{
    ALL, application, application_id, assignment, audit_event, digest, grant, key_id, password, principal,
    principal_id, session, signing_key, tenant, tenant_id, user, user_id,
};

/// A whole world can be made in one commit, each object leaning on those before it.
pub async fn later_changes_see_earlier_ones(store: &dyn DirectoryStore) {
    let event = audit_event(tenant_id(1), 1);
    store.commit(&a_world(), &event).await.unwrap();
    assert_eq!(store.users(tenant_id(1), ALL).await.unwrap(), [user(tenant_id(1), 1)]);
    let equipped = Application { passwords: vec![password(1)], ..application(tenant_id(1), 1) };
    let listed = forms::applications(&store.applications(tenant_id(1), ALL).await.unwrap());
    assert_eq!(listed, [forms::application(&equipped)]);
    assert_eq!(
        store.service_principals(tenant_id(1), ALL).await.unwrap(),
        [principal(tenant_id(1), 1), principal(tenant_id(1), 2)]
    );
    let assignments = store.app_role_assignments_of(tenant_id(1), principal_id(1)).await.unwrap();
    assert_eq!(assignments, [assignment(tenant_id(1), 1, 1, 2)]);
    let grants = store.delegated_grants_of(tenant_id(1), principal_id(1)).await.unwrap();
    assert_eq!(grants, [grant(tenant_id(1), 1, 1, 2)]);
    assert!(store.session(&digest(1)).await.unwrap().is_some());
    assert_eq!(forms::signing_keys(&store.signing_keys().await.unwrap()).len(), 1);
    assert_eq!(store.audit_events(tenant_id(1), ALL).await.unwrap(), [event]);
}

/// A rotation adds, removes and adds again in one step.
pub async fn changes_are_applied_in_their_order(store: &dyn DirectoryStore) {
    apply(store, &a_world()).await;
    let application_id = application_id(1);
    let add = |n| Change::AddPassword { application: application_id, credential: password(n) };
    let remove = |n| Change::RemovePassword { application: application_id, key_id: key_id(n) };
    apply(store, &[add(2), remove(1), add(1), remove(2), add(3)]).await;
    let found = store.application(tenant_id(1), application_id).await.unwrap();
    let expected = Application { passwords: vec![password(1), password(3)], ..application(tenant_id(1), 1) };
    assert_eq!(found.as_ref().map(forms::application), Some(forms::application(&expected)));
}

/// One conflict at the end undoes changes of every kind.
pub async fn a_refused_change_undoes_those_before_it(store: &dyn DirectoryStore) {
    apply(store, &a_world()).await;
    let before = contents(store).await;
    let tenant_1 = tenant_id(1);
    let changes = vec![
        Change::PutTenant(tenant(2)),
        Change::PutTenant(Tenant { domains: Vec::new(), ..tenant(1) }),
        Change::PutUser(user(tenant_1, 2)),
        Change::PutApplication(application(tenant_1, 2)),
        Change::AddPassword { application: application_id(1), credential: password(2) },
        Change::RemovePassword { application: application_id(1), key_id: key_id(1) },
        Change::PutServicePrincipal(principal(tenant_1, 3)),
        Change::AddAppRoleAssignment(assignment(tenant_1, 3, 3, 2)),
        Change::DeleteServicePrincipal { tenant: tenant_1, id: principal_id(1) },
        Change::DeleteApplication { tenant: tenant_1, id: application_id(1) },
        Change::AddSession(session(tenant_1, user_id(1), 2)),
        Change::RemoveSession { digest: digest(1) },
        Change::AddSigningKey(signing_key(2)),
    ];
    for (refused, expected) in [
        (Change::AddSigningKey(signing_key(1)), Outcome::Exists(Unique::SigningKey)),
        (Change::RemoveSession { digest: digest(1) }, Outcome::Missing),
    ] {
        let mut changes = changes.clone();
        changes.push(refused);
        assert_eq!(attempt(store, &changes).await, expected);
        assert_eq!(contents(store).await, before);
    }
}

/// A refused commit holds nothing back: neither names nor locks.
pub async fn what_a_refused_commit_named_can_be_used_afterwards(store: &dyn DirectoryStore) {
    apply(store, &a_world()).await;
    let good = Change::PutTenant(tenant(2));
    let event = audit_event(tenant_id(1), 7);
    let outcome: Outcome =
        store.commit(&[good.clone(), Change::AddSigningKey(signing_key(1))], &event).await.into();
    assert_eq!(outcome, Outcome::Exists(Unique::SigningKey));
    store.commit(&[good], &event).await.unwrap();
    assert_eq!(store.tenants(ALL).await.unwrap(), [tenant(1), tenant(2)]);
}

/// One object of each kind in tenant 1, but two service principals.
fn a_world() -> Vec<Change> {
    let tenant_1 = tenant_id(1);
    vec![
        Change::PutTenant(tenant(1)),
        Change::PutUser(user(tenant_1, 1)),
        Change::PutApplication(application(tenant_1, 1)),
        Change::AddPassword { application: application_id(1), credential: password(1) },
        Change::PutServicePrincipal(principal(tenant_1, 1)),
        Change::PutServicePrincipal(principal(tenant_1, 2)),
        Change::AddAppRoleAssignment(assignment(tenant_1, 1, 1, 2)),
        Change::PutDelegatedGrant(grant(tenant_1, 1, 1, 2)),
        Change::AddSession(session(tenant_1, user_id(1), 1)),
        Change::AddSigningKey(signing_key(1)),
    ]
}
