//! Repetition, bounds, trust.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use wardenry_client::{CertificateProblem, RetryPolicy, TokenTarget, Transport, TransportOptions};
use wardenry_core::entropy::SystemEntropy;
use wardenry_core::time::ManualClock;

use crate::stub::{NOW, Reply, Stub, alder, is_token_request, token_reply};

/// Answers API calls by `replies` in order, the last one for ever; tokens are issued as usual.
async fn scripted(replies: Vec<fn() -> Reply>) -> Stub {
    let next = AtomicUsize::new(0);
    Stub::start(move |seen| {
        if is_token_request(&seen) {
            return token_reply(&seen);
        }
        let index = next.fetch_add(1, Ordering::SeqCst).min(replies.len() - 1);
        replies[index]()
    })
    .await
}

fn incident() -> Reply {
    Reply::json(&json!({"incidentId": 7, "incidentName": "n"}))
}

const PATH: &str = "/api/incidents/7";

#[tokio::test]
async fn passing_faults_are_waited_out() {
    let stub =
        scripted(vec![|| Reply::empty(503), || Reply::empty(500), || Reply::empty(502), incident]).await;
    let (client, _) = stub.client();
    assert_eq!(client.get_incident(&alder(), 7).await.unwrap().incident_id, 7);
    assert_eq!(stub.count(PATH), 4);
}

#[tokio::test]
async fn retry_after_is_honoured_to_the_second_and_as_a_date() {
    let quota = || {
        let body = json!({"error": {"code": "429", "message": "quota", "target": "g"}});
        Reply::json(&body).with_status(429).with_header("retry-after", "1")
    };
    let stub = scripted(vec![quota, incident]).await;
    let (client, _) = stub.client();
    let start = Instant::now();
    client.get_incident(&alder(), 7).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    // Far beyond the time that a call may take: the refusal is handed on at once, with the time to wait.
    let dated = || {
        Reply::empty(503)
            .with_header("date", "Tue, 03 Feb 2026 07:15:00 GMT")
            .with_header("retry-after", "Tue, 03 Feb 2026 07:25:00 GMT")
    };
    let stub = scripted(vec![dated]).await;
    let (client, _) = stub.client();
    let error = client.get_incident(&alder(), 7).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
    assert_eq!((stub.count(PATH), error.is_retryable()), (1, true));
}

#[tokio::test]
async fn attempts_end() {
    let stub = scripted(vec![|| Reply::empty(503)]).await;
    let (client, _) = stub.client();
    let error = client.get_incident(&alder(), 7).await.unwrap_err();
    assert_eq!((stub.count(PATH), error.code()), (5, Some("ServiceUnavailable")));
}

#[tokio::test]
async fn a_write_is_repeated_only_when_it_was_certainly_refused() {
    let stub = scripted(vec![|| Reply::empty(503)]).await;
    let (client, _) = stub.client();
    let app = "99999999-2222-4333-8444-555555555555".parse().unwrap();
    client.create_service_principal(&alder(), app).await.unwrap_err();
    assert_eq!(stub.count("/v1.0/servicePrincipals"), 1);
    let throttled = || Reply::empty(429).with_header("retry-after", "0");
    let stub = scripted(vec![throttled, throttled, || Reply::empty(500)]).await;
    let (client, _) = stub.client();
    client.create_service_principal(&alder(), app).await.unwrap_err();
    assert_eq!(stub.count("/v1.0/servicePrincipals"), 3);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let stub = scripted(vec![|| Reply::empty(302).with_header("location", "https://evil.example/")]).await;
    let (client, _) = stub.client();
    let error = client.get_incident(&alder(), 7).await.unwrap_err();
    let expected = format!("{} answered with a redirect (HTTP 302), which is not followed", stub.origin);
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let stub = Stub::start(|_| Reply::json(&json!("x".repeat(5000)))).await;
    let options = TransportOptions { max_answer_bytes: 4096, ..stub.transport_options() };
    let clock = Arc::new(ManualClock::starting_at(NOW));
    let transport = Transport::new(&options, clock, Arc::new(SystemEntropy)).unwrap();
    let error = transport.greet(&stub.origin).await.unwrap_err();
    assert_eq!(error.to_string(), format!("the answer of {} is larger than 4096 bytes", stub.origin));
}

#[tokio::test]
async fn a_server_is_greeted_with_its_clock() {
    let stub = Stub::start(|_| {
        Reply::empty(303).with_header("location", "/x").with_header("date", "Tue, 03 Feb 2026 07:15:00 GMT")
    })
    .await;
    let clock = Arc::new(ManualClock::starting_at(NOW));
    let greeting = stub.transport(clock).greet(&stub.origin).await.unwrap();
    assert_eq!((greeting.status, greeting.received), (303, NOW));
    assert_eq!(greeting.date.unwrap().to_string(), "2026-02-03T07:15:00Z");
}

#[tokio::test]
async fn an_untrusted_certificate_is_told_from_a_closed_port() {
    let stub = Stub::start(|_| Reply::empty(200)).await;
    let other = Stub::start(|_| Reply::empty(200)).await;
    let clock = Arc::new(ManualClock::starting_at(NOW));
    let retry = RetryPolicy::NEVER;
    let strangers = TransportOptions { retry, ..other.transport_options() };
    let transport = Transport::new(&strangers, clock.clone(), Arc::new(SystemEntropy)).unwrap();
    let error = transport.greet(&stub.origin).await.unwrap_err();
    assert_eq!(error.certificate_problem(), Some(CertificateProblem::UnknownIssuer), "{error:?}");
    assert!(!error.is_retryable() && !error.is_unreachable());
    let by_address = stub.origin.replace("localhost", "127.0.0.1");
    let error = stub.transport(clock.clone()).greet(&by_address).await.unwrap_err();
    assert_eq!(error.certificate_problem(), Some(CertificateProblem::WrongName));
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("https://localhost:{}", listener.local_addr().unwrap().port())
    };
    let error = transport.greet(&closed).await.unwrap_err();
    assert!(error.is_unreachable() && error.certificate_problem().is_none());
    assert_eq!(error.to_string(), format!("cannot connect to {closed}"));
}

#[tokio::test]
async fn every_request_says_who_it_is() {
    let stub = scripted(vec![incident]).await;
    let (client, _) = stub.client();
    client.get_incident(&alder(), 7).await.unwrap();
    client.token(&alder(), &TokenTarget::Defender).await.unwrap();
    let seen = stub.seen();
    for request in &seen {
        assert_eq!(request.headers["user-agent"], concat!("wardenry-client/", env!("CARGO_PKG_VERSION")));
        assert_eq!(request.headers["client-request-id"].len(), 36);
    }
    assert!(!seen[0].headers.contains_key("authorization"));
    assert_eq!((seen[1].path.as_str(), seen[1].bearer()), (PATH, "token-for-alder.example"));
}
