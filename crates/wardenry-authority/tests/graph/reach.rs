//! Who may do what: delegated administrators, and apps that reach only what they have made.

use serde_json::{Value, json};
use wardenry_core::catalogue::DirectoryRole;

use crate::world::{ALL_ROLES, ALL_SCOPES, World, text};

const OWNED_BY: &[&str] = &["Application.ReadWrite.OwnedBy"];

#[tokio::test]
async fn a_global_administrators_delegated_token_can_do_everything() {
    let world = World::new().await;
    let token = world.user_token(world.alder, ALL_SCOPES, &[DirectoryRole::GlobalAdministrator]);
    let call = async |method: &str, path: String, body: Value| {
        let answer = world.call(method, &path, Some(&token), body).await;
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.body);
        answer.body
    };
    let application =
        call("POST", "/v1.0/applications".into(), json!({"displayName": "Harbour Watch"})).await;
    let (id, app_id) = (text(&application["id"]), text(&application["appId"]));
    call("PATCH", format!("/v1.0/applications/{id}"), json!({"tags": ["a"]})).await;
    call("POST", format!("/v1.0/applications/{id}/addPassword"), json!({})).await;
    let principal =
        text(&call("POST", "/v1.0/servicePrincipals".into(), json!({"appId": app_id})).await["id"]);
    let resource = world.alder_principal_of("8ee8fdad-f234-4243-8f3b-15c294843740").await;
    let grant = json!({
        "principalId": principal,
        "resourceId": resource,
        "appRoleId": "a9790345-4595-42e4-971a-ccdc79f19b7c",
    });
    let assignments = format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments");
    let assignment = text(&call("POST", assignments.clone(), grant).await["id"]);
    call("DELETE", format!("{assignments}/{assignment}"), Value::Null).await;
    call("DELETE", format!("/v1.0/servicePrincipals/{principal}"), Value::Null).await;
    call("DELETE", format!("/v1.0/applications/{id}"), Value::Null).await;
}

#[tokio::test]
async fn an_application_administrator_manages_applications() {
    let world = World::new().await;
    for role in [DirectoryRole::ApplicationAdministrator, DirectoryRole::CloudApplicationAdministrator] {
        let token = world.user_token(world.alder, ALL_SCOPES, &[role]);
        let body = json!({"displayName": "Harbour Watch"});
        let created = world.call("POST", "/v1.0/applications", Some(&token), body).await;
        assert_eq!(created.status, 201, "{}", created.body);
    }
    let token = world.user_token(world.alder, ALL_SCOPES, &[DirectoryRole::PrivilegedRoleAdministrator]);
    let body = json!({"displayName": "Harbour Watch"});
    let refused = world.call("POST", "/v1.0/applications", Some(&token), body).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn owned_by_reaches_what_the_app_has_made_and_nothing_else() {
    let world = World::new().await;
    let token = world.app_token(world.alder, OWNED_BY);
    let (foreign, foreign_app) = world
        .application(json!({"displayName": "Made by somebody", "signInAudience": "AzureADMultipleOrgs"}))
        .await;
    world.clock.advance(std::time::Duration::from_secs(1));
    // Made under another client id, so that it belongs to another app.
    let other = json!({"appid": "aaaaaaaa-0000-4000-8000-000000000009", "roles": ALL_ROLES});
    let body = json!({"displayName": "Made by another app"});
    let made =
        world.call("POST", "/v1.0/applications", Some(&world.token_with(world.alder, &other)), body).await;
    let others = text(&made.body["id"]);
    world.clock.advance(std::time::Duration::from_secs(1));

    let made = world.call("POST", "/v1.0/applications", Some(&token), json!({"displayName": "Mine"})).await;
    assert_eq!(made.status, 201);
    let (mine, mine_app) = (text(&made.body["id"]), text(&made.body["appId"]));
    let patched =
        world.call("PATCH", &format!("/v1.0/applications/{mine}"), Some(&token), json!({"tags": []})).await;
    assert_eq!(patched.status, 204);
    let principal = world.principal(&token, &mine_app).await;
    let path = format!("/v1.0/servicePrincipals/{principal}");
    let switched = world.call("PATCH", &path, Some(&token), json!({"accountEnabled": false})).await;
    assert_eq!(switched.status, 204);

    let all = world.call("GET", "/v1.0/applications", Some(&token), Value::Null).await;
    assert_eq!(all.column("displayName"), ["Made by somebody", "Made by another app", "Mine"]);

    let resource = world.alder_principal_of("8ee8fdad-f234-4243-8f3b-15c294843740").await;
    let denied = "Application.ReadWrite.OwnedBy reaches only applications that this app has created; use \
                  Application.ReadWrite.All for others.";
    // SOME_APP made `foreign` as well: the test's own token carries that client id.
    let reached = world
        .call("PATCH", &format!("/v1.0/applications/{foreign}"), Some(&token), json!({"tags": []}))
        .await;
    assert_eq!(reached.status, 204);
    for (method, path, body) in [
        ("PATCH", format!("/v1.0/applications/{others}"), json!({"tags": []})),
        ("POST", format!("/v1.0/applications/{others}/addPassword"), json!({})),
        ("DELETE", format!("/v1.0/applications/{others}"), Value::Null),
        ("PATCH", format!("/v1.0/servicePrincipals/{resource}"), json!({"accountEnabled": false})),
        ("DELETE", format!("/v1.0/servicePrincipals/{resource}"), Value::Null),
    ] {
        let refused = world.call(method, &path, Some(&token), body).await;
        assert_eq!(refused.refusal(), (403, "Authorization_RequestDenied", denied), "{method} {path}");
    }
    let birch = world.app_token(world.birch, OWNED_BY);
    let body = json!({"appId": foreign_app});
    let refused = world.call("POST", "/v1.0/servicePrincipals", Some(&birch), body).await;
    assert_eq!(refused.refusal(), (403, "Authorization_RequestDenied", denied));
}
