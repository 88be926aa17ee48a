//! Where somebody is signed in.

use wardenry_directory::client_address;

use crate::browser::{Browser, HtmlForm};
use crate::world::{CUSTOMER_ADMIN, PARTNER_ADMIN, World};

#[tokio::test]
async fn one_session_is_ended_and_then_all_others() {
    let world = World::new().await;
    let user = world.directory.act_as(&world.operator, PARTNER_ADMIN).await.unwrap();
    let hostile = "<script>alert(1)</script>\u{202e}\u{7}";
    let start = world.directory.start_session_in(&user, Some(hostile));
    let stolen = client_address::scope("2001:db8::7".parse().unwrap(), start).await.unwrap();
    let mut phone = Browser::of(&world, PARTNER_ADMIN).await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    let page = browser.open("/portal/sessions").await;
    assert_eq!((page.heading().as_str(), page.text.matches(">this one<").count()), ("Your sessions", 1));
    assert!(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;\u{202e}\u{fffd}"), "{}", page.text);
    assert!(page.text.contains("2001:db8::7") && !page.text.contains(stolen.expose()));
    let ends: Vec<_> =
        HtmlForm::all_of(&page).into_iter().filter(|form| form.action == "/portal/sessions/end").collect();
    assert_eq!(ends.len(), 2);
    let mut foreign = Browser::of(&world, CUSTOMER_ADMIN).await;
    let home = foreign.open("/portal").await;
    let token = HtmlForm::all_of(&home)[0].fields[0].clone();
    for form in &ends {
        // Nobody ends another's session, even by its right name.
        let answer = foreign.post("/portal/sessions/end", &[token.clone(), form.fields[1].clone()]).await;
        assert_eq!(answer.status, 404);
    }
    for nonsense in ["", "x", "%%"] {
        let field = ("session".to_owned(), nonsense.to_owned());
        assert_eq!(
            foreign.post("/portal/sessions/end", &[token.clone(), field]).await.status,
            404,
            "{nonsense}"
        );
    }
    let page = browser.submit(&page, "/portal/sessions/end", &[]).await;
    assert!(page.text.contains("The session is ended."));
    let page = browser.submit(&page, "/portal/sessions/end-others", &[]).await;
    assert!(page.text.contains("All other sessions are ended.") && !page.text.contains("End all other"));
    assert_eq!(phone.open("/portal").await.heading(), "Sign in");
    assert!(world.directory.session_user(&stolen).await.unwrap().is_none());
    assert_eq!(browser.open("/portal").await.heading(), "Home");
    assert_eq!(foreign.open("/portal").await.heading(), "Home");
}
