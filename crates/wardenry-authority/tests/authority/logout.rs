//! `GET` and `POST /{tenant}/oauth2/logout` and its v2 twin.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::answer::POLICY;
use crate::browser::{Browser, HtmlForm, documentation_link};
use crate::world::{ADMIN, CUSTOMER, World};

const SESSION: &str = "__Host-wardenry-session";

#[tokio::test]
async fn a_button_ends_the_session() {
    let world = World::with_users().await;
    for path in
        ["/common/oauth2/logout", "/alder.example/oauth2/v2.0/logout", &format!("/{CUSTOMER}/OAuth2/Logout")]
    {
        let mut browser = Browser::new(&world);
        browser.open_as(ADMIN, &documentation_link()).await;
        let session = browser.cookies[SESSION].clone();
        let page = browser.open(path).await;
        assert_eq!((page.heading(), page.header("content-security-policy")), ("Sign out", POLICY));
        // The form has no address of its own: it is sent to the page's.
        let form = HtmlForm::of(&page);
        assert_eq!(form.action, "");
        let answer = browser.post(path, &form.encoded(), &HeaderMap::new()).await;
        assert_eq!((answer.status.as_u16(), answer.heading()), (200, "Signed out"));
        assert!(!browser.cookies.contains_key(SESSION));
        // The session is over on the server's side.
        browser.cookies.insert(SESSION.to_owned(), session);
        assert_eq!(browser.open(&documentation_link()).await.heading(), "Sign in");
    }
}

#[tokio::test]
async fn a_link_or_another_site_ends_nothing() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    browser.open_as(ADMIN, &documentation_link()).await;
    let path = "/common/oauth2/v2.0/logout?post_logout_redirect_uri=https://evil.example";
    let page = browser.open(path).await;
    assert!(!page.text.contains("evil.example"), "{}", page.text);
    let form = HtmlForm::of(&page);
    let foreign = HeaderMap::from_iter([(
        HeaderName::from_static("origin"),
        HeaderValue::from_static("https://evil.example"),
    )]);
    for (body, headers) in [
        (String::new(), HeaderMap::new()),
        ("form_token=x".to_owned(), HeaderMap::new()),
        (form.encoded(), foreign),
        ("x=1&".repeat(101), HeaderMap::new()),
    ] {
        let answer = browser.post(path, &body, &headers).await;
        assert_eq!((answer.status.as_u16(), answer.heading()), (403, "This form has expired"));
    }
    assert_eq!(browser.open(&documentation_link()).await.heading(), "Permissions requested");
}

#[tokio::test]
async fn signing_out_twice_is_no_error() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    for _ in 0..2 {
        let page = browser.open("/common/oauth2/logout").await;
        let form = HtmlForm::of(&page);
        let answer = browser.post("/common/oauth2/logout", &form.encoded(), &HeaderMap::new()).await;
        assert_eq!(answer.heading(), "Signed out");
    }
}

#[tokio::test]
async fn somebody_with_another_account_is_led_back_to_the_question() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let question = browser.open_as(ADMIN, &documentation_link()).await;
    let link = question.text.split("href=\"").find(|rest| rest.contains("Use another account")).unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    let page = browser.open(&link).await;
    assert_eq!(page.heading(), "Sign out");
    let answer = browser.post(&link, &HtmlForm::of(&page).encoded(), &HeaderMap::new()).await;
    assert!(!browser.cookies.contains_key(SESSION));
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, documentation_link().as_str()));
    assert_eq!(browser.open(&documentation_link()).await.heading(), "Sign in");
    // It leads to a question of this server or nowhere.
    for target in ["https://evil.example/", "//evil.example/oauth2/authorize", "/portal"] {
        let page = browser.open(&format!("/common/oauth2/logout?continue={target}")).await;
        let body = format!("{}&continue={target}", HtmlForm::of(&page).encoded());
        let answer = browser.post("/common/oauth2/logout", &body, &HeaderMap::new()).await;
        assert_eq!((answer.status.as_u16(), answer.heading()), (200, "Signed out"), "{target}");
    }
}
