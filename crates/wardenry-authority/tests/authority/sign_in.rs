//! `POST /sign-in`: the sign-in page's form.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use wardenry_directory::model::{AuditEvent, User};
use wardenry_directory::store::{Change, DirectoryStore as _, Page};

use crate::answer::{Answer, POLICY};
use crate::browser::{Browser, HtmlForm, documentation_link};
use crate::world::{ADMIN, CUSTOMER, ORDINARY, PASSWORD, World};

const SESSION: &str = "__Host-wardenry-session";

/// A page without what differs from request to request.
fn redacted(page: &Answer, user_name: &str) -> String {
    let token = &HtmlForm::of(page).fields["form_token"];
    page.text.replace(token.as_str(), "(token)").replace(user_name, "(user name)")
}

async fn change_user(world: &World, name: &str, change: impl FnOnce(&mut User)) {
    let mut user = world.store.user_by_name(name).await.unwrap().unwrap();
    change(&mut user);
    let event = world.store.audit_events(CUSTOMER, Page { skip: 0, take: 1 }).await.unwrap().remove(0);
    let event = AuditEvent { id: user.id.as_guid(), ..event };
    world.store.commit(&[Change::PutUser(user)], &event).await.unwrap();
}

#[tokio::test]
async fn an_unknown_user_and_a_wrong_password_get_the_same_answer() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open(&documentation_link()).await;
    let mut pages = Vec::new();
    for (user_name, password) in [
        (ADMIN, "wrong"),
        (ADMIN, ""),
        (ADMIN, "x".repeat(2000).as_str()),
        ("nobody@alder.example", "wrong"),
        ("nobody@alder.example", PASSWORD),
        ("nobody@nowhere.example", ""),
        ("nobody", "x".repeat(2000).as_str()),
        ("' OR 1=1 --", "wrong"),
        ("a\0b", "\0"),
    ] {
        let answer = browser.sign_in(&page, user_name, password).await;
        assert_eq!(answer.status, 400, "{user_name}: {answer:?}");
        assert_eq!(answer.heading(), "Sign in");
        assert!(!answer.text.contains("value=\"wrong\""), "a password is never sent back");
        assert_eq!(HtmlForm::of(&answer).fields["user_name"], user_name);
        pages.push(redacted(&answer, user_name));
    }
    assert!(pages[0].contains("<p class=\"problem\" role=\"alert\">User name or password is wrong."));
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:#?}");
    assert!(!browser.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn every_sign_in_has_a_session_of_its_own() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    // A value that somebody else has chosen is not taken over.
    browser.cookies.insert(SESSION.to_owned(), "fixed".to_owned());
    browser.open_as(ADMIN, &documentation_link()).await;
    let first = browser.cookies[SESSION].clone();
    assert_eq!(first.len(), 43);
    let again = documentation_link().replace("prompt=consent", "prompt=login");
    browser.open_as(ADMIN, &again).await;
    let second = browser.cookies[SESSION].clone();
    assert_ne!(first, second);
    for guess in ["", "fixed", &first[1..], &"A".repeat(43), &format!("{second}x")] {
        let mut other = Browser::new(&world);
        other.cookies.insert(SESSION.to_owned(), guess.to_owned());
        assert_eq!(other.open(&documentation_link()).await.heading(), "Sign in", "{guess}");
    }
}

#[tokio::test]
async fn cookies_are_bound_to_host_and_transport() {
    // The browser of these tests refuses every cookie without `__Host-` and its attributes.
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    browser.open_as(ADMIN, &documentation_link()).await;
    let names: Vec<_> = browser.cookies.keys().map(String::as_str).collect();
    assert_eq!(names, ["__Host-wardenry-form", SESSION]);
    assert_eq!(browser.cookies["__Host-wardenry-form"].len(), 64);
}

#[tokio::test]
async fn the_page_allows_nothing_but_its_own_form_and_style() {
    let world = World::new().await;
    let page = world.get(&documentation_link()).await;
    assert_eq!(page.header("content-security-policy"), format!("{POLICY} https://portal.azure.com"));
    assert_eq!(page.header("x-frame-options"), "DENY");
    let form = HtmlForm::of(&page);
    assert_eq!(form.action, "/sign-in");
    let names: Vec<_> = form.fields.keys().map(String::as_str).collect();
    assert_eq!(names, ["continue", "form_token", "password", "user_name"]);
    assert_eq!(form.fields["continue"], documentation_link());
}

#[tokio::test]
async fn ten_failures_close_an_account_for_ten_minutes_whether_it_exists_or_not() {
    let world = World::with_users().await;
    let mut closed = Vec::new();
    for user_name in [ADMIN, "nobody@alder.example"] {
        let mut browser = Browser::new(&world);
        let page = browser.open(&documentation_link()).await;
        for attempt in 1..=10 {
            // Letter case and blanks make no other account.
            let spelled = if attempt % 2 == 0 { user_name.to_uppercase() } else { format!(" {user_name}") };
            assert_eq!(browser.sign_in(&page, &spelled, "wrong").await.status, 400, "{attempt}");
        }
        let answer = browser.sign_in(&page, user_name, PASSWORD).await;
        assert_eq!(answer.status, 429);
        assert_eq!(answer.header("retry-after"), "600");
        assert_eq!(answer.heading(), "Sign in");
        closed.push(redacted(&answer, user_name));
        assert!(!browser.cookies.contains_key(SESSION));
    }
    assert_eq!(closed[0], closed[1]);
    let mut browser = Browser::new(&world);
    browser.open_as(ORDINARY, &documentation_link()).await;
    assert!(browser.cookies.contains_key(SESSION), "others are not touched");
    world.clock.advance(Duration::from_secs(600));
    let mut browser = Browser::new(&world);
    browser.open_as(ADMIN, &documentation_link()).await;
    assert!(browser.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn attempts_at_the_same_time_are_counted_too() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open(&documentation_link()).await;
    let form = HtmlForm::of(&page).filled(&[("user_name", ADMIN), ("password", "wrong")]);
    let cookies = &browser.cookies;
    let attempt = async |_: usize| {
        let mut browser = Browser::new(&world);
        browser.cookies.clone_from(cookies);
        browser.post("/sign-in", &form.encoded(), &HeaderMap::new()).await.status.as_u16()
    };
    let attempts = futures_util::future::join_all((0..30).map(attempt)).await;
    assert_eq!(attempts.iter().filter(|status| **status == 400).count(), 10, "{attempts:?}");
    assert_eq!(attempts.iter().filter(|status| **status == 429).count(), 20, "{attempts:?}");
}

#[tokio::test]
async fn a_success_opens_the_count_again() {
    let world = World::with_users().await;
    for _ in 0..2 {
        let mut browser = Browser::new(&world);
        let page = browser.open(&documentation_link()).await;
        for _ in 0..9 {
            assert_eq!(browser.sign_in(&page, ADMIN, "wrong").await.status, 400);
        }
        assert_eq!(browser.sign_in(&page, ADMIN, PASSWORD).await.heading(), "Permissions requested");
    }
}

#[tokio::test]
async fn only_the_right_password_reveals_that_an_account_is_switched_off() {
    let world = World::with_users().await;
    let mut signed_in = Browser::new(&world);
    let consent_page = signed_in.open_as(ADMIN, &documentation_link()).await;
    change_user(&world, ADMIN, |user| user.enabled = false).await;
    let mut browser = Browser::new(&world);
    let page = browser.open(&documentation_link()).await;
    let wrong = browser.sign_in(&page, ADMIN, "wrong").await;
    let unknown = browser.sign_in(&page, "nobody@alder.example", "wrong").await;
    assert_eq!(redacted(&wrong, ADMIN), redacted(&unknown, "nobody@alder.example"));
    let right = browser.sign_in(&page, ADMIN, PASSWORD).await;
    assert!(right.text.contains("The account is switched off."), "{}", right.text);
    assert!(!browser.cookies.contains_key(SESSION));
    // Sessions that run end.
    assert_eq!(signed_in.accept(&consent_page).await.heading(), "Sign in");
}

#[tokio::test]
async fn a_form_that_another_site_made_signs_nobody_in() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open(&documentation_link()).await;
    let form = HtmlForm::of(&page).filled(&[("user_name", ADMIN), ("password", PASSWORD)]);
    let header = |name: &'static str, value: &'static str| {
        HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))])
    };
    for (form, headers) in [
        (form.clone().filled(&[("form_token", "")]), HeaderMap::new()),
        (form.clone().filled(&[("form_token", &"0".repeat(64))]), HeaderMap::new()),
        (form.clone(), header("origin", "https://evil.example")),
        (form.clone(), header("sec-fetch-site", "cross-site")),
    ] {
        let answer = browser.post("/sign-in", &form.encoded(), &headers).await;
        assert_eq!((answer.status.as_u16(), answer.heading()), (403, "This form has expired"));
        assert!(!browser.cookies.contains_key(SESSION));
    }
}

#[tokio::test]
async fn signing_in_leads_to_this_servers_requests_and_nowhere_else() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open(&documentation_link()).await;
    for target in [
        "",
        "https://evil.example/common/oauth2/authorize",
        "//evil.example/oauth2/authorize",
        "/\\evil.example/oauth2/authorize",
        "/%2fevil.example/oauth2/authorize",
        "/common/oauth2/token?x",
        "/common/oauth2/authorize\r\nset-cookie: a=b",
    ] {
        let fields = [("user_name", ADMIN), ("password", PASSWORD), ("continue", target)];
        let answer = browser.submit(&page, &fields).await;
        assert_eq!(answer.status, 400, "{target}: {answer:?}");
        answer.refused_page();
        assert!(!browser.cookies.contains_key(SESSION), "{target}");
    }
    let evil = format!("{}&redirect_uri=https://evil.example", documentation_link());
    let fields = [("user_name", ADMIN), ("password", PASSWORD), ("continue", evil.as_str())];
    assert_eq!(browser.submit(&page, &fields).await.refused_page(), (400, 50_011));
}
