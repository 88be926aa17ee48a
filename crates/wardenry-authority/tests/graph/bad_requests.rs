//! Requests that are wrong in themselves, and a database that fails.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use crate::world::{ALL_ROLES, Answer, World};

/// Sends a body of any kind to `POST /v1.0/applications`.
async fn post(world: &World, content_type: Option<&str>, body: impl Into<Body>) -> Answer {
    let token = world.app_token(world.alder, ALL_ROLES);
    let mut request = Request::post("/v1.0/applications").header("authorization", format!("Bearer {token}"));
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    world.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn bodies_that_are_no_json_object_are_refused() {
    let world = World::new().await;
    let json = Some("application/json; charset=utf-8");
    let media_type = "The request body must be of the type application/json.";
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    for (content_type, body, expected) in [
        (None, r#"{"displayName":"x"}"#, (415, media_type)),
        (Some("text/plain"), r#"{"displayName":"x"}"#, (415, media_type)),
        (Some("application/x-www-form-urlencoded"), "displayName=x", (415, media_type)),
        (json, "", (400, "The request body is not valid JSON (line 1, column 0).")),
        (json, "{\"displayName\":\n x}", (400, "The request body is not valid JSON (line 2, column 2).")),
        (json, "[]", (400, "The request body must be a JSON object.")),
        (json, "null", (400, "The request body must be a JSON object.")),
        (json, deep.as_str(), (400, "The request body is not valid JSON (line 1, column 128).")),
    ] {
        let refused = post(&world, content_type, body.to_owned()).await;
        assert_eq!(refused.refusal(), (expected.0, "Request_BadRequest", expected.1), "{body:.40}");
    }
    let not_utf8 = post(&world, json, vec![b'{', b'"', 0xff, b'"', b'}']).await;
    assert_eq!(not_utf8.status, 400);
    let long = format!(r#"{{"displayName":"{}"}}"#, "x".repeat(1024 * 1024));
    let refused = post(&world, json, long).await;
    let message = "The request body is longer than 1024 KiB or did not arrive whole.";
    assert_eq!(refused.refusal(), (413, "Request_BadRequest", message));
    assert_eq!(post(&world, Some("Application/JSON"), r#"{"displayName":"x"}"#).await.status, 201);
}

#[tokio::test]
async fn wrong_members_of_an_application_are_named() {
    let world = World::new().await;
    let (id, _) = world.application(json!({"displayName": "Harbour Watch"})).await;
    let before = world.alder("GET", "/v1.0/applications", Value::Null).await.body;
    let role = |member: &str, value: Value| {
        let mut role = json!({
            "id": "11111111-0000-4000-8000-000000000002",
            "allowedMemberTypes": ["Application"],
            "displayName": "x",
            "description": "x",
            "value": "x",
        });
        role[member] = value;
        json!({"appRoles": [role]})
    };
    let required = |access: Value| {
        json!({"requiredResourceAccess": [
            {"resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": access},
        ]})
    };
    let personal = "there are no personal accounts here; use AzureADMyOrg or AzureADMultipleOrgs";
    for (body, property, problem) in [
        (json!({"displayName": null}), "displayName", "must be a text"),
        (json!({"displayName": 1}), "displayName", "must be a text"),
        (json!({"displayName": " "}), "displayName", "must not be empty"),
        (json!({"displayName": "x".repeat(257)}), "displayName", "has at most 256 characters"),
        (json!({"displayName": "a\u{7}b"}), "displayName", "must not contain control characters"),
        (
            json!({"signInAudience": "Everybody"}),
            "signInAudience",
            "must be AzureADMyOrg or AzureADMultipleOrgs",
        ),
        (json!({"signInAudience": "AzureADandPersonalMicrosoftAccount"}), "signInAudience", personal),
        (json!({"signInAudience": "PersonalMicrosoftAccount"}), "signInAudience", personal),
        (json!({"isDisabled": "no"}), "isDisabled", "must be true or false"),
        (json!({"tags": "x"}), "tags", "must be a list of texts"),
        (json!({"tags": [1]}), "tags", "must be a list of texts"),
        (json!({"tags": null}), "tags", "must be a list of texts"),
        (json!({"web": []}), "web", "must be an object"),
        (json!({"web": {"redirectUris": [null]}}), "web.redirectUris", "must be a list of texts"),
        (
            json!({"web": {"redirectUris": ["http://evil.example"]}}),
            "web.redirectUris",
            "'http://evil.example' is http is only allowed for localhost and 127.0.0.1; use https",
        ),
        (
            json!({"identifierUris": ["https://birch.example"]}),
            "identifierUris",
            "'https://birch.example' must lie under a verified domain of the tenant",
        ),
        (
            json!({"api": {"requestedAccessTokenVersion": "2"}}),
            "api.requestedAccessTokenVersion",
            "must be a number",
        ),
        (
            json!({"api": {"requestedAccessTokenVersion": 3}}),
            "api.requestedAccessTokenVersion",
            "must be null, 1 or 2",
        ),
        (
            json!({"api": {"requestedAccessTokenVersion": 300}}),
            "api.requestedAccessTokenVersion",
            "must be null, 1 or 2",
        ),
        (
            json!({"api": {"oauth2PermissionScopes": [1]}}),
            "api.oauth2PermissionScopes",
            "must be a list of objects",
        ),
        (
            json!({"api": {"oauth2PermissionScopes": [{"type": "Guest"}]}}),
            "api.oauth2PermissionScopes[0].type",
            "must be Admin or User",
        ),
        (role("id", json!("x")), "appRoles[0].id", "must be a GUID"),
        (role("value", json!(1)), "appRoles[0].value", "must be a text"),
        (
            role("value", json!("has space")),
            "appRoles.value",
            "must be 1 to 120 printable ASCII characters without spaces, not starting with a dot",
        ),
        (
            role("allowedMemberTypes", json!(["Group"])),
            "appRoles.allowedMemberTypes",
            "must name Application, User, or both",
        ),
        (
            required(json!([{"id": "x", "type": "Role"}])),
            "requiredResourceAccess[0].resourceAccess[0].id",
            "must be a GUID",
        ),
        (
            required(json!([{"id": "12c153a4-4204-4224-aa3c-4626e2f47c2b", "type": "Group"}])),
            "requiredResourceAccess[0].resourceAccess[0].type",
            "must be Role or Scope",
        ),
        (
            json!({"passwordCredentials": [{"displayName": "x"}]}),
            "passwordCredentials",
            "secrets are made with addPassword",
        ),
    ] {
        let message = format!("The value of '{property}' is not valid: {problem}");
        for (method, path) in
            [("POST", "/v1.0/applications".to_owned()), ("PATCH", format!("/v1.0/applications/{id}"))]
        {
            let mut body = body.clone();
            if method == "POST" && body.get("displayName").is_none() {
                body["displayName"] = json!("x");
            }
            let refused = world.alder(method, &path, body).await;
            let (status, code, found) = refused.refusal();
            assert_eq!((status, code), (400, "Request_BadRequest"), "{method}: {message}");
            assert!(found.starts_with(&message), "{method}: {found}\n{message}");
        }
    }
    for (body, message) in [
        (json!({"id": id}), "The property 'id' is read-only and cannot be set."),
        (json!({"appId": id}), "The property 'appId' is read-only and cannot be set."),
        (json!({"publisherDomain": "x"}), "The property 'publisherDomain' is read-only and cannot be set."),
        (role("value", Value::Null), "The value of 'appRoles[0].value' is not valid: must be a text."),
        (
            json!({"passwordCredentials": []}),
            "The value of 'passwordCredentials' is not valid: secrets are made with addPassword and removed with \
             removePassword.",
        ),
    ] {
        let refused = world.alder("PATCH", &format!("/v1.0/applications/{id}"), body).await;
        assert_eq!(refused.refusal(), (400, "Request_BadRequest", message));
    }
    let nameless = world.alder("POST", "/v1.0/applications", json!({"tags": []})).await;
    let message = "The property 'displayName' is required.";
    assert_eq!(nameless.refusal(), (400, "Request_BadRequest", message));
    assert_eq!(world.alder("GET", "/v1.0/applications", Value::Null).await.body, before);
}

#[tokio::test]
async fn addresses_that_name_nothing_are_told_apart() {
    let world = World::new().await;
    let address = |shown: &str| {
        format!("'{shown}' is no object id; address an object by /{{id}} or by (appId='{{app id}}').")
    };
    for (path, shown) in [
        ("/v1.0/applications/x", "x"),
        ("/v1.0/applications/8ee8fdadf23442438f3b15c294843740", "8ee8fdadf23442438f3b15c294843740"),
        ("/v1.0/applications(appId='x')", "appId='x')"),
        ("/v1.0/applications(appId=x)", "appId=x)"),
        ("/v1.0/servicePrincipals(displayName='x')", "displayName='x')"),
        ("/v1.0/servicePrincipals/%3Cscript%3E", "<script>"),
    ] {
        let refused = world.alder("GET", path, Value::Null).await;
        assert_eq!(refused.refusal(), (400, "Request_BadRequest", address(shown).as_str()), "{path}");
    }
    let not_utf8 = world.alder("GET", "/v1.0/applications/%ff", Value::Null).await;
    let message = "The path is not valid percent-encoded UTF-8.";
    assert_eq!(not_utf8.refusal(), (400, "Request_BadRequest", message));
    for path in ["/v1.0", "/v1.0/", "/v1.0/users", "/v1.0/applications/x/owners", "/v1.0/applicationsx"] {
        for method in ["GET", "POST", "DELETE"] {
            let missing = world.call(method, path, None, Value::Null).await;
            let expected = (404, "Request_ResourceNotFound", "There is no resource at this address.");
            assert_eq!(missing.refusal(), expected, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let world = World::new().await;
    let message = "The method is not allowed at this address; the Allow header lists those that are.";
    for (method, path, allow) in [
        ("DELETE", "/v1.0/applications", "GET,HEAD,POST"),
        ("PUT", "/v1.0/applications/x", "GET,HEAD,PATCH,DELETE"),
        ("PUT", "/v1.0/applications(appId='x')", "GET,HEAD,PATCH,DELETE"),
        ("GET", "/v1.0/applications/x/addPassword", "POST"),
        ("GET", "/v1.0/servicePrincipals/x/appRoleAssignments/y", "DELETE"),
        ("POST", "/v1.0/organization", "GET,HEAD"),
    ] {
        let refused = world.call(method, path, None, Value::Null).await;
        assert_eq!(refused.refusal(), (405, "Request_BadRequest", message), "{method} {path}");
        assert_eq!(refused.header("allow"), Some(allow), "{method} {path}");
    }
}

#[tokio::test]
async fn errors_carry_the_requests_ids_and_the_date() {
    let world = World::new().await;
    let own = "12345678-0000-4000-8000-000000000000";
    let request = Request::get("/v1.0/applications").header("client-request-id", own);
    let refused = world.send(request.body(Body::empty()).unwrap()).await;
    let id = refused.header("request-id").unwrap();
    assert_eq!(refused.header("client-request-id"), Some(own));
    assert_eq!(refused.header("content-type"), Some("application/json"));
    let expected = json!({"error": {
        "code": "InvalidAuthenticationToken",
        "message": "The request has no access token. Send it as `Authorization: Bearer <token>`.",
        "innerError": {"date": "2027-01-15T08:00:00", "request-id": id, "client-request-id": own},
    }});
    assert_eq!(refused.body, expected);
    let request = Request::get("/v1.0/applications").header("client-request-id", "<script>");
    let refused = world.send(request.body(Body::empty()).unwrap()).await;
    let inner = &refused.body["error"]["innerError"];
    assert_eq!(inner["client-request-id"], inner["request-id"]);
}

#[tokio::test]
async fn a_failing_database_is_a_passing_trouble_without_detail() {
    let world = World::new().await;
    let (id, _) = world.application(json!({"displayName": "Harbour Watch"})).await;
    world.store.clone().close().await;
    for (method, path, body) in [
        ("GET", "/v1.0/applications".to_owned(), Value::Null),
        ("GET", format!("/v1.0/applications/{id}"), Value::Null),
        ("POST", "/v1.0/applications".to_owned(), json!({"displayName": "x"})),
        ("POST", format!("/v1.0/applications/{id}/addPassword"), json!({})),
        ("GET", "/v1.0/servicePrincipals?$filter=displayName%20eq%20'x'".to_owned(), Value::Null),
    ] {
        let failed = world.alder(method, &path, body).await;
        let message = "The directory cannot answer at the moment. Try again later.";
        assert_eq!(failed.refusal(), (503, "serviceNotAvailable", message), "{method} {path}");
        assert_eq!(failed.header("retry-after"), Some("5"));
    }
}
