//! Signing in and out.

use crate::browser::Browser;
use crate::world::{PARTNER_ADMIN, PASSWORD, World};

#[tokio::test]
async fn a_wrong_password_is_told_and_the_name_is_kept() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser.open("/portal/registrations").await;
    assert_eq!(page.heading(), "Sign in");
    let fields = [("user_name", PARTNER_ADMIN), ("password", "wrong")];
    let refused = browser.submit(&page, "/portal/sign-in", &fields).await;
    assert_eq!((refused.status.as_u16(), refused.heading().as_str()), (401, "Sign in"));
    assert!(
        refused.text.contains(&format!("value=\"{PARTNER_ADMIN}\"")) && !refused.text.contains("\"wrong\"")
    );
    // The page that was wanted first is still where the sign-in leads.
    let list = browser.submit(&refused, "/portal/sign-in", &[("password", PASSWORD)]).await;
    assert_eq!(list.heading(), "App registrations");
}

#[tokio::test]
async fn signing_out_ends_the_session_for_good() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    let session = browser.cookies.get("__Host-wardenry-session").unwrap().clone();
    let home = browser.open("/portal").await;
    let page = browser.submit(&home, "/portal/sign-out", &[]).await;
    assert_eq!(page.heading(), "Sign in");
    browser.cookies.insert("__Host-wardenry-session".to_owned(), session);
    assert_eq!(browser.open("/portal").await.heading(), "Sign in");
}
