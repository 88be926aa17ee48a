//! Incidents and the directory.

use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use wardenry_client::{
    ApplicationRef, AuthorityKeys, Error, Incident, IncidentFilter, IncidentQuery, IncidentStatus, Surface,
};
use wardenry_core::cloud::CloudProfile;
use wardenry_core::time::Timestamp;
use wardenry_jose::{Certificate, Jwk, JwkSet, SigningKey, ThumbprintHeader, UnverifiedJws};

use crate::stub::{NOW, Reply, Stub, alder, is_token_request, refusal, token_reply};

async fn list(stub: &Stub, query: &IncidentQuery) -> (Vec<i64>, Option<Error>) {
    let (client, _) = stub.client();
    let mut stream = std::pin::pin!(client.list_incidents(&alder(), query));
    let mut ids = Vec::new();
    loop {
        match stream.next().await {
            None => return (ids, None),
            Some(Ok(incident)) => ids.push(incident.incident_id),
            Some(Err(error)) => {
                assert!(stream.next().await.is_none(), "nothing comes after an error");
                return (ids, Some(error));
            }
        }
    }
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let stub = Stub::start(|seen| {
        if is_token_request(&seen) {
            return token_reply(&seen);
        }
        assert_eq!((seen.method.as_str(), seen.bearer()), ("GET", "token-for-alder.example"));
        let next = format!("https://{}/api/incidents", seen.headers["host"]);
        Reply::json(&match seen.query.as_str() {
            "$top=2" => json!({"value": [{"incidentId": 5}, {"incidentId": 4}], "@odata.nextLink": format!("{next}?$skip=2")}),
            "$skip=2" => json!({"value": [], "@odata.nextLink": format!("{next}?$skip=3")}),
            "$skip=3" => json!({"value": [{"incidentId": 3}]}),
            other => panic!("unexpected query {other}"),
        })
    })
    .await;
    let query = IncidentQuery { page_size: Some(2), ..IncidentQuery::default() };
    let (ids, error) = list(&stub, &query).await;
    assert_eq!((ids, error.is_none()), (vec![5, 4, 3], true));
    let (client, _) = stub.client();
    let first: Vec<Incident> = client.list_incidents(&alder(), &query).take(1).try_collect().await.unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(stub.count("/api/incidents"), 4, "what is not read is not fetched");
}

#[tokio::test]
async fn a_next_link_to_a_foreign_host_gets_no_token() {
    let foreign = Stub::start(|_| Reply::json(&json!({"value": [{"incidentId": 1}]}))).await;
    let link = format!("{}/api/incidents?$skip=1", foreign.origin);
    let expected_link = link.clone();
    let stub = Stub::start(move |seen| {
        if is_token_request(&seen) {
            return token_reply(&seen);
        }
        Reply::json(&json!({"value": [{"incidentId": 5}], "@odata.nextLink": link}))
    })
    .await;
    let (ids, error) = list(&stub, &IncidentQuery::default()).await;
    assert_eq!(ids, [5]);
    let expected =
        format!("a link of {} leads elsewhere, to {expected_link}; it is not followed", stub.origin);
    assert_eq!(error.unwrap().to_string(), expected);
    assert_eq!(foreign.seen(), []);
}

#[tokio::test]
async fn the_filter_arrives_as_it_was_meant() {
    let stub = Stub::start(|seen| {
        if is_token_request(&seen) { token_reply(&seen) } else { Reply::json(&json!({"value": []})) }
    })
    .await;
    let filter = IncidentFilter {
        statuses: vec![IncidentStatus::Active],
        updated_since: Some(Timestamp::parse("2026-02-03T07:15:00Z").unwrap()),
        created_since: None,
        assigned_to: Some("o'neil+x@alder.example".to_owned()),
    };
    list(&stub, &IncidentQuery { filter, page_size: Some(1000) }).await;
    let query = &stub.seen()[1].query;
    let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let expected = "lastUpdateTime ge 2026-02-03T07:15:00Z and assignedTo eq 'o''neil+x@alder.example' and status eq 'Active'";
    assert_eq!(pairs, [("$top".to_owned(), "100".to_owned()), ("$filter".to_owned(), expected.to_owned())]);
}

#[tokio::test]
async fn refusals_of_the_api_keep_code_message_and_request_id() {
    let stub = Stub::start(|seen| {
        if is_token_request(&seen) {
            return token_reply(&seen);
        }
        let (status, code) = match seen.path.as_str() {
            "/api/incidents/403" => (403, "Forbidden"),
            _ => (404, "ResourceNotFound"),
        };
        Reply::json(&json!({"error": {"code": code, "message": "said the stub", "target": "g-1"}}))
            .with_status(status)
    })
    .await;
    let (client, _) = stub.client();
    let forbidden = client.get_incident(&alder(), 403).await.unwrap_err();
    assert!(forbidden.is_forbidden() && !forbidden.is_retryable());
    let missing = client.get_incident(&alder(), 404).await.unwrap_err();
    assert!(missing.is_not_found());
    assert_eq!((missing.code(), missing.request_id()), (Some("ResourceNotFound"), Some("g-1")));
    assert_eq!(missing.as_api().unwrap().surface, Surface::Defender);
    assert_eq!(
        missing.to_string(),
        "the Defender API refused the call: said the stub (ResourceNotFound, HTTP 404)"
    );
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let issued = AtomicU32::new(0);
    let stub = Stub::start(move |seen| {
        if is_token_request(&seen) {
            let number = issued.fetch_add(1, Ordering::SeqCst);
            return Reply::json(&json!({"access_token": format!("t{number}"), "expires_in": 3599}));
        }
        if seen.path == "/api/incidents/1" && seen.bearer() == "t1" {
            return Reply::json(&json!({"incidentId": 1}));
        }
        Reply::empty(401).with_header("www-authenticate", "Bearer error=\"invalid_token\"")
    })
    .await;
    let (client, _) = stub.client();
    client.get_incident(&alder(), 1).await.unwrap();
    let error = client.get_incident(&alder(), 2).await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(error.as_api().unwrap().challenge.as_deref(), Some("Bearer error=\"invalid_token\""));
    assert_eq!(stub.count("/alder.example/oauth2/v2.0/token"), 3);
}

#[tokio::test]
async fn an_unusable_page_is_an_error() {
    let stub = Stub::start(|seen| {
        if is_token_request(&seen) {
            return token_reply(&seen);
        }
        Reply::json(&json!({"value": [{"incidentName": "without an id"}]}))
    })
    .await;
    let (_, error) = list(&stub, &IncidentQuery::default()).await;
    let error = error.unwrap();
    assert_eq!(
        error.to_string(),
        format!("{} answered with something else than expected (HTTP 200)", stub.origin)
    );
}

const OBJECT_ID: &str = "aaaaaaaa-2222-4333-8444-555555555555";
const APP_ID: &str = "bbbbbbbb-2222-4333-8444-555555555555";
const KEY_ID: &str = "cccccccc-2222-4333-8444-555555555555";

fn application(key_credentials: &Value) -> Value {
    json!({"@odata.context": "x", "id": OBJECT_ID, "appId": APP_ID, "displayName": "Harbour", "web": {"redirectUris": []},
           "keyCredentials": key_credentials, "api": {"requestedAccessTokenVersion": null}})
}

#[tokio::test]
async fn a_certificate_is_added_beside_those_that_are_there() {
    let generated = SigningKey::generate(NOW).unwrap();
    let certificate = Certificate::from_der(&generated.certificate).unwrap();
    let existing = json!({"keyId": KEY_ID, "displayName": "old", "type": "AsymmetricX509Cert", "usage": "Verify",
                          "key": "AAAA", "customKeyIdentifier": "BBBB", "startDateTime": "2026-01-01T00:00:00Z",
                          "endDateTime": "2027-01-01T00:00:00Z", "futureMember": 1});
    let listed = existing.clone();
    let stub = Stub::start(move |seen| {
        if is_token_request(&seen) {
            assert_eq!(seen.form()["scope"], "https://graph.microsoft.com/.default");
            return token_reply(&seen);
        }
        assert_eq!(seen.path, format!("/v1.0/applications(appId='{APP_ID}')"));
        match seen.method.as_str() {
            "GET" => {
                assert!(seen.query.contains("keyCredentials"), "the content is sent only when asked for");
                Reply::json(&application(&json!([listed])))
            }
            "PATCH" => Reply::empty(204),
            other => panic!("unexpected method {other}"),
        }
    })
    .await;
    let (client, _) = stub.client();
    let app = ApplicationRef::AppId(APP_ID.parse().unwrap());
    client.add_certificate(&alder(), app, &certificate, "new").await.unwrap();
    assert!(client.remove_certificate(&alder(), app, KEY_ID.parse().unwrap()).await.unwrap());
    assert!(!client.remove_certificate(&alder(), app, OBJECT_ID.parse().unwrap()).await.unwrap());
    let sent: Vec<Value> = stub
        .seen()
        .iter()
        .filter(|seen| seen.method == "PATCH")
        .map(|seen| serde_json::from_str(&seen.body).unwrap())
        .collect();
    let new = json!({"displayName": "new", "type": "AsymmetricX509Cert", "usage": "Verify",
                     "key": wardenry_jose::base64(&generated.certificate)});
    assert_eq!(sent, [json!({"keyCredentials": [existing, new]}), json!({"keyCredentials": []})]);
}

#[tokio::test]
async fn a_new_secret_is_handed_over_and_does_not_print() {
    let stub = Stub::start(|seen| {
        if is_token_request(&seen) {
            return token_reply(&seen);
        }
        assert_eq!(seen.path, format!("/v1.0/applications/{OBJECT_ID}/addPassword"));
        let body: Value = serde_json::from_str(&seen.body).unwrap();
        assert_eq!(
            body,
            json!({"passwordCredential": {"displayName": "ci", "endDateTime": "2027-01-15T08:00:00Z"}})
        );
        Reply::json(&json!({"@odata.context": "x", "secretText": "hunter2", "hint": "hun", "keyId": KEY_ID,
                            "customKeyIdentifier": null, "displayName": "ci",
                            "startDateTime": "2026-01-15T08:00:00Z", "endDateTime": "2027-01-15T08:00:00Z"}))
    })
    .await;
    let (client, _) = stub.client();
    let app = ApplicationRef::ObjectId(OBJECT_ID.parse().unwrap());
    let ends = Timestamp::parse("2027-01-15T08:00:00Z").unwrap();
    let new = client.add_password(&alder(), app, "ci", Some(ends)).await.unwrap();
    assert_eq!((new.secret.expose(), new.credential.key_id.to_string().as_str()), ("hunter2", KEY_ID));
    assert!(!format!("{new:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_service_principal_is_found_by_its_app() {
    let stub = Stub::start(|seen| {
        if is_token_request(&seen) {
            return token_reply(&seen);
        }
        let filter = format!("$filter=appId%20eq%20%27{APP_ID}%27");
        assert_eq!((seen.path.as_str(), seen.query.as_str()), ("/v1.0/servicePrincipals", filter.as_str()));
        Reply::json(&json!({"value": [{"id": OBJECT_ID, "appId": APP_ID, "displayName": "Harbour"}]}))
    })
    .await;
    let (client, _) = stub.client();
    let found = client.find_service_principal(&alder(), APP_ID.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((found.id.to_string().as_str(), found.account_enabled), (OBJECT_ID, None));
}

#[tokio::test]
async fn keys_come_from_the_authority_itself() {
    let generated = SigningKey::generate(NOW).unwrap();
    let key = SigningKey::load(&generated.private_key, generated.certificate).unwrap();
    let token = key.sign(&json!({"a": 1}), ThumbprintHeader::Absent);
    let jwks = serde_json::to_value(JwkSet { keys: vec![Jwk::of(&key, None)] }).unwrap();
    let stub = Stub::start(move |seen| {
        let base = format!("https://{}", seen.headers["host"]);
        match seen.path.as_str() {
            "/alder.example/.well-known/openid-configuration" => Reply::json(
                &json!({"issuer": "https://sts.example/t/", "jwks_uri": format!("{base}/t/discovery/keys")}),
            ),
            "/alder.example/v2.0/.well-known/openid-configuration" => Reply::json(
                &json!({"issuer": format!("{base}/t/v2.0"), "jwks_uri": format!("{base}/t/discovery/v2.0/keys")}),
            ),
            "/t/discovery/keys" | "/t/discovery/v2.0/keys" => Reply::json(&jwks),
            "/evil.example/.well-known/openid-configuration" => {
                Reply::json(&json!({"issuer": "https://x/", "jwks_uri": "https://evil.example/keys"}))
            }
            _ => refusal(400, "invalid_tenant", 90_002),
        }
    })
    .await;
    let transport = stub.transport(std::sync::Arc::new(wardenry_core::time::ManualClock::starting_at(NOW)));
    let cloud = CloudProfile::self_hosted(&stub.origin);
    let found = AuthorityKeys::fetch(&transport, &cloud, &alder()).await.unwrap();
    assert_eq!(found.issuers.v1_origins, ["https://sts.example"]);
    assert_eq!(found.issuers.v2_origins, std::slice::from_ref(&stub.origin));
    assert_eq!(found.keys.verify(UnverifiedJws::parse(&token).unwrap()).unwrap().claims()["a"], 1);
    let evil = wardenry_client::Tenant::parse("evil.example").unwrap();
    let error = AuthorityKeys::fetch(&transport, &cloud, &evil).await.unwrap_err();
    assert!(error.to_string().contains("leads elsewhere"), "{error}");
    let unknown = wardenry_client::Tenant::parse("unknown.example").unwrap();
    let error = AuthorityKeys::fetch(&transport, &cloud, &unknown).await.unwrap_err();
    assert!(error.is_unknown_tenant());
}
