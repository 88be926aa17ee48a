//! `GET /{tenant}/adminconsent` and its v2 twin.

use wardenry_core::catalogue::DirectoryRole;
use wardenry_core::id::ScopeId;
use wardenry_directory::model::OwnScope;
use wardenry_directory::registration::ApplicationPatch;
use wardenry_directory::store::DirectoryStore as _;

use crate::answer::pairs;
use crate::browser::Browser;
use crate::world::{ADMIN, CONNECTOR, CUSTOMER, MTP_SCOPE, ORDINARY, World, registration, web_redirects};

const PORTAL: &str = "redirect_uri=https://portal.azure.com";

fn v1(tenant: &str, query: &str) -> String {
    format!("/{tenant}/adminconsent?client_id={CONNECTOR}&{query}")
}

fn v2(tenant: &str, query: &str) -> String {
    format!("/{tenant}/v2.0/adminconsent?client_id={CONNECTOR}&{query}")
}

#[tokio::test]
async fn v1_grants_everything_and_names_the_tenant() {
    let world = World::with_users().await;
    for tenant in ["common", "organizations", "alder.example", &CUSTOMER.to_string()] {
        let mut browser = Browser::new(&world);
        let page = browser.open_as(ADMIN, &v1(tenant, &format!("{PORTAL}&state=s"))).await;
        assert_eq!(page.heading(), "Permissions requested");
        assert!(!page.text.contains("checkbox"), "it is always for the organisation: {}", page.text);
        let answer = browser.accept(&page).await;
        let id = CUSTOMER.to_string();
        assert_eq!(
            answer.redacted_reply(),
            pairs(&[("admin_consent", "True"), ("tenant", &id), ("state", "s")]),
            "{tenant}"
        );
        assert_eq!(world.granted_roles().await, ["Incident.Read.All", "AdvancedHunting.Read.All"]);
    }
}

#[tokio::test]
async fn v2_repeats_the_scope() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let link = v2("common", &format!("scope={MTP_SCOPE}&{PORTAL}&state=s"));
    let page = browser.open_as(ADMIN, &link).await;
    let answer = browser.accept(&page).await;
    let id = CUSTOMER.to_string();
    assert_eq!(
        answer.redacted_reply(),
        pairs(&[("admin_consent", "True"), ("tenant", &id), ("scope", MTP_SCOPE), ("state", "s")])
    );
    assert_eq!(world.granted_roles().await.len(), 2);
}

#[tokio::test]
async fn v2_grants_named_scopes_and_no_application_permission() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let link = v2("alder.example", &format!("scope=https://graph.microsoft.com/User.Read+openid&{PORTAL}"));
    let page = browser.open_as(ADMIN, &link).await;
    browser.accept(&page).await;
    assert!(world.principal(CUSTOMER, CONNECTOR).await.is_some());
    assert_eq!(world.granted_roles().await, Vec::<&str>::new());
    let mut other = Browser::new(&world);
    let answer = other
        .open_as(
            ORDINARY,
            &format!(
                "/{CUSTOMER}/oauth2/v2.0/authorize?client_id={CONNECTOR}&response_type=code&scope=User.Read"
            ),
        )
        .await;
    assert_eq!(answer.redacted_reply(), pairs(&[("code", "(code)"), ("session_state", "(guid)")]));
}

#[tokio::test]
async fn v2_grants_scopes_of_registered_resources_too() {
    let world = World::with_users().await;
    let scope = |id: u128, value: &str, enabled: bool| OwnScope {
        id: ScopeId::from_guid(uuid::Uuid::from_u128(id)),
        value: value.to_owned(),
        display_name: "Read reports".to_owned(),
        description: "Reads reports.".to_owned(),
        enabled,
        admin_only: false,
    };
    let properties = ApplicationPatch {
        identifier_uris: Some(vec!["https://api.harbour.example".to_owned()]),
        scopes: Some(vec![scope(1, "Report.Read", true), scope(2, "Report.Burn", false)]),
        ..registration("Harbour Reports", &[])
    };
    let resource = world.register(properties).await.app_id;
    world.let_in(CUSTOMER, resource).await;
    let mut browser = Browser::new(&world);
    let named = |scope: &str| v2("common", &format!("scope={scope}&{PORTAL}"));
    let page = browser.open_as(ADMIN, &named(&format!("api://{resource}/Report.Read"))).await;
    assert!(page.text.contains("Harbour Reports"), "{}", page.text);
    browser.accept(&page).await;
    // Named twice and by two names, it is one.
    let page = browser
        .open(&named(&format!("https://api.harbour.example/Report.Read+api://{resource}/Report.Read+https://api.harbour.example/Report.Read")))
        .await;
    assert_eq!(page.text.matches("granted already").count(), 1, "{}", page.text);
    let principal = world.principal(CUSTOMER, CONNECTOR).await.unwrap();
    let grants = world.store.delegated_grants_of(CUSTOMER, principal).await.unwrap();
    let granted: Vec<_> = grants.iter().map(|grant| (grant.user, grant.scopes.clone())).collect();
    assert_eq!(granted, [(None, vec!["Report.Read".to_owned()])]);
    for scope in ["Report.Burn", "Report.Write", ""] {
        let answer = browser.open(&named(&format!("api://{resource}/{scope}"))).await;
        assert_eq!(answer.redacted_reply()[0], ("error".to_owned(), "invalid_scope".to_owned()), "{scope}");
    }
}

#[tokio::test]
async fn it_is_asked_every_time() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &v1("common", PORTAL)).await;
    browser.accept(&page).await;
    assert_eq!(browser.open(&v1("common", PORTAL)).await.heading(), "Permissions requested");
    let none = browser.open(&v1("common", &format!("{PORTAL}&prompt=none"))).await;
    let expected = [("error", "consent_required"), ("error_description", "AADSTS65001")];
    assert_eq!(none.redacted_reply(), pairs(&expected));
}

#[tokio::test]
async fn each_endpoint_has_its_own_words_for_a_refusal() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &v1("common", &format!("{PORTAL}&state=s"))).await;
    let declined = browser.decline(&page).await;
    assert_eq!(
        declined.redacted_reply(),
        pairs(&[("error", "permission_denied"), ("error_description", "AADSTS65004"), ("state", "s")])
    );
    let page = browser.open(&v2("common", &format!("scope={MTP_SCOPE}&{PORTAL}&state=s"))).await;
    let declined = browser.decline(&page).await;
    assert_eq!(
        declined.redacted_reply(),
        pairs(&[
            ("error", "consent_required"),
            ("error_description", "AADSTS65004"),
            ("admin_consent", "True"),
            ("state", "s")
        ])
    );
    let link = format!("/common/oauth2/authorize?client_id={CONNECTOR}&response_type=code&state=s");
    let page = browser.open(&link).await;
    let declined = browser.decline(&page).await;
    assert_eq!(
        declined.redacted_reply(),
        pairs(&[
            ("error", "access_denied"),
            ("error_description", "AADSTS65004"),
            ("error_subcode", "cancel"),
            ("state", "s")
        ])
    );
    assert_eq!(world.principal(CUSTOMER, CONNECTOR).await, None);
}

#[tokio::test]
async fn v2_marks_every_failure_as_admin_consent() {
    let world = World::with_users().await;
    let missing = world.get(&v2("common", &format!("{PORTAL}&state=s"))).await;
    assert_eq!(
        missing.redacted_reply(),
        pairs(&[
            ("error", "invalid_request"),
            ("error_description", "AADSTS900144"),
            ("admin_consent", "True"),
            ("state", "s")
        ])
    );
    let mut browser = Browser::new(&world);
    let link = v2("common", &format!("scope=https://nowhere.example/x&{PORTAL}"));
    let unknown = browser.open_as(ADMIN, &link).await;
    assert_eq!(
        unknown.redacted_reply(),
        pairs(&[("error", "invalid_scope"), ("error_description", "AADSTS70011"), ("admin_consent", "True")])
    );
}

#[tokio::test]
async fn who_is_no_administrator_stays_on_the_page() {
    let world = World::with_users().await;
    world.add_user("rita@alder.example", &[DirectoryRole::SecurityReader]).await;
    for name in [ORDINARY, "rita@alder.example"] {
        for link in [
            v1("common", PORTAL),
            v2("common", &format!("scope={MTP_SCOPE}&{PORTAL}")),
            v2("common", &format!("scope=User.Read&{PORTAL}")),
        ] {
            let mut browser = Browser::new(&world);
            let page = browser.open_as(name, &link).await;
            assert_eq!(page.refused_page(), (403, 90_094), "{name} {link}");
            assert!(page.text.contains("Global Administrator"), "{}", page.text);
            assert!(
                !page.text.contains("href=\"https://portal.azure.com"),
                "no way back from here: {}",
                page.text
            );
        }
    }
}

#[tokio::test]
async fn the_address_is_proven_here_too() {
    let world = World::with_users().await;
    let evil = v1("common", "redirect_uri=https://evil.example/");
    assert_eq!(world.get(&evil).await.refused_page(), (400, 50_011));
    let evil = v2("common", &format!("scope={MTP_SCOPE}&redirect_uri=https://evil.example/"));
    assert_eq!(world.get(&evil).await.refused_page(), (400, 50_011));
    // The only registered address need not be named; of several, one has to be.
    assert_eq!(world.get(&v1("common", "")).await.heading(), "Sign in");
    let several = web_redirects(&["https://app.example/a", "https://app.example/b"]);
    world.change_connector(ApplicationPatch { redirect_uris: several, ..ApplicationPatch::default() }).await;
    assert_eq!(world.get(&v1("common", "")).await.refused_page(), (400, 900_971));
    assert_eq!(world.get(&v2("common", &format!("scope={MTP_SCOPE}"))).await.refused_page(), (400, 900_971));
}
