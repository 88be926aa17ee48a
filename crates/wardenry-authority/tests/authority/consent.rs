//! `POST /consent`: the consent page's form.

use http::{HeaderMap, HeaderName, HeaderValue};
use wardenry_core::catalogue::{DEFENDER_ATP, DirectoryRole, GRAPH, THREAT_PROTECTION};
use wardenry_directory::model::Actor;
use wardenry_directory::registration::ApplicationPatch;
use wardenry_directory::store::{Change, DirectoryStore as _, Page};

use crate::answer::{between, pairs};
use crate::browser::{Browser, HtmlForm, documentation_link};
use crate::world::{ADMIN, CONNECTOR, CUSTOMER, ORDINARY, WISHES, World, registration, wishes};

#[tokio::test]
async fn a_form_that_another_site_made_changes_nothing() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &documentation_link()).await;
    let form = HtmlForm::of(&page).filled(&[("decision", "accept")]);
    let mut foreign = Browser::new(&world);
    let foreign_token = HtmlForm::of(&foreign.open(&documentation_link()).await).fields["form_token"].clone();
    let header = |name: &'static str, value: &'static str| {
        HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))])
    };
    let mut without_token = form.clone();
    without_token.fields.remove("form_token");
    let attempts = [
        ("no token", without_token, HeaderMap::new()),
        ("empty token", form.clone().filled(&[("form_token", "")]), HeaderMap::new()),
        ("made-up token", form.clone().filled(&[("form_token", &"0".repeat(64))]), HeaderMap::new()),
        ("another browser's token", form.clone().filled(&[("form_token", &foreign_token)]), HeaderMap::new()),
        ("foreign origin", form.clone(), header("origin", "https://evil.example")),
        ("own origin, other port", form.clone(), header("origin", "https://localhost:1")),
        ("own origin, no TLS", form.clone(), header("origin", "http://localhost:8443")),
        ("other site", form.clone(), header("sec-fetch-site", "cross-site")),
        ("other subdomain", form.clone(), header("sec-fetch-site", "same-site")),
    ];
    for (attempt, form, headers) in attempts {
        let answer = browser.post("/consent", &form.encoded(), &headers).await;
        assert_eq!(answer.status, 403, "{attempt}: {answer:?}");
        assert_eq!(answer.heading(), "This form has expired");
        assert_eq!(world.principal(CUSTOMER, CONNECTOR).await, None, "{attempt}");
    }
    // A decline is a decision, too.
    let declined = form.clone().filled(&[("decision", "decline"), ("form_token", "")]);
    assert_eq!(browser.post("/consent", &declined.encoded(), &HeaderMap::new()).await.status, 403);
    // Without the cookie, the right token is worth nothing.
    let cookies = std::mem::take(&mut browser.cookies);
    assert_eq!(browser.post("/consent", &form.encoded(), &HeaderMap::new()).await.status, 403);
    browser.cookies = cookies;
    let own = header("origin", "https://localhost:8443");
    assert_eq!(browser.post("/consent", &form.encoded(), &own).await.status, 303);
}

#[tokio::test]
async fn the_form_leads_to_this_servers_requests_and_nowhere_else() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &documentation_link()).await;
    for target in [
        "",
        "https://evil.example/common/oauth2/authorize?client_id=x",
        "//evil.example/oauth2/authorize",
        "/\\evil.example/oauth2/authorize",
        "/common/oauth2/token",
        "/common/oauth2/authorize/../../../evil",
        "/v1.0/applications",
        "javascript:alert(1)",
        "/a\r\nb/adminconsent",
    ] {
        for decision in ["accept", "decline"] {
            let answer = browser.submit(&page, &[("decision", decision), ("continue", target)]).await;
            let (status, code) = answer.refused_page();
            assert!(status == 400 && [9_002_313, 900_023].contains(&code), "{target}: {answer:?}");
        }
    }
    // The address in the carried request is proven again.
    let evil = format!("{}&redirect_uri=https://evil.example", documentation_link());
    for decision in ["accept", "decline"] {
        let answer = browser.submit(&page, &[("decision", decision), ("continue", &evil)]).await;
        assert_eq!(answer.refused_page(), (400, 50_011));
    }
    assert_eq!(world.principal(CUSTOMER, CONNECTOR).await, None);
}

#[tokio::test]
async fn anything_but_accept_declines() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &documentation_link()).await;
    for decision in ["decline", "", "Accept", "accept "] {
        let answer = browser.submit(&page, &[("decision", decision)]).await;
        let expected =
            [("error", "access_denied"), ("error_description", "AADSTS65004"), ("error_subcode", "cancel")];
        assert_eq!(answer.redacted_reply(), pairs(&expected), "{decision}");
    }
    assert_eq!(world.principal(CUSTOMER, CONNECTOR).await, None);
}

#[tokio::test]
async fn a_forged_acceptance_of_an_ordinary_user_is_refused() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let user_scope =
        documentation_link().replace("/oauth2/authorize", "/oauth2/v2.0/authorize") + "&scope=User.Read";
    // A page that the user does get, with the fields of one that the user does not.
    let page = browser.open_as(ORDINARY, &user_scope).await;
    assert_eq!(page.heading(), "Permissions requested");
    assert!(!page.text.contains("checkbox"), "{}", page.text);
    let answer = browser.submit(&page, &[("decision", "accept"), ("continue", &documentation_link())]).await;
    assert_eq!(answer.refused_page(), (403, 90_094));
    let answer = browser.submit(&page, &[("decision", "accept"), ("organisation", "yes")]).await;
    assert_eq!(answer.refused_page(), (403, 90_094));
    assert_eq!(world.principal(CUSTOMER, CONNECTOR).await, None);
}

#[tokio::test]
async fn what_the_page_did_not_show_is_not_granted() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &documentation_link()).await;
    let more = vec![wishes(&GRAPH, &["User.Read.All"], &[])];
    let patch = ApplicationPatch { required_resources: Some(more), ..ApplicationPatch::default() };
    world.change_connector(patch).await;
    let again = browser.accept(&page).await;
    assert_eq!((again.status.as_u16(), again.heading()), (200, "Permissions requested"));
    assert!(again.text.contains("asks for something else by now"), "{}", again.text);
    assert_eq!(world.principal(CUSTOMER, CONNECTOR).await, None);
    // A form without the mark agrees to nothing, either.
    let unmarked = browser.submit(&page, &[("decision", "accept"), ("shown", "")]).await;
    assert_eq!(unmarked.status.as_u16(), 200);
    assert_eq!(world.principal(CUSTOMER, CONNECTOR).await, None);
    assert_eq!(browser.accept(&again).await.status.as_u16(), 303);
    assert!(world.principal(CUSTOMER, CONNECTOR).await.is_some());
}

#[tokio::test]
async fn consent_adds_and_never_takes_away() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &documentation_link()).await;
    browser.accept(&page).await;
    let principal = world.principal(CUSTOMER, CONNECTOR).await.unwrap();
    world.grant(principal, &GRAPH, "User.Read.All").await;
    let wish_list = vec![
        wishes(&THREAT_PROTECTION, &["Incident.ReadWrite.All"], &[]),
        wishes(&DEFENDER_ATP, &["Machine.Read.All"], &[]),
    ];
    let patch = ApplicationPatch { required_resources: Some(wish_list), ..ApplicationPatch::default() };
    world.change_connector(patch).await;
    let mut before = [WISHES.to_vec(), vec!["User.Read.All"]].concat();
    let sorted = async || {
        let mut roles = world.granted_roles().await;
        roles.sort_unstable();
        roles
    };
    before.sort_unstable();
    assert_eq!(sorted().await, before, "a wish grants nothing");
    let page = browser.open(&documentation_link()).await;
    browser.accept(&page).await;
    let mut after = [before, vec!["Incident.ReadWrite.All", "Machine.Read.All"]].concat();
    after.sort_unstable();
    assert_eq!(sorted().await, after);
    assert_eq!(world.principal(CUSTOMER, CONNECTOR).await, Some(principal), "the same principal");
    // Once more changes nothing, and nothing is noted.
    let events = async || world.store.audit_events(CUSTOMER, Page { skip: 0, take: 1000 }).await.unwrap();
    let noted = events().await.len();
    let page = browser.open(&documentation_link()).await;
    browser.accept(&page).await;
    assert_eq!(sorted().await, after);
    assert_eq!(events().await.len(), noted);
}

#[tokio::test]
async fn a_consent_is_noted_with_the_person_who_gave_it() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &documentation_link()).await;
    browser.accept(&page).await;
    let events = world.store.audit_events(CUSTOMER, Page { skip: 0, take: 1 }).await.unwrap();
    assert_eq!(events[0].action, "consent.grant");
    assert!(matches!(&events[0].actor, Actor::User { name, .. } if name == ADMIN), "{:?}", events[0]);
    assert!(WISHES.iter().all(|wish| events[0].detail.contains(wish)), "{:?}", events[0]);
}

/// An application that asks for a delegated permission only.
async fn profile_reader(world: &World) -> String {
    let application = world
        .register(ApplicationPatch {
            required_resources: Some(vec![wishes(&GRAPH, &[], &["User.Read"])]),
            ..registration("Profile Reader", &["https://profile.example/"])
        })
        .await;
    documentation_link().replace(&CONNECTOR.to_string(), &application.app_id.to_string())
}

#[tokio::test]
async fn an_administrator_chooses_for_whom_delegated_permissions_are() {
    let world = World::with_users().await;
    world.add_user("gina@alder.example", &[DirectoryRole::GlobalAdministrator]).await;
    let link = profile_reader(&world).await;
    let automatic = link.replace("prompt=consent&", "");
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &link).await;
    assert!(page.text.contains("type=\"checkbox\" name=\"organisation\""), "{}", page.text);
    browser.accept(&page).await;
    let mut other = Browser::new(&world);
    let page = other.open_as("gina@alder.example", &automatic).await;
    assert_eq!(page.heading(), "Permissions requested", "it was for one person");
    other.submit(&page, &[("decision", "accept"), ("organisation", "yes")]).await;
    let mut ordinary = Browser::new(&world);
    let answer = ordinary.open_as(ORDINARY, &automatic).await;
    assert_eq!(answer.redacted_reply(), pairs(&[("code", "(code)"), ("session_state", "(guid)")]));
}

#[tokio::test]
async fn a_hostile_name_is_shown_as_text() {
    let world = World::with_users().await;
    let name = "<script>alert(1)</script>\"'& \u{202e}gpj.exe \u{2066}x";
    world
        .change_connector(ApplicationPatch {
            display_name: Some(name.to_owned()),
            ..ApplicationPatch::default()
        })
        .await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &documentation_link()).await;
    let shown = between(page.page(), "<dt>Application</dt><dd><strong><bdi>", "</bdi>");
    // Isolated, so that it cannot turn round what stands around it.
    assert_eq!(crate::browser::unescaped(shown), name);
    let mut browser = Browser::new(&world);
    let stopped = browser.open_as(ORDINARY, &documentation_link()).await;
    assert!(stopped.page().contains(shown));
}

#[tokio::test]
async fn control_characters_of_a_name_are_made_visible() {
    let world = World::with_users().await;
    // Such a name cannot be registered; it can stand in an old database.
    let mut application = world.store.application_by_app_id(CONNECTOR).await.unwrap().unwrap();
    application.display_name = "Bell\u{7}\u{1b}[2J\r\nname".to_owned();
    let event = world.store.audit_events(CUSTOMER, Page { skip: 0, take: 1 }).await.unwrap().remove(0);
    let event = wardenry_directory::model::AuditEvent { id: uuid::Uuid::from_u128(77), ..event };
    world.store.commit(&[Change::PutApplication(application)], &event).await.unwrap();
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &documentation_link()).await;
    let shown = between(page.page(), "<dt>Application</dt><dd><strong><bdi>", "</bdi>");
    assert_eq!(shown, "Bell\u{fffd}\u{fffd}[2J\u{fffd}\u{fffd}name");
}

#[tokio::test]
async fn roles_count_at_the_moment_of_the_answer() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &documentation_link()).await;
    let mut user = world.store.user_by_name(ADMIN).await.unwrap().unwrap();
    user.roles.clear();
    let event = world.store.audit_events(CUSTOMER, Page { skip: 0, take: 1 }).await.unwrap().remove(0);
    let event = wardenry_directory::model::AuditEvent { id: uuid::Uuid::from_u128(77), ..event };
    world.store.commit(&[Change::PutUser(user)], &event).await.unwrap();
    assert_eq!(browser.accept(&page).await.refused_page(), (403, 90_094));
    assert_eq!(world.principal(CUSTOMER, CONNECTOR).await, None);
}
