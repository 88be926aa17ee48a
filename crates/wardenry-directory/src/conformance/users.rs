//! Users.

use wardenry_core::catalogue::DirectoryRole;

use crate::model::{PasswordHash, User};
use crate::store::{Change, DirectoryStore, Page, Unique};

use super::forms::guids;
use super::outcome::{Outcome, apply, assert_refused};
use super::samples::{ALL, at, tenant, tenant_id, user, user_id};

/// A user signs in by a name that says nothing of the tenant; an administrator addresses the object.
pub async fn a_user_is_found_by_id_and_by_name(store: &dyn DirectoryStore) {
    let every_role = User { roles: DirectoryRole::ALL.to_vec(), ..user(tenant_id(1), 1) };
    let no_role = User { roles: Vec::new(), enabled: false, ..user(tenant_id(2), 2) };
    apply(
        store,
        &[
            Change::PutTenant(tenant(1)),
            Change::PutTenant(tenant(2)),
            Change::PutUser(every_role.clone()),
            Change::PutUser(no_role.clone()),
        ],
    )
    .await;
    for expected in [every_role, no_role] {
        let by_id = store.user(expected.tenant, expected.id).await.unwrap();
        let by_name = store.user_by_name(&expected.user_name).await.unwrap();
        assert_eq!((by_id, by_name), (Some(expected.clone()), Some(expected)));
    }
    assert_eq!(store.user(tenant_id(1), user_id(3)).await.unwrap(), None);
    for name in ["", "user1", "USER1@alpha.example", "user_@alpha.example"] {
        assert_eq!(store.user_by_name(name).await.unwrap(), None, "{name:?}");
    }
}

/// A replaced user has nothing left of the former self, and the former name is free.
pub async fn putting_again_replaces_everything(store: &dyn DirectoryStore) {
    apply(store, &[Change::PutTenant(tenant(1)), Change::PutUser(user(tenant_id(1), 1))]).await;
    let replaced = User {
        user_name: "renamed@alpha.example".to_owned(),
        display_name: "Renamed".to_owned(),
        password_hash: PasswordHash::from_phc("$argon2id$other".to_owned()),
        roles: vec![DirectoryRole::ApplicationAdministrator],
        enabled: false,
        created: at(9),
        ..user(tenant_id(1), 1)
    };
    let heir = User { user_name: "user1@alpha.example".to_owned(), ..user(tenant_id(1), 2) };
    apply(store, &[Change::PutUser(replaced.clone())]).await;
    // The same again, name included, changes nothing and is no conflict.
    apply(store, &[Change::PutUser(replaced.clone()), Change::PutUser(heir.clone())]).await;
    assert_eq!(store.users(tenant_id(1), ALL).await.unwrap(), [heir.clone(), replaced]);
    assert_eq!(store.user_by_name("user1@alpha.example").await.unwrap(), Some(heir));
}

/// A name leads to one person, whatever the tenant: a second holder, new or renamed, is refused.
pub async fn a_user_name_belongs_to_one_user_of_all_tenants(store: &dyn DirectoryStore) {
    let changes = [
        Change::PutTenant(tenant(1)),
        Change::PutTenant(tenant(2)),
        Change::PutUser(user(tenant_id(1), 1)),
        Change::PutUser(user(tenant_id(1), 2)),
    ];
    apply(store, &changes).await;
    let taken = user(tenant_id(1), 1).user_name;
    for (home, n) in [(1, 2), (1, 3), (2, 4)] {
        let second = User { user_name: taken.clone(), ..user(tenant_id(home), n) };
        assert_refused(store, Change::PutUser(second), Outcome::Exists(Unique::UserName)).await;
    }
}

/// Nobody belongs to a tenant that is not there.
pub async fn the_tenant_has_to_exist(store: &dyn DirectoryStore) {
    apply(store, &[Change::PutTenant(tenant(1))]).await;
    assert_refused(store, Change::PutUser(user(tenant_id(2), 1)), Outcome::Missing).await;
}

/// Listings have a stable order.
pub async fn users_are_listed_by_age_then_id(store: &dyn DirectoryStore) {
    let mut changes = vec![Change::PutTenant(tenant(1)), Change::PutTenant(tenant(2))];
    for (home, n, age) in [(1, 5, 1), (2, 6, 1), (1, 4, 3), (1, 3, 3), (1, 2, 2)] {
        changes.push(Change::PutUser(User { created: at(age), ..user(tenant_id(home), n) }));
    }
    apply(store, &changes).await;
    let order = [5, 2, 3, 4].map(|n| user_id(n).as_guid());
    let id = |user: &User| user.id.as_guid();
    for (page, expected) in [
        (ALL, &order[..]),
        (Page { skip: 1, take: 2 }, &order[1..3]),
        (Page { skip: 3, take: 9 }, &order[3..]),
        (Page { skip: 4, take: 1 }, &[]),
        (Page { skip: 0, take: 0 }, &[]),
    ] {
        assert_eq!(guids(&store.users(tenant_id(1), page).await.unwrap(), id), expected, "{page:?}");
    }
}
