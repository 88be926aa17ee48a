//! `POST /{tenant}/oauth2/v2.0/token`.

use std::time::Duration;

use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use wardenry_core::catalogue::{DEFENDER_ATP, GRAPH, THREAT_PROTECTION};
use wardenry_core::id::AppRoleId;
use wardenry_directory::admin::{NewPassword, ServicePrincipalPatch};
use wardenry_directory::model::OwnAppRole;
use wardenry_directory::registration::ApplicationPatch;
use wardenry_jose::base64;

use crate::answer::Answer;
use crate::world::{CONNECTOR, CUSTOMER, MTP, MTP_SCOPE, NOW, ORIGIN, PARTNER, WISHES, World, registration};

/// A claim set with its random parts replaced, after checking their form.
pub(crate) fn redacted(mut claims: Value) -> Value {
    for (name, length) in [("uti", 22), ("aio", 43)] {
        assert_eq!(claims[name].as_str().unwrap().len(), length, "{name}");
        claims[name] = json!("(random)");
    }
    assert!(claims["rh"].as_str().unwrap().starts_with("1.A"));
    claims["rh"] = json!("(opaque)");
    claims
}

async fn with_scope(world: &World, scope: &str) -> Answer {
    world.v2_token(&world.v2_form().set("scope", scope)).await
}

#[tokio::test]
async fn the_answer_has_four_members_and_its_numbers_are_numbers() {
    let world = World::consented().await;
    let answer = world.v2_token(&world.v2_form()).await;
    let token = answer.access_token();
    assert_eq!(
        answer.json(),
        json!({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token})
    );
    for (name, value) in [
        ("cache-control", "no-store, no-cache"),
        ("pragma", "no-cache"),
        ("expires", "-1"),
        ("x-content-type-options", "nosniff"),
        ("x-ms-clitelem", "1,0,0,,"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert!(answer.header("content-type").starts_with("application/json"));
}

#[tokio::test]
async fn a_first_party_resource_gets_a_v1_token_from_this_endpoint_too() {
    let world = World::consented().await;
    let token = world.v2_token(&world.v2_form()).await.access_token();
    let (header, claims) = world.verified(&token).await;
    let kid = world.keys.ring().signing().kid().to_owned();
    assert_eq!(header, json!({"typ": "JWT", "alg": "RS256", "x5t": kid, "kid": kid}));
    let principal = world.principal(CUSTOMER, CONNECTOR).await.unwrap();
    assert_eq!(
        redacted(claims),
        json!({
            "aud": MTP,
            "iss": format!("{ORIGIN}/{CUSTOMER}/"),
            "iat": NOW.unix_secs() - 300,
            "nbf": NOW.unix_secs() - 300,
            "exp": NOW.unix_secs() + 3600,
            "aio": "(random)",
            "app_displayname": "Harbour Connector",
            "appid": CONNECTOR,
            "appidacr": "1",
            "idp": format!("{ORIGIN}/{CUSTOMER}/"),
            "idtyp": "app",
            "oid": principal,
            "rh": "(opaque)",
            "roles": WISHES,
            "sub": principal,
            "tenant_region_scope": "EU",
            "tid": CUSTOMER,
            "uti": "(random)",
            "ver": "1.0",
            "xms_tcdt": NOW.unix_secs(),
        })
    );
}

/// A registered application that is a resource and wants v2 tokens.
async fn own_resource(world: &World) -> (String, AppRoleId) {
    let role = AppRoleId::from_guid(uuid::Uuid::from_u128(7));
    let properties = ApplicationPatch {
        identifier_uris: Some(vec!["https://api.harbour.example/reports".to_owned()]),
        requested_token_version: Some(Some(2)),
        app_roles: Some(vec![OwnAppRole {
            id: role,
            value: "Report.Write".to_owned(),
            display_name: "Write reports".to_owned(),
            description: "Writes reports.".to_owned(),
            enabled: true,
            allowed_member_types: vec!["Application".to_owned()],
        }]),
        ..registration("Harbour Reports", &[])
    };
    let application = world.register(properties).await;
    world.let_in(CUSTOMER, application.app_id).await;
    (application.app_id.to_string(), role)
}

#[tokio::test]
async fn a_resource_that_asks_for_v2_tokens_gets_them() {
    let world = World::consented().await;
    let (resource, role) = own_resource(&world).await;
    let principal = world.principal(CUSTOMER, CONNECTOR).await.unwrap();
    let expected = |roles: Option<Value>| {
        let mut claims = json!({
            "aud": resource,
            "iss": format!("{ORIGIN}/{CUSTOMER}/v2.0"),
            "iat": NOW.unix_secs() - 300,
            "nbf": NOW.unix_secs() - 300,
            "exp": NOW.unix_secs() + 3600,
            "aio": "(random)",
            "azp": CONNECTOR,
            "azpacr": "1",
            "oid": principal,
            "rh": "(opaque)",
            "sub": principal,
            "tid": CUSTOMER,
            "uti": "(random)",
            "ver": "2.0",
        });
        if let Some(roles) = roles {
            claims["roles"] = roles;
        }
        claims
    };
    // Whatever name it is asked for by, the audience of a v2 token is the application id.
    let names = [
        "https://api.harbour.example/reports".to_owned(),
        "https://api.harbour.example/reports/".to_owned(),
        resource.clone(),
        format!("api://{resource}"),
        format!("api://{resource}/"),
    ];
    for name in &names {
        let token = with_scope(&world, &format!("{name}/.default")).await.access_token();
        let (header, claims) = world.verified(&token).await;
        assert_eq!(header["x5t"], Value::Null, "v2 tokens have no x5t");
        assert_eq!(redacted(claims), expected(None), "{name}");
    }
    let resource_principal = world.principal(CUSTOMER, resource.parse().unwrap()).await.unwrap();
    let grants = world.operator.grant_admin(CUSTOMER);
    world.directory.assign_app_role(&grants, principal, resource_principal, role).await.unwrap();
    let token = with_scope(&world, &format!("api://{resource}/.default")).await.access_token();
    assert_eq!(redacted(world.verified(&token).await.1), expected(Some(json!(["Report.Write"]))));
    for name in
        [format!("api://{resource}//"), format!("{resource}x"), "https://api.harbour.example".to_owned()]
    {
        let refused = with_scope(&world, &format!("{name}/.default")).await.refused();
        assert_eq!(refused, (400, 500_011, "invalid_resource".to_owned()), "{name}");
    }
}

#[tokio::test]
async fn every_documented_name_of_a_resource_becomes_the_audience_as_it_was_written() {
    let world = World::consented().await;
    let documented = [
        MTP,
        "https://api.securitycenter.microsoft.com",
        "https://securitycenter.onmicrosoft.com/windowsatpservice",
        "https://graph.microsoft.com",
        "HTTPS://API.Security.Microsoft.com",
    ];
    for name in documented {
        for written in [name.to_owned(), format!("{name}/")] {
            let token = with_scope(&world, &format!("{written}/.default")).await.access_token();
            assert_eq!(world.verified(&token).await.1["aud"], written.as_str());
        }
    }
    for resource in [&THREAT_PROTECTION, &DEFENDER_ATP, &GRAPH] {
        let id = resource.app_id.to_string();
        let token = with_scope(&world, &format!("{id}/.default")).await.access_token();
        assert_eq!(world.verified(&token).await.1["aud"], id.as_str());
    }
    // Without a resource part, Microsoft Graph is meant; and so it is by each of the server's own addresses.
    for own in ["", "https://localhost:8443/", "https://localhost/", "https://id.wardenry.test//"] {
        let token = with_scope(&world, &format!("{own}.default")).await.access_token();
        assert_eq!(world.verified(&token).await.1["aud"], "https://graph.microsoft.com", "{own}");
    }
    let elsewhere = with_scope(&world, "https://localhost:9443/.default").await;
    assert_eq!(elsewhere.refused(), (400, 500_011, "invalid_resource".to_owned()));
}

#[tokio::test]
async fn roles_are_exactly_what_this_tenant_granted_on_this_resource() {
    let world = World::consented().await;
    let principal = world.principal(CUSTOMER, CONNECTOR).await.unwrap();
    let roles = async |name: &str| {
        let token = with_scope(&world, &format!("{name}/.default")).await.access_token();
        world.verified(&token).await.1["roles"].clone()
    };
    assert_eq!(roles(MTP).await, json!(WISHES));
    assert_eq!(roles("https://graph.microsoft.com").await, Value::Null, "no role, no claim");
    world.grant(principal, &GRAPH, "User.Read.All").await;
    world.grant(principal, &DEFENDER_ATP, "Machine.Read.All").await;
    assert_eq!(roles("https://graph.microsoft.com").await, json!(["User.Read.All"]));
    assert_eq!(roles(MTP).await, json!(WISHES));
    // Partner samples ask for this resource and then read incidents.
    let both = json!(["AdvancedHunting.Read.All", "Incident.Read.All", "Machine.Read.All"]);
    assert_eq!(roles("https://api.securitycenter.microsoft.com").await, both);
    // The wish list is not a grant.
    let patch = ApplicationPatch { required_resources: Some(vec![]), ..ApplicationPatch::default() };
    world.change_connector(patch).await;
    assert_eq!(roles(MTP).await, json!(WISHES));
    world.let_in(PARTNER, CONNECTOR).await;
    let home = world.post(&format!("/{PARTNER}/oauth2/v2.0/token"), world.v2_form().encoded()).await;
    assert_eq!(home.refused(), (400, 500_011, "invalid_resource".to_owned()), "not licensed at home");
}

#[tokio::test]
async fn a_graph_token_is_marked_as_app_only() {
    let world = World::consented().await;
    let token = with_scope(&world, "https://graph.microsoft.com/.default").await.access_token();
    let claims = world.verified(&token).await.1;
    assert_eq!(claims["wids"], json!(["0997a1d0-0d1d-4acb-b408-d5ca73121e90"]));
    let other = world.v2_token(&world.v2_form()).await.access_token();
    assert_eq!(world.verified(&other).await.1["wids"], Value::Null);
}

#[tokio::test]
async fn revoking_shows_in_the_next_token() {
    let world = World::consented().await;
    let principal = world.principal(CUSTOMER, CONNECTOR).await.unwrap();
    let reader = world.operator.reader(CUSTOMER);
    let grants = world.operator.grant_admin(CUSTOMER);
    for assignment in world.directory.app_role_assignments(&reader, principal).await.unwrap() {
        world.directory.remove_app_role_assignment(&grants, principal, &assignment.id).await.unwrap();
    }
    let token = world.v2_token(&world.v2_form()).await.access_token();
    assert_eq!(world.verified(&token).await.1["roles"], Value::Null);
    let admin = world.operator.application_admin(CUSTOMER);
    world.directory.delete_service_principal(&admin, principal).await.unwrap();
    let refused = world.v2_token(&world.v2_form()).await.refused();
    assert_eq!(refused, (401, 7_000_229, "invalid_client".to_owned()));
}

#[tokio::test]
async fn scopes_of_openid_connect_beside_the_resource_are_tolerated() {
    let world = World::consented().await;
    for scope in [
        format!("openid profile offline_access {MTP_SCOPE}"),
        format!("{MTP_SCOPE} openid email"),
        format!("  {MTP_SCOPE}  "),
    ] {
        assert_eq!(with_scope(&world, &scope).await.status, StatusCode::OK, "{scope}");
    }
}

#[tokio::test]
async fn only_the_last_default_is_cut_off() {
    let world = World::consented().await;
    for (scope, code, error) in [
        ("https://api.security.microsoft.com//.default/.default", 500_011, "invalid_resource"),
        ("https://api.security.microsoft.com///.default", 500_011, "invalid_resource"),
        ("https://api.security.microsoft.com/Incident.Read.All", 1_002_012, "invalid_scope"),
        ("Incident.Read.All", 1_002_012, "invalid_scope"),
        ("https://api.security.microsoft.com/.DEFAULT", 1_002_012, "invalid_scope"),
        (
            "https://api.security.microsoft.com/.default https://graph.microsoft.com/.default",
            700_022,
            "invalid_request",
        ),
        ("openid", 70_011, "invalid_scope"),
        ("   ", 70_011, "invalid_scope"),
        ("/.default", 700_023, "invalid_request"),
        ("", 900_144, "invalid_request"),
    ] {
        let refused = with_scope(&world, scope).await.refused();
        assert_eq!(refused, (400, code, error.to_owned()), "{scope}");
    }
}

#[tokio::test]
async fn every_name_of_the_tenant_serves() {
    let world = World::consented().await;
    for tenant in [
        CUSTOMER.to_string(),
        CUSTOMER.to_string().to_uppercase(),
        "alder.example".into(),
        "FOODS.example".into(),
    ] {
        let answer = world.post(&format!("/{tenant}/oauth2/v2.0/token"), world.v2_form().encoded()).await;
        let claims = world.verified(&answer.access_token()).await.1;
        assert_eq!(
            (&claims["tid"], &claims["iss"]),
            (&json!(CUSTOMER), &json!(format!("{ORIGIN}/{CUSTOMER}/")))
        );
    }
    let spelled = world.post("/Alder.Example/OAuth2/V2.0/Token", world.v2_form().encoded()).await;
    assert_eq!(spelled.status, StatusCode::OK);
}

#[tokio::test]
async fn the_issuer_is_the_address_that_the_client_used_if_it_is_ours() {
    let world = World::consented().await;
    for (host, origin) in [(crate::world::OTHER_HOST, "https://id.wardenry.test"), ("evil.example", ORIGIN)] {
        let request = Request::post("/alder.example/oauth2/v2.0/token")
            .header(header::HOST, host)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(world.v2_form().encoded().into())
            .unwrap();
        let token = world.send(request).await.access_token();
        assert_eq!(world.verified(&token).await.1["iss"], format!("{origin}/{CUSTOMER}/"));
    }
}

#[tokio::test]
async fn what_libraries_send_besides_is_ignored() {
    let world = World::consented().await;
    let form = world
        .v2_form()
        .set("client_info", "1")
        .set("x-client-SKU", "msal.js.node")
        .set("x-client-current-telemetry", "5|771,2,,,|,")
        .set("claims", "{\"access_token\":{\"xms_cc\":{\"values\":[\"CP1\"]}}}");
    let path = format!("/{CUSTOMER}/oauth2/v2.0/token");
    // A query on this endpoint counts for nothing, whatever it says.
    let query =
        "client-request-id=6a0a4f1e-0000-4000-8000-000000000000&scope=x&resource=y&grant_type=password";
    let answer = world.post(&format!("{path}?{query}"), form.encoded()).await;
    let members: Vec<_> = answer.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["token_type", "expires_in", "ext_expires_in", "access_token"]);
    for content_type in [
        "application/x-www-form-urlencoded;charset=utf-8",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "APPLICATION/X-WWW-FORM-URLENCODED",
    ] {
        let request = Request::post(&path)
            .header(header::CONTENT_TYPE, content_type)
            .body(form.encoded().into())
            .unwrap();
        assert_eq!(world.send(request).await.status, StatusCode::OK, "{content_type}");
    }
    // MSTICPy does not say what it sends.
    let request = Request::post(&path).body(form.encoded().into()).unwrap();
    assert_eq!(world.send(request).await.status, StatusCode::OK);
}

async fn with_basic(world: &World, user: &str, password: &str, form: &crate::world::Form) -> Answer {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let credential = base64(format!("{}:{}", encode(user), encode(password)).as_bytes());
    let request = Request::post(format!("/{CUSTOMER}/oauth2/v2.0/token"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::AUTHORIZATION, format!("Basic {credential}"))
        .body(form.encoded().into())
        .unwrap();
    world.send(request).await
}

#[tokio::test]
async fn a_secret_may_come_by_basic_authentication() {
    let world = World::consented().await;
    let client = CONNECTOR.to_string();
    let bare = world.v2_form().without("client_secret");
    for form in [bare.clone(), bare.clone().without("client_id")] {
        let answer = with_basic(&world, &client, world.secret.expose(), &form).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    let wrong = with_basic(&world, &client, "a:wrong+one%", &bare).await;
    assert_eq!(wrong.refused(), (401, 7_000_215, "invalid_client".to_owned()));
    // RFC 6749 section 5.2: who tried by this header is told so by this header.
    assert!(wrong.header("www-authenticate").starts_with("Basic "));
    let both = with_basic(&world, &client, world.secret.expose(), &world.v2_form()).await;
    assert_eq!(both.refused(), (400, 9_002_313, "invalid_request".to_owned()));
    let other = with_basic(&world, "99999999-2222-4333-8444-555555555555", "x", &bare).await;
    assert_eq!(other.refused(), (400, 9_002_313, "invalid_request".to_owned()));
    let in_body = world.v2_token(&world.v2_form().set("client_secret", "wrong")).await;
    assert_eq!(in_body.refused(), (401, 7_000_215, "invalid_client".to_owned()));
    assert!(!in_body.headers.contains_key("www-authenticate"));
}

#[tokio::test]
async fn a_secret_works_from_its_start_to_its_end() {
    let world = World::consented().await;
    let at = |secs: u64| Some(NOW.plus(Duration::from_secs(secs)));
    let next = NewPassword { start: at(100), end: at(300), ..NewPassword::default() };
    let next = world.add_secret(world.connector.id, next).await;
    let form = world.v2_form().set("client_secret", &next);
    assert_eq!(world.v2_token(&form).await.refused(), (401, 7_000_215, "invalid_client".to_owned()));
    world.clock.advance(Duration::from_secs(100));
    assert_eq!(world.v2_token(&form).await.status, StatusCode::OK);
    assert_eq!(world.v2_token(&world.v2_form()).await.status, StatusCode::OK, "several at a time");
    world.clock.advance(Duration::from_secs(199));
    assert_eq!(world.v2_token(&form).await.status, StatusCode::OK);
    world.clock.advance(Duration::from_secs(1));
    let refused = world.v2_token(&form).await.refused_at(at(300).unwrap());
    assert_eq!(refused, (401, 7_000_222, "invalid_client".to_owned()));
    world.clock.advance(Duration::from_secs(2 * 365 * 86_400));
    let at_last = world.clock_now();
    let refused = world.v2_token(&world.v2_form()).await.refused_at(at_last);
    assert_eq!(refused, (401, 7_000_222, "invalid_client".to_owned()), "two years by default");
}

#[tokio::test]
async fn a_removed_secret_is_a_wrong_one() {
    let world = World::consented().await;
    let key_id = world.directory.application(&world.operator.reader(PARTNER), world.connector.id).await;
    let key_id = key_id.unwrap().passwords[0].key_id;
    // Sending the id instead of the value is the common mistake.
    let form = world.v2_form().set("client_secret", &key_id.to_string());
    assert_eq!(world.v2_token(&form).await.refused().1, 7_000_215);
    assert_eq!(world.v2_token(&world.v2_form()).await.status, StatusCode::OK);
    let admin = world.operator.application_admin(PARTNER);
    world.directory.remove_password(&admin, world.connector.id, key_id).await.unwrap();
    assert_eq!(world.v2_token(&world.v2_form()).await.refused().1, 7_000_215);
}

#[tokio::test]
async fn nothing_is_told_about_the_tenant_before_the_client_has_proved_itself() {
    let world = World::new().await;
    let wrong = world.v2_form().set("client_secret", "wrong");
    let nowhere = wrong.clone().set("scope", "https://nowhere.example/.default");
    assert_eq!(world.v2_token(&wrong).await.refused().1, 7_000_215);
    assert_eq!(world.v2_token(&nowhere).await.refused().1, 7_000_215);
    let right = world.v2_form().set("scope", "https://nowhere.example/.default");
    assert_eq!(world.v2_token(&right).await.refused().1, 7_000_229);
    let principal = world.let_in(CUSTOMER, CONNECTOR).await;
    assert_eq!(world.v2_token(&wrong).await.refused().1, 7_000_215);
    let off = ServicePrincipalPatch { enabled: Some(false), ..ServicePrincipalPatch::default() };
    world.patch_principal(CUSTOMER, principal, off).await;
    assert_eq!(world.v2_token(&wrong).await.refused().1, 7_000_215);
    assert_eq!(world.v2_token(&right).await.refused().1, 7_000_112);
}

#[tokio::test]
async fn the_clients_own_request_id_comes_back() {
    let world = World::new().await;
    let wanted = "6a0a4f1e-0000-4000-8000-00000000000c";
    let path = format!("/{CUSTOMER}/oauth2/v2.0/token");
    let form = world.v2_form().set("client_secret", "wrong");
    let by_header = |name: &str, value: &str| {
        Request::post(&path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(name, value)
            .body(form.encoded().into())
            .unwrap()
    };
    let in_body = form.clone().set("client-request-id", wanted);
    let queried = format!("{path}?client-request-id={wanted}");
    for answer in [
        world.send(by_header("client-request-id", wanted)).await,
        world.send(by_header("x-ms-client-request-id", wanted)).await,
        world.post(&queried, form.encoded()).await,
        world.v2_token(&in_body).await,
    ] {
        answer.refused();
        assert_eq!(answer.json()["correlation_id"], wanted);
        assert_ne!(answer.json()["trace_id"], wanted);
    }
    let nonsense = world.send(by_header("client-request-id", "\"quoted\\\"")).await;
    nonsense.refused();
    assert_eq!(nonsense.json()["correlation_id"], nonsense.json()["trace_id"]);
}

#[tokio::test]
async fn an_answer_never_repeats_the_secret() {
    let world = World::new().await;
    let secret = "hunter2hunter2";
    for form in [
        world.v2_form().set("client_secret", secret),
        world.v2_form().set("client_secret", secret).set("client_id", "x"),
        world.v2_form().set("client_secret", secret).set("scope", "x"),
        // Two values in each other's place.
        world.v2_form().set("client_secret", "x").set("client_id", secret),
    ] {
        let answer = world.v2_token(&form).await;
        answer.refused();
        assert!(!answer.text.contains(secret), "{}", answer.text);
    }
}
