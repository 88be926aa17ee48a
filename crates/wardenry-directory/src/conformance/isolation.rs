//! No look-up inside a tenant finds what belongs to another, even by its right id.

use crate::store::{Change, DirectoryStore};

use super::outcome::{Outcome, apply, assert_refused};
use super::samples::{
    ALL, app_id, application, application_id, assignment, audit_event, grant, principal, principal_id,
    tenant, tenant_id, user, user_id, wire_id,
};

/// By id and in listings.
pub async fn users_of_another_tenant_are_not_found(store: &dyn DirectoryStore) {
    two_tenants(store).await;
    assert_eq!(store.user(tenant_id(2), user_id(1)).await.unwrap(), None);
    assert_eq!(store.users(tenant_id(2), ALL).await.unwrap(), []);
}

/// By object id and in listings; the app id alone is known to all tenants.
pub async fn applications_of_another_tenant_are_not_found(store: &dyn DirectoryStore) {
    two_tenants(store).await;
    assert!(store.application(tenant_id(2), application_id(1)).await.unwrap().is_none());
    assert!(store.applications(tenant_id(2), ALL).await.unwrap().is_empty());
}

/// By object id, by app id and in listings.
pub async fn service_principals_of_another_tenant_are_not_found(store: &dyn DirectoryStore) {
    two_tenants(store).await;
    assert_eq!(store.service_principal(tenant_id(2), principal_id(1)).await.unwrap(), None);
    assert_eq!(store.service_principal_by_app(tenant_id(2), app_id(1)).await.unwrap(), None);
    assert_eq!(store.service_principals(tenant_id(2), ALL).await.unwrap(), []);
}

/// By id and from both ends.
pub async fn assignments_of_another_tenant_are_not_found(store: &dyn DirectoryStore) {
    two_tenants(store).await;
    assert_eq!(store.app_role_assignment(tenant_id(2), &wire_id(1)).await.unwrap(), None);
    assert_eq!(store.app_role_assignments_of(tenant_id(2), principal_id(1)).await.unwrap(), []);
    assert_eq!(store.app_role_assignments_on(tenant_id(2), principal_id(2), ALL).await.unwrap(), []);
}

/// From the client's end.
pub async fn grants_of_another_tenant_are_not_found(store: &dyn DirectoryStore) {
    two_tenants(store).await;
    assert_eq!(store.delegated_grants_of(tenant_id(2), principal_id(1)).await.unwrap(), []);
}

/// A tenant reads its own log.
pub async fn audit_events_of_another_tenant_are_not_found(store: &dyn DirectoryStore) {
    let (ours, theirs) = (audit_event(tenant_id(1), 1), audit_event(tenant_id(2), 2));
    for event in [&ours, &theirs] {
        store.commit(&[], event).await.unwrap();
    }
    assert_eq!(store.audit_events(tenant_id(1), ALL).await.unwrap(), [ours]);
    assert_eq!(store.audit_events(tenant_id(2), ALL).await.unwrap(), [theirs]);
    assert_eq!(store.audit_events(tenant_id(3), ALL).await.unwrap(), []);
}

/// Removals name the tenant too, and it has to be the right one.
pub async fn nothing_is_removed_in_the_name_of_another_tenant(store: &dyn DirectoryStore) {
    two_tenants(store).await;
    let tenant = tenant_id(2);
    for removal in [
        Change::DeleteApplication { tenant, id: application_id(1) },
        Change::DeleteServicePrincipal { tenant, id: principal_id(1) },
        Change::RemoveAppRoleAssignment { tenant, id: wire_id(1) },
        Change::RemoveDelegatedGrant { tenant, id: wire_id(1) },
    ] {
        assert_refused(store, removal, Outcome::Missing).await;
    }
}

/// Tenant 1 with something of everything, and an empty tenant 2.
async fn two_tenants(store: &dyn DirectoryStore) {
    let tenant_1 = tenant_id(1);
    apply(
        store,
        &[
            Change::PutTenant(tenant(1)),
            Change::PutTenant(tenant(2)),
            Change::PutUser(user(tenant_1, 1)),
            Change::PutApplication(application(tenant_1, 1)),
            Change::PutServicePrincipal(principal(tenant_1, 1)),
            Change::PutServicePrincipal(principal(tenant_1, 2)),
            Change::AddAppRoleAssignment(assignment(tenant_1, 1, 1, 2)),
            Change::PutDelegatedGrant(grant(tenant_1, 1, 1, 2)),
        ],
    )
    .await;
}
