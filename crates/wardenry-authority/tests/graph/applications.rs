//! `/v1.0/applications`: create, get, patch, delete.

use serde_json::{Value, json};

use crate::world::{NOTHING, NOW, World, redacted, text};

/// A registration with something in every member that can be set.
fn everything() -> Value {
    json!({
        "displayName": "Harbour Watch",
        "signInAudience": "AzureADMultipleOrgs",
        "isDisabled": false,
        "identifierUris": ["https://watch.alder.example/api", "api://alder.example/watch"],
        "tags": ["partner", "soc"],
        "web": {"redirectUris": ["https://portal.azure.com", "http://localhost:8080/cb"]},
        "spa": {"redirectUris": ["https://watch.alder.example/spa"]},
        "publicClient": {"redirectUris": ["watch://auth"]},
        "api": {
            "requestedAccessTokenVersion": 2,
            "oauth2PermissionScopes": [{
                "id": "11111111-0000-4000-8000-000000000001",
                "type": "Admin",
                "value": "Watch.Read",
                "isEnabled": true,
                "adminConsentDisplayName": "Read watches",
                "adminConsentDescription": "Reads the watches of the user.",
            }],
        },
        "appRoles": [{
            "id": "11111111-0000-4000-8000-000000000002",
            "allowedMemberTypes": ["Application"],
            "displayName": "Read all watches",
            "description": "Reads every watch.",
            "isEnabled": true,
            "value": "Watch.Read.All",
        }],
        "requiredResourceAccess": [{
            "resourceAppId": "8ee8fdad-f234-4243-8f3b-15c294843740",
            "resourceAccess": [
                {"id": "a9790345-4595-42e4-971a-ccdc79f19b7c", "type": "Role"},
                {"id": "12c153a4-4204-4224-aa3c-4626e2f47c2b", "type": "Scope"},
            ],
        }],
    })
}

/// The same as it is answered.
fn everything_answered() -> Value {
    json!({
        "@odata.context": "https://localhost:8443/v1.0/$metadata#applications/$entity",
        "id": "<id>",
        "deletedDateTime": null,
        "isFallbackPublicClient": null,
        "appId": "<appId>",
        "applicationTemplateId": null,
        "identifierUris": ["https://watch.alder.example/api", "api://alder.example/watch"],
        "createdDateTime": NOW,
        "displayName": "Harbour Watch",
        "isDeviceOnlyAuthSupported": null,
        "isDisabled": false,
        "groupMembershipClaims": null,
        "optionalClaims": null,
        "addIns": [],
        "publisherDomain": "alder.example",
        "signInAudience": "AzureADMultipleOrgs",
        "tags": ["partner", "soc"],
        "tokenEncryptionKeyId": null,
        "api": {
            "requestedAccessTokenVersion": 2,
            "acceptMappedClaims": null,
            "knownClientApplications": [],
            "oauth2PermissionScopes": [{
                "id": "11111111-0000-4000-8000-000000000001",
                "type": "Admin",
                "value": "Watch.Read",
                "isEnabled": true,
                "adminConsentDisplayName": "Read watches",
                "adminConsentDescription": "Reads the watches of the user.",
                "userConsentDisplayName": null,
                "userConsentDescription": null,
            }],
            "preAuthorizedApplications": [],
        },
        "appRoles": [{
            "id": "11111111-0000-4000-8000-000000000002",
            "allowedMemberTypes": ["Application"],
            "displayName": "Read all watches",
            "description": "Reads every watch.",
            "isEnabled": true,
            "origin": "Application",
            "value": "Watch.Read.All",
        }],
        "publicClient": {"redirectUris": ["watch://auth"]},
        "spa": {"redirectUris": ["https://watch.alder.example/spa"]},
        "info": {
            "termsOfServiceUrl": null,
            "supportUrl": null,
            "privacyStatementUrl": null,
            "marketingUrl": null,
            "logoUrl": null,
        },
        "keyCredentials": [],
        "parentalControlSettings": {"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"},
        "passwordCredentials": [],
        "requiredResourceAccess": [{
            "resourceAppId": "8ee8fdad-f234-4243-8f3b-15c294843740",
            "resourceAccess": [
                {"id": "a9790345-4595-42e4-971a-ccdc79f19b7c", "type": "Role"},
                {"id": "12c153a4-4204-4224-aa3c-4626e2f47c2b", "type": "Scope"},
            ],
        }],
        "web": {
            "redirectUris": ["https://portal.azure.com", "http://localhost:8080/cb"],
            "homePageUrl": null,
            "logoutUrl": null,
            "implicitGrantSettings": {"enableIdTokenIssuance": false, "enableAccessTokenIssuance": false},
        },
    })
}

#[tokio::test]
async fn an_application_is_created_with_every_member_and_read_back_the_same() {
    let world = World::new().await;
    let created = world.alder("POST", "/v1.0/applications", everything()).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let (id, app_id) = (text(&created.body["id"]), text(&created.body["appId"]));
    let names = [(id.as_str(), "id"), (app_id.as_str(), "appId")];
    assert_eq!(redacted(&created.body, &names), everything_answered());
    let location = format!("https://localhost:8443/v1.0/applications/{id}");
    assert_eq!(created.header("location"), Some(location.as_str()));
    for path in [
        format!("/v1.0/applications/{id}"),
        format!("/v1.0/applications('{id}')"),
        format!("/v1.0/applications(appId='{app_id}')"),
        format!("/v1.0/Applications(appId='{}')", app_id.to_uppercase()),
        format!("/v1.0/applications(appId=%27{app_id}%27)"),
    ] {
        let read = world.alder("GET", &path, Value::Null).await;
        assert_eq!((read.status.as_u16(), &read.body), (200, &created.body), "{path}");
    }
    let listed = world.alder("GET", "/v1.0/applications", Value::Null).await;
    let mut alone = created.body.clone();
    alone.as_object_mut().unwrap().remove("@odata.context");
    assert_eq!(
        listed.body,
        json!({
            "@odata.context": "https://localhost:8443/v1.0/$metadata#applications",
            "value": [alone],
        })
    );
}

#[tokio::test]
async fn a_name_is_enough_and_what_is_not_understood_is_ignored() {
    let world = World::new().await;
    let body = json!({
        "displayName": "Bare",
        "web": null,
        "api": {"knownClientApplications": []},
        "info": {"logoUrl": "https://x.example"},
        "passwordCredentials": [],
        "futureMember": {"a": 1},
    });
    let created = world.alder("POST", "/v1.0/applications", body).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let mut expected = everything_answered();
    for (member, value) in [
        ("displayName", json!("Bare")),
        ("signInAudience", json!("AzureADMyOrg")),
        ("identifierUris", json!([])),
        ("tags", json!([])),
        ("appRoles", json!([])),
        ("requiredResourceAccess", json!([])),
        ("publicClient", json!({"redirectUris": []})),
        ("spa", json!({"redirectUris": []})),
    ] {
        expected[member] = value;
    }
    expected["api"]["requestedAccessTokenVersion"] = Value::Null;
    expected["api"]["oauth2PermissionScopes"] = json!([]);
    expected["web"]["redirectUris"] = json!([]);
    let (id, app_id) = (text(&created.body["id"]), text(&created.body["appId"]));
    assert_eq!(redacted(&created.body, &[(&id, "id"), (&app_id, "appId")]), expected);
    let principals = world
        .alder("GET", &format!("/v1.0/servicePrincipals?$filter=appId%20eq%20'{app_id}'"), Value::Null)
        .await;
    assert_eq!(principals.body["value"], json!([]), "the principal is a second call");
}

#[tokio::test]
async fn a_patch_sets_what_it_names_and_leaves_the_rest() {
    let world = World::new().await;
    let (id, app_id) = world.application(everything()).await;
    let before = world.alder("GET", &format!("/v1.0/applications/{id}"), Value::Null).await.body;
    let patch = json!({
        "displayName": "Harbour Watch 2",
        "web": {"redirectUris": ["https://new.alder.example/cb"]},
        "api": {"requestedAccessTokenVersion": null},
        "isDisabled": true,
    });
    let patched = world.alder("PATCH", &format!("/v1.0/applications(appId='{app_id}')"), patch).await;
    assert_eq!((patched.status.as_u16(), patched.body), (204, Value::Null));
    let after = world.alder("GET", &format!("/v1.0/applications/{id}"), Value::Null).await.body;
    let mut expected = before;
    expected["displayName"] = json!("Harbour Watch 2");
    expected["web"]["redirectUris"] = json!(["https://new.alder.example/cb"]);
    expected["api"]["requestedAccessTokenVersion"] = Value::Null;
    expected["isDisabled"] = json!(true);
    assert_eq!(after, expected);
    let empty = world.alder("PATCH", &format!("/v1.0/applications/{id}"), json!({})).await;
    assert_eq!(empty.status, 204);
    let same = world.alder("GET", &format!("/v1.0/applications/{id}"), Value::Null).await.body;
    assert_eq!(same, expected);
}

#[tokio::test]
async fn a_deleted_application_takes_its_home_principal_along() {
    let world = World::new().await;
    let (id, app_id) =
        world.application(json!({"displayName": "Gone", "signInAudience": "AzureADMultipleOrgs"})).await;
    let token = world.app_token(world.alder, crate::world::ALL_ROLES);
    let home = world.principal(&token, &app_id).await;
    let token = world.app_token(world.birch, crate::world::ALL_ROLES);
    let foreign = world.principal(&token, &app_id).await;
    let deleted = world.alder("DELETE", &format!("/v1.0/applications/{id}"), Value::Null).await;
    assert_eq!((deleted.status.as_u16(), deleted.body), (204, Value::Null));
    for path in [
        format!("/v1.0/applications/{id}"),
        format!("/v1.0/applications(appId='{app_id}')"),
        format!("/v1.0/servicePrincipals/{home}"),
    ] {
        let gone = world.alder("GET", &path, Value::Null).await;
        assert_eq!(gone.status, 404, "{path}");
    }
    let left = world.birch("GET", &format!("/v1.0/servicePrincipals/{foreign}"), Value::Null).await;
    assert_eq!(left.body["displayName"], "Gone");
    let again = world.alder("DELETE", &format!("/v1.0/applications/{id}"), Value::Null).await;
    assert_eq!(again.status, 404);
}

#[tokio::test]
async fn every_member_can_be_selected_alone() {
    let world = World::new().await;
    let (id, _) = world.application(everything()).await;
    let whole = world.alder("GET", &format!("/v1.0/applications/{id}"), Value::Null).await.body;
    for (name, value) in whole.as_object().unwrap().iter().filter(|(name, _)| !name.starts_with('@')) {
        let one = world.alder("GET", &format!("/v1.0/applications/{id}?$select={name}"), Value::Null).await;
        let context = &whole["@odata.context"];
        assert_eq!(one.body, json!({"@odata.context": context, name: value}), "{name}");
        let list = world.alder("GET", &format!("/v1.0/applications?$select={name}"), Value::Null).await;
        assert_eq!(list.body["value"], json!([{name: value}]), "{name}");
    }
}

#[tokio::test]
async fn identifier_uris_are_unique_over_all_tenants() {
    let world = World::new().await;
    world.application(everything()).await;
    let body = json!({"displayName": "Twin", "identifierUris": ["https://watch.alder.example/api"]});
    let twin = world.alder("POST", "/v1.0/applications", body).await;
    let message = "An application with this identifier URI exists already.";
    assert_eq!(twin.refusal(), (409, "Request_MultipleObjectsWithSameKeyValue", message));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::new().await;
    for (method, path, body) in [
        ("GET", format!("/v1.0/applications/{NOTHING}"), Value::Null),
        ("GET", format!("/v1.0/applications(appId='{NOTHING}')"), Value::Null),
        ("PATCH", format!("/v1.0/applications/{NOTHING}"), json!({})),
        ("DELETE", format!("/v1.0/applications/{NOTHING}"), Value::Null),
        ("POST", format!("/v1.0/applications/{NOTHING}/addPassword"), json!({})),
    ] {
        let missing = world.alder(method, &path, body).await;
        let message = format!("No application with the id '{NOTHING}' exists in this tenant.");
        assert_eq!(missing.refusal(), (404, "Request_ResourceNotFound", message.as_str()), "{method} {path}");
    }
}
