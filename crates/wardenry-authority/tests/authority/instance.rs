//! `GET /common/discovery/instance`.

use serde_json::json;

use crate::answer::Answer;
use crate::world::{OTHER_HOST, World};

async fn ask(world: &World, authorization_endpoint: &str) -> Answer {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("api-version", "1.1")
        .append_pair("authorization_endpoint", authorization_endpoint)
        .finish();
    world.get(&format!("/common/discovery/instance?{query}")).await
}

#[tokio::test]
async fn our_own_hosts_are_known_also_without_their_port() {
    let world = World::new().await;
    for endpoint in [
        "https://localhost:8443/alder.example/oauth2/v2.0/authorize",
        // A widely used client library leaves the port out.
        "https://localhost/alder.example/oauth2/v2.0/authorize",
        "https://LOCALHOST/alder.example/oauth2/authorize",
        "https://id.wardenry.test/alder.example/oauth2/authorize",
    ] {
        let answer = ask(&world, endpoint).await;
        assert_eq!(
            answer.json(),
            json!({
                "tenant_discovery_endpoint":
                    "https://localhost:8443/alder.example/v2.0/.well-known/openid-configuration",
                "api-version": "1.1",
                "metadata": [{
                    "preferred_network": "localhost:8443",
                    "preferred_cache": "localhost:8443",
                    "aliases": ["localhost:8443", "id.wardenry.test"],
                }],
            }),
            "{endpoint}"
        );
    }
}

#[tokio::test]
async fn the_answer_leads_to_the_address_that_was_asked() {
    let world = World::new().await;
    let query =
        "api-version=1.0&authorization_endpoint=https%3A%2F%2Flocalhost%2Fcommon%2Foauth2%2Fauthorize";
    let answer = world.get_from(OTHER_HOST, &format!("/common/discovery/instance?{query}")).await;
    let body = answer.json();
    assert_eq!(body["api-version"], "1.0");
    assert_eq!(
        body["tenant_discovery_endpoint"],
        "https://id.wardenry.test/common/v2.0/.well-known/openid-configuration"
    );
}

#[tokio::test]
async fn foreign_malformed_and_missing_endpoints_are_refused() {
    let world = World::new().await;
    for (endpoint, expected) in [
        ("https://login.microsoftonline.com/common/oauth2/authorize", (400, 50049, "invalid_instance")),
        ("https://localhost.evil.example/common/oauth2/authorize", (400, 50049, "invalid_instance")),
        ("https://localhost:1/common/oauth2/authorize", (400, 50049, "invalid_instance")),
        ("https://localhost@evil.example/common", (400, 50049, "invalid_instance")),
        ("http://localhost:8443/common/oauth2/authorize", (400, 50050, "invalid_request")),
        ("localhost:8443", (400, 50050, "invalid_request")),
        ("https://", (400, 50050, "invalid_request")),
        ("\"\\\r\n\0", (400, 50050, "invalid_request")),
        ("", (400, 900144, "invalid_request")),
    ] {
        let (status, code, error) = ask(&world, endpoint).await.refused();
        assert_eq!((status, code, error.as_str()), expected, "{endpoint}");
    }
    let twice = "authorization_endpoint=https://localhost&authorization_endpoint=https://evil.example";
    let answer = world.get(&format!("/common/discovery/instance?{twice}")).await;
    assert_eq!(answer.refused(), (400, 9_002_313, "invalid_request".to_owned()));
}
