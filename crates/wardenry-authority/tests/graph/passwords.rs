//! `addPassword` and `removePassword`.

use serde_json::{Value, json};
use wardenry_core::id::AppId;
use wardenry_core::secret::SecretString;
use wardenry_directory::is_generated_secret;

use crate::world::{NOTHING, NOW, World, redacted, text};

/// How many registered secrets are this one.
async fn matching(world: &World, app_id: &str, secret: &str) -> usize {
    let app_id: AppId = app_id.parse().unwrap();
    let digest = world.directory.digest(&SecretString::from(secret));
    let client = world.directory.client(world.alder, app_id).await.unwrap().unwrap();
    client.secrets.iter().filter(|known| known.digest.matches(&digest)).count()
}

#[tokio::test]
async fn a_secret_is_shown_once_and_works_at_once() {
    let world = World::new().await;
    let (id, app_id) = world.application(json!({"displayName": "Harbour Watch"})).await;
    let body = json!({"passwordCredential": {
        "displayName": "CI",
        "startDateTime": "2027-01-15T09:00:00+01:00",
        "endDateTime": "2027-07-01T00:00:00Z",
    }});
    let made = world.alder("POST", &format!("/v1.0/applications/{id}/addPassword"), body).await;
    let secret = text(&made.body["secretText"]);
    let key_id = text(&made.body["keyId"]);
    let expected = json!({
        "@odata.context": "https://localhost:8443/v1.0/$metadata#microsoft.graph.passwordCredential",
        "customKeyIdentifier": null,
        "displayName": "CI",
        "endDateTime": "2027-07-01T00:00:00Z",
        "hint": &secret[..3],
        "keyId": "<keyId>",
        "secretText": "<secret>",
        "startDateTime": NOW,
    });
    assert_eq!(made.status, 200);
    assert_eq!(redacted(&made.body, &[(&secret, "secret"), (&key_id, "keyId")]), expected);
    assert!(is_generated_secret(&secret));
    assert_eq!(made.header("cache-control"), Some("no-store"));
    assert_eq!(matching(&world, &app_id, &secret).await, 1);

    let read = world.alder("GET", &format!("/v1.0/applications/{id}"), Value::Null).await;
    let expected = json!([{
        "customKeyIdentifier": null,
        "displayName": "CI",
        "endDateTime": "2027-07-01T00:00:00Z",
        "hint": &secret[..3],
        "keyId": key_id,
        "secretText": null,
        "startDateTime": NOW,
    }]);
    assert_eq!(read.body["passwordCredentials"], expected);
}

#[tokio::test]
async fn several_secrets_live_side_by_side_until_they_are_removed() {
    let world = World::new().await;
    let (id, app_id) = world.application(json!({"displayName": "Harbour Watch"})).await;
    let mut made = Vec::new();
    for body in
        [json!({}), json!({"passwordCredential": null}), json!({"passwordCredential": {"displayName": null}})]
    {
        let path = format!("/v1.0/applications(appId='{app_id}')/addPassword");
        made.push(world.alder("POST", &path, body).await.body);
    }
    for one in &made {
        // Two years by default.
        assert_eq!(one["endDateTime"], "2029-01-14T08:00:00Z");
        assert_eq!(one["displayName"], Value::Null);
        assert_eq!(matching(&world, &app_id, &text(&one["secretText"])).await, 1);
    }
    let path = format!("/v1.0/applications/{id}/removePassword");
    let removed = world.alder("POST", &path, json!({"keyId": made[1]["keyId"]})).await;
    assert_eq!((removed.status.as_u16(), removed.body), (204, Value::Null));
    assert_eq!(matching(&world, &app_id, &text(&made[0]["secretText"])).await, 1);
    assert_eq!(matching(&world, &app_id, &text(&made[1]["secretText"])).await, 0);
    let again = world.alder("POST", &path, json!({"keyId": made[1]["keyId"]})).await;
    assert_eq!(again.status, 404);
    let missing = world.alder("POST", &path, json!({"keyId": NOTHING})).await;
    let message = format!("No password credential with the id '{NOTHING}' exists in this tenant.");
    assert_eq!(missing.refusal(), (404, "Request_ResourceNotFound", message.as_str()));
}

#[tokio::test]
async fn bad_bodies_name_the_property() {
    let world = World::new().await;
    let (id, _) = world.application(json!({"displayName": "Harbour Watch"})).await;
    for (action, body, message) in [
        (
            "addPassword",
            json!({"passwordCredential": "x"}),
            "The value of 'passwordCredential' is not valid: must be an object.",
        ),
        (
            "addPassword",
            json!({"passwordCredential": {"displayName": 1}}),
            "The value of 'passwordCredential.displayName' is not valid: must be a text.",
        ),
        (
            "addPassword",
            json!({"passwordCredential": {"endDateTime": "tomorrow"}}),
            "The value of 'passwordCredential.endDateTime' is not valid: not a date and time of the form \
             2026-01-31T08:09:10Z.",
        ),
        (
            "addPassword",
            json!({"passwordCredential": {"endDateTime": "2020-01-01T00:00:00Z"}}),
            "The value of 'passwordCredential.endDateTime' is not valid: must lie after the start.",
        ),
        ("removePassword", json!({}), "The property 'keyId' is required."),
        ("removePassword", json!({"keyId": "x"}), "The value of 'keyId' is not valid: must be a GUID."),
    ] {
        let refused = world.alder("POST", &format!("/v1.0/applications/{id}/{action}"), body).await;
        assert_eq!(refused.refusal(), (400, "Request_BadRequest", message));
    }
}
