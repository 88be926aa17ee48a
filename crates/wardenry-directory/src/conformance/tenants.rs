//! Tenants and their domains.
//!
//! No case expects [`Unique::TenantId`]: a tenant of a known id replaces, and whether that is meant is
//! the directory's decision.

use crate::model::Tenant;
use crate::store::{Change, DirectoryStore, Page, Unique};

use super::forms::guids;
use super::outcome::{Outcome, apply, assert_refused};
use super::samples::{ALL, at, tenant, tenant_id};

/// A tenant is addressed by its id or by any of its domains, and keeps the order of its domains: the
/// first is the primary one.
pub async fn a_tenant_is_found_by_id_and_by_each_domain(store: &dyn DirectoryStore) {
    let (first, second) = (tenant(1), tenant(2));
    apply(store, &[Change::PutTenant(first.clone()), Change::PutTenant(second.clone())]).await;
    for expected in [first, second] {
        assert_eq!(store.tenant(expected.id).await.unwrap().as_ref(), Some(&expected));
        for domain in &expected.domains {
            assert_eq!(store.tenant_by_domain(domain).await.unwrap().as_ref(), Some(&expected), "{domain}");
        }
    }
}

/// Absence is an answer, not a failure.
pub async fn what_was_never_put_is_not_found(store: &dyn DirectoryStore) {
    assert_eq!(store.tenants(ALL).await.unwrap(), []);
    assert_eq!(store.tenant(tenant_id(1)).await.unwrap(), None);
    apply(store, &[Change::PutTenant(tenant(1))]).await;
    assert_eq!(store.tenant(tenant_id(2)).await.unwrap(), None);
    for domain in ["", "example", "1.example", "ZETA1.example", "zeta_.example", "zeta%", "zeta1.example "] {
        assert_eq!(store.tenant_by_domain(domain).await.unwrap(), None, "{domain:?}");
    }
}

/// A replaced tenant has nothing left of its former self, and its former domains are free for others.
pub async fn putting_again_replaces_everything(store: &dyn DirectoryStore) {
    apply(store, &[Change::PutTenant(tenant(1))]).await;
    let replaced = Tenant {
        display_name: "Renamed".to_owned(),
        domains: vec!["new.example".to_owned(), "mid1.example".to_owned()],
        region: "NA".to_owned(),
        created: at(9),
        ..tenant(1)
    };
    let heir = Tenant { domains: vec!["zeta1.example".to_owned()], ..tenant(2) };
    apply(store, &[Change::PutTenant(replaced.clone())]).await;
    assert_eq!(store.tenant_by_domain("zeta1.example").await.unwrap(), None);
    apply(store, &[Change::PutTenant(heir.clone())]).await;
    assert_eq!(store.tenants(ALL).await.unwrap(), [heir.clone(), replaced.clone()]);
    assert_eq!(store.tenant_by_domain("new.example").await.unwrap(), Some(replaced));
    assert_eq!(store.tenant_by_domain("zeta1.example").await.unwrap(), Some(heir));
}

/// A tenant can be addressed by its id alone.
pub async fn a_tenant_may_have_no_domain(store: &dyn DirectoryStore) {
    let bare = Tenant { domains: Vec::new(), ..tenant(1) };
    apply(store, &[Change::PutTenant(bare.clone())]).await;
    assert_eq!(store.tenant(bare.id).await.unwrap(), Some(bare));
}

/// A domain leads to one tenant: a second owner, new or replaced, is refused.
pub async fn a_domain_belongs_to_one_tenant(store: &dyn DirectoryStore) {
    apply(store, &[Change::PutTenant(tenant(1)), Change::PutTenant(tenant(2))]).await;
    let domains = vec!["own.example".to_owned(), "mid1.example".to_owned()];
    for n in [2, 3] {
        let thief = Tenant { domains: domains.clone(), ..tenant(n) };
        assert_refused(store, Change::PutTenant(thief), Outcome::Exists(Unique::Domain)).await;
    }
}

/// One tenant cannot have a domain twice either.
pub async fn a_domain_is_named_once(store: &dyn DirectoryStore) {
    let doubled = Tenant { domains: vec!["a.example".to_owned(); 2], ..tenant(1) };
    assert_refused(store, Change::PutTenant(doubled), Outcome::Exists(Unique::Domain)).await;
}

/// What one change frees, a later one of the same commit can take.
pub async fn a_domain_can_move_within_a_commit(store: &dyn DirectoryStore) {
    apply(store, &[Change::PutTenant(tenant(1)), Change::PutTenant(tenant(2))]).await;
    let giver = Tenant { domains: Vec::new(), ..tenant(1) };
    let taker = Tenant { domains: vec!["mid1.example".to_owned()], ..tenant(2) };
    apply(store, &[Change::PutTenant(giver), Change::PutTenant(taker.clone())]).await;
    assert_eq!(store.tenant_by_domain("mid1.example").await.unwrap(), Some(taker));
}

/// Listings have a stable order, and any two pages that meet have no item in common and miss none.
pub async fn tenants_are_listed_by_age_then_id(store: &dyn DirectoryStore) {
    let ages = [(5, 1), (4, 3), (1, 4), (3, 3), (2, 2)];
    let puts: Vec<Change> =
        ages.iter().map(|&(n, age)| Change::PutTenant(Tenant { created: at(age), ..tenant(n) })).collect();
    apply(store, &puts).await;
    let order = [5, 2, 3, 4, 1].map(|n| tenant_id(n).as_guid());
    let id = |tenant: &Tenant| tenant.id.as_guid();
    for (page, expected) in [
        (ALL, &order[..]),
        (Page { skip: 0, take: 2 }, &order[..2]),
        (Page { skip: 2, take: 2 }, &order[2..4]),
        (Page { skip: 4, take: 2 }, &order[4..]),
        (Page { skip: 5, take: 2 }, &[]),
        (Page { skip: 1, take: 0 }, &[]),
        (Page { skip: u32::MAX, take: u32::MAX }, &[]),
    ] {
        assert_eq!(guids(&store.tenants(page).await.unwrap(), id), expected, "{page:?}");
    }
}
