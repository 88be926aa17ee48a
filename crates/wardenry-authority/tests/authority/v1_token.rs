//! `POST /{tenant}/oauth2/token`.

use serde_json::json;
use wardenry_directory::registration::ApplicationPatch;

use crate::v2_token::redacted;
use crate::world::{CONNECTOR, CUSTOMER, MTP, NOW, ORIGIN, World, registration};

#[tokio::test]
async fn numbers_are_texts_and_the_resource_is_repeated() {
    let world = World::consented().await;
    for resource in [MTP, "https://api.security.microsoft.com/", "8ee8fdad-f234-4243-8f3b-15c294843740"] {
        let answer = world.v1_token(&world.v1_form().set("resource", resource)).await;
        let token = answer.access_token();
        assert_eq!(
            answer.json(),
            json!({
                "token_type": "Bearer",
                "expires_in": "3599",
                "ext_expires_in": "3599",
                "expires_on": (NOW.unix_secs() + 3600).to_string(),
                "not_before": (NOW.unix_secs() - 300).to_string(),
                "resource": resource,
                "access_token": token,
            })
        );
        assert_eq!(world.verified(&token).await.1["aud"], resource);
        assert_eq!(answer.header("cache-control"), "no-store, no-cache");
        assert_eq!(answer.header("pragma"), "no-cache");
    }
}

#[tokio::test]
async fn both_endpoints_issue_the_same_claims() {
    let world = World::consented().await;
    let v1 = world.v1_token(&world.v1_form()).await.access_token();
    let v2 = world.v2_token(&world.v2_form()).await.access_token();
    assert_eq!(redacted(world.verified(&v1).await.1), redacted(world.verified(&v2).await.1));
    assert_ne!(world.verified(&v1).await.1["uti"], world.verified(&v2).await.1["uti"]);
}

#[tokio::test]
async fn the_token_version_follows_the_resource() {
    let world = World::consented().await;
    let resource = world.register(registration("Harbour Reports", &[])).await;
    world.let_in(CUSTOMER, resource.app_id).await;
    let identifier = format!("api://{}", resource.app_id);
    for (version, expected) in [(None, "1.0"), (Some(1), "1.0"), (Some(2), "2.0")] {
        let patch =
            ApplicationPatch { requested_token_version: Some(version), ..ApplicationPatch::default() };
        world.change(resource.id, patch).await;
        let answer = world.v1_token(&world.v1_form().set("resource", &identifier)).await;
        assert_eq!(answer.json()["resource"], identifier.as_str());
        let claims = world.verified(&answer.access_token()).await.1;
        assert_eq!(claims["ver"], expected);
        let audience = if expected == "2.0" { resource.app_id.to_string() } else { identifier.clone() };
        assert_eq!(claims["aud"], audience.as_str());
    }
}

#[tokio::test]
async fn the_documentations_own_request_works() {
    let world = World::consented().await;
    let body = format!(
        "resource=https%3A%2F%2Fapi.security.microsoft.com&client_id={CONNECTOR}&client_secret={}&grant_type=client_credentials",
        world.secret.expose()
    );
    let answer = world.post("/alder.example/oauth2/token", body).await;
    let claims = world.verified(&answer.access_token()).await.1;
    assert_eq!(claims["iss"], format!("{ORIGIN}/{CUSTOMER}/"));
    assert_eq!(claims["roles"], json!(crate::world::WISHES));
}

#[tokio::test]
async fn a_scope_is_no_resource() {
    let world = World::consented().await;
    let form = world.v1_form().without("resource").set("scope", crate::world::MTP_SCOPE);
    let answer = world.v1_token(&form).await;
    assert_eq!(answer.refused(), (400, 900_144, "invalid_request".to_owned()));
    assert!(answer.text.contains("'resource'"), "{}", answer.text);
    // Beside a resource it is ignored.
    let form = world.v1_form().set("scope", "openid");
    assert_eq!(world.v1_token(&form).await.status, 200);
    // A `/.default` is part of a name here.
    let form = world.v1_form().set("resource", crate::world::MTP_SCOPE);
    assert_eq!(world.v1_token(&form).await.refused(), (400, 500_011, "invalid_resource".to_owned()));
}
