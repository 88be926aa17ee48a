//! What every implementation of [`IncidentStore`] has to do, one function a rule.
//!
//! A backend runs all of them, each against an empty store of its own, with
//! [`incident_store_conformance`](crate::incident_store_conformance). A broken rule panics.

mod random_filter;
mod whole_incident;

use std::time::Duration;

use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;

use self::random_filter::Dice;
use self::whole_incident::whole_incident;
use crate::filter::{Comparison, Equality, Filter};
use crate::model::{Comment, Incident, IncidentId, IncidentStatus, Severity};
use crate::queue::{QueueLine, QueueOrder, QueueRequest};
use crate::store::{IncidentPage, IncidentStore, IncidentStoreError, PageRequest};
use crate::test_incident::{CREATED, alert, incident};

/// Defines one `#[tokio::test]` for each rule.
///
/// Takes the path of an `async fn() -> (guard, store)`: an empty store, and whatever has to live as long
/// as it does, such as a temporary folder. The crate that uses it needs tokio with `macros` and `rt`.
#[macro_export]
macro_rules! incident_store_conformance {
    ($fresh_store:path) => {
        $crate::incident_store_conformance! {
            $fresh_store:
            an_unknown_tenant_has_no_incidents,
            incidents_come_back_as_they_went_in,
            incidents_are_listed_newest_first_and_by_id_within_an_instant,
            pages_follow_one_another_without_gap_or_overlap,
            a_page_tells_whether_more_follow,
            skipping_counts_matching_incidents_only,
            putting_again_replaces_everything,
            the_later_of_two_incidents_with_one_id_wins,
            tenants_neither_see_nor_touch_one_another,
            an_alert_is_part_of_one_incident_and_a_refused_write_leaves_nothing,
            an_alert_moves_when_both_its_incidents_are_written,
            times_are_kept_to_the_tick,
            filters_mean_what_the_model_says,
            the_queue_is_the_incidents_of_the_named_tenants_in_the_wanted_order,
            the_queue_counts_what_matches_and_leaves_out_what_is_skipped,
        }
    };
    ($fresh_store:path: $($rule:ident,)+) => {$(
        #[tokio::test]
        async fn $rule() {
            let (_guard, store) = $fresh_store().await;
            $crate::conformance::$rule(&store).await;
        }
    )+};
}

const HERE: TenantId = TenantId::from_guid(uuid::uuid!("11111111-1111-4111-8111-111111111111"));
const ABROAD: TenantId = TenantId::from_guid(uuid::uuid!("33333333-3333-4333-8333-333333333333"));
const ELSEWHERE: TenantId = TenantId::from_guid(uuid::uuid!("22222222-2222-4222-8222-222222222222"));

const EVERYTHING: PageRequest = PageRequest { filter: None, skip: 0, top: 1000 };

async fn put(store: &dyn IncidentStore, tenant: TenantId, incidents: &[Incident]) {
    store.put_incidents(tenant, incidents).await.expect("the incidents are written");
}

async fn page(store: &dyn IncidentStore, tenant: TenantId, request: &PageRequest) -> IncidentPage {
    store.list_incidents(tenant, request).await.expect("the page is read")
}

async fn get(store: &dyn IncidentStore, tenant: TenantId, id: i64) -> Option<Incident> {
    store.get_incident(tenant, IncidentId::from_number(id)).await.expect("the incident is read")
}

fn ids(incidents: &[Incident]) -> Vec<i64> {
    incidents.iter().map(|incident| incident.id.as_number()).collect()
}

fn created_at(id: i64, created: Timestamp) -> Incident {
    Incident { created, last_updated: created, ..incident(id) }
}

/// Incidents 1 to `count`, each an hour younger than the one before.
fn hourly(count: i64) -> Vec<Incident> {
    (1..=count).map(|id| created_at(id, Timestamp::from_unix_secs(CREATED.unix_secs() + 3600 * id))).collect()
}

pub async fn an_unknown_tenant_has_no_incidents(store: &dyn IncidentStore) {
    let nothing = IncidentPage { incidents: Vec::new(), has_more: false };
    assert_eq!(page(store, HERE, &EVERYTHING).await, nothing);
    assert_eq!(get(store, HERE, 1).await, None);
}

pub async fn incidents_come_back_as_they_went_in(store: &dyn IncidentStore) {
    let whole = whole_incident(9001);
    let bare = created_at(9000, CREATED.minus(Duration::from_secs(1)));
    put(store, HERE, &[bare.clone(), whole.clone()]).await;
    assert_eq!(get(store, HERE, 9001).await.as_ref(), Some(&whole));
    assert_eq!(get(store, HERE, 9000).await.as_ref(), Some(&bare));
    let both = IncidentPage { incidents: vec![whole, bare], has_more: false };
    assert_eq!(page(store, HERE, &EVERYTHING).await, both);
}

pub async fn incidents_are_listed_newest_first_and_by_id_within_an_instant(store: &dyn IncidentStore) {
    let later = CREATED.plus(Duration::from_secs(1));
    put(
        store,
        HERE,
        &[created_at(5, CREATED), created_at(2, later), created_at(7, CREATED), created_at(-3, later)],
    )
    .await;
    assert_eq!(ids(&page(store, HERE, &EVERYTHING).await.incidents), [2, -3, 7, 5]);
}

pub async fn pages_follow_one_another_without_gap_or_overlap(store: &dyn IncidentStore) {
    let mut expected = hourly(23);
    for incident in &mut expected {
        incident.alerts = vec![alert(&format!("da{}", incident.id)), alert(&format!("da{}_2", incident.id))];
    }
    put(store, HERE, &expected).await;
    expected.reverse();
    let (mut seen, mut skip) = (Vec::new(), 0);
    loop {
        let next = page(store, HERE, &PageRequest { filter: None, skip, top: 5 }).await;
        skip += 5;
        seen.extend(next.incidents);
        if !next.has_more {
            break;
        }
    }
    assert_eq!(seen, expected);
}

pub async fn a_page_tells_whether_more_follow(store: &dyn IncidentStore) {
    put(store, HERE, &hourly(4)).await;
    for (skip, top, expected, has_more) in [
        (0, 3, vec![4, 3, 2], true),
        (0, 4, vec![4, 3, 2, 1], false),
        (0, 0, vec![], true),
        (1, 3, vec![3, 2, 1], false),
        (4, 3, vec![], false),
        (u32::MAX, 3, vec![], false),
    ] {
        let page = page(store, HERE, &PageRequest { filter: None, skip, top }).await;
        assert_eq!((ids(&page.incidents), page.has_more), (expected, has_more), "skip {skip}, top {top}");
    }
}

pub async fn skipping_counts_matching_incidents_only(store: &dyn IncidentStore) {
    let mut incidents = hourly(9);
    for incident in incidents.iter_mut().filter(|incident| incident.id.as_number() % 2 == 0) {
        incident.status = IncidentStatus::Resolved;
    }
    put(store, HERE, &incidents).await;
    let filter = Some(Filter::Status(Equality::Equal, IncidentStatus::Resolved));
    let page = page(store, HERE, &PageRequest { filter, skip: 1, top: 2 }).await;
    assert_eq!((ids(&page.incidents), page.has_more), (vec![6, 4], true));
}

pub async fn putting_again_replaces_everything(store: &dyn IncidentStore) {
    put(store, HERE, &[whole_incident(1)]).await;
    let bare = incident(1);
    put(store, HERE, std::slice::from_ref(&bare)).await;
    assert_eq!(get(store, HERE, 1).await, Some(bare));
    let whole = whole_incident(1);
    put(store, HERE, std::slice::from_ref(&whole)).await;
    assert_eq!(get(store, HERE, 1).await, Some(whole));
}

pub async fn the_later_of_two_incidents_with_one_id_wins(store: &dyn IncidentStore) {
    let later = Incident { name: "the later".to_owned(), alerts: vec![alert("da1")], ..incident(1) };
    let earlier = Incident { alerts: vec![alert("da1"), alert("da2")], ..incident(1) };
    put(store, HERE, &[earlier, incident(2), later.clone()]).await;
    assert_eq!(get(store, HERE, 1).await, Some(later));
    assert_eq!(ids(&page(store, HERE, &EVERYTHING).await.incidents), [2, 1]);
}

pub async fn tenants_neither_see_nor_touch_one_another(store: &dyn IncidentStore) {
    let mine = Incident { alerts: vec![alert("da1")], ..incident(1) };
    let theirs = Incident { name: "theirs".to_owned(), ..whole_incident(1) };
    put(store, HERE, std::slice::from_ref(&mine)).await;
    put(store, ELSEWHERE, &[theirs.clone(), incident(2)]).await;
    assert_eq!(get(store, HERE, 2).await, None);
    assert_eq!(get(store, HERE, 1).await.as_ref(), Some(&mine));
    assert_eq!(get(store, ELSEWHERE, 1).await, Some(theirs));
    assert_eq!(page(store, HERE, &EVERYTHING).await.incidents, [mine]);
    let either = Filter::Unassigned(Equality::Equal).or(Filter::Unassigned(Equality::NotEqual));
    let request = PageRequest { filter: Some(either), ..EVERYTHING };
    assert_eq!(ids(&page(store, HERE, &request).await.incidents), [1]);
}

pub async fn an_alert_is_part_of_one_incident_and_a_refused_write_leaves_nothing(store: &dyn IncidentStore) {
    let holder = Incident { alerts: vec![alert("da1"), alert("da2")], ..incident(1) };
    put(store, HERE, std::slice::from_ref(&holder)).await;
    let taker = Incident { alerts: vec![alert("da3"), alert("da2")], ..incident(3) };
    let refusal = store.put_incidents(HERE, &[incident(2), taker]).await.expect_err("da2 is taken");
    let IncidentStoreError::AlertHeldElsewhere { alert_id, incident, holder: found } = refusal else {
        panic!("another failure: {refusal:?}");
    };
    let id = IncidentId::from_number;
    assert_eq!((alert_id.as_str(), incident, found), ("da2", id(3), id(1)));
    assert_eq!(page(store, HERE, &EVERYTHING).await.incidents, [holder]);
}

pub async fn an_alert_moves_when_both_its_incidents_are_written(store: &dyn IncidentStore) {
    put(store, HERE, &[Incident { alerts: vec![alert("da1")], ..incident(1) }]).await;
    let taker = Incident { alerts: vec![alert("da1")], ..incident(2) };
    put(store, HERE, &[taker.clone(), incident(1)]).await;
    assert_eq!(page(store, HERE, &EVERYTHING).await.incidents, [taker, incident(1)]);
}

pub async fn times_are_kept_to_the_tick(store: &dyn IncidentStore) {
    let created = Timestamp::from_unix_ticks(CREATED.unix_ticks() + 1_234_567);
    let subject = Incident {
        last_updated: Timestamp::from_unix_ticks(created.unix_ticks() + 1),
        comments: vec![Comment { text: "c".to_owned(), author: "a".to_owned(), created }],
        alerts: vec![{
            let mut alert = alert("da1");
            alert.devices[0].first_seen = created;
            alert.entities[0].created = Some(created);
            alert
        }],
        ..created_at(1, created)
    };
    put(store, HERE, std::slice::from_ref(&subject)).await;
    assert_eq!(get(store, HERE, 1).await, Some(subject));
    let filter = Some(Filter::LastUpdated(Comparison::Greater, created));
    assert_eq!(ids(&page(store, HERE, &PageRequest { filter, ..EVERYTHING }).await.incidents), [1]);
}

/// Compares the queue over several tenants with the model, in every order, with and without filters.
pub async fn the_queue_is_the_incidents_of_the_named_tenants_in_the_wanted_order(store: &dyn IncidentStore) {
    let mut dice = Dice::seeded(0x0bea_d5ed);
    let mut all = Vec::new();
    for tenant in [HERE, ELSEWHERE, ABROAD] {
        let mut incidents: Vec<_> = (1..=30).map(|id| dice.incident(id)).collect();
        incidents[0] = whole_incident(1);
        put(store, tenant, &incidents).await;
        all.extend(incidents.into_iter().map(|incident| (tenant, incident)));
    }
    for tenants in [&[][..], &[HERE], &[ABROAD, HERE], &[HERE, ELSEWHERE, ABROAD]] {
        for order in QueueOrder::ALL {
            for reversed in [false, true] {
                let filter = (order != QueueOrder::Name).then(|| dice.filter(2));
                let mut expected: Vec<_> = all
                    .iter()
                    .filter(|(tenant, incident)| {
                        tenants.contains(tenant)
                            && filter.as_ref().is_none_or(|filter| filter.matches(incident))
                    })
                    .collect();
                expected.sort_by(|a, b| {
                    let first = compare(order, &a.1, &b.1);
                    let first = if reversed { first.reverse() } else { first };
                    first.then_with(|| (b.1.created, b.1.id).cmp(&(a.1.created, a.1.id))).then(a.0.cmp(&b.0))
                });
                let expected: Vec<_> =
                    expected.iter().map(|(tenant, incident)| QueueLine::of(*tenant, incident)).collect();
                let request = QueueRequest { filter, order, reversed, skip: 0, top: 1000 };
                let found = store.incident_queue(tenants, &request).await.expect("the queue is read");
                assert_eq!(found.lines, expected, "{request:?} over {}", tenants.len());
            }
        }
    }
}

fn compare(order: QueueOrder, a: &Incident, b: &Incident) -> std::cmp::Ordering {
    let rank = |severity| Severity::ALL.iter().position(|word| *word == severity);
    let stage = |status| IncidentStatus::ALL.iter().position(|word| *word == status);
    match order {
        QueueOrder::Created => b.created.cmp(&a.created),
        QueueOrder::LastUpdated => b.last_updated.cmp(&a.last_updated),
        QueueOrder::Severity => rank(b.severity).cmp(&rank(a.severity)),
        QueueOrder::Status => stage(a.status).cmp(&stage(b.status)),
        QueueOrder::Name => a.name.cmp(&b.name),
    }
}

pub async fn the_queue_counts_what_matches_and_leaves_out_what_is_skipped(store: &dyn IncidentStore) {
    put(store, HERE, &hourly(7)).await;
    put(store, ELSEWHERE, &hourly(5)).await;
    put(store, ABROAD, &hourly(2)).await;
    let (order, reversed) = (QueueOrder::Created, false);
    for (skip, top, expected) in
        [(0, 3, vec![7, 6, 5]), (2, 4, vec![5, 5, 4, 4]), (11, 4, vec![1]), (12, 4, vec![]), (0, 0, vec![])]
    {
        let request = QueueRequest { filter: None, order, reversed, skip, top };
        let page = store.incident_queue(&[HERE, ELSEWHERE], &request).await.expect("the queue is read");
        let found: Vec<i64> = page.lines.iter().map(|line| line.id.as_number()).collect();
        assert_eq!((found, page.matching), (expected, 12), "skip {skip}, top {top}");
    }
}

/// Compares the answers to a thousand random filters with [`Filter::matches`].
pub async fn filters_mean_what_the_model_says(store: &dyn IncidentStore) {
    let mut dice = Dice::seeded(0x5eed_1dea);
    let mut incidents: Vec<_> = (1..=60).map(|id| dice.incident(id)).collect();
    put(store, HERE, &incidents).await;
    incidents.sort_by_key(|incident| std::cmp::Reverse((incident.created, incident.id)));
    for _ in 0..1000 {
        let filter = dice.filter(4);
        let expected: Vec<_> =
            incidents.iter().filter(|incident| filter.matches(incident)).cloned().collect();
        let request = PageRequest { filter: Some(filter), ..EVERYTHING };
        let found = page(store, HERE, &request).await;
        assert_eq!(ids(&found.incidents), ids(&expected), "{:?}", request.filter);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_rule_is_forgotten_in_the_macro() {
        let (listed, defined) = include_str!("conformance.rs").split_once("const HERE").unwrap();
        for rule in defined.lines().filter_map(|line| line.strip_prefix("pub async fn ")) {
            let name = rule.split('(').next().unwrap();
            assert!(listed.contains(&format!(" {name},")), "{name} is not in the macro's list");
        }
    }
}
