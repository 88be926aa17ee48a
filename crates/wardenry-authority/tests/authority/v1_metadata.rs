//! `GET /{tenant}/.well-known/openid-configuration`.

use http::StatusCode;
use serde_json::{Value, json};

use crate::world::{CUSTOMER, ORIGIN, OTHER_HOST, World};

fn expected(base: &str, name: &str, issuer_name: &str, region: &Value) -> Value {
    let host = base.trim_start_matches("https://");
    json!({
        "token_endpoint": format!("{base}/{name}/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{name}/discovery/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid"],
        "issuer": format!("{base}/{issuer_name}/"),
        "request_uri_parameter_supported": false,
        "authorization_endpoint": format!("{base}/{name}/oauth2/authorize"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": false,
        "end_session_endpoint": format!("{base}/{name}/oauth2/logout"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nbf", "appid", "appidacr", "oid", "roles", "tid", "ver"],
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
    for name in [&id, "alder.example", "FOODS.example"] {
        let answer = world.get(&format!("/{name}/.well-known/openid-configuration")).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.text);
        assert_eq!(answer.json(), expected(ORIGIN, &id, &id, &json!("EU")), "{name}");
    }
}

#[tokio::test]
async fn the_shared_names_have_a_template_for_an_issuer() {
    let world = World::new().await;
    for name in ["common", "organizations"] {
        let answer = world.get(&format!("/{name}/.well-known/openid-configuration?appid=x")).await;
        assert_eq!(answer.json(), expected(ORIGIN, name, "{tenantid}", &Value::Null));
    }
}

#[tokio::test]
async fn addresses_follow_the_host_when_it_is_ours() {
    let world = World::new().await;
    let answer = world.get_from(OTHER_HOST, "/common/.well-known/openid-configuration").await;
    assert_eq!(answer.json(), expected("https://id.wardenry.test", "common", "{tenantid}", &Value::Null));
}

#[tokio::test]
async fn unknown_and_malformed_tenants_are_told_apart() {
    let world = World::new().await;
    for (name, code) in [("nobody.example", 90002), ("consumers", 90002), ("nobody", 900023)] {
        let answer = world.get(&format!("/{name}/.well-known/openid-configuration")).await;
        assert_eq!(answer.refused(), (400, code, "invalid_tenant".to_owned()), "{name}");
    }
}
