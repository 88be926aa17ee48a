//! `GET /{tenant}/oauth2/authorize` and its v2 twin, up to the page or the redirect that they answer with.

use std::time::Duration;

use wardenry_core::catalogue::{DirectoryRole, GRAPH, THREAT_PROTECTION};
use wardenry_core::id::{AppId, AppRoleId, TenantId};
use wardenry_directory::admin::{NewTenant, NewUser, ServicePrincipalPatch};
use wardenry_directory::model::RequiredResource;
use wardenry_directory::registration::{ApplicationPatch, RedirectUrisPatch};
use wardenry_oauth::answers::SignInAudience;

use crate::answer::{Answer, POLICY, between, pairs};
use crate::browser::{Browser, attribute, documentation_link, unescaped};
use crate::world::{
    ADMIN, CONNECTOR, CUSTOMER, ORDINARY, ORIGIN, PASSWORD, WISHES, World, registration, web_redirects,
    wishes,
};

/// An authorize request of the connector for the customer's v1 endpoint.
fn v1(query: &str) -> String {
    format!("/{CUSTOMER}/oauth2/authorize?client_id={CONNECTOR}&response_type=code&{query}")
}

/// The same for the v2 endpoint.
fn v2(query: &str) -> String {
    format!("/{CUSTOMER}/oauth2/v2.0/authorize?client_id={CONNECTOR}&response_type=code&{query}")
}

async fn with_redirects(world: &World, uris: &[&str]) {
    let patch = ApplicationPatch { redirect_uris: web_redirects(uris), ..ApplicationPatch::default() };
    world.change_connector(patch).await;
}

#[tokio::test]
async fn the_documentations_link_ends_with_a_code_at_the_registered_address() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    assert_eq!(world.principal(CUSTOMER, CONNECTOR).await, None);
    let page = browser.open_as(ADMIN, &documentation_link()).await;
    assert_eq!(page.heading(), "Permissions requested");
    assert_eq!(
        page.header("content-security-policy"),
        format!("{POLICY} https://portal.azure.com"),
        "the answer may lead to the application and nowhere else"
    );
    for shown in ["Harbour Connector", "Harbour Watch", "harbour.example", ADMIN, "https://portal.azure.com"]
    {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    for wish in WISHES {
        assert!(page.text.contains(wish), "{wish}: {}", page.text);
    }
    let answer = browser.accept(&page).await;
    assert!(answer.location().starts_with("https://portal.azure.com/?code="), "{answer:?}");
    assert_eq!(answer.redacted_reply(), pairs(&[("code", "(code)"), ("session_state", "(guid)")]));
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert!(world.principal(CUSTOMER, CONNECTOR).await.is_some());
    assert_eq!(world.granted_roles().await, ["Incident.Read.All", "AdvancedHunting.Read.All"]);
    let token = world.v2_token(&world.v2_form()).await.access_token();
    assert_eq!(world.verified(&token).await.1["roles"], serde_json::json!(WISHES));
}

#[tokio::test]
async fn the_link_in_any_letter_case_and_under_any_name_of_the_tenant_is_the_same() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    browser.open_as(ADMIN, &documentation_link()).await;
    for link in [
        documentation_link().replace("/common/oauth2/authorize", "/Common/OAuth2/Authorize"),
        documentation_link().replace("common", "organizations"),
        documentation_link().replace("common", "alder.example"),
        documentation_link().replace("common", "FOODS.example"),
        documentation_link().replace("common", &CUSTOMER.to_string()),
    ] {
        assert_eq!(browser.open(&link).await.heading(), "Permissions requested", "{link}");
    }
}

#[tokio::test]
async fn prompt_admin_consent_is_answered_with_its_own_parameter() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &v1("prompt=admin_consent&state=s1")).await;
    let answer = browser.accept(&page).await;
    assert_eq!(
        answer.redacted_reply(),
        pairs(&[("code", "(code)"), ("admin_consent", "True"), ("session_state", "(guid)"), ("state", "s1")])
    );
    assert_eq!(world.granted_roles().await.len(), 2);
}

#[tokio::test]
async fn state_comes_back_unchanged() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let state = "a b&c=d%26#\"<ü>+\r\n{}";
    let encoded: String = url::form_urlencoded::byte_serialize(state.as_bytes()).collect();
    let page = browser.open_as(ADMIN, &v1(&format!("prompt=consent&state={encoded}"))).await;
    let declined = browser.decline(&page).await;
    assert!(declined.reply().1.contains(&("state".to_owned(), state.to_owned())), "{declined:?}");
    let page = browser.open(&v1(&format!("prompt=consent&state={encoded}"))).await;
    let accepted = browser.accept(&page).await;
    assert!(accepted.reply().1.contains(&("state".to_owned(), state.to_owned())), "{accepted:?}");
}

#[tokio::test]
async fn the_answer_travels_as_the_request_asks() {
    let world = World::with_users().await;
    with_redirects(&world, &["https://app.example/cb"]).await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &v1("prompt=consent&state=s&response_mode=query")).await;
    let query = browser.accept(&page).await;
    assert!(query.location().starts_with("https://app.example/cb?code=1.A"), "{query:?}");
    let page = browser.open(&v1("prompt=consent&state=s&response_mode=fragment")).await;
    let fragment = browser.accept(&page).await;
    assert!(fragment.location().starts_with("https://app.example/cb#code=1.A"), "{fragment:?}");
    assert!(fragment.location().ends_with("&state=s"), "{fragment:?}");
    let page = browser.open(&v1("prompt=consent&state=s&response_mode=form_post")).await;
    let posted = browser.accept(&page).await;
    let form = crate::browser::HtmlForm::of(&posted);
    assert_eq!(form.action, "https://app.example/cb");
    let names: Vec<_> = form.fields.keys().map(String::as_str).collect();
    assert_eq!(names, ["code", "session_state", "state"]);
    assert_eq!(posted.header("content-security-policy"), format!("{POLICY} https://app.example"));
    let page = browser.open(&v1("prompt=consent&state=s&response_mode=form_post")).await;
    let declined = crate::browser::HtmlForm::of(&browser.decline(&page).await);
    assert_eq!(
        (declined.fields["error"].as_str(), declined.fields["state"].as_str()),
        ("access_denied", "s")
    );
}

#[tokio::test]
async fn an_unproven_address_never_gets_an_answer() {
    let world = World::with_users().await;
    with_redirects(&world, &["https://app.example/cb", "https://app.example/other"]).await;
    let mut browser = Browser::new(&world);
    browser.open_as(ADMIN, &v1("prompt=consent")).await;
    for address in [
        "https://evil.example/cb",
        "https://app.example/CB",
        "https://app.example/cb/",
        "https://app.example/cb?x=1",
        "https://app.example/cb#x",
        "https://app.example:444/cb",
        "https://app.example/cb/../cb",
        "https://app.example.evil.example/cb",
        "https://app.example@evil.example/cb",
        "http://app.example/cb",
        "//evil.example",
        "/cb",
        "javascript:alert(1)",
        "\r\nSet-Cookie: a=b",
    ] {
        let encoded: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
        for link in [
            v1(&format!("redirect_uri={encoded}")),
            v2(&format!("scope=.default&redirect_uri={encoded}")),
            // Also when something else is wrong, or nobody may be asked.
            v1(&format!("redirect_uri={encoded}&prompt=none")),
            v1(&format!("redirect_uri={encoded}")).replace("response_type=code", "response_type=token"),
            v1(&format!("redirect_uri={encoded}&response_mode=form_post")),
        ] {
            let answer = browser.open(&link).await;
            assert_eq!(answer.refused_page(), (400, 50_011), "{link}");
            assert_eq!(answer.header("content-security-policy"), POLICY);
        }
    }
    let twice = v1("redirect_uri=https://app.example/cb&redirect_uri=https://evil.example");
    assert_eq!(browser.open(&twice).await.refused_page(), (400, 9_002_313));
}

#[tokio::test]
async fn only_the_port_of_a_loopback_address_is_free() {
    let world = World::with_users().await;
    with_redirects(&world, &["http://localhost/cb", "http://127.0.0.1:9000/cb"]).await;
    let mut browser = Browser::new(&world);
    browser.open_as(ADMIN, &v1("prompt=consent&redirect_uri=http://localhost/cb")).await;
    for address in ["http://localhost:53124/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1/cb"] {
        let page = browser.open(&v1(&format!("prompt=consent&redirect_uri={address}"))).await;
        let answer = browser.accept(&page).await;
        assert_eq!(answer.reply().0, address);
        let origin = address.strip_suffix("/cb").unwrap();
        assert_eq!(page.header("content-security-policy"), format!("{POLICY} {origin}"));
    }
    for address in [
        "http://localhost:1/other",
        "https://localhost/cb",
        "http://localhost.evil.example/cb",
        "http://[::1]/cb",
    ] {
        let answer = browser.open(&v1(&format!("redirect_uri={address}"))).await;
        assert_eq!(answer.refused_page(), (400, 50_011), "{address}");
    }
}

#[tokio::test]
async fn a_registration_without_addresses_is_told_so() {
    let world = World::with_users().await;
    with_redirects(&world, &[]).await;
    assert_eq!(world.get(&documentation_link()).await.refused_page(), (400, 500_113));
    let with_address = v1("redirect_uri=https://portal.azure.com");
    assert_eq!(world.get(&with_address).await.refused_page(), (400, 500_113));
}

#[tokio::test]
async fn with_several_addresses_the_newer_endpoints_want_one_named() {
    let world = World::with_users().await;
    with_redirects(&world, &["https://app.example/cb", "https://app.example/other"]).await;
    assert_eq!(world.get(&v2("scope=.default")).await.refused_page(), (400, 900_971));
    assert_eq!(
        world.get(&v2("scope=.default&redirect_uri=https://app.example/other")).await.heading(),
        "Sign in"
    );
    // The documentation's link names none; it takes the first.
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &documentation_link()).await;
    assert_eq!(browser.accept(&page).await.reply().0, "https://app.example/cb");
}

#[tokio::test]
async fn what_is_wrong_before_the_address_is_proven_is_a_page() {
    let world = World::with_users().await;
    let single = world
        .register(ApplicationPatch {
            audience: Some(SignInAudience::AzureADMyOrg),
            ..registration("Inside Job", &["https://inside.example/"])
        })
        .await
        .app_id;
    let link = |tenant: &str, client: &str| {
        format!(
            "/{tenant}/oauth2/authorize?client_id={client}&response_type=code&redirect_uri=https://evil.example"
        )
    };
    let connector = CONNECTOR.to_string();
    let unknown = "99999999-2222-4333-8444-555555555555";
    for (target, expected) in [
        (link("nobody.example", &connector), (400, 90_002)),
        (link("nobody", &connector), (400, 900_023)),
        (link("%ff", &connector), (400, 900_023)),
        (link("consumers", &connector), (400, 90_002)),
        (link("common", unknown), (400, 700_016)),
        (link("alder.example", unknown), (400, 700_016)),
        (link("common", ""), (400, 900_144)),
        (link("common", "x"), (400, 700_038)),
        (link("common", "00000000-0000-0000-0000-000000000000"), (400, 700_038)),
        (link("common", "%00"), (400, 700_038)),
        (link("common", &single.to_string()), (400, 50_194)),
        (link("organizations", &single.to_string()), (400, 50_194)),
        (link("alder.example", &single.to_string()), (400, 700_016)),
        (link("common", &format!("{connector}&client_id={connector}")), (400, 9_002_313)),
        (link("common", &format!("{connector}&response_mode=smoke")), (400, 70_007)),
        (format!("/common/oauth2/authorize?{}", "x=1&".repeat(101)), (400, 9_002_313)),
    ] {
        let answer = world.get(&target).await;
        assert_eq!(answer.refused_page(), expected, "{target}");
        assert!(!answer.text.contains("evil.example\""), "no link leads there: {}", answer.text);
        assert!(answer.text.contains(answer.header("x-ms-request-id")), "{}", answer.text);
    }
    // At home it works.
    let home = world.get(&link("harbour.example", &single.to_string()).replace("evil", "inside")).await;
    assert_eq!(home.refused_page(), (400, 50_011), "exact, also for a missing slash");
}

#[tokio::test]
async fn what_is_wrong_afterwards_goes_to_the_application() {
    let world = World::new().await;
    for (link, error, code) in [
        (
            v1("").replace("response_type=code", "response_type=id_token"),
            "unsupported_response_type",
            "AADSTS700054",
        ),
        (
            v1("").replace("response_type=code", "response_type=code+id_token"),
            "unsupported_response_type",
            "AADSTS700054",
        ),
        (v1("").replace("response_type=code", ""), "invalid_request", "AADSTS900144"),
        (v2(""), "invalid_request", "AADSTS900144"),
        (v1("prompt=none"), "login_required", "AADSTS50058"),
        (v2("scope=.default&prompt=none"), "login_required", "AADSTS50058"),
        (v1("prompt=none&prompt=none"), "invalid_request", "AADSTS9002313"),
    ] {
        let answer = world.get(&format!("{link}&state=s%20t")).await;
        assert_eq!(answer.reply().0, "https://portal.azure.com/");
        let expected = pairs(&[("error", error), ("error_description", code), ("state", "s t")]);
        assert_eq!(answer.redacted_reply(), expected, "{link}");
    }
}

#[tokio::test]
async fn a_redirected_description_has_the_trailers_too() {
    let world = World::new().await;
    let id = "6a0a4f1e-0000-4000-8000-00000000000c";
    let answer = world.get(&v1(&format!("prompt=none&client-request-id={id}"))).await;
    let (_, parameters) = answer.reply();
    let trace = answer.header("x-ms-request-id");
    assert!(
        parameters[1]
            .1
            .ends_with(&format!(" Trace ID: {trace} Correlation ID: {id} Timestamp: 2027-01-15 08:00:00Z")),
        "{parameters:?}"
    );
}

#[tokio::test]
async fn prompt_none_never_asks_anything() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &v1("prompt=consent")).await;
    let unconsented = browser.open(&v1("prompt=none&state=s")).await;
    let expected = [("error", "consent_required"), ("error_description", "AADSTS65001"), ("state", "s")];
    assert_eq!(unconsented.redacted_reply(), pairs(&expected));
    browser.accept(&page).await;
    let consented = browser.open(&v1("prompt=none")).await;
    assert_eq!(consented.redacted_reply(), pairs(&[("code", "(code)"), ("session_state", "(guid)")]));
    // Another tenant's account would have to be changed by the person.
    let elsewhere = browser.open(&v1("prompt=none").replace(&CUSTOMER.to_string(), "harbour.example")).await;
    let expected = [("error", "interaction_required"), ("error_description", "AADSTS16000")];
    assert_eq!(elsewhere.redacted_reply(), pairs(&expected));
    let broken = RequiredResource {
        resource: THREAT_PROTECTION.app_id,
        app_roles: vec![AppRoleId::from_guid(uuid::Uuid::from_u128(1))],
        scopes: vec![],
    };
    let patch = ApplicationPatch { required_resources: Some(vec![broken]), ..ApplicationPatch::default() };
    world.change_connector(patch).await;
    let broken = browser.open(&v1("prompt=none")).await;
    let expected = [("error", "invalid_client"), ("error_description", "AADSTS65005")];
    assert_eq!(broken.redacted_reply(), pairs(&expected));
}

#[tokio::test]
async fn prompt_login_asks_once_however_it_is_spelled() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &v1("prompt=consent")).await;
    browser.accept(&page).await;
    for prompt in ["prompt=login", "prompt=select_account", "prompt=%6Cogin", "%70rompt=login"] {
        let answer = browser.open_as(ADMIN, &v1(&format!("{prompt}&state=prompt%3Dlogin"))).await;
        let expected = [("code", "(code)"), ("session_state", "(guid)"), ("state", "prompt=login")];
        assert_eq!(answer.redacted_reply(), pairs(&expected), "{prompt}");
    }
}

#[tokio::test]
async fn what_was_consented_to_is_not_asked_again() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &v1("")).await;
    assert_eq!(page.heading(), "Permissions requested");
    browser.accept(&page).await;
    let answer = browser.open(&v1("")).await;
    assert_eq!(answer.redacted_reply(), pairs(&[("code", "(code)"), ("session_state", "(guid)")]));
    // The ordinary user profits.
    let mut other = Browser::new(&world);
    let answer = other.open_as(ORDINARY, &v1("")).await;
    assert_eq!(answer.redacted_reply(), pairs(&[("code", "(code)"), ("session_state", "(guid)")]));
    // prompt=consent asks all the same, and says what is there already.
    let page = browser.open(&documentation_link()).await;
    assert_eq!(page.text.matches("granted already").count(), 2, "{}", page.text);
}

#[tokio::test]
async fn the_sign_in_form_may_lead_to_the_application() {
    // Browsers hold every redirect after a form to the policy of the form's page.
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open(&v1("")).await;
    assert_eq!(page.header("content-security-policy"), format!("{POLICY} https://portal.azure.com"));
    let again = browser.sign_in(&page, ADMIN, "wrong").await;
    assert_eq!(again.header("content-security-policy"), format!("{POLICY} https://portal.azure.com"));
}

#[tokio::test]
async fn an_ordinary_user_is_stopped_and_told_who_can_consent() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ORDINARY, &format!("{}&state=s", documentation_link())).await;
    assert_eq!(page.refused_page(), (403, 90_094));
    assert_eq!(page.heading(), "An administrator is needed");
    for shown in [ORDINARY, "Global Administrator", "Privileged Role Administrator", "Harbour Connector"] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    assert!(!page.text.contains("<form"), "there is nothing to accept: {}", page.text);
    let back = return_link(&page);
    let parameters: Vec<_> = url::Url::parse(&back).unwrap().query_pairs().into_owned().collect();
    assert!(back.starts_with("https://portal.azure.com/?error=access_denied&"), "{back}");
    assert!(parameters.contains(&("error_subcode".into(), "cancel".into())), "{back}");
    assert!(parameters.contains(&("state".into(), "s".into())), "{back}");
    assert_eq!(world.principal(CUSTOMER, CONNECTOR).await, None);
}

fn return_link(page: &Answer) -> String {
    let links = between(&page.text, "<div class=\"actions\">", "</div>");
    unescaped(&attribute(between(links, "<a ", ">Return to the application</a>"), "href").unwrap())
}

#[tokio::test]
async fn an_application_administrator_cannot_grant_graph_application_permissions() {
    let world = World::new().await;
    for (name, role) in [
        ("anna@alder.example", DirectoryRole::ApplicationAdministrator),
        ("cleo@alder.example", DirectoryRole::CloudApplicationAdministrator),
        ("prue@alder.example", DirectoryRole::PrivilegedRoleAdministrator),
        ("rita@alder.example", DirectoryRole::SecurityReader),
    ] {
        world.add_user(name, &[role]).await;
    }
    let graph = [wishes(&THREAT_PROTECTION, &WISHES, &[]), wishes(&GRAPH, &["User.Read.All"], &[])];
    let asks_graph = world
        .register(ApplicationPatch {
            required_resources: Some(graph.to_vec()),
            ..registration("Asks Graph", &["https://graph.example/"])
        })
        .await
        .app_id;
    let link = |app: AppId| documentation_link().replace(&CONNECTOR.to_string(), &app.to_string());
    for name in ["anna@alder.example", "cleo@alder.example"] {
        let mut browser = Browser::new(&world);
        let page = browser.open_as(name, &link(CONNECTOR)).await;
        assert_eq!(page.heading(), "Permissions requested", "{name}");
        let page = browser.open(&link(asks_graph)).await;
        assert_eq!(page.refused_page(), (403, 90_093), "{name}");
        assert!(page.text.contains("Global Administrator"), "{}", page.text);
        assert!(return_link(&page).starts_with("https://graph.example/?error=access_denied&"));
    }
    let mut browser = Browser::new(&world);
    let page = browser.open_as("prue@alder.example", &link(asks_graph)).await;
    assert_eq!(page.heading(), "Permissions requested");
    let mut browser = Browser::new(&world);
    let page = browser.open_as("rita@alder.example", &link(CONNECTOR)).await;
    assert_eq!(page.refused_page(), (403, 90_094));
}

#[tokio::test]
async fn a_user_of_another_tenant_stays_outside() {
    let world = World::with_users().await;
    world.add_user("petra@harbour.example", &[DirectoryRole::GlobalAdministrator]).await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as("petra@harbour.example", &v1("prompt=consent")).await;
    assert_eq!(page.refused_page(), (400, 50_020));
    assert!(page.text.contains("petra@harbour.example"), "{}", page.text);
    // On `common` it is their own tenant that is asked; it has no licence.
    let page = browser.open(&documentation_link()).await;
    assert_eq!(page.refused_page(), (400, 650_052));
    assert!(page.text.contains("Microsoft Threat Protection"), "{}", page.text);
    assert_eq!(world.principal(CUSTOMER, CONNECTOR).await, None);
}

#[tokio::test]
async fn a_missing_licence_stops_everything() {
    let world = World::with_users().await;
    let small = TenantId::from_guid(uuid::Uuid::from_u128(9));
    let new = NewTenant {
        id: Some(small),
        display_name: "Small".into(),
        domains: vec!["small.example".into()],
        region: "EU".into(),
        licensed: vec![&GRAPH],
    };
    world.directory.create_tenant(&world.operator, new).await.unwrap();
    let user = NewUser {
        user_name: "sam@small.example".into(),
        display_name: "Sam".into(),
        password: PASSWORD.into(),
        roles: vec![DirectoryRole::GlobalAdministrator],
    };
    world.directory.create_user(&world.operator, small, user).await.unwrap();
    let graph = [wishes(&THREAT_PROTECTION, &WISHES, &[]), wishes(&GRAPH, &["User.Read.All"], &[])];
    let patch = ApplicationPatch { required_resources: Some(graph.to_vec()), ..ApplicationPatch::default() };
    world.change_connector(patch).await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as("sam@small.example", &documentation_link()).await;
    assert_eq!(page.refused_page(), (400, 650_052));
    assert!(page.text.contains("Nothing was granted"), "{}", page.text);
    assert_eq!(world.principal(small, CONNECTOR).await, None);
}

#[tokio::test]
async fn a_wish_for_what_does_not_exist_is_the_publishers_fault() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    browser.open_as(ADMIN, &documentation_link()).await;
    for wish in [
        RequiredResource {
            resource: THREAT_PROTECTION.app_id,
            app_roles: vec![AppRoleId::from_guid(uuid::Uuid::from_u128(1))],
            scopes: vec![],
        },
        RequiredResource {
            resource: AppId::from_guid(uuid::Uuid::from_u128(2)),
            app_roles: vec![],
            scopes: vec![],
        },
    ] {
        let patch = ApplicationPatch { required_resources: Some(vec![wish]), ..ApplicationPatch::default() };
        world.change_connector(patch).await;
        assert_eq!(browser.open(&documentation_link()).await.refused_page(), (400, 65_005));
    }
}

#[tokio::test]
async fn an_application_that_is_switched_off_asks_for_nothing() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &documentation_link()).await;
    browser.accept(&page).await;
    let principal = world.principal(CUSTOMER, CONNECTOR).await.unwrap();
    let set = |enabled| ServicePrincipalPatch { enabled: Some(enabled), ..ServicePrincipalPatch::default() };
    world.patch_principal(CUSTOMER, principal, set(false)).await;
    for link in [documentation_link(), v1("")] {
        assert_eq!(browser.open(&link).await.refused_page(), (400, 7_000_112), "{link}");
    }
    assert_eq!(browser.accept(&page).await.refused_page(), (400, 7_000_112));
    world.patch_principal(CUSTOMER, principal, set(true)).await;
    world.change_connector(ApplicationPatch { disabled: Some(true), ..ApplicationPatch::default() }).await;
    assert_eq!(browser.open(&documentation_link()).await.refused_page(), (400, 7_000_112));
}

#[tokio::test]
async fn v2_asks_for_the_scopes_that_the_request_names() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    // A user may consent to this one alone.
    let page = browser.open_as(ORDINARY, &v2("scope=openid+profile+User.Read")).await;
    assert_eq!(page.heading(), "Permissions requested");
    assert!(page.text.contains("User.Read") && !page.text.contains("Incident.Read.All"), "{}", page.text);
    let answer = browser.accept(&page).await;
    assert_eq!(answer.redacted_reply(), pairs(&[("code", "(code)"), ("session_state", "(guid)")]));
    assert_eq!(world.granted_roles().await, Vec::<&str>::new(), "no application permission");
    let page = browser.open(&v2("scope=https://graph.microsoft.com/SecurityIncident.Read.All")).await;
    assert_eq!(page.refused_page(), (403, 90_094));
    // `/.default` is the whole wish list.
    let page = browser.open(&v2(&format!("scope={}", crate::world::MTP_SCOPE))).await;
    assert_eq!(page.refused_page(), (403, 90_094));
    assert!(page.text.contains("Incident.Read.All"), "{}", page.text);
    for scope in ["Nothing.Read", "https://nowhere.example/x"] {
        let answer = browser.open(&v2(&format!("scope={scope}&state=s"))).await;
        let expected = [("error", "invalid_scope"), ("error_description", "AADSTS70011"), ("state", "s")];
        assert_eq!(answer.redacted_reply(), pairs(&expected), "{scope}");
    }
}

#[tokio::test]
async fn an_address_of_another_platform_serves_too() {
    let world = World::with_users().await;
    let public = ApplicationPatch {
        redirect_uris: RedirectUrisPatch {
            web: Some(vec![]),
            spa: None,
            public_client: Some(vec!["myapp://auth".to_owned()]),
        },
        ..ApplicationPatch::default()
    };
    world.change_connector(public).await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &v1("prompt=consent&redirect_uri=myapp://auth")).await;
    assert_eq!(page.header("content-security-policy"), format!("{POLICY} myapp:"));
    assert!(browser.accept(&page).await.location().starts_with("myapp://auth?code=1.A"));
}

#[tokio::test]
async fn a_session_ends_after_a_day() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &documentation_link()).await;
    world.clock.advance(Duration::from_secs(24 * 3600 - 1));
    assert_eq!(browser.open(&documentation_link()).await.heading(), "Permissions requested");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(browser.open(&documentation_link()).await.heading(), "Sign in");
    assert_eq!(browser.accept(&page).await.heading(), "Sign in");
    assert_eq!(world.principal(CUSTOMER, CONNECTOR).await, None);
}

#[tokio::test]
async fn the_login_hint_fills_the_form_in() {
    let world = World::new().await;
    let page = world.get(&v1("login_hint=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")).await;
    let form = crate::browser::HtmlForm::of(&page);
    assert_eq!(form.fields["user_name"], "\"><script>alert(1)</script>");
}

#[tokio::test]
async fn the_sign_in_page_belongs_to_the_host_that_was_used() {
    let world = World::new().await;
    let answer = world.get_from("evil.example", &v1("")).await;
    assert!(!answer.page().contains("evil.example"));
    assert!(!answer.text.contains(ORIGIN), "addresses of the page are relative: {}", answer.text);
}
