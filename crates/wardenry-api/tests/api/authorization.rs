//! Who gets in: nobody, somebody with the wrong token, somebody of another tenant.

use http::{HeaderValue, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use wardenry_core::catalogue::DirectoryRole;
use wardenry_incidents::model::Incident;
use wardenry_incidents::test_incident::incident;

use crate::test_api::{ALDER, BIRCH, NOW, TestApi, app_claims};

const ENDPOINTS: [&str; 4] =
    ["/api/incidents", "/api/v1.0/incidents", "/api/incidents/1", "/api/v1.0/incidents/1"];

async fn api() -> TestApi {
    let theirs = Incident { name: "Birch's own".to_owned(), ..incident(1) };
    TestApi::with(&[incident(1)], &[theirs, incident(2)]).await
}

fn with(changes: &Value) -> Value {
    let mut claims = app_claims(ALDER);
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    claims
}

fn user_claims(scope: &str, roles: &[DirectoryRole]) -> Value {
    let wids: Vec<_> = roles.iter().map(|role| role.template_id().to_string()).collect();
    let mut claims = with(&json!({"scp": scope, "wids": wids, "upn": "ana@alder.example"}));
    claims.as_object_mut().unwrap().remove("roles");
    claims
}

#[tokio::test]
async fn nobody_is_challenged_everywhere() {
    let api = api().await;
    for endpoint in ENDPOINTS {
        let answer = api.anonymous(Method::GET, endpoint).await;
        let (status, code, _) = answer.error();
        assert_eq!((status, code.as_str()), (StatusCode::UNAUTHORIZED, "Unauthorized"), "{endpoint}");
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer authorization_uri=\"https://localhost:8443/common/oauth2/authorize\""
        );
    }
}

#[tokio::test]
async fn what_is_no_bearer_token_is_challenged() {
    let api = api().await;
    for value in ["Basic YTpi", "Bearer", "Bearer not-a-token", "Bearer a.b.c"] {
        let request = Request::get("/api/incidents")
            .header(header::AUTHORIZATION, HeaderValue::from_static(value))
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = api.send(request).await;
        assert_eq!(answer.error().0, StatusCode::UNAUTHORIZED, "{value}");
        assert!(answer.header("www-authenticate").starts_with("Bearer "), "{value}");
    }
}

#[tokio::test]
async fn tokens_that_fail_a_check_are_refused_with_its_name() {
    let api = api().await;
    for (changes, check) in [
        (json!({"aud": "https://graph.microsoft.com"}), "audience"),
        (json!({"aud": "https://api.example.org"}), "audience"),
        (json!({"exp": NOW.unix_secs()}), "expiry"),
        (json!({"nbf": NOW.unix_secs() + 1}), "not before"),
        (json!({"iss": format!("https://elsewhere.example/{ALDER}/")}), "issuer"),
        (json!({"tid": BIRCH}), "tenant"),
        (json!({"ver": "3.0"}), "issuer"),
        (json!({"nonce": "1"}), "claims"),
    ] {
        for endpoint in ENDPOINTS {
            let answer = api.get_as(&api.sign(&with(&changes)), endpoint).await;
            let (status, code, message) = answer.error();
            assert_eq!((status, code.as_str()), (StatusCode::UNAUTHORIZED, "Unauthorized"), "{changes}");
            assert!(message.contains(&format!("({check})")), "{changes}: {message}");
            assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""), "{changes}");
        }
    }
}

#[tokio::test]
async fn a_token_of_another_authority_is_refused() {
    let (api, other) = (api().await, TestApi::new().await);
    let answer = api.get_as(&other.reader_token(ALDER), "/api/incidents").await;
    let (status, _, message) = answer.error();
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(message.contains("(signature)"), "{message}");
}

#[tokio::test]
async fn a_token_without_the_role_is_told_which_one_is_missing() {
    let api = api().await;
    for roles in [json!([]), json!(["AdvancedHunting.Read.All"]), json!(["Incident.Read"])] {
        for endpoint in ENDPOINTS {
            let answer = api.get_as(&api.sign(&with(&json!({"roles": roles}))), endpoint).await;
            let (status, code, message) = answer.error();
            assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "Forbidden"), "{roles}");
            assert!(message.contains("Incident.Read.All or Incident.ReadWrite.All"), "{message}");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
            assert!(challenge.contains("scope=\"Incident.Read.All Incident.ReadWrite.All\""), "{challenge}");
        }
    }
}

#[tokio::test]
async fn tokens_of_both_resources_in_every_spelling_are_accepted() {
    let api = api().await;
    for audience in [
        "https://api.security.microsoft.com",
        "https://api.security.microsoft.com/",
        "https://security.microsoft.com/mtp",
        "8ee8fdad-f234-4243-8f3b-15c294843740",
        "https://api.securitycenter.microsoft.com",
        "https://api.securitycenter.windows.com",
        "https://securitycenter.onmicrosoft.com/windowsatpservice",
        "fc780465-2017-40d4-a0c5-307022471b92",
    ] {
        for role in ["Incident.Read.All", "Incident.ReadWrite.All", "Incidents.Read.All"] {
            let token = api.sign(&with(&json!({"aud": audience, "roles": [role]})));
            assert_eq!(api.get_as(&token, "/api/incidents").await.ids(), [1], "{audience} {role}");
        }
    }
    let v2 = json!({"ver": "2.0", "iss": format!("https://localhost:8443/{ALDER}/v2.0")});
    assert_eq!(api.get_as(&api.sign(&with(&v2)), "/api/incidents").await.ids(), [1]);
}

#[tokio::test]
async fn a_tenant_sees_its_own_incidents_and_no_others() {
    let api = api().await;
    let (alder, birch) = (api.reader_token(ALDER), api.reader_token(BIRCH));
    assert_eq!(api.get_as(&alder, "/api/incidents").await.ids(), [1]);
    assert_eq!(api.get_as(&birch, "/api/incidents").await.ids(), [2, 1]);
    assert_eq!(api.get_as(&alder, "/api/incidents/1").await.json()["incidentName"], "Incident 1");
    assert_eq!(api.get_as(&birch, "/api/incidents/1").await.json()["incidentName"], "Birch's own");
    let foreign = api.get_as(&alder, "/api/incidents/2").await.error();
    let absent = api.get_as(&birch, "/api/incidents/3").await.error();
    assert_eq!((foreign.0, &foreign.1), (absent.0, &absent.1));
    assert_eq!(foreign.2.replace('2', "3"), absent.2);
}

#[tokio::test]
async fn a_user_needs_the_scope_and_a_directory_role() {
    let api = api().await;
    let reader = user_claims("Incident.Read", &[DirectoryRole::SecurityReader]);
    assert_eq!(api.get_as(&api.sign(&reader), "/api/incidents").await.ids(), [1]);
    let powerless = api.get_as(&api.sign(&user_claims("Incident.Read", &[])), "/api/incidents").await;
    let (status, code, message) = powerless.error();
    assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "Forbidden"));
    assert!(message.contains("Global Administrator or Security Reader"), "{message}");
    let unscoped = user_claims("AdvancedHunting.Read", &[DirectoryRole::SecurityReader]);
    let (status, _, message) = api.get_as(&api.sign(&unscoped), "/api/incidents").await.error();
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(message.contains("Incident.Read or Incident.ReadWrite"), "{message}");
}
