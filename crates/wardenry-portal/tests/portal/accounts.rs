//! Several accounts in one browser.

use crate::browser::Browser;
use crate::world::{Answer, CUSTOMER_ADMIN, PARTNER_ADMIN, PARTNER_ANALYST, PASSWORD, World};

const ACCOUNTS: &str = "/portal/accounts";

/// Signs in with another account, from the page of accounts.
async fn sign_in_also(browser: &mut Browser<'_>, user_name: &str) -> Answer {
    let page = browser.open("/portal/sign-in?continue=%2Fportal%2Faccounts").await;
    let fields = [("user_name", user_name), ("password", PASSWORD)];
    browser.submit(&page, "/portal/sign-in", &fields).await
}

/// The account that works, and those that wait, as the page names them.
fn accounts(page: &Answer) -> (String, Vec<String>) {
    let rows = page.text.split("<th class=\"wrap\" scope=\"row\"><bdi>").skip(1);
    let mut names = rows.map(|row| row.split("</bdi>").next().unwrap().to_owned());
    (names.next().unwrap(), names.collect())
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn the_account_that_signs_in_works_and_the_others_wait_until_they_are_chosen() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    let page = sign_in_also(&mut browser, CUSTOMER_ADMIN).await;
    assert_eq!(accounts(&page), (CUSTOMER_ADMIN.to_owned(), names(&[PARTNER_ADMIN])));
    assert!(browser.open("/portal").await.text.contains("Alder Foods"));
    let page = browser.open(ACCOUNTS).await;
    let page = browser.submit(&page, "/portal/accounts/switch", &[]).await;
    assert_eq!(accounts(&page), (PARTNER_ADMIN.to_owned(), names(&[CUSTOMER_ADMIN])));
    // Signing in with one that waits makes no second of it.
    let page = sign_in_also(&mut browser, CUSTOMER_ADMIN).await;
    assert_eq!(accounts(&page), (CUSTOMER_ADMIN.to_owned(), names(&[PARTNER_ADMIN])));
}

#[tokio::test]
async fn signing_out_ends_the_one_and_lets_the_next_work_and_all_means_all() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    sign_in_also(&mut browser, CUSTOMER_ADMIN).await;
    let page = sign_in_also(&mut browser, PARTNER_ANALYST).await;
    let analyst = browser.cookies["__Host-wardenry-session"].clone();
    let page = browser.submit(&page, "/portal/sign-out", &[]).await;
    assert_eq!(accounts(&page), (CUSTOMER_ADMIN.to_owned(), names(&[PARTNER_ADMIN])));
    let others = browser.cookies.clone();
    let page = browser.submit(&page, "/portal/sign-out/all", &[]).await;
    assert_eq!(page.heading(), "Sign in");
    assert!(!browser.cookies.keys().any(|name| name.contains("session")), "{:?}", browser.cookies);
    // What a thief has kept is worth nothing.
    for session in others.values().chain([&analyst]) {
        browser.cookies.insert("__Host-wardenry-session".to_owned(), session.clone());
        assert_eq!(browser.open("/portal").await.heading(), "Sign in");
    }
}

#[tokio::test]
async fn nobody_is_switched_to_an_account_that_this_browser_does_not_have() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    sign_in_also(&mut browser, CUSTOMER_ADMIN).await;
    let page = browser.open(ACCOUNTS).await;
    let analyst = world.directory.act_as(&world.operator, PARTNER_ANALYST).await.unwrap().id().to_string();
    for user in [analyst.as_str(), "", "nonsense"] {
        let answer = browser.submit(&page, "/portal/accounts/switch", &[("user", user)]).await;
        assert_eq!(answer.status, 404, "{user}");
    }
    // A waiting session that has ended is not offered.
    browser.cookies.insert("__Host-wardenry-session-1".to_owned(), "forged".to_owned());
    assert_eq!(accounts(&browser.open(ACCOUNTS).await), (CUSTOMER_ADMIN.to_owned(), Vec::new()));
}
