//! Sending events.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::json;
use wardenry_client::{
    Client, ClientSettings, Credential, EndpointVersion, EventBatch, IngestReceipt, QuarantinedRecord,
    TokenCache,
};
use wardenry_core::cloud::CloudProfile;

use crate::stub::{APP, Reply, SECRET, Stub, alder, is_token_request, token_reply};

const PATIENCE: Duration = Duration::from_secs(60);

fn batch() -> EventBatch {
    EventBatch { id: "b-1".to_owned(), lines: b"{\"category\":\"AdvancedHunting-T\"}\n{}\n".to_vec() }
}

#[tokio::test]
async fn a_batch_is_sent_until_it_is_answered_under_one_id() {
    let calls = AtomicU32::new(0);
    let stub = Stub::start(move |seen| {
        if is_token_request(&seen) {
            assert_eq!(seen.form()["scope"], "api://wardenry/.default");
            return token_reply(&seen);
        }
        assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/wardenry/v1/ingest"));
        assert_eq!(seen.bearer(), "token-for-alder.example");
        assert_eq!(seen.headers["idempotency-key"], "b-1");
        assert_eq!(seen.headers["content-type"], "application/x-ndjson");
        assert_eq!(seen.body.as_bytes(), batch().lines);
        match calls.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::empty(429).with_header("retry-after", "0"),
            1 => Reply::empty(503),
            _ => Reply::json(&json!({
                "stored": 1, "repeated": false, "later": [], "quarantinedCount": 1,
                "quarantined": [{"index": 1, "code": "UnknownTable", "reason": "no category", "more": 1}],
            })),
        }
    })
    .await;
    let (client, _) = stub.client();
    let receipt = client.ingest(&alder(), &batch(), PATIENCE).await.unwrap();
    let (code, reason) = ("UnknownTable".to_owned(), "no category".to_owned());
    let quarantined = vec![QuarantinedRecord { index: 1, code, reason }];
    assert_eq!(receipt, IngestReceipt { stored: 1, repeated: false, quarantined_count: 1, quarantined });
    assert_eq!(stub.count("/wardenry/v1/ingest"), 3);
}

#[tokio::test]
async fn a_vendors_cloud_gets_no_events() {
    let stub = Stub::start(|_| Reply::empty(500)).await;
    let (_, clock) = stub.client();
    let settings = ClientSettings {
        cloud: CloudProfile::built_in("public").unwrap(),
        app: APP.parse().unwrap(),
        credential: Credential::Secret(SECRET.into()),
        endpoint: EndpointVersion::V2,
    };
    let client = Client::new(settings, stub.transport(clock.clone()), TokenCache::new(clock)).unwrap();
    let error = client.ingest(&alder(), &batch(), PATIENCE).await.unwrap_err();
    let expected = "the cloud profile \"public\" takes no events: only a Wardenry server does";
    assert_eq!(error.to_string(), expected);
}
