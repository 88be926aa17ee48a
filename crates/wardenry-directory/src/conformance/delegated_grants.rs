//! Delegated permissions granted in a tenant.

use crate::model::DelegatedGrant;
use crate::store::{Change, DirectoryStore, Unique};

use super::outcome::{Outcome, apply, assert_refused};
use super::samples::{at, grant, principal, principal_id, tenant, tenant_id, user, user_id, wire_id};

/// A client may have grants on several resources, for all users and for single ones.
pub async fn grants_of_a_client_are_listed_by_age_then_id(store: &dyn DirectoryStore) {
    principals_and_users(store).await;
    let order = [
        DelegatedGrant { created: at(1), ..grant(tenant_id(1), 9, 1, 2) },
        DelegatedGrant { user: Some(user_id(1)), created: at(2), ..grant(tenant_id(1), 2, 1, 2) },
        DelegatedGrant { user: Some(user_id(2)), created: at(2), ..grant(tenant_id(1), 3, 1, 2) },
        DelegatedGrant { created: at(3), ..grant(tenant_id(1), 1, 1, 3) },
    ];
    let of_another = grant(tenant_id(1), 4, 3, 2);
    let mut changes = [2, 0, 3, 1].map(|n: usize| Change::PutDelegatedGrant(order[n].clone())).to_vec();
    changes.push(Change::PutDelegatedGrant(of_another.clone()));
    apply(store, &changes).await;
    assert_eq!(store.delegated_grants_of(tenant_id(1), principal_id(1)).await.unwrap(), order);
    assert_eq!(store.delegated_grants_of(tenant_id(1), principal_id(2)).await.unwrap(), []);
    assert_eq!(store.delegated_grants_of(tenant_id(1), principal_id(3)).await.unwrap(), [of_another]);
}

/// Consent is additive: the grant of the same id gets the union, which the directory has made.
pub async fn putting_again_replaces_the_scopes(store: &dyn DirectoryStore) {
    principals_and_users(store).await;
    for user in [None, Some(user_id(1))] {
        let n = if user.is_none() { 1 } else { 2 };
        let granted = DelegatedGrant { user, ..grant(tenant_id(1), n, 1, 2) };
        let more = DelegatedGrant { scopes: vec!["offline_access".to_owned()], ..granted.clone() };
        let none = DelegatedGrant { scopes: Vec::new(), created: at(9), ..granted.clone() };
        for version in [granted, more, none] {
            apply(store, &[Change::PutDelegatedGrant(version.clone())]).await;
            let found = store.delegated_grants_of(tenant_id(1), principal_id(1)).await.unwrap();
            assert!(found.contains(&version), "{version:?} in {found:?}");
            assert_eq!(found.len(), usize::from(n));
        }
    }
}

/// Two grants of one kind would have to be united at every token; a second is refused, new or edited.
pub async fn a_client_has_one_grant_for_all_users(store: &dyn DirectoryStore) {
    principals_and_users(store).await;
    apply(
        store,
        &[
            Change::PutDelegatedGrant(grant(tenant_id(1), 1, 1, 2)),
            Change::PutDelegatedGrant(grant(tenant_id(1), 2, 1, 3)),
        ],
    )
    .await;
    for n in [2, 9] {
        let second = Change::PutDelegatedGrant(grant(tenant_id(1), n, 1, 2));
        assert_refused(store, second, Outcome::Exists(Unique::DelegatedGrant)).await;
    }
}

/// The same for the grants of one user.
pub async fn a_client_has_one_grant_per_user(store: &dyn DirectoryStore) {
    principals_and_users(store).await;
    let for_user = |n, user| DelegatedGrant { user: Some(user_id(user)), ..grant(tenant_id(1), n, 1, 2) };
    apply(store, &[for_user(1, 1), for_user(2, 2)].map(Change::PutDelegatedGrant)).await;
    for n in [2, 9] {
        let second = Change::PutDelegatedGrant(for_user(n, 1));
        assert_refused(store, second, Outcome::Exists(Unique::DelegatedGrant)).await;
    }
}

/// A grant never leads out of its tenant.
pub async fn client_resource_and_user_have_to_exist_in_the_tenant(store: &dyn DirectoryStore) {
    principals_and_users(store).await;
    apply(
        store,
        &[Change::PutServicePrincipal(principal(tenant_id(2), 7)), Change::PutUser(user(tenant_id(2), 7))],
    )
    .await;
    for (client, resource, user) in
        [(9, 2, None), (1, 9, None), (7, 2, None), (1, 7, None), (1, 2, Some(9)), (1, 2, Some(7))]
    {
        let stray = DelegatedGrant { user: user.map(user_id), ..grant(tenant_id(1), 1, client, resource) };
        assert_refused(store, Change::PutDelegatedGrant(stray), Outcome::Missing).await;
    }
}

/// Revocation takes one grant and leaves the others.
pub async fn a_removed_grant_is_gone_and_can_be_given_again(store: &dyn DirectoryStore) {
    principals_and_users(store).await;
    let revoked = grant(tenant_id(1), 1, 1, 2);
    let kept = DelegatedGrant { user: Some(user_id(1)), ..grant(tenant_id(1), 2, 1, 2) };
    let removal = Change::RemoveDelegatedGrant { tenant: tenant_id(1), id: revoked.id.clone() };
    apply(store, &[revoked.clone(), kept.clone()].map(Change::PutDelegatedGrant)).await;
    apply(store, &[removal]).await;
    let found = store.delegated_grants_of(tenant_id(1), principal_id(1)).await.unwrap();
    assert_eq!(found, std::slice::from_ref(&kept));
    apply(store, &[Change::PutDelegatedGrant(revoked.clone())]).await;
    let found = store.delegated_grants_of(tenant_id(1), principal_id(1)).await.unwrap();
    assert_eq!(found, [revoked, kept]);
}

/// A second revocation is told that there is nothing left.
pub async fn removing_what_is_not_there_is_refused(store: &dyn DirectoryStore) {
    principals_and_users(store).await;
    let removal = Change::RemoveDelegatedGrant { tenant: tenant_id(1), id: wire_id(1) };
    assert_refused(store, removal, Outcome::Missing).await;
}

/// Principals 1, 2 and 3 and users 1 and 2 in tenant 1, and an empty tenant 2.
async fn principals_and_users(store: &dyn DirectoryStore) {
    let mut changes = vec![Change::PutTenant(tenant(1)), Change::PutTenant(tenant(2))];
    changes.extend((1..=3).map(|n| Change::PutServicePrincipal(principal(tenant_id(1), n))));
    changes.extend((1..=2).map(|n| Change::PutUser(user(tenant_id(1), n))));
    apply(store, &changes).await;
}
