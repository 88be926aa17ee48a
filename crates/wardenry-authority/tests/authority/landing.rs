//! `/`, `/portal` and the style sheet.

use crate::world::{OTHER_HOST, World};

#[tokio::test]
async fn the_bare_address_leads_to_a_page_that_says_what_answers_here() {
    let world = World::new().await;
    let answer = world.get("/").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/portal"));
    let page = world.get_from(OTHER_HOST, "/portal").await;
    assert_eq!((page.status.as_u16(), page.heading()), (200, "Wardenry"));
    for address in [
        "https://id.wardenry.test/{tenant}/oauth2/v2.0/token",
        "https://id.wardenry.test/common/v2.0/.well-known/openid-configuration",
    ] {
        assert!(page.text.contains(address), "{}", page.text);
    }
}

#[tokio::test]
async fn the_style_sheet_is_where_the_pages_say() {
    let world = World::new().await;
    let page = world.get("/portal").await;
    assert!(page.page().contains("<link rel=\"stylesheet\" href=\"/assets/style.css\">"));
    let style = world.get("/assets/style.css").await;
    assert_eq!((style.status.as_u16(), style.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(style.text.contains(":focus-visible"));
    assert!(!style.text.contains("url(") && !style.text.contains("@import"), "nothing else is loaded");
}
