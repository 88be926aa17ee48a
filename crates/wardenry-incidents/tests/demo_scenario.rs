//! The incidents of the built-in demo are sound, varied and harmless.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use wardenry_core::time::Timestamp;
use wardenry_incidents::model::{DeviceId, EntityType, Evidence, Incident, IncidentStatus};
use wardenry_incidents::scenario::IncidentSeed;

const SCENARIO: &str = include_str!("../../../scenarios/demo-incidents.toml");
const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

/// The tenants' names and domains.
const CUSTOMERS: [(&str, &str); 3] = [
    ("Alder Foods", "alderfoods.example"),
    ("Birch Clinics", "birchclinics.example"),
    ("Cedar Freight", "cedarfreight.example"),
];

fn incidents() -> BTreeMap<String, Vec<Incident>> {
    let seeds: BTreeMap<String, Vec<IncidentSeed>> =
        toml::from_str(SCENARIO).unwrap_or_else(|error| panic!("{error}"));
    let at_now = |seed: &IncidentSeed| seed.at(NOW).unwrap_or_else(|fault| panic!("{fault}"));
    seeds.into_iter().map(|(tenant, seeds)| (tenant, seeds.iter().map(at_now).collect())).collect()
}

fn each_evidence(mut look: impl FnMut(&str, &Evidence)) {
    for (tenant, incidents) in &incidents() {
        for alert in incidents.iter().flat_map(|incident| &incident.alerts) {
            alert.entities.iter().for_each(|entity| look(tenant, &entity.evidence));
        }
    }
}

#[test]
fn every_customer_has_a_history_of_its_own() {
    let all = incidents();
    assert!(all.keys().map(String::as_str).eq(CUSTOMERS.map(|(name, _)| name)));
    for (tenant, incidents) in &all {
        assert!((6..=9).contains(&incidents.len()), "{tenant}: {}", incidents.len());
        for status in IncidentStatus::ALL {
            assert!(incidents.iter().any(|incident| incident.status == *status), "{tenant}: {status}");
        }
        assert!(incidents.iter().any(|incident| !incident.comments.is_empty()), "{tenant}");
        assert!(incidents.iter().any(|incident| incident.alerts.len() > 2), "{tenant}");
    }
}

#[test]
fn every_type_of_entity_occurs() {
    let mut seen = HashSet::new();
    each_evidence(|_, evidence| {
        seen.insert(evidence.entity_type());
    });
    let missing: Vec<_> = EntityType::ALL.iter().filter(|kind| !seen.contains(kind)).collect();
    assert_eq!(missing, Vec::<&EntityType>::new());
}

#[test]
fn ids_are_unique_and_redirects_lead_somewhere() {
    for (tenant, incidents) in &incidents() {
        let ids: BTreeSet<_> = incidents.iter().map(|incident| incident.id).collect();
        assert_eq!(ids.len(), incidents.len(), "{tenant}");
        for target in incidents.iter().filter_map(|incident| incident.redirected_to) {
            assert!(ids.contains(&target), "{tenant}: {target}");
        }
        let mut alerts = HashSet::new();
        for alert in incidents.iter().flat_map(|incident| &incident.alerts) {
            assert!(alerts.insert(&alert.id), "{tenant}: {}", alert.id);
        }
    }
}

#[test]
fn devices_resolve_and_are_the_same_ones_throughout_a_customer() {
    let all = incidents();
    for (tenant, domain) in CUSTOMERS {
        let mut names = HashMap::new();
        for alert in all[tenant].iter().flat_map(|incident| &incident.alerts) {
            for device in &alert.devices {
                let name = names.entry(device.id.clone()).or_insert_with(|| device.dns_name.clone());
                assert_eq!(*name, device.dns_name, "{tenant}");
                assert!(device.dns_name.ends_with(&format!(".{domain}")), "{}", device.dns_name);
            }
            for entity in &alert.entities {
                let listed = |id: &DeviceId| alert.devices.iter().any(|device| device.id == *id);
                assert!(entity.device_id.as_ref().is_none_or(listed), "{tenant}: {}", alert.title);
            }
        }
        let distinct: HashSet<_> = names.values().collect();
        assert_eq!(distinct.len(), names.len(), "{tenant}: one id per name");
    }
}

#[test]
fn nothing_happens_in_the_future_and_updates_follow_creation() {
    for incident in incidents().values().flatten() {
        assert!(incident.created < NOW && incident.last_updated < NOW, "{}", incident.name);
        for alert in &incident.alerts {
            assert!(alert.first_activity <= alert.created, "{}", alert.title);
            assert!(alert.created <= alert.last_updated && alert.last_updated < NOW, "{}", alert.title);
            assert!(alert.resolved.is_none_or(|resolved| alert.created <= resolved), "{}", alert.title);
            assert!(alert.last_updated <= incident.last_updated, "{}: {}", incident.name, alert.title);
        }
        for comment in &incident.comments {
            assert!(comment.created <= incident.last_updated, "{}: {}", incident.name, comment.text);
        }
    }
}

/// Nobody's real address, domain or mailbox may stand in a scenario about attacks.
#[test]
fn addresses_are_reserved_for_documentation() {
    const NETWORKS: [&str; 4] = ["192.0.2.", "198.51.100.", "203.0.113.", "10."];
    let is_reserved =
        |host: &str| host.ends_with(".example") || NETWORKS.iter().any(|network| host.starts_with(network));
    each_evidence(|tenant, evidence| match evidence {
        Evidence::Ip { address } => assert!(is_reserved(address), "{tenant}: {address}"),
        Evidence::Url { url } => {
            let host = url.split('/').nth(2).unwrap();
            assert!(is_reserved(host), "{tenant}: {url}");
        }
        Evidence::MailMessage(mail) => {
            for address in [&mail.sender, &mail.recipient] {
                assert!(is_reserved(address), "{tenant}: {address}");
            }
        }
        _ => {}
    });
}
