//! Token requests, the cache, and the authority's refusals.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::sync::Semaphore;
use wardenry_client::{
    CertificateCredential, ConsentState, Credential, EndpointVersion, Tenant, TokenTarget,
};
use wardenry_jose::{Algorithm, Certificate, SigningKey, UnverifiedJws, base64};

use crate::stub::{APP, NOW, Reply, SECRET, Stub, alder, refusal, token_reply};

const V2_PATH: &str = "/alder.example/oauth2/v2.0/token";

#[tokio::test]
async fn a_token_is_asked_for_once_per_tenant_and_resource() {
    let stub = Stub::start(|seen| token_reply(&seen)).await;
    let (client, _) = stub.client();
    let birch = Tenant::parse("birch.example").unwrap();
    for _ in 0..3 {
        let token = client.token(&alder(), &TokenTarget::Defender).await.unwrap();
        assert_eq!(token.secret().expose(), "token-for-alder.example");
        assert_eq!(token.expires(), NOW.plus(Duration::from_secs(3599)));
        let token = client.token(&birch, &TokenTarget::Defender).await.unwrap();
        assert_eq!(token.secret().expose(), "token-for-birch.example");
        client.token(&alder(), &TokenTarget::Graph).await.unwrap();
    }
    let asked: Vec<_> =
        stub.seen().iter().map(|seen| (seen.path.clone(), seen.form()["scope"].clone())).collect();
    let defender = "https://api.security.microsoft.com/.default".to_owned();
    let graph = "https://graph.microsoft.com/.default".to_owned();
    let expected = [
        (V2_PATH.to_owned(), defender.clone()),
        ("/birch.example/oauth2/v2.0/token".to_owned(), defender),
        (V2_PATH.to_owned(), graph),
    ];
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn the_v1_endpoint_gets_a_resource_and_may_answer_with_texts() {
    let stub = Stub::start(|seen| {
        assert_eq!(seen.path, "/alder.example/oauth2/token");
        let mut form: Vec<_> = seen.form().into_iter().collect();
        form.sort();
        let expected = [
            ("client_id", APP),
            ("client_secret", SECRET),
            ("grant_type", "client_credentials"),
            ("resource", "https://api.security.microsoft.com"),
        ];
        assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Reply::json(&json!({"token_type": "Bearer", "expires_in": "3599", "ext_expires_in": "0", "access_token": "v1"}))
    })
    .await;
    let (client, _) = stub.client_with(Credential::Secret(SECRET.into()), EndpointVersion::V1);
    let token = client.token(&alder(), &TokenTarget::Defender).await.unwrap();
    assert_eq!(token.secret().expose(), "v1");
}

#[tokio::test]
async fn a_certificate_proves_the_app_by_an_assertion_for_this_very_endpoint() {
    let generated = SigningKey::generate(NOW).unwrap();
    let pem = |label: &str, der: &[u8]| {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64(der))
    };
    let pem = pem("CERTIFICATE", &generated.certificate) + &pem("PRIVATE KEY", &generated.private_key);
    let registered = Certificate::from_der(&generated.certificate).unwrap();
    let stub = Stub::start(move |seen| {
        let form = seen.form();
        assert!(!form.contains_key("client_secret"));
        assert_eq!(form["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        let assertion = UnverifiedJws::parse(&form["client_assertion"]).unwrap();
        assert!(registered.is_named_by(&assertion));
        assert_eq!(assertion.header().x5t, None);
        let claims = registered.verify(assertion, &[Algorithm::Ps256]).unwrap().into_claims();
        let audience = format!("https://{}{}", seen.headers.get("host").unwrap(), seen.path);
        assert_eq!(
            (claims["aud"].as_str(), claims["iss"].as_str(), claims["sub"].as_str()),
            (Some(audience.as_str()), Some(APP), Some(APP))
        );
        assert_eq!(claims["exp"].as_i64(), Some(NOW.unix_secs() + 600));
        assert_eq!(claims["nbf"].as_i64(), Some(NOW.unix_secs()));
        Reply::json(&json!({"access_token": claims["jti"], "expires_in": 3599}))
    })
    .await;
    let credential = Credential::Certificate(Box::new(CertificateCredential::from_pem(&pem).unwrap()));
    let (client, _) = stub.client_with(credential, EndpointVersion::V2);
    let first = client.fresh_token(&alder(), &TokenTarget::Defender).await.unwrap();
    let second = client.fresh_token(&alder(), &TokenTarget::Defender).await.unwrap();
    assert!(!first.secret().matches(second.secret()), "each assertion has its own id");
}

#[tokio::test]
async fn concurrent_callers_share_one_request() {
    let gate = Arc::new(Semaphore::new(0));
    let closed = Arc::clone(&gate);
    let stub = Stub::start_async(move |seen| {
        let gate = Arc::clone(&closed);
        Box::pin(async move {
            drop(gate.acquire().await.unwrap());
            token_reply(&seen)
        })
    })
    .await;
    let (client, _) = stub.client();
    let (tenant, target) = (alder(), TokenTarget::Defender);
    let callers = join_all((0..50).map(|_| client.token(&tenant, &target)));
    let open = async {
        while stub.count(V2_PATH) == 0 {
            tokio::task::yield_now().await;
        }
        gate.add_permits(1);
    };
    let (tokens, ()) = tokio::join!(callers, open);
    assert!(tokens.iter().all(Result::is_ok));
    assert_eq!(stub.count(V2_PATH), 1);
}

#[tokio::test]
async fn concurrent_callers_share_a_failure_and_the_next_one_asks_again() {
    let refuse = Arc::new(AtomicBool::new(true));
    let refusing = Arc::clone(&refuse);
    let gate = Arc::new(Semaphore::new(0));
    let closed = Arc::clone(&gate);
    let stub = Stub::start_async(move |seen| {
        let (refusing, gate) = (refusing.load(Ordering::SeqCst), Arc::clone(&closed));
        Box::pin(async move {
            drop(gate.acquire().await.unwrap());
            if refusing { refusal(401, "invalid_client", 7_000_229) } else { token_reply(&seen) }
        })
    })
    .await;
    let (client, _) = stub.client();
    let (tenant, target) = (alder(), TokenTarget::Defender);
    let callers = join_all((0..10).map(|_| client.token(&tenant, &target)));
    let open = async {
        while stub.count(V2_PATH) == 0 {
            tokio::task::yield_now().await;
        }
        gate.add_permits(1);
    };
    let (outcomes, ()) = tokio::join!(callers, open);
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert!(error.is_not_consented() && !error.is_retryable());
        assert_eq!((error.code(), error.request_id()), (Some("AADSTS7000229"), Some("t")));
        assert_eq!(
            error.to_string(),
            "the authority refused the token request: AADSTS7000229: refused by the stub."
        );
    }
    assert_eq!(stub.count(V2_PATH), 1);
    refuse.store(false, Ordering::SeqCst);
    client.token(&tenant, &target).await.unwrap();
    assert_eq!(stub.count(V2_PATH), 2);
}

#[tokio::test]
async fn a_token_is_replaced_ahead_of_its_end_and_served_on_when_that_fails() {
    let issued = Arc::new(AtomicU32::new(0));
    let down = Arc::new(AtomicBool::new(false));
    let (count, failing) = (Arc::clone(&issued), Arc::clone(&down));
    let stub = Stub::start(move |_| {
        if failing.load(Ordering::SeqCst) {
            return Reply::empty(503);
        }
        let number = count.fetch_add(1, Ordering::SeqCst);
        Reply::json(&json!({"access_token": format!("token {number}").replace(' ', "-"), "expires_in": 3600}))
    })
    .await;
    let (client, clock) = stub.client();
    let get = || async {
        let token = client.token(&alder(), &TokenTarget::Defender).await;
        token.map(|token| token.secret().expose().to_owned())
    };
    assert_eq!(get().await.unwrap(), "token-0");
    clock.advance(Duration::from_secs(3299));
    assert_eq!(get().await.unwrap(), "token-0", "five minutes and a second are left");
    clock.advance(Duration::from_secs(1));
    down.store(true, Ordering::SeqCst);
    assert_eq!(get().await.unwrap(), "token-0", "the old token serves on");
    assert_eq!(stub.count(V2_PATH), 2, "a quick attempt, not a series");
    assert_eq!(get().await.unwrap(), "token-0");
    assert_eq!(stub.count(V2_PATH), 2, "and no new one for half a minute");
    clock.advance(Duration::from_secs(30));
    down.store(false, Ordering::SeqCst);
    assert_eq!(get().await.unwrap(), "token-1");
    clock.advance(Duration::from_secs(3600));
    down.store(true, Ordering::SeqCst);
    let error = get().await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!(stub.count(V2_PATH), 3 + 5, "without a token the authority is asked patiently");
}

#[tokio::test]
async fn an_unreadable_refusal_shows_its_beginning() {
    let stub = Stub::start(|_| Reply::empty(400).with_header("content-type", "text/html")).await;
    let (client, _) = stub.client();
    let error = client.token(&alder(), &TokenTarget::Defender).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{} answered with something else than expected (HTTP 400)", stub.origin)
    );
    assert_eq!((error.code(), error.is_retryable()), (None, false));
}

fn unsigned_token(claims: &serde_json::Value) -> Reply {
    let part = |value: &serde_json::Value| wardenry_jose::base64url(value.to_string().as_bytes());
    let token = format!("{}.{}.AA", part(&json!({"alg": "RS256"})), part(claims));
    Reply::json(&json!({"access_token": token, "expires_in": 3599}))
}

#[tokio::test]
async fn consent_is_judged_by_the_roles_of_a_new_token() {
    let stub = Stub::start(|seen| match seen.path.as_str() {
        "/full.example/oauth2/v2.0/token" => unsigned_token(&json!({"roles": ["Incident.ReadWrite.All"]})),
        "/partial.example/oauth2/v2.0/token" => {
            unsigned_token(&json!({"roles": ["AdvancedHunting.Read.All"]}))
        }
        "/none.example/oauth2/v2.0/token" => unsigned_token(&json!({})),
        "/absent.example/oauth2/v2.0/token" => refusal(401, "invalid_client", 7_000_229),
        _ => refusal(400, "invalid_request", 90_002),
    })
    .await;
    let (client, _) = stub.client();
    let wanted = ["Incident.Read.All".to_owned()];
    let mut seen = Vec::new();
    for name in ["full", "partial", "none", "absent", "unknown"] {
        let tenant = Tenant::parse(&format!("{name}.example")).unwrap();
        seen.push(match client.check_consent(&tenant, &TokenTarget::Defender, &wanted).await {
            Ok(ConsentState::Consented { roles }) => format!("{name}: {roles:?}"),
            Ok(ConsentState::Partial { roles, missing }) => format!("{name}: {roles:?} without {missing:?}"),
            Ok(ConsentState::NotConsented(error)) => format!("{name}: {}", error.code().unwrap()),
            Err(error) => format!("{name}: error {}, {}", error.code().unwrap(), error.is_unknown_tenant()),
        });
    }
    assert_eq!(
        seen,
        [
            r#"full: ["Incident.ReadWrite.All"]"#,
            r#"partial: ["AdvancedHunting.Read.All"] without ["Incident.Read.All"]"#,
            r#"none: [] without ["Incident.Read.All"]"#,
            "absent: AADSTS7000229",
            "unknown: error AADSTS90002, true",
        ]
    );
}
