//! Service principals.

use crate::model::{DelegatedGrant, ServicePrincipal};
use crate::store::{Change, DirectoryStore, Page, Unique};

use super::forms::guids;
use super::outcome::{Outcome, apply, assert_refused};
use super::samples::{
    ALL, app_id, assignment, at, audit_event, grant, principal, principal_id, tenant, tenant_id, user,
    user_id, wire_id,
};

/// Tokens are asked for by app id, administration is done by object id.
pub async fn a_service_principal_is_found_by_id_and_by_app(store: &dyn DirectoryStore) {
    let foreign = principal(tenant_id(1), 1);
    let first_party = ServicePrincipal {
        home_tenant: None,
        enabled: false,
        assignment_required: true,
        tags: Vec::new(),
        ..principal(tenant_id(1), 2)
    };
    apply(
        store,
        &[
            Change::PutTenant(tenant(1)),
            Change::PutServicePrincipal(foreign.clone()),
            Change::PutServicePrincipal(first_party.clone()),
        ],
    )
    .await;
    for expected in [foreign, first_party] {
        let by_id = store.service_principal(tenant_id(1), expected.id).await.unwrap();
        let by_app = store.service_principal_by_app(tenant_id(1), expected.app_id).await.unwrap();
        assert_eq!((by_id, by_app), (Some(expected.clone()), Some(expected)));
    }
    assert_eq!(store.service_principal(tenant_id(1), principal_id(3)).await.unwrap(), None);
    assert_eq!(store.service_principal_by_app(tenant_id(1), app_id(3)).await.unwrap(), None);
}

/// A resource that is new in the catalogue comes to all tenants at once or not at all, and not again after a tenant got rid of it.
pub async fn a_new_resource_comes_to_all_tenants_or_to_none(store: &dyn DirectoryStore) {
    apply(store, &[Change::PutTenant(tenant(1)), Change::PutTenant(tenant(2))]).await;
    let known = store.known_resources().await.unwrap();
    let event = |number| audit_event(tenant_id(number), number);
    let offer = |number| (principal(tenant_id(number), number), event(number));
    let to_nobody = (principal(tenant_id(3), 3), event(3));
    store.offer_resources(&[app_id(7)], &[offer(1), to_nobody]).await.unwrap_err();
    assert_eq!(store.known_resources().await.unwrap(), known);
    assert_eq!(store.service_principal(tenant_id(1), principal_id(1)).await.unwrap(), None);
    store.offer_resources(&[app_id(7)], &[offer(1), offer(2)]).await.unwrap();
    for number in [1, 2] {
        let found = store.service_principal(tenant_id(number), principal_id(number)).await.unwrap();
        assert_eq!(found, Some(principal(tenant_id(number), number)));
        let page = Page { skip: 0, take: 1 };
        assert_eq!(store.audit_events(tenant_id(number), page).await.unwrap(), [event(number)]);
    }
    let mut after = store.known_resources().await.unwrap();
    after.retain(|resource| !known.contains(resource));
    assert_eq!(after, [app_id(7)]);
}

/// A replaced service principal has nothing left of its former self but the grants.
pub async fn putting_again_replaces_everything(store: &dyn DirectoryStore) {
    granted_principals(store, 1).await;
    let replaced = ServicePrincipal {
        app_id: app_id(9),
        display_name: "Renamed".to_owned(),
        home_tenant: None,
        enabled: false,
        assignment_required: true,
        tags: vec!["HideApp".to_owned()],
        created: at(0),
        ..principal(tenant_id(1), 1)
    };
    apply(store, &[Change::PutServicePrincipal(replaced.clone())]).await;
    // The same again, app id included, changes nothing and is no conflict.
    apply(store, &[Change::PutServicePrincipal(replaced.clone())]).await;
    let listed = store.service_principals(tenant_id(1), Page { skip: 0, take: 1 }).await.unwrap();
    assert_eq!(listed, [replaced]);
    assert_eq!(store.service_principal_by_app(tenant_id(1), app_id(1)).await.unwrap(), None);
    let assignments = store.app_role_assignments_of(tenant_id(1), principal_id(1)).await.unwrap();
    assert_eq!(assignments, [assignment(tenant_id(1), 1, 1, 2)]);
}

/// Consent given twice makes one service principal; the second is refused, new or edited.
pub async fn an_application_has_one_service_principal_in_a_tenant(store: &dyn DirectoryStore) {
    granted_principals(store, 1).await;
    for n in [2, 8] {
        let second = ServicePrincipal { app_id: app_id(1), ..principal(tenant_id(1), n) };
        let change = Change::PutServicePrincipal(second);
        assert_refused(store, change, Outcome::Exists(Unique::ServicePrincipal)).await;
    }
}

/// A multi-tenant application has a service principal in each customer's tenant.
pub async fn an_application_has_a_service_principal_in_each_tenant(store: &dyn DirectoryStore) {
    let here = principal(tenant_id(1), 1);
    let there = ServicePrincipal { id: principal_id(2), ..principal(tenant_id(2), 1) };
    apply(
        store,
        &[
            Change::PutTenant(tenant(1)),
            Change::PutTenant(tenant(2)),
            Change::PutServicePrincipal(here.clone()),
            Change::PutServicePrincipal(there.clone()),
        ],
    )
    .await;
    for expected in [here, there] {
        let found = store.service_principal_by_app(expected.tenant, app_id(1)).await.unwrap();
        assert_eq!(found, Some(expected));
    }
}

/// No service principal lives in a tenant that is not there.
pub async fn the_tenant_has_to_exist(store: &dyn DirectoryStore) {
    apply(store, &[Change::PutTenant(tenant(1))]).await;
    let homeless = Change::PutServicePrincipal(principal(tenant_id(2), 1));
    assert_refused(store, homeless, Outcome::Missing).await;
}

/// Revocation is complete: a service principal that is made again starts without any grant.
pub async fn deleting_takes_every_grant_to_it_and_on_it_along(store: &dyn DirectoryStore) {
    granted_principals(store, 1).await;
    granted_principals(store, 2).await;
    for doomed in [1, 2] {
        let removal = Change::DeleteServicePrincipal { tenant: tenant_id(1), id: principal_id(doomed) };
        apply(store, &[removal]).await;
        assert_eq!(store.service_principal(tenant_id(1), principal_id(doomed)).await.unwrap(), None);
        apply(store, &[Change::PutServicePrincipal(principal(tenant_id(1), doomed))]).await;
        assert_grants(store, 1, doomed, false).await;
        // What has nothing to do with it stays, in this tenant and in the other.
        assert_grants(store, 1, 3, true).await;
        assert_grants(store, 2, doomed, true).await;
    }
}

/// A second deletion is told that there is nothing left.
pub async fn deleting_what_is_not_there_is_refused(store: &dyn DirectoryStore) {
    granted_principals(store, 1).await;
    let unknown = Change::DeleteServicePrincipal { tenant: tenant_id(1), id: principal_id(9) };
    assert_refused(store, unknown, Outcome::Missing).await;
}

/// Listings have a stable order.
pub async fn service_principals_are_listed_by_age_then_id(store: &dyn DirectoryStore) {
    let mut changes = vec![Change::PutTenant(tenant(1)), Change::PutTenant(tenant(2))];
    for (home, n, age) in [(1, 5, 1), (2, 6, 1), (1, 4, 3), (1, 3, 3), (1, 2, 2)] {
        let aged = ServicePrincipal { created: at(age), ..principal(tenant_id(home), n) };
        changes.push(Change::PutServicePrincipal(aged));
    }
    apply(store, &changes).await;
    let order = [5, 2, 3, 4].map(|n| principal_id(n).as_guid());
    let id = |principal: &ServicePrincipal| principal.id.as_guid();
    for (page, expected) in [
        (ALL, &order[..]),
        (Page { skip: 1, take: 2 }, &order[1..3]),
        (Page { skip: 3, take: 9 }, &order[3..]),
        (Page { skip: 4, take: 1 }, &[]),
        (Page { skip: 0, take: 0 }, &[]),
    ] {
        let listed = store.service_principals(tenant_id(1), page).await.unwrap();
        assert_eq!(guids(&listed, id), expected, "{page:?}");
    }
}

/// A publisher sees every tenant that uses the application, and of other applications nothing.
pub async fn the_principals_of_an_application_are_listed_over_all_tenants(store: &dyn DirectoryStore) {
    let mut changes: Vec<Change> = (1..=3).map(|n| Change::PutTenant(tenant(n))).collect();
    let used = |home, n, age| ServicePrincipal {
        app_id: app_id(7),
        created: at(age),
        ..principal(tenant_id(home), n)
    };
    let ours = [used(2, 1, 1), used(1, 2, 2), used(3, 3, 2)];
    changes.extend(ours.iter().cloned().map(Change::PutServicePrincipal));
    changes.push(Change::PutServicePrincipal(principal(tenant_id(1), 9)));
    apply(store, &changes).await;
    for (page, expected) in
        [(ALL, &ours[..]), (Page { skip: 1, take: 1 }, &ours[1..2]), (Page { skip: 3, take: 1 }, &[])]
    {
        assert_eq!(store.service_principals_of_app(app_id(7), page).await.unwrap(), expected, "{page:?}");
    }
}

/// Principals 1 to 4 in tenant `home`: 1 has an assignment and two grants on 2, and so has 3 on 4.
async fn granted_principals(store: &dyn DirectoryStore, home: u8) {
    let tenant_id = tenant_id(home);
    let mut changes = vec![Change::PutTenant(tenant(home)), Change::PutUser(user(tenant_id, home))];
    changes.extend((1..=4).map(|n| Change::PutServicePrincipal(principal(tenant_id, n))));
    for client in [1, 3] {
        let for_all = grant(tenant_id, client, client, client + 1);
        let for_one =
            DelegatedGrant { id: wire_id(client + 1), user: Some(user_id(home)), ..for_all.clone() };
        changes.push(Change::AddAppRoleAssignment(assignment(tenant_id, client, client, client + 1)));
        changes.push(Change::PutDelegatedGrant(for_all));
        changes.push(Change::PutDelegatedGrant(for_one));
    }
    apply(store, &changes).await;
}

/// Whether the grants of [`granted_principals`] in which principal `n` takes part are there.
async fn assert_grants(store: &dyn DirectoryStore, home: u8, n: u8, expected: bool) {
    let tenant = tenant_id(home);
    let client = if n.is_multiple_of(2) { n - 1 } else { n };
    let (client, resource) = (principal_id(client), principal_id(client + 1));
    let assignments = usize::from(expected);
    let of = store.app_role_assignments_of(tenant, client).await.unwrap();
    let on = store.app_role_assignments_on(tenant, resource, ALL).await.unwrap();
    let grants = store.delegated_grants_of(tenant, client).await.unwrap();
    assert_eq!((of.len(), on.len(), grants.len()), (assignments, assignments, 2 * assignments), "{home} {n}");
}
