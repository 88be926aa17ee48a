//! `GET /{tenant}/v2.0/.well-known/openid-configuration`.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{CUSTOMER, ORIGIN, OTHER_HOST, World};

pub(crate) fn expected(base: &str, name: &str, issuer_name: &str, region: &Value) -> Value {
    let host = base.trim_start_matches("https://");
    json!({
        "token_endpoint": format!("{base}/{name}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{name}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{base}/{issuer_name}/v2.0"),
        "request_uri_parameter_supported": false,
        "authorization_endpoint": format!("{base}/{name}/oauth2/v2.0/authorize"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": false,
        "end_session_endpoint": format!("{base}/{name}/oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nbf", "azp", "azpacr", "oid", "roles", "tid", "ver"],
        "tenant_region_scope": region,
        "cloud_instance_name": host,
        "cloud_graph_host_name": host,
        "msgraph_host": host,
    })
}

#[tokio::test]
async fn every_name_of_a_tenant_leads_to_its_guid() {
    let world = World::new().await;
    let id = CUSTOMER.to_string();
    let expected = expected(ORIGIN, &id, &id, &json!("EU"));
    for name in [&id, &id.to_uppercase(), "alder.example", "Foods.EXAMPLE"] {
        let answer = world.get(&format!("/{name}/v2.0/.well-known/openid-configuration")).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.text);
        assert_eq!(answer.json(), expected, "{name}");
    }
}

#[tokio::test]
async fn the_shared_names_have_a_template_for_an_issuer() {
    let world = World::new().await;
    for name in ["common", "organizations"] {
        let answer = world.get(&format!("/{name}/v2.0/.well-known/openid-configuration")).await;
        assert_eq!(answer.json(), expected(ORIGIN, name, "{tenantid}", &Value::Null));
    }
}

#[tokio::test]
async fn the_document_may_be_kept_and_read_from_anywhere() {
    let world = World::new().await;
    let answer = world.get("/common/v2.0/.well-known/openid-configuration").await;
    for (name, value) in [
        ("cache-control", "max-age=86400, private"),
        ("content-type", "application/json; charset=utf-8"),
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "GET, OPTIONS"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
}

#[tokio::test]
async fn the_paths_letter_case_does_not_matter() {
    let world = World::new().await;
    let expected = world.get("/common/v2.0/.well-known/openid-configuration").await.json();
    for path in
        ["/Common/V2.0/.Well-Known/OpenID-Configuration", "/COMMON/v2.0/.well-known/openid-configuration"]
    {
        assert_eq!(world.get(path).await.json(), expected, "{path}");
    }
}

#[tokio::test]
async fn addresses_follow_the_host_when_it_is_ours_and_no_other() {
    let world = World::new().await;
    let path = "/common/v2.0/.well-known/openid-configuration";
    for (host, base) in [
        (OTHER_HOST, "https://id.wardenry.test"),
        ("ID.wardenry.test:443", "https://id.wardenry.test"),
        ("LOCALHOST:8443", ORIGIN),
        ("evil.example", ORIGIN),
        ("localhost:1", ORIGIN),
        ("localhost:8443.evil.example", ORIGIN),
        ("localhost:8443@evil.example", ORIGIN),
    ] {
        let answer = world.get_from(host, path).await;
        assert_eq!(answer.json(), expected(base, "common", "{tenantid}", &Value::Null), "{host}");
    }
}

#[tokio::test]
async fn a_forwarded_host_counts_for_nothing() {
    let world = World::new().await;
    let request = http::Request::get("/common/v2.0/.well-known/openid-configuration")
        .header("x-forwarded-host", OTHER_HOST)
        .header("forwarded", format!("host={OTHER_HOST}"))
        .body(axum::body::Body::empty())
        .unwrap();
    let answer = world.send(request).await;
    assert_eq!(answer.json(), expected(ORIGIN, "common", "{tenantid}", &Value::Null));
}

#[tokio::test]
async fn unknown_and_malformed_tenants_are_told_apart() {
    let world = World::new().await;
    for (name, code) in [
        ("b0b0b0b0-0000-4000-8000-000000000001", 90002),
        ("nobody.example", 90002),
        ("consumers", 90002),
        ("9188040d-6c67-4c5b-b112-36a304b66dad", 90002),
        ("nobody", 900023),
        ("a_b.example", 900023),
        ("%22%0d%0a%5c", 900023),
        ("%C3%A4.example", 900023),
        ("%ff", 900023),
        ("..", 900023),
    ] {
        let answer = world.get(&format!("/{name}/v2.0/.well-known/openid-configuration")).await;
        assert_eq!(answer.refused(), (400, code, "invalid_tenant".to_owned()), "{name}");
    }
}

#[tokio::test]
async fn a_browser_may_ask_beforehand() {
    let world = World::new().await;
    for path in [
        "/common/v2.0/.well-known/openid-configuration",
        "/common/.well-known/openid-configuration",
        "/common/discovery/keys",
        "/common/discovery/v2.0/keys",
        "/common/discovery/instance",
    ] {
        let answer = world.request(Method::OPTIONS, path).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::NO_CONTENT, ""));
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-allow-methods"), "GET, OPTIONS");
        assert!(!answer.headers.contains_key("access-control-allow-credentials"));
    }
    // Nothing that a person signs in to is for scripts of other pages.
    for path in ["/common/oauth2/authorize", "/sign-in", "/consent", "/common/oauth2/token"] {
        let answer = world.request(Method::OPTIONS, path).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{path}");
    }
}

#[tokio::test]
async fn only_reading_is_possible() {
    let world = World::new().await;
    let path = "/common/v2.0/.well-known/openid-configuration";
    let head = world.request(Method::HEAD, path).await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let answer = world.request(method, path).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(answer.header("allow").starts_with("GET,HEAD"), "{answer:?}");
    }
}
