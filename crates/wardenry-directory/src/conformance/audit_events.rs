//! The audit log.

use crate::audit::AuditFilter;
use crate::model::{Actor, AuditEvent};
use crate::store::{Change, DirectoryStore, Page, Unique};

use super::contents::contents;
use super::outcome::Outcome;
use super::samples::{ALL, app_id, at, audit_event, principal_id, tenant, tenant_id};

/// Administrators look at what happened last; the order is that of the events, not of the commits.
pub async fn the_log_is_read_from_its_end(store: &dyn DirectoryStore) {
    let events = [5, 4, 3, 2, 1].map(|n| audit_event(tenant_id(1), n));
    for n in [2, 0, 4, 1, 3] {
        store.commit(&[], &events[n]).await.unwrap();
    }
    for (page, expected) in [
        (ALL, &events[..]),
        (Page { skip: 0, take: 2 }, &events[..2]),
        (Page { skip: 2, take: 2 }, &events[2..4]),
        (Page { skip: 4, take: 2 }, &events[4..]),
        (Page { skip: 5, take: 1 }, &[]),
        (Page { skip: 0, take: 0 }, &[]),
    ] {
        assert_eq!(store.audit_events(tenant_id(1), page).await.unwrap(), expected, "{page:?}");
    }
}

/// A clock that stands still, or is read once for several steps, does not jumble the log.
pub async fn of_one_instant_the_later_commit_comes_first(store: &dyn DirectoryStore) {
    let events = [3, 9, 1, 7].map(|n| AuditEvent { at: at(1), ..audit_event(tenant_id(1), n) });
    for event in &events {
        store.commit(&[], event).await.unwrap();
    }
    let mut expected = events;
    expected.reverse();
    assert_eq!(store.audit_events(tenant_id(1), ALL).await.unwrap(), expected);
}

/// The log says who it was, whether a person, an app or the server.
pub async fn every_kind_of_actor_is_kept(store: &dyn DirectoryStore) {
    let app = Actor::App { app: app_id(1), principal: principal_id(2).as_guid() };
    let events = [
        AuditEvent { actor: Actor::System, action: "signing_key.add", ..audit_event(tenant_id(1), 3) },
        AuditEvent { actor: app, action: "application.put", ..audit_event(tenant_id(1), 2) },
        audit_event(tenant_id(1), 1),
    ];
    for event in &events {
        store.commit(&[], event).await.unwrap();
    }
    assert_eq!(store.audit_events(tenant_id(1), ALL).await.unwrap(), events);
}

/// Some things that are worth recording change nothing, such as a refused sign-in.
pub async fn a_commit_without_changes_still_leaves_its_event(store: &dyn DirectoryStore) {
    assert_eq!(store.audit_events(tenant_id(1), ALL).await.unwrap(), []);
    store.commit(&[], &audit_event(tenant_id(1), 1)).await.unwrap();
    assert_eq!(store.audit_events(tenant_id(1), ALL).await.unwrap(), [audit_event(tenant_id(1), 1)]);
}

/// A commit whose event is there already is refused with all its changes.
pub async fn an_event_is_recorded_once(store: &dyn DirectoryStore) {
    let event = audit_event(tenant_id(1), 1);
    store.commit(&[Change::PutTenant(tenant(1))], &event).await.unwrap();
    let before = contents(store).await;
    let second = AuditEvent { detail: "again".to_owned(), ..event };
    let outcome: Outcome = store.commit(&[Change::PutTenant(tenant(2))], &second).await.into();
    assert_eq!(outcome, Outcome::Exists(Unique::Other));
    assert_eq!(contents(store).await, before);
}

/// Each condition alone, all together, and one that nothing meets; letter case and patterns mean nothing.
pub async fn a_filter_lets_through_what_it_names(store: &dyn DirectoryStore) {
    let app = Actor::App { app: app_id(1), principal: principal_id(2).as_guid() };
    let mut events = [4, 3, 2, 1].map(|n| audit_event(tenant_id(1), n));
    events[0] = AuditEvent { actor: app, action: "application.update", ..events[0].clone() };
    events[1].detail.replace_range(.., "100 % of Alpha_1");
    for event in events.iter().rev() {
        store.commit(&[], event).await.unwrap();
    }
    store.commit(&[], &audit_event(tenant_id(2), 9)).await.unwrap();
    let none = AuditFilter::default();
    for (filter, expected) in [
        (none.clone(), &[0, 1, 2, 3][..]),
        (AuditFilter { actor: "USER3@".to_owned(), ..none.clone() }, &[1]),
        (AuditFilter { actor: app_id(1).to_string(), ..none.clone() }, &[0]),
        (AuditFilter { actor: principal_id(2).to_string(), ..none.clone() }, &[0]),
        (AuditFilter { action: "password".to_owned(), ..none.clone() }, &[1, 2, 3]),
        (AuditFilter { text: "% OF alpha_1".to_owned(), ..none.clone() }, &[1]),
        (AuditFilter { text: "192.0.2.2".to_owned(), ..none.clone() }, &[2]),
        (AuditFilter { text: "%".to_owned(), ..none.clone() }, &[1]),
        (AuditFilter { target: events[3].target.clone(), ..none.clone() }, &[3]),
        (AuditFilter { from: Some(at(2)), until: Some(at(4)), ..none.clone() }, &[1, 2]),
        (AuditFilter { from: Some(at(2)), text: "192.0.2.2".to_owned(), ..none.clone() }, &[2]),
        (AuditFilter { text: "\u{0}".to_owned(), ..none }, &[]),
    ] {
        let found = store.find_audit_events(tenant_id(1), &filter, ALL).await.unwrap();
        let expected: Vec<_> = expected.iter().map(|n: &usize| events[*n].clone()).collect();
        assert_eq!(found, expected, "{filter:?}");
        let rest = Page { skip: 1, take: 1 };
        let found = store.find_audit_events(tenant_id(1), &filter, rest).await.unwrap();
        assert_eq!(found, expected.into_iter().skip(1).take(1).collect::<Vec<_>>(), "{filter:?}");
    }
}

/// What the server does of itself comes from nowhere; what a client caused, from an address of either family.
pub async fn where_an_event_came_from_may_be_unknown(store: &dyn DirectoryStore) {
    let addresses = [None, Some("2001:db8::1".parse().unwrap()), Some("192.0.2.7".parse().unwrap())];
    for (n, address) in [1, 2, 3].into_iter().zip(addresses) {
        store.commit(&[], &AuditEvent { address, ..audit_event(tenant_id(1), n) }).await.unwrap();
    }
    let found = store.audit_events(tenant_id(1), ALL).await.unwrap();
    let mut found: Vec<_> = found.into_iter().map(|event| event.address).collect();
    found.reverse();
    assert_eq!(found, addresses);
}
