//! The token tool's page and its catalogue; the script itself is tried in a real browser.

use serde_json::Value;

use crate::browser::{Browser, HtmlForm};
use crate::world::{PARTNER_CLERK, World};

#[tokio::test]
async fn the_page_has_no_form_that_could_send_a_token() {
    let world = World::new().await;
    let mut clerk = Browser::of(&world, PARTNER_CLERK).await;
    let page = clerk.open("/portal/token").await;
    assert_eq!(page.heading(), "Token tool");
    let with_token: Vec<_> = HtmlForm::all_of(&page)
        .into_iter()
        .filter(|form| form.fields.iter().any(|(name, _)| name == "token"))
        .map(|form| (form.method, form.action))
        .collect();
    assert_eq!(with_token, [(String::new(), String::new())]);
}

#[tokio::test]
async fn the_catalogue_tells_issuers_resources_and_what_calls_demand() {
    let world = World::new().await;
    let answer = Browser::new(&world).get("/portal/token/catalogue").await;
    assert_eq!(answer.header("content-type"), "application/json");
    let catalogue: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(catalogue["issuers"], serde_json::json!(["https://localhost:8443"]));
    let incidents = serde_json::json!({
        "call": "GET /api/incidents",
        "resources": ["Microsoft Threat Protection", "WindowsDefenderATP"],
        "roles": ["Incident.Read.All", "Incident.ReadWrite.All"],
        "scopes": ["Incident.Read", "Incident.ReadWrite"],
    });
    assert!(catalogue["calls"].as_array().unwrap().contains(&incidents));
    let names: Vec<_> =
        catalogue["resources"].as_array().unwrap().iter().map(|resource| &resource["name"]).collect();
    assert!(names.contains(&&Value::from("Microsoft Graph")), "{names:?}");
}

#[tokio::test]
async fn it_is_there_for_somebody_who_has_not_signed_in() {
    let world = World::new().await;
    let page = Browser::new(&world).get("/portal/token").await;
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (200, "Token tool"));
    assert!(page.text.contains("/portal/sign-in?continue=%2Fportal%2Ftoken"));
    assert!(!page.text.contains("/portal/sign-out") && !page.text.contains("/portal/registrations"));
}
