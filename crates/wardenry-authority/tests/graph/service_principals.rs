//! `/v1.0/servicePrincipals`.

use serde_json::{Value, json};
use wardenry_core::catalogue::{GRAPH, ScopeConsent, THREAT_PROTECTION};

use crate::world::{ALL_ROLES, NOTHING, World, redacted, text};

async fn publisher(world: &World) -> (String, String) {
    world
        .application(json!({
            "displayName": "Harbour Watch",
            "signInAudience": "AzureADMultipleOrgs",
            "identifierUris": ["https://alder.example/watch"],
            "web": {"redirectUris": ["https://portal.azure.com"]},
            "spa": {"redirectUris": ["https://watch.alder.example/"]},
            "appRoles": [{
                "id": "11111111-0000-4000-8000-000000000002",
                "allowedMemberTypes": ["Application", "User"],
                "displayName": "Read all watches",
                "description": "Reads every watch.",
                "value": "Watch.Read.All",
            }],
        }))
        .await
}

#[tokio::test]
async fn a_foreign_multi_tenant_application_is_let_in_and_shown_with_its_permissions() {
    let world = World::new().await;
    let (_, app_id) = publisher(&world).await;
    let body =
        json!({"appId": app_id, "tags": ["WindowsAzureActiveDirectoryIntegratedApp"], "displayName": "x"});
    let created = world.birch("POST", "/v1.0/servicePrincipals", body).await;
    let id = text(&created.body["id"]);
    let expected = json!({
        "@odata.context": "https://localhost:8443/v1.0/$metadata#servicePrincipals/$entity",
        "id": "<id>",
        "deletedDateTime": null,
        "accountEnabled": true,
        "appDisplayName": "Harbour Watch",
        "appId": "<appId>",
        "appOwnerOrganizationId": world.alder,
        "appRoleAssignmentRequired": false,
        "displayName": "Harbour Watch",
        "homepage": null,
        "logoutUrl": null,
        "replyUrls": ["https://portal.azure.com", "https://watch.alder.example/"],
        "servicePrincipalNames": ["https://alder.example/watch", "<appId>"],
        "servicePrincipalType": "Application",
        "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
        "appRoles": [{
            "id": "11111111-0000-4000-8000-000000000002",
            "allowedMemberTypes": ["Application", "User"],
            "displayName": "Read all watches",
            "description": "Reads every watch.",
            "isEnabled": true,
            "origin": "Application",
            "value": "Watch.Read.All",
        }],
        "oauth2PermissionScopes": [],
        "info": {
            "termsOfServiceUrl": null,
            "supportUrl": null,
            "privacyStatementUrl": null,
            "marketingUrl": null,
            "logoUrl": null,
        },
        "keyCredentials": [],
        "passwordCredentials": [],
    });
    assert_eq!(created.status, 201);
    assert_eq!(redacted(&created.body, &[(&id, "id"), (&app_id, "appId")]), expected);
    let location = format!("https://localhost:8443/v1.0/servicePrincipals/{id}");
    assert_eq!(created.header("location"), Some(location.as_str()));
    for path in
        [format!("/v1.0/servicePrincipals/{id}"), format!("/v1.0/serviceprincipals(appId='{app_id}')")]
    {
        assert_eq!(world.birch("GET", &path, Value::Null).await.body, created.body, "{path}");
    }
    let alder = world.alder("GET", &format!("/v1.0/servicePrincipals(appId='{app_id}')"), Value::Null).await;
    assert_eq!(alder.status, 404, "the publisher's own tenant has no principal yet");

    let twice = world.birch("POST", "/v1.0/servicePrincipals", json!({"appId": app_id})).await;
    let message = "A service principal for this application exists already.";
    assert_eq!(twice.refusal(), (409, "Request_MultipleObjectsWithSameKeyValue", message));
}

#[tokio::test]
async fn first_party_resources_show_the_catalogue() {
    let world = World::new().await;
    for resource in [&THREAT_PROTECTION, &GRAPH] {
        let path = format!("/v1.0/servicePrincipals(appId='{}')", resource.app_id);
        let shown = world.alder("GET", &path, Value::Null).await.body;
        let roles: Vec<Value> = resource
            .app_roles
            .iter()
            .map(|role| {
                json!({
                    "id": role.id,
                    "allowedMemberTypes": ["Application"],
                    "displayName": role.display_name,
                    "description": role.description,
                    "isEnabled": true,
                    "origin": "Application",
                    "value": role.value,
                })
            })
            .collect();
        let scopes: Vec<Value> = resource
            .scopes
            .iter()
            .map(|scope| {
                json!({
                    "id": scope.id,
                    "type": if scope.consent == ScopeConsent::User { "User" } else { "Admin" },
                    "value": scope.value,
                    "isEnabled": true,
                    "adminConsentDisplayName": scope.display_name,
                    "adminConsentDescription": scope.description,
                    "userConsentDisplayName": null,
                    "userConsentDescription": null,
                })
            })
            .collect();
        let mut names: Vec<String> = resource.identifiers.iter().map(|name| (*name).to_owned()).collect();
        names.push(resource.app_id.to_string());
        assert_eq!(shown["appRoles"], json!(roles));
        assert_eq!(shown["oauth2PermissionScopes"], json!(scopes));
        assert_eq!(shown["servicePrincipalNames"], json!(names));
        assert_eq!(shown["displayName"], json!(resource.display_name));
        assert_eq!(shown["appOwnerOrganizationId"], Value::Null);
    }
    let not_licensed = "/v1.0/servicePrincipals(appId='fc780465-2017-40d4-a0c5-307022471b92')";
    assert_eq!(world.alder("GET", not_licensed, Value::Null).await.status, 404);
}

#[tokio::test]
async fn a_principal_is_switched_off_and_on_and_deleted() {
    let world = World::new().await;
    let (_, app_id) = publisher(&world).await;
    let id = world.principal(&world.app_token(world.birch, ALL_ROLES), &app_id).await;
    let path = format!("/v1.0/servicePrincipals/{id}");
    let before = world.birch("GET", &path, Value::Null).await.body;
    let patch =
        json!({"accountEnabled": false, "appRoleAssignmentRequired": true, "tags": ["a"], "homepage": "x"});
    let patched = world.birch("PATCH", &path, patch).await;
    assert_eq!((patched.status.as_u16(), patched.body), (204, Value::Null));
    let mut expected = before;
    expected["accountEnabled"] = json!(false);
    expected["appRoleAssignmentRequired"] = json!(true);
    expected["tags"] = json!(["a"]);
    assert_eq!(world.birch("GET", &path, Value::Null).await.body, expected);
    let by_app = format!("/v1.0/servicePrincipals(appId='{app_id}')");
    assert_eq!(world.birch("PATCH", &by_app, json!({"accountEnabled": true})).await.status, 204);
    expected["accountEnabled"] = json!(true);
    assert_eq!(world.birch("GET", &path, Value::Null).await.body, expected);
    assert_eq!(world.birch("DELETE", &by_app, Value::Null).await.status, 204);
    assert_eq!(world.birch("GET", &path, Value::Null).await.status, 404);
    assert_eq!(world.birch("DELETE", &path, Value::Null).await.status, 404);
}

#[tokio::test]
async fn every_member_can_be_selected_alone() {
    let world = World::new().await;
    let path = "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')";
    let whole = world.alder("GET", path, Value::Null).await.body;
    for (name, value) in whole.as_object().unwrap().iter().filter(|(name, _)| !name.starts_with('@')) {
        let one = world.alder("GET", &format!("{path}?$select={name}"), Value::Null).await;
        assert_eq!(one.body, json!({"@odata.context": whole["@odata.context"], name: value}), "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_let_in_changed_or_deleted_is_said() {
    let world = World::new().await;
    let (_, single) = world.application(json!({"displayName": "Alder's own"})).await;
    let graph = world.alder_principal_of("00000003-0000-0000-c000-000000000000").await;
    let unusable = "The value of 'appId' is not valid: names no application that this tenant can use.";
    let bad = "Request_BadRequest";
    for (body, message) in [
        (json!({"appId": single}), unusable),
        (json!({"appId": NOTHING}), unusable),
        (json!({}), "The property 'appId' is required."),
        (json!({"appId": "x"}), "The value of 'appId' is not valid: must be a GUID."),
        (
            json!({"appId": "fc780465-2017-40d4-a0c5-307022471b92"}),
            "The value of 'appId' is not valid: names a first-party resource; its principal comes with the tenant's \
             licence.",
        ),
        (
            json!({"appId": NOTHING, "accountEnabled": "yes"}),
            "The value of 'accountEnabled' is not valid: must be true or false.",
        ),
        (
            json!({"appId": NOTHING, "passwordCredentials": [{}]}),
            "The value of 'passwordCredentials' is not valid: credentials are registered for the application.",
        ),
    ] {
        let refused = world.birch("POST", "/v1.0/servicePrincipals", body).await;
        assert_eq!(refused.refusal(), (400, bad, message));
    }
    let path = format!("/v1.0/servicePrincipals/{graph}");
    for (body, message) in [
        (json!({"appId": NOTHING}), "The property 'appId' is read-only and cannot be set."),
        (json!({"tags": "x"}), "The value of 'tags' is not valid: must be a list of texts."),
    ] {
        assert_eq!(world.alder("PATCH", &path, body).await.refusal(), (400, bad, message));
    }
    let refused = world.alder("DELETE", &path, Value::Null).await;
    let message = "The principal of a first-party resource comes with the tenant's licence and cannot be deleted; \
                   switch it off instead.";
    assert_eq!(refused.refusal(), (403, "Authorization_RequestDenied", message));
}
