//! App registrations: the steps of the documentation's articles, without scripts.

use wardenry_core::catalogue::THREAT_PROTECTION;
use wardenry_core::id::AppId;

use crate::browser::{Browser, HtmlForm};
use crate::world::{
    Answer, CONNECTOR, CUSTOMER, CUSTOMER_ADMIN, PARTNER, PARTNER_ADMIN, PARTNER_CLERK, World,
};

/// The text between the tags of the element with this id.
fn text_of(page: &Answer, id: &str) -> String {
    let (_, rest) =
        page.text.split_once(&format!("id=\"{id}\">")).unwrap_or_else(|| panic!("no {id}: {}", page.text));
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_application_is_registered_given_a_permission_consented_to_and_given_a_secret() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    let page = browser.open("/portal/registrations/new").await;
    let fields = [
        ("name", "My partner app"),
        ("audience", "AzureADMultipleOrgs"),
        ("platform", "web"),
        ("redirect_uri", "https://portal.azure.com"),
    ];
    let overview = browser.submit(&page, "/portal/registrations/new", &fields).await;
    assert_eq!(overview.heading(), "My partner app");
    let app: AppId = text_of(&overview, "app-id").parse().unwrap();
    assert_eq!(text_of(&overview, "tenant-id"), PARTNER.to_string());

    // Add a permission, APIs my organization uses, by the name that the documentation says to type.
    let here = format!("/portal/registrations/{app}");
    let found = browser.open(&format!("{here}/permissions/add?q=Microsoft+Threat+Protection")).await;
    let offer = format!("{here}/permissions/add/{}", THREAT_PROTECTION.app_id);
    assert!(found.text.contains(&format!("href=\"{offer}\"")) && !found.text.contains("Microsoft Graph"));
    let page = browser.open(&offer).await;
    let role = THREAT_PROTECTION.app_role("Incident.Read.All").unwrap().id.to_string();
    let listed = browser.submit(&page, &offer, &[("role", &role)]).await;
    assert!(
        listed.text.contains("Incident.Read.All") && listed.text.contains("not granted"),
        "{}",
        listed.text
    );

    let granted = browser.submit(&listed, &format!("{here}/permissions/consent"), &[]).await;
    assert!(granted.text.contains("granted for ") && !granted.text.contains("not granted"));
    let client = world.directory.client(PARTNER, app).await.unwrap().unwrap();
    assert_eq!(client.principal.as_ref().unwrap().roles_on(THREAT_PROTECTION.app_id), ["Incident.Read.All"]);

    let page = browser.open(&format!("{here}/credentials")).await;
    let fields = [("description", "Collector"), ("days", "365")];
    let made = browser.submit(&page, &format!("{here}/credentials/secrets"), &fields).await;
    let secret = text_of(&made, "secret-value");
    let client = world.directory.client(PARTNER, app).await.unwrap().unwrap();
    assert!(client.secrets[0].digest.matches(&world.directory.digest(&secret.as_str().into())));
    // It is shown once.
    let again = browser.open(&format!("{here}/credentials")).await;
    assert!(!again.text.contains(&secret) && again.text.contains("Collector"));
}

#[tokio::test]
async fn what_cannot_be_registered_is_told_beside_what_was_typed() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    let page = browser.open("/portal/registrations/new").await;
    let fields = [("name", "Watch <b>"), ("redirect_uri", "http://evil.example")];
    let refused = browser.submit(&page, "/portal/registrations/new", &fields).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("http://evil.example") && refused.text.contains("Watch &lt;b&gt;"));
    assert!(!refused.text.contains("Watch <b>"));
    let form = HtmlForm::all_of(&refused).into_iter().find(|form| form.action.ends_with("/new")).unwrap();
    assert!(form.fields.contains(&("name".to_owned(), "Watch <b>".to_owned())));
}

#[tokio::test]
async fn a_permission_that_is_added_after_the_consent_is_not_granted_until_consent_is_given_again() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    let here = format!("/portal/registrations/{CONNECTOR}/permissions");
    let page = browser.open(&here).await;
    let page = browser.submit(&page, &format!("{here}/consent"), &[]).await;
    assert!(!page.text.contains("not granted"));
    let offer = format!("{here}/add/{}", THREAT_PROTECTION.app_id);
    let page = browser.open(&offer).await;
    let hunting = THREAT_PROTECTION.app_role("AdvancedHunting.Read.All").unwrap().id.to_string();
    let page = browser.submit(&page, &offer, &[("role", &hunting)]).await;
    assert_eq!(page.text.matches(">granted<").count(), 1);
    assert_eq!(page.text.matches(">not granted<").count(), 1);
    let page = browser.submit(&page, &format!("{here}/consent"), &[]).await;
    assert_eq!(page.text.matches(">granted<").count(), 2);
    // Taking it off the list takes nothing away.
    let (resource, scope) = (THREAT_PROTECTION.app_id.to_string(), hunting.clone());
    let fields = [("resource", resource.as_str()), ("permission", scope.as_str())];
    let page = browser.submit(&page, &format!("{here}/remove"), &fields).await;
    assert!(!page.text.contains("AdvancedHunting.Read.All"));
    let client = world.directory.client(PARTNER, CONNECTOR).await.unwrap().unwrap();
    assert_eq!(client.principal.as_ref().unwrap().roles_on(THREAT_PROTECTION.app_id).len(), 2);
}

#[tokio::test]
async fn customers_appear_on_the_overview_once_they_have_consented() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    let here = format!("/portal/registrations/{CONNECTOR}");
    assert!(browser.open(&here).await.text.contains("No other organisation has consented"));
    let world = World::consented().await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    let page = browser.open(&here).await;
    assert!(page.text.contains("Alder Foods") && page.text.contains(&CUSTOMER.to_string()));
    let link = browser.open(&format!("{here}/consent-link")).await;
    let expected = format!(
        "https://localhost:8443/common/oauth2/authorize?prompt=consent&amp;client_id={CONNECTOR}&amp;response_type=code&amp;sso_reload=true"
    );
    assert_eq!(text_of(&link, "link-v1"), expected);
}

#[tokio::test]
async fn people_without_the_role_see_applications_and_cannot_change_them() {
    let world = World::new().await;
    let mut clerk = Browser::of(&world, PARTNER_CLERK).await;
    let here = format!("/portal/registrations/{CONNECTOR}");
    for tail in ["", "/permissions", "/credentials", "/authentication", "/settings"] {
        let page = clerk.open(&format!("{here}{tail}")).await;
        assert_eq!(page.status, 200, "{tail}");
        let actions: Vec<String> = HtmlForm::all_of(&page).into_iter().map(|form| form.action).collect();
        assert!(
            actions.iter().all(|action| action == "/portal/sign-out" || tail == "/authentication"),
            "{actions:?}"
        );
    }
    let home = clerk.open("/portal").await;
    let token = HtmlForm::all_of(&home)[0].fields[0].clone();
    for (action, fields) in [
        ("/portal/registrations/new".to_owned(), vec![("name", "X"), ("audience", "AzureADMyOrg")]),
        (format!("{here}/credentials/secrets"), vec![("days", "365")]),
        (format!("{here}/settings/delete"), vec![("name", "Harbour Connector")]),
        (format!("{here}/permissions/consent"), vec![]),
    ] {
        let mut sent = vec![token.clone()];
        sent.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let answer = clerk.post(&action, &sent).await;
        assert_eq!(
            (answer.status.as_u16(), answer.heading().as_str()),
            (403, "Your roles do not allow this"),
            "{action}"
        );
    }
}

#[tokio::test]
async fn another_organisations_application_is_not_there() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, CUSTOMER_ADMIN).await;
    for tail in ["", "/permissions", "/credentials", "/authentication", "/consent-link", "/settings"] {
        let page = browser.open(&format!("/portal/registrations/{CONNECTOR}{tail}")).await;
        assert_eq!((page.status.as_u16(), page.heading().as_str()), (404, "There is nothing here"), "{tail}");
    }
    assert_eq!(browser.open("/portal/registrations/nonsense").await.status, 404);
}

#[tokio::test]
async fn an_application_is_deleted_only_when_its_name_is_typed() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    let here = format!("/portal/registrations/{CONNECTOR}/settings");
    let page = browser.open(&here).await;
    let refused = browser.submit(&page, &format!("{here}/delete"), &[("name", "Harbour")]).await;
    assert_eq!(refused.status, 400);
    let off = browser.submit(&page, &format!("{here}/enabled"), &[("enabled", "no")]).await;
    assert!(off.text.contains("Switched off"));
    assert!(world.directory.client(PARTNER, CONNECTOR).await.unwrap().unwrap().disabled);
    let list = browser.submit(&page, &format!("{here}/delete"), &[("name", "Harbour Connector")]).await;
    assert_eq!(list.heading(), "App registrations");
    assert!(world.directory.client(PARTNER, CONNECTOR).await.unwrap().is_none());
}

#[tokio::test]
async fn a_name_full_of_markup_and_direction_marks_stays_a_name() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    let hostile = "</h1><script>alert(1)</script>\u{202e}evil&amp;";
    let page = browser.open("/portal/registrations/new").await;
    let overview = browser.submit(&page, "/portal/registrations/new", &[("name", hostile)]).await;
    assert_eq!(overview.status, 200);
    assert!(!overview.text.contains("<script>alert"));
    let escaped = "<bdi>&lt;/h1&gt;&lt;script&gt;alert(1)&lt;/script&gt;\u{202e}evil&amp;amp;</bdi>";
    assert!(overview.text.contains(escaped), "{}", overview.text);
    assert!(browser.open("/portal/registrations").await.text.contains(escaped));
}
