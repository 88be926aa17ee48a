//! What holds for all customers' streams.

use std::collections::{BTreeMap, BTreeSet};

use wardenry_kql_semantics::Schema as _;
use wardenry_kql_semantics::hunting::HuntingSchema;
use wardenry_kql_values::ScalarType;

use crate::calendar::{DAY, HOUR};
use crate::{Customer, Event, Settings, incidents, time_text};

/// Thursday, 5 March 2026, 14:00.
const NOW: i64 = 1_772_719_200_000;

fn all() -> impl Iterator<Item = Event> {
    Customer::ALL.into_iter().flat_map(|customer| customer.events(&Settings::ending_at(NOW)))
}

fn text<'a>(event: &'a Event, column: &str) -> &'a str {
    let found = event.columns().iter().find(|(name, _)| *name == column);
    found.and_then(|(_, value)| value.as_str()).unwrap_or_default()
}

#[test]
fn events_come_in_order_within_their_days_and_again_the_same() {
    for customer in Customer::ALL {
        let settings = Settings::ending_at(NOW);
        let mut before = NOW - 10 * DAY;
        let mut count = 0;
        for (event, again) in customer.events(&settings).zip(customer.events(&settings)) {
            assert!(before <= event.timestamp && event.timestamp < NOW, "{event:?}");
            assert_eq!(text(&event, "Timestamp"), time_text(event.timestamp));
            assert_eq!(event, again);
            before = event.timestamp;
            count += 1;
        }
        assert!((15_000..60_000).contains(&count), "{}: {count} events", customer.name);
    }
}

/// The last day is the same, however many days there are before it, but for the numbers of reports.
#[test]
fn longer_streams_end_alike() {
    let last_hours = |days| {
        let settings = Settings { days, ..Settings::ending_at(NOW) };
        let events = Customer::BIRCH.events(&settings).filter(|event| event.timestamp >= NOW - 12 * HOUR);
        let told = events.map(|event| {
            let columns = event.columns().iter().filter(|(name, _)| *name != "ReportId").cloned();
            (event.table, columns.collect::<Vec<_>>())
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(last_hours(1), last_hours(3));
}

#[test]
fn rows_fit_the_documented_tables() {
    let mut tables = BTreeMap::<&str, BTreeSet<&str>>::new();
    for event in all() {
        let columns = HuntingSchema.table(event.table).expect(event.table);
        let filled = tables.entry(event.table).or_default();
        let mut names = BTreeSet::new();
        for (name, value) in event.columns() {
            let (_, scalar_type) = columns
                .iter()
                .find(|(known, _)| **known == **name)
                .unwrap_or_else(|| panic!("{} has no column {name}", event.table));
            let fits = match scalar_type {
                ScalarType::Bool => value.is_boolean(),
                ScalarType::Int => value.as_i64().is_some_and(|value| i32::try_from(value).is_ok()),
                ScalarType::Long => value.is_i64() || value.is_u64(),
                ScalarType::Datetime => value.as_str().is_some_and(|text| text.ends_with('Z')),
                ScalarType::String => value.is_string(),
                _ => !value.is_null(),
            };
            assert!(fits, "{}.{name} is no {scalar_type}: {value}", event.table);
            assert!(names.insert(*name), "{}.{name} twice", event.table);
            if value.as_str() != Some("") {
                filled.insert(name);
            }
        }
    }
    let shares: BTreeMap<_, _> = tables
        .iter()
        .map(|(table, filled)| {
            (*table, filled.len() * 100 / HuntingSchema.table(table).expect("it is documented").len())
        })
        .collect();
    assert_eq!(shares.len(), 22, "{shares:?}");
    assert!(shares.values().all(|share| *share >= 60), "{shares:?}");
}

#[test]
fn alerts_are_those_of_the_incidents() {
    for customer in Customer::ALL {
        let settings = Settings { days: 30, ..Settings::ending_at(NOW) };
        let planted: BTreeSet<_> = incidents::of(customer.name)
            .iter()
            .flat_map(|incident| &incident.alerts)
            .map(|alert| (alert.id.clone(), NOW - alert.created.0))
            .collect();
        let mut found = BTreeSet::new();
        let mut shown = BTreeSet::new();
        for event in customer.events(&settings) {
            match event.table {
                "AlertInfo" => {
                    found.insert((text(&event, "AlertId").to_owned(), event.timestamp));
                }
                "AlertEvidence" => {
                    shown.insert(text(&event, "AlertId").to_owned());
                }
                _ => {}
            }
        }
        assert_eq!(found, planted);
        assert_eq!(shown, planted.into_iter().map(|(id, _)| id).collect());
    }
}

/// Whoever is named beside an id is always named so.
#[test]
fn ids_mean_the_same_in_all_tables() {
    for customer in Customer::ALL {
        let mut names = BTreeMap::<String, String>::new();
        for event in customer.events(&Settings::ending_at(NOW)) {
            for (id, name) in [
                ("DeviceId", "DeviceName"),
                ("AccountObjectId", "AccountUpn"),
                ("InitiatingProcessAccountSid", "InitiatingProcessAccountName"),
                ("InitiatingProcessAccountObjectId", "InitiatingProcessAccountUpn"),
                ("AccountSid", "AccountName"),
            ] {
                let (id, name) = (text(&event, id), text(&event, name));
                if !id.is_empty() && !name.is_empty() {
                    let kind = if name.contains('@') { "upn" } else { "name" };
                    let known = names.entry(format!("{kind} {id}")).or_insert_with(|| name.to_owned());
                    assert_eq!(known, name, "{} {id}", event.table);
                }
            }
        }
    }
}

/// Only names and addresses that belong to nobody.
#[test]
fn names_and_addresses_are_made_up() {
    let allowed = ["192.0.2.", "198.51.100.", "203.0.113.", "10."];
    for event in all() {
        for (name, value) in event.columns() {
            let Some(text) = value.as_str().filter(|text| !text.is_empty()) else { continue };
            if name.ends_with("IP") || *name == "SenderIPv4" || *name == "IPAddress" {
                assert!(allowed.iter().any(|prefix| text.starts_with(prefix)), "{name}: {text}");
            }
            if name.ends_with("Url") && !text.starts_with("http://203.0.113.") {
                let host = text.split('/').nth(2).unwrap_or(text);
                assert!(host.ends_with(".example"), "{name}: {text}");
            }
            if name.ends_with("Address") && text.contains('@') {
                assert!(text.ends_with(".example"), "{name}: {text}");
            }
        }
    }
}

#[test]
fn a_larger_scale_is_more_people_and_so_more_events() {
    let count = |scale| {
        let settings = Settings { days: 1, scale, ..Settings::ending_at(NOW) };
        Customer::CEDAR.events(&settings).count()
    };
    let (one, four) = (count(1), count(4));
    assert!(four > 2 * one, "{one} and {four}");
}
