//! What holds for every page: they are found by following links from the start page, so that a new one is judged by itself.

use std::collections::{BTreeMap, BTreeSet};

use wardenry_incidents::model::Incident;
use wardenry_incidents::test_incident::{alert, incident};

use crate::browser::{Browser, HtmlForm, attribute};
use crate::world::{
    Answer, CUSTOMER, CUSTOMER_ADMIN, PARTNER, PARTNER_ADMIN, PARTNER_ANALYST, PARTNER_CLERK, World,
};

/// A world in which every list has rows.
async fn furnished() -> World {
    let world = World::consented().await;
    let alerts = vec![alert("da1"), alert("da2")];
    world.add_incidents(CUSTOMER, &[Incident { alerts, ..incident(7) }]).await;
    world.add_incidents(PARTNER, &[incident(7)]).await;
    world
}

/// All pages that somebody reaches, by address.
async fn pages_of(world: &World, user_name: &str) -> BTreeMap<String, Answer> {
    let mut browser = Browser::of(world, user_name).await;
    let mut waiting = vec!["/portal".to_owned()];
    let mut pages = BTreeMap::new();
    while let Some(address) = waiting.pop() {
        if pages.contains_key(&address) {
            continue;
        }
        let page = browser.get(&address).await;
        // Only the navigation leads everybody to every section; what a section forbids is said there.
        let sections = ["/portal/incidents"];
        let expected = if sections.contains(&address.as_str()) { &[200, 403][..] } else { &[200, 303] };
        assert!(expected.contains(&page.status.as_u16()), "{user_name} {address}: {page:?}");
        waiting.extend(addresses(&page, "href"));
        pages.insert(address, page);
    }
    pages
}

/// The addresses inside of the portal that a page's attributes name.
fn addresses(page: &Answer, name: &str) -> Vec<String> {
    let tags = page.text.split('<').skip(1).map(|part| part.split('>').next().unwrap());
    let named = tags.filter_map(|tag| attribute(tag, name));
    // The sign-in has no frame and wants no session; it has tests of its own.
    named
        .filter(|address| address.starts_with("/portal") && !address.starts_with("/portal/sign-in"))
        .collect()
}

#[tokio::test]
async fn every_link_leads_to_a_page_for_everybody_who_sees_it() {
    let world = furnished().await;
    for user_name in [PARTNER_ADMIN, PARTNER_ANALYST, PARTNER_CLERK, CUSTOMER_ADMIN] {
        let pages = pages_of(&world, user_name).await;
        assert!(pages.contains_key("/portal/registrations"), "{user_name}");
    }
}

#[tokio::test]
async fn every_page_has_the_headers_a_title_one_heading_and_nothing_from_elsewhere() {
    let world = furnished().await;
    for (address, page) in pages_of(&world, PARTNER_ADMIN).await {
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        assert_eq!(
            page.header("content-security-policy"),
            "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; \
             base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
            "{address}"
        );
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(page.header(name), value, "{address}: {name}");
        }
        assert_eq!(page.text.matches("<h1").count(), 1, "{address}");
        assert_eq!(page.text.matches("<main").count(), 1, "{address}");
        assert!(page.text.contains(" – Wardenry</title>"), "{address}");
        for inline in ["<style", " style=\"", " onclick=", "javascript:", "src=\"http", "url("] {
            assert!(!page.text.contains(inline), "{address} has {inline}");
        }
        let ids: Vec<&str> =
            page.text.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{address}: {ids:?}");
        for script in page.text.split("<script").skip(1) {
            let (tag, rest) = script.split_once('>').unwrap();
            assert!(attribute(tag, "src").is_some_and(|src| src.starts_with("/portal/assets/")), "{address}");
            assert!(rest.starts_with("</script>"), "{address} has a script inside");
        }
    }
}

#[tokio::test]
async fn every_page_wants_a_session_and_leads_back_after_the_sign_in() {
    let world = furnished().await;
    for address in pages_of(&world, PARTNER_ADMIN).await.into_keys() {
        if address.starts_with("/portal/assets/") || address == "/portal/token" {
            continue;
        }
        let answer = Browser::new(&world).get(&address).await;
        let mut expected = url::form_urlencoded::Serializer::new(String::new());
        expected.append_pair("continue", &address);
        let expected = match address.as_str() {
            "/portal" => "/portal/sign-in".to_owned(),
            _ => format!("/portal/sign-in?{}", expected.finish()),
        };
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (303, expected.as_str()),
            "{address}"
        );
    }
}

#[tokio::test]
async fn every_form_refuses_what_no_page_of_this_browser_has_sent() {
    let world = furnished().await;
    let mut actions = BTreeSet::new();
    let pages = pages_of(&world, PARTNER_ADMIN).await;
    for form in pages.values().flat_map(HtmlForm::all_of).filter(|form| form.method == "post") {
        assert!(form.fields.iter().any(|(name, _)| name == "form_token"), "{form:?}");
        actions.insert(form.action);
    }
    assert!(actions.len() >= 8, "{actions:?}");
    let before = world.directory.applications(&world.operator.reader(PARTNER), EVERY).await.unwrap();
    for action in actions {
        let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
        for fields in [Vec::new(), vec![("form_token".to_owned(), "0".repeat(64))]] {
            let answer = browser.post(&action, &fields).await;
            assert_eq!(
                (answer.status.as_u16(), answer.heading().as_str()),
                (403, "This form has expired"),
                "{action}"
            );
        }
    }
    let after = world.directory.applications(&world.operator.reader(PARTNER), EVERY).await.unwrap();
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}

const EVERY: wardenry_directory::store::Page = wardenry_directory::store::Page { skip: 0, take: 1000 };
