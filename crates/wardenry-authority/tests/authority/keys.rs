//! `GET /{tenant}/discovery/keys` and its v2 twin.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use wardenry_jose::{Certificate, decode_base64, decode_base64url};

use crate::world::{CUSTOMER, ORIGIN, World};

/// The published keys, after checking that each is whole and consistent.
async fn published(world: &World, path: &str) -> Vec<Value> {
    let answer = world.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    for key in &keys {
        let certificate = decode_base64(key["x5c"][0].as_str().unwrap()).unwrap();
        let certificate = Certificate::from_der(&certificate).unwrap();
        assert_eq!(key["kid"], certificate.sha1_thumbprint());
        assert_eq!(key["x5t"], key["kid"]);
        assert_eq!(key["x5c"].as_array().unwrap().len(), 1);
        assert_eq!(decode_base64url(key["n"].as_str().unwrap()).unwrap().len(), 256);
        let now = world.directory.clock().now();
        assert!(certificate.not_before() < now && now < certificate.not_after());
    }
    keys
}

fn members(key: &Value) -> Vec<&str> {
    key.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn two_or_more_keys_are_published_with_their_certificates() {
    let world = World::new().await;
    for tenant in ["common", "organizations", "alder.example", &CUSTOMER.to_string()] {
        let v1 = published(&world, &format!("/{tenant}/discovery/keys")).await;
        assert!(v1.len() >= 2, "{tenant}");
        for key in &v1 {
            assert_eq!(members(key), ["kty", "use", "kid", "x5t", "n", "e", "x5c"]);
            assert_eq!((&key["kty"], &key["use"], &key["e"]), (&json!("RSA"), &json!("sig"), &json!("AQAB")));
        }
        let v2 = published(&world, &format!("/{tenant}/discovery/v2.0/keys")).await;
        let with_issuer = |mut key: Value| {
            key["issuer"] = json!(format!("{ORIGIN}/{{tenantid}}/v2.0"));
            key
        };
        assert_eq!(v2, v1.into_iter().map(with_issuer).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_key_is_published_before_it_signs_and_after_it_signed() {
    let world = World::consented().await;
    let signing = |token: &str| wardenry_jose::UnverifiedJws::parse(token).unwrap().header().kid.clone();
    let before = published(&world, "/common/discovery/keys").await;
    let old_token = world.v2_token(&world.v2_form()).await.access_token();
    let old = signing(&old_token);
    world.clock.advance(Duration::from_secs(91 * 86_400));
    world.keys.rotate(&world.directory).await.unwrap();
    let new = signing(&world.v2_token(&world.v2_form()).await.access_token());
    assert_ne!(new, old);
    assert!(before.iter().any(|key| key["kid"].as_str() == new.as_deref()), "was announced");
    world.verified(&old_token).await;
    assert!(published(&world, "/common/discovery/keys").await.len() >= 2);
}

#[tokio::test]
async fn tenants_that_do_not_exist_have_no_keys() {
    let world = World::new().await;
    for path in ["/nobody.example/discovery/keys", "/nobody.example/discovery/v2.0/keys"] {
        assert_eq!(world.get(path).await.refused(), (400, 90002, "invalid_tenant".to_owned()));
    }
    let malformed = world.get("/nobody/discovery/v2.0/keys").await;
    assert_eq!(malformed.refused(), (400, 900023, "invalid_tenant".to_owned()));
}
