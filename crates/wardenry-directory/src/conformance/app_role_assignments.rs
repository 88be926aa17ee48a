//! Application permissions granted in a tenant.

use uuid::Uuid;
use wardenry_core::id::{AppRoleId, ServicePrincipalId};

use crate::model::AppRoleAssignment;
use crate::store::{Change, DirectoryStore, Page, Unique};

use super::outcome::{Outcome, apply, assert_refused};
use super::samples::{
    ALL, assignment, at, principal, principal_id, role_id, tenant, tenant_id, user, user_id, wire_id,
};

/// The client's roles decide a token; the resource's owner asks who has been granted what.
pub async fn assignments_are_found_by_id_and_by_both_ends(store: &dyn DirectoryStore) {
    principals(store).await;
    let granted = [
        assignment(tenant_id(1), 1, 1, 2),
        assignment(tenant_id(1), 2, 1, 3),
        assignment(tenant_id(1), 3, 2, 3),
    ];
    apply(store, &granted.clone().map(Change::AddAppRoleAssignment)).await;
    for expected in &granted {
        let found = store.app_role_assignment(tenant_id(1), &expected.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(expected));
    }
    assert_eq!(store.app_role_assignment(tenant_id(1), &wire_id(4)).await.unwrap(), None);
    assert_eq!(store.app_role_assignment(tenant_id(1), "").await.unwrap(), None);
    for (n, of, on) in
        [(1, &granted[..2], &[][..]), (2, &granted[2..], &granted[..1]), (3, &[], &granted[1..])]
    {
        let found = store.app_role_assignments_of(tenant_id(1), principal_id(n)).await.unwrap();
        assert_eq!(found, of, "of {n}");
        let found = store.app_role_assignments_on(tenant_id(1), principal_id(n), ALL).await.unwrap();
        assert_eq!(found, on, "on {n}");
    }
}

/// Listings have a stable order.
pub async fn assignments_are_listed_by_age_then_id(store: &dyn DirectoryStore) {
    principals(store).await;
    let aged = |n, age| AppRoleAssignment { created: at(age), ..assignment(tenant_id(1), n, 1, 2) };
    let order = [aged(5, 1), aged(2, 2), aged(3, 3), aged(4, 3)];
    let jumbled = [3, 0, 2, 1].map(|n: usize| Change::AddAppRoleAssignment(order[n].clone()));
    apply(store, &jumbled).await;
    assert_eq!(store.app_role_assignments_of(tenant_id(1), principal_id(1)).await.unwrap(), order);
    for (page, expected) in [
        (ALL, &order[..]),
        (Page { skip: 1, take: 2 }, &order[1..3]),
        (Page { skip: 3, take: 9 }, &order[3..]),
        (Page { skip: 4, take: 1 }, &[]),
        (Page { skip: 0, take: 0 }, &[]),
    ] {
        let listed = store.app_role_assignments_on(tenant_id(1), principal_id(2), page).await.unwrap();
        assert_eq!(listed, expected, "{page:?}");
    }
}

/// Ids are base64url, in which `a` and `A` are different digits.
pub async fn ids_differ_by_letter_case_and_last_character(store: &dyn DirectoryStore) {
    principals(store).await;
    let id = wire_id(1);
    assert_eq!(id.len(), 43);
    let ids = [id.to_ascii_uppercase(), id.to_ascii_lowercase(), format!("{}_", &id[..42]), id];
    let mut granted = Vec::new();
    for (n, id) in (1..).zip(ids) {
        granted.push(AppRoleAssignment { id, ..assignment(tenant_id(1), n, 1, 2) });
    }
    for assignment in granted.clone() {
        apply(store, &[Change::AddAppRoleAssignment(assignment)]).await;
    }
    for expected in granted {
        let found = store.app_role_assignment(tenant_id(1), &expected.id).await.unwrap();
        assert_eq!(found, Some(expected));
    }
}

/// The all-zero role means access as such.
pub async fn access_without_a_role_can_be_assigned(store: &dyn DirectoryStore) {
    principals(store).await;
    let access =
        AppRoleAssignment { role: AppRoleId::from_guid(Uuid::nil()), ..assignment(tenant_id(1), 1, 1, 2) };
    apply(store, &[Change::AddAppRoleAssignment(access.clone())]).await;
    let found = store.app_role_assignments_of(tenant_id(1), principal_id(1)).await.unwrap();
    assert_eq!(found, [access]);
}

/// Consent given twice leaves one grant; even the very same one is refused by what it grants.
pub async fn one_permission_is_assigned_once(store: &dyn DirectoryStore) {
    principals(store).await;
    let granted = assignment(tenant_id(1), 1, 1, 2);
    apply(store, &[Change::AddAppRoleAssignment(granted.clone())]).await;
    let again = AppRoleAssignment { id: wire_id(9), created: at(9), ..granted.clone() };
    for second in [again, granted] {
        let change = Change::AddAppRoleAssignment(second);
        assert_refused(store, change, Outcome::Exists(Unique::AppRoleAssignment)).await;
    }
    // Each of the three parts makes a difference.
    for other in [
        AppRoleAssignment { role: role_id(8), ..assignment(tenant_id(1), 2, 1, 2) },
        AppRoleAssignment { role: role_id(1), ..assignment(tenant_id(1), 3, 1, 3) },
        AppRoleAssignment { role: role_id(1), ..assignment(tenant_id(1), 4, 3, 2) },
    ] {
        apply(store, &[Change::AddAppRoleAssignment(other)]).await;
    }
}

/// An id names one grant for ever; another permission under it is refused.
pub async fn an_assignment_is_never_replaced(store: &dyn DirectoryStore) {
    principals(store).await;
    apply(store, &[Change::AddAppRoleAssignment(assignment(tenant_id(1), 1, 1, 2))]).await;
    let other = AppRoleAssignment { role: role_id(8), ..assignment(tenant_id(1), 1, 1, 2) };
    assert_refused(store, Change::AddAppRoleAssignment(other), Outcome::Exists(Unique::Other)).await;
}

/// A grant never leads out of its tenant.
pub async fn both_ends_have_to_exist_in_the_tenant(store: &dyn DirectoryStore) {
    principals(store).await;
    let elsewhere = Change::PutServicePrincipal(principal(tenant_id(2), 7));
    apply(store, &[elsewhere, Change::PutUser(user(tenant_id(1), 1))]).await;
    for (client, resource) in [(1, 9), (9, 1), (1, 7), (7, 1)] {
        let change = Change::AddAppRoleAssignment(assignment(tenant_id(1), 1, client, resource));
        assert_refused(store, change, Outcome::Missing).await;
    }
    let user_as_principal = AppRoleAssignment {
        principal: ServicePrincipalId::from_guid(user_id(1).as_guid()),
        ..assignment(tenant_id(1), 1, 1, 2)
    };
    assert_refused(store, Change::AddAppRoleAssignment(user_as_principal), Outcome::Missing).await;
}

/// Revocation takes one grant and leaves the others.
pub async fn a_removed_assignment_is_gone_and_can_be_granted_again(store: &dyn DirectoryStore) {
    principals(store).await;
    let (revoked, kept) = (assignment(tenant_id(1), 1, 1, 2), assignment(tenant_id(1), 2, 1, 2));
    let removal = Change::RemoveAppRoleAssignment { tenant: tenant_id(1), id: revoked.id.clone() };
    apply(store, &[revoked.clone(), kept.clone()].map(Change::AddAppRoleAssignment)).await;
    apply(store, &[removal]).await;
    assert_eq!(store.app_role_assignment(tenant_id(1), &revoked.id).await.unwrap(), None);
    let of = store.app_role_assignments_of(tenant_id(1), principal_id(1)).await.unwrap();
    let on = store.app_role_assignments_on(tenant_id(1), principal_id(2), ALL).await.unwrap();
    assert_eq!((of, on), (vec![kept.clone()], vec![kept]));
    apply(store, &[Change::AddAppRoleAssignment(revoked)]).await;
}

/// A second revocation is told that there is nothing left.
pub async fn removing_what_is_not_there_is_refused(store: &dyn DirectoryStore) {
    principals(store).await;
    let removal = Change::RemoveAppRoleAssignment { tenant: tenant_id(1), id: wire_id(1) };
    assert_refused(store, removal, Outcome::Missing).await;
}

/// Principals 1, 2 and 3 in tenant 1, and an empty tenant 2.
async fn principals(store: &dyn DirectoryStore) {
    let mut changes = vec![Change::PutTenant(tenant(1)), Change::PutTenant(tenant(2))];
    changes.extend((1..=3).map(|n| Change::PutServicePrincipal(principal(tenant_id(1), n))));
    apply(store, &changes).await;
}
