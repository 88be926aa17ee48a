//! Every call, as nobody and as everybody who may not.

use serde_json::{Value, json};
use wardenry_core::calls::{ApiCall, CALLS};
use wardenry_core::catalogue::DirectoryRole;

use crate::world::{ALL_ROLES, ALL_SCOPES, Answer, SOME_APP, World, text};

/// Real objects of Alder, so that a refusal cannot be mistaken for a missing object.
struct Targets {
    application: String,
    principal: String,
    assignment: String,
    /// What all of them look like at the beginning.
    before: Vec<Value>,
}

impl Targets {
    async fn new(world: &World) -> Self {
        let (application, app_id) = world.application(json!({"displayName": "Harbour Watch"})).await;
        let token = world.app_token(world.alder, ALL_ROLES);
        let principal = world.principal(&token, &app_id).await;
        let resource = world.alder_principal_of("8ee8fdad-f234-4243-8f3b-15c294843740").await;
        let grant = json!({
            "principalId": principal,
            "resourceId": resource,
            "appRoleId": "a9790345-4595-42e4-971a-ccdc79f19b7c",
        });
        let path = format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments");
        let created = world.alder("POST", &path, grant).await;
        let mut targets =
            Self { application, principal, assignment: text(&created.body["id"]), before: Vec::new() };
        targets.before = targets.state(world).await;
        targets
    }

    async fn state(&self, world: &World) -> Vec<Value> {
        let mut state = Vec::new();
        for path in [
            "/v1.0/applications".to_owned(),
            "/v1.0/servicePrincipals".to_owned(),
            format!("/v1.0/servicePrincipals/{}/appRoleAssignments", self.principal),
        ] {
            state.push(world.alder("GET", &path, Value::Null).await.body);
        }
        state
    }

    fn path(&self, call: &ApiCall) -> String {
        let id = if call.path.contains("applications") { &self.application } else { &self.principal };
        call.path.replace("{id}", id).replace("{assignment}", &self.assignment)
    }

    async fn call(&self, world: &World, call: &ApiCall, token: Option<&str>) -> Answer {
        let body = match call.method {
            "POST" | "PATCH" => json!({"displayName": "Changed", "appId": SOME_APP}),
            _ => Value::Null,
        };
        world.call(call.method, &self.path(call), token, body).await
    }
}

/// The calls of this surface, straight from the table that the server enforces.
fn directory_calls() -> impl Iterator<Item = &'static ApiCall> {
    CALLS.iter().filter(|call| call.path.starts_with("/v1.0/") && !call.path.starts_with("/v1.0/security/"))
}

fn changes(call: &ApiCall) -> bool {
    call.method != "GET"
}

#[tokio::test]
async fn nobody_and_holders_of_unusable_tokens_are_challenged() {
    let world = World::new().await;
    let targets = Targets::new(&world).await;
    let with = |claims: Value| {
        let mut all = json!({"roles": ALL_ROLES});
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        world.token_with(world.alder, &all)
    };
    let now: i64 = 1_800_000_000;
    let tokens = [
        ("no token at all".to_owned(), None),
        ("nonsense".to_owned(), Some("nonsense".to_owned())),
        ("another resource".to_owned(), Some(with(json!({"aud": "https://api.security.microsoft.com"})))),
        ("another issuer".to_owned(), Some(with(json!({"iss": "https://sts.example/"})))),
        ("expired".to_owned(), Some(with(json!({"exp": now - 400_000_000})))),
        ("not yet valid".to_owned(), Some(with(json!({"nbf": now + 400_000_000})))),
        ("another tenant than the issuer's".to_owned(), Some(with(json!({"tid": world.birch})))),
        ("changed".to_owned(), Some(with(json!({})).replacen("eyJ", "eyK", 1))),
    ];
    for call in directory_calls() {
        for (kind, token) in &tokens {
            let answer = targets.call(&world, call, token.as_deref()).await;
            let (status, code, _) = answer.refusal();
            assert_eq!(
                (status, code),
                (401, "InvalidAuthenticationToken"),
                "{} {} {kind}",
                call.method,
                call.path
            );
            let challenge = answer.header("www-authenticate").unwrap();
            let realm = "Bearer authorization_uri=\"https://localhost:8443/common/oauth2/authorize\"";
            assert!(challenge.starts_with(realm), "{challenge}");
            assert_eq!(challenge.contains("error=\"invalid_token\""), token.is_some(), "{challenge}");
        }
    }
    assert_eq!(targets.state(&world).await, targets.before);
}

#[tokio::test]
async fn a_token_without_the_permission_is_told_which_one_is_missing() {
    let world = World::new().await;
    let targets = Targets::new(&world).await;
    let administrator = [DirectoryRole::GlobalAdministrator];
    for call in directory_calls() {
        let app = world.app_token(world.alder, &["Incident.Read.All", "User.Read.All"]);
        let user = world.user_token(world.alder, &["openid", "Incident.Read"], &administrator);
        for (token, kind, needed) in [(app, "application", call.app_roles), (user, "delegated", call.scopes)]
        {
            let answer = targets.call(&world, call, Some(&token)).await;
            let (status, code, message) = answer.refusal();
            assert_eq!((status, code), (403, "Authorization_RequestDenied"), "{} {}", call.method, call.path);
            let wanted = format!("the {kind} permission {} of Microsoft Graph", needed.join(" or "));
            assert!(message.contains(&wanted), "{message}");
            let challenge = answer.header("www-authenticate").unwrap();
            assert!(challenge.contains(&format!("scope=\"{}\"", needed.join(" "))), "{challenge}");
        }
    }
    assert_eq!(targets.state(&world).await, targets.before);
}

#[tokio::test]
async fn a_delegated_token_can_change_no_more_than_its_user() {
    let world = World::new().await;
    let targets = Targets::new(&world).await;
    for roles in [&[][..], &[DirectoryRole::SecurityReader]] {
        let token = world.user_token(world.alder, ALL_SCOPES, roles);
        for call in directory_calls() {
            let answer = targets.call(&world, call, Some(&token)).await;
            if changes(call) {
                let message = "The signed-in user's directory roles do not allow this.";
                let refused = (403, "Authorization_RequestDenied", message);
                assert_eq!(answer.refusal(), refused, "{} {}", call.method, call.path);
            } else {
                assert_eq!(answer.status, 200, "{} {}", call.method, call.path);
            }
        }
    }
    // An application administrator grants nothing.
    let roles = [DirectoryRole::ApplicationAdministrator, DirectoryRole::CloudApplicationAdministrator];
    let token = world.user_token(world.alder, ALL_SCOPES, &roles);
    for call in directory_calls().filter(|call| changes(call) && call.path.contains("/appRole")) {
        assert_eq!(targets.call(&world, call, Some(&token)).await.status, 403, "{}", call.path);
    }
    assert_eq!(targets.state(&world).await, targets.before);
}

#[tokio::test]
async fn another_tenants_objects_do_not_exist() {
    let world = World::new().await;
    let targets = Targets::new(&world).await;
    let token = world.app_token(world.birch, ALL_ROLES);
    for call in directory_calls().filter(|call| call.path.contains("{id}")) {
        let body = match call.path.rsplit('/').next().unwrap() {
            "addKey" | "removeKey" | "removePassword" => json!({"keyId": SOME_APP, "proof": "x"}),
            "appRoleAssignments" | "appRoleAssignedTo" if call.method == "POST" => {
                json!({"principalId": targets.principal, "resourceId": targets.principal, "appRoleId": SOME_APP})
            }
            _ if changes(call) => json!({}),
            _ => Value::Null,
        };
        let answer = world.call(call.method, &targets.path(call), Some(&token), body).await;
        let (status, code, _) = answer.refusal();
        assert_eq!((status, code), (404, "Request_ResourceNotFound"), "{} {}", call.method, call.path);
    }
    let listed = world.birch("GET", "/v1.0/applications", Value::Null).await;
    assert_eq!(listed.body["value"], json!([]));
    assert_eq!(targets.state(&world).await, targets.before);
}
