//! App role assignments, from the client's side and from the resource's.

use serde_json::{Value, json};
use wardenry_core::id::AppId;

use crate::world::{ALL_ROLES, NOTHING, NOW, World, redacted, text};

const THREAT_PROTECTION: &str = "8ee8fdad-f234-4243-8f3b-15c294843740";
const INCIDENT_READ: &str = "a9790345-4595-42e4-971a-ccdc79f19b7c";
const INCIDENT_WRITE: &str = "8d90f441-09cf-4fdc-ab45-e874fa3a28e8";
const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";

struct Parties {
    app_id: AppId,
    client: String,
    resource: String,
}

impl Parties {
    async fn new(world: &World) -> Self {
        let (_, app_id) = world.application(json!({"displayName": "Harbour Watch"})).await;
        let token = world.app_token(world.alder, ALL_ROLES);
        Self {
            client: world.principal(&token, &app_id).await,
            resource: world.alder_principal_of(THREAT_PROTECTION).await,
            app_id: app_id.parse().unwrap(),
        }
    }

    fn grant(&self, role: &str) -> Value {
        json!({"principalId": self.client, "resourceId": self.resource, "appRoleId": role})
    }

    fn at_client(&self) -> String {
        format!("/v1.0/servicePrincipals/{}/appRoleAssignments", self.client)
    }

    fn at_resource(&self) -> String {
        format!("/v1.0/servicePrincipals(appId='{THREAT_PROTECTION}')/appRoleAssignedTo")
    }

    /// The roles that a token of the client would carry.
    async fn roles(&self, world: &World) -> Vec<String> {
        let client = world.directory.client(world.alder, self.app_id).await.unwrap().unwrap();
        client.principal.as_ref().unwrap().roles_on(THREAT_PROTECTION.parse().unwrap()).to_vec()
    }
}

#[tokio::test]
async fn a_grant_shows_on_both_sides_and_in_the_clients_roles() {
    let world = World::new().await;
    let parties = Parties::new(&world).await;
    assert_eq!(parties.roles(&world).await, Vec::<String>::new());
    let created = world.alder("POST", &parties.at_client(), parties.grant(INCIDENT_READ)).await;
    let id = text(&created.body["id"]);
    assert_eq!(id.len(), 43);
    let names = [(id.as_str(), "id"), (&*parties.client, "client"), (&*parties.resource, "resource")];
    let bare = json!({
        "id": "<id>",
        "appRoleId": INCIDENT_READ,
        "createdDateTime": NOW,
        "principalDisplayName": "Harbour Watch",
        "principalId": "<client>",
        "principalType": "ServicePrincipal",
        "resourceDisplayName": "Microsoft Threat Protection",
        "resourceId": "<resource>",
    });
    let context = "https://localhost:8443/v1.0/$metadata#servicePrincipals";
    let mut expected = bare.clone();
    expected["@odata.context"] = json!(format!("{context}('<client>')/appRoleAssignments/$entity"));
    assert_eq!(created.status, 201);
    assert_eq!(redacted(&created.body, &names), expected);
    let location = format!("https://localhost:8443{}/{id}", parties.at_client());
    assert_eq!(created.header("location"), Some(location.as_str()));
    assert_eq!(parties.roles(&world).await, ["Incident.Read.All"]);

    let at_client = world.alder("GET", &parties.at_client(), Value::Null).await;
    let expected =
        json!({"@odata.context": format!("{context}('<client>')/appRoleAssignments"), "value": [bare]});
    assert_eq!(redacted(&at_client.body, &names), expected);
    let at_resource = world.alder("GET", &parties.at_resource(), Value::Null).await;
    let expected =
        json!({"@odata.context": format!("{context}('<resource>')/appRoleAssignedTo"), "value": [bare]});
    assert_eq!(redacted(&at_resource.body, &names), expected);
    let elsewhere = format!("/v1.0/servicePrincipals/{}/appRoleAssignments", parties.resource);
    assert_eq!(world.alder("GET", &elsewhere, Value::Null).await.body["value"], json!([]));
    assert_eq!(at_client.column("id"), [id]);
}

#[tokio::test]
async fn grants_are_made_and_revoked_from_either_side() {
    let world = World::new().await;
    let parties = Parties::new(&world).await;
    let one = world.alder("POST", &parties.at_resource(), parties.grant(INCIDENT_READ)).await;
    assert_eq!(one.status, 201, "{}", one.body);
    world.clock.advance(std::time::Duration::from_secs(1));
    let two = world.alder("POST", &parties.at_client(), parties.grant(INCIDENT_WRITE)).await;
    let none = world.alder("POST", &parties.at_client(), parties.grant(NO_ROLE)).await;
    assert_eq!((two.status.as_u16(), none.status.as_u16()), (201, 201));
    assert_eq!(parties.roles(&world).await, ["Incident.Read.All", "Incident.ReadWrite.All"]);
    let first = text(&one.body["id"]);
    let deleted = world.alder("DELETE", &format!("{}/{first}", parties.at_client()), Value::Null).await;
    assert_eq!((deleted.status.as_u16(), deleted.body), (204, Value::Null));
    assert_eq!(parties.roles(&world).await, ["Incident.ReadWrite.All"]);
    let second = text(&two.body["id"]);
    let deleted = world.alder("DELETE", &format!("{}/{second}", parties.at_resource()), Value::Null).await;
    assert_eq!(deleted.status, 204);
    assert_eq!(parties.roles(&world).await, Vec::<String>::new());
    let left = world.alder("GET", &parties.at_client(), Value::Null).await;
    assert_eq!(left.column("appRoleId"), [NO_ROLE]);
    // A third party's address does not reach it.
    let graph = world.alder_principal_of("00000003-0000-0000-c000-000000000000").await;
    let third = text(&none.body["id"]);
    let wrong = format!("/v1.0/servicePrincipals/{graph}/appRoleAssignments/{third}");
    assert_eq!(world.alder("DELETE", &wrong, Value::Null).await.status, 404);
}

#[tokio::test]
async fn the_same_grant_twice_is_a_bad_request() {
    let world = World::new().await;
    let parties = Parties::new(&world).await;
    assert_eq!(world.alder("POST", &parties.at_client(), parties.grant(INCIDENT_READ)).await.status, 201);
    for path in [parties.at_client(), parties.at_resource()] {
        let twice = world.alder("POST", &path, parties.grant(INCIDENT_READ)).await;
        let message = "This permission grant exists already.";
        assert_eq!(twice.refusal(), (400, "Request_BadRequest", message));
    }
}

#[tokio::test]
async fn grants_that_make_no_sense_are_refused_by_property() {
    let world = World::new().await;
    let parties = Parties::new(&world).await;
    let foreign = {
        let (_, app_id) = world
            .application(json!({"displayName": "Elsewhere", "signInAudience": "AzureADMultipleOrgs"}))
            .await;
        world.principal(&world.app_token(world.birch, ALL_ROLES), &app_id).await
    };
    let with = |member: &str, value: Value| {
        let mut grant = parties.grant(INCIDENT_READ);
        grant[member] = value;
        grant
    };
    let elsewhere = format!(
        "The value of 'resourceId' is not valid: no service principal '{foreign}' exists in this tenant."
    );
    let nothing = format!(
        "The value of 'resourceId' is not valid: no service principal '{NOTHING}' exists in this tenant."
    );
    for (body, message) in [
        (with("principalId", Value::Null), "The property 'principalId' is required."),
        (with("resourceId", Value::Null), "The property 'resourceId' is required."),
        (with("appRoleId", Value::Null), "The property 'appRoleId' is required."),
        (with("appRoleId", json!("x")), "The value of 'appRoleId' is not valid: must be a GUID."),
        (with("appRoleId", json!(3)), "The value of 'appRoleId' is not valid: must be a text."),
        (
            with("appRoleId", json!(NOTHING)),
            "The value of 'appRoleId' is not valid: is no application permission of the resource.",
        ),
        (
            // A delegated permission of the same resource.
            with("appRoleId", json!("12c153a4-4204-4224-aa3c-4626e2f47c2b")),
            "The value of 'appRoleId' is not valid: is no application permission of the resource.",
        ),
        (
            with("principalId", json!(parties.resource)),
            "The value of 'principalId' is not valid: must be the service principal that the path addresses.",
        ),
        (with("resourceId", json!(foreign)), &elsewhere),
        (with("resourceId", json!(NOTHING)), &nothing),
    ] {
        let refused = world.alder("POST", &parties.at_client(), body).await;
        assert_eq!(refused.refusal(), (400, "Request_BadRequest", message));
    }
    for assignment in ["x".to_owned(), "%2e%2e".to_owned(), "x".repeat(500)] {
        let path = format!("{}/{assignment}", parties.at_client());
        let missing = world.alder("DELETE", &path, Value::Null).await;
        assert_eq!((missing.refusal().0, missing.refusal().1), (404, "Request_ResourceNotFound"));
    }
    let filtered = format!("{}?$filter=appRoleId%20eq%20'x'", parties.at_client());
    let refused = world.alder("GET", &filtered, Value::Null).await;
    let message = "App role assignments cannot be filtered here.";
    assert_eq!(refused.refusal(), (400, "Request_UnsupportedQuery", message));
}

#[tokio::test]
async fn a_role_for_users_only_is_not_granted_to_an_app() {
    let world = World::new().await;
    let parties = Parties::new(&world).await;
    let role = |id: &str, value: &str, members: &[&str]| {
        json!({
            "id": id,
            "allowedMemberTypes": members,
            "displayName": value,
            "description": value,
            "value": value,
        })
    };
    let (for_users, for_apps) =
        ("11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000002");
    let body = json!({
        "displayName": "Resource",
        "appRoles": [role(for_users, "Users", &["User"]), role(for_apps, "Apps", &["Application"])],
    });
    let (_, app_id) = world.application(body).await;
    let resource = world.principal(&world.app_token(world.alder, ALL_ROLES), &app_id).await;
    let grant =
        |role: &str| json!({"principalId": parties.client, "resourceId": resource, "appRoleId": role});
    assert_eq!(world.alder("POST", &parties.at_client(), grant(for_users)).await.status, 400);
    assert_eq!(world.alder("POST", &parties.at_client(), grant(for_apps)).await.status, 201);
}

#[tokio::test]
async fn assignments_come_in_pages() {
    let world = World::new().await;
    let parties = Parties::new(&world).await;
    for role in [INCIDENT_READ, INCIDENT_WRITE, NO_ROLE] {
        assert_eq!(world.alder("POST", &parties.at_client(), parties.grant(role)).await.status, 201);
        world.clock.advance(std::time::Duration::from_secs(1));
    }
    for path in [parties.at_client(), parties.at_resource()] {
        let mut next = format!("{path}?$top=2&$count=true&$select=appRoleId");
        let mut pages = Vec::new();
        loop {
            let page = world.alder("GET", &next, Value::Null).await;
            pages.push((page.column("appRoleId").join(" "), page.body["@odata.count"].clone()));
            let Some(link) = page.body["@odata.nextLink"].as_str() else { break };
            next = link.strip_prefix("https://localhost:8443").unwrap().to_owned();
        }
        let expected =
            [(format!("{INCIDENT_READ} {INCIDENT_WRITE}"), json!(3)), (NO_ROLE.to_owned(), Value::Null)];
        assert_eq!(pages, expected);
    }
}
