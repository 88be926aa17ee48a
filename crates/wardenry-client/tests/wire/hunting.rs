//! Hunting in both wire shapes.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use wardenry_client::{ColumnType, HuntingRequest, HuntingShape};

use crate::stub::{Reply, Stub, alder, is_token_request, token_reply};

fn quota(retry_after: &str) -> Reply {
    Reply::json(&json!({"error": {"code": "429", "target": "t",
                                  "message": "API calls quota exceeded! maximum allowed 45 per 00:01:00"}}))
    .with_status(429)
    .with_header("retry-after", retry_after)
}

fn one_row() -> Value {
    json!({"Schema": [{"Name": "N", "Type": "Int64"}], "Results": [{"N": 7}]})
}

#[tokio::test]
async fn the_defender_shape_is_asked_with_its_token_and_its_body() {
    let stub = Stub::start(|seen| {
        if is_token_request(&seen) {
            assert_eq!(seen.form()["scope"], "https://api.security.microsoft.com/.default");
            return token_reply(&seen);
        }
        assert_eq!((seen.method.as_str(), seen.bearer()), ("POST", "token-for-alder.example"));
        assert_eq!(seen.path, "/api/advancedhunting/run");
        assert_eq!(seen.headers["content-type"], "application/json");
        assert_eq!(seen.body, r#"{"Query":"T | where A == \"ü\""}"#);
        Reply::json(&one_row())
    })
    .await;
    let (client, _) = stub.client();
    // A time beside the query is the Graph shape's alone.
    let request = HuntingRequest {
        timespan: Some("P7D".to_owned()),
        ..HuntingRequest::new(HuntingShape::Defender, "T | where A == \"ü\"")
    };
    let result = client.hunt(&alder(), &request).await.unwrap();
    assert_eq!(result.rows, [[json!(7)]]);
    let column = &result.columns[0];
    assert_eq!(
        (column.name.as_str(), column.wire_type.as_str(), column.column_type),
        ("N", "Int64", ColumnType::Long)
    );
}

#[tokio::test]
async fn the_graph_shape_is_asked_with_its_token_and_its_timespan() {
    let stub = Stub::start(|seen| {
        if is_token_request(&seen) {
            assert_eq!(seen.form()["scope"], "https://graph.microsoft.com/.default");
            return token_reply(&seen);
        }
        assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/v1.0/security/runHuntingQuery"));
        assert_eq!(seen.body, r#"{"Query":"T","Timespan":"P7D"}"#);
        Reply::json(&json!({
            "@odata.context": "c", "schema": [{"name": "IsX", "type": "SByte"}],
            "results": [{"IsX@odata.type": "#SByte", "IsX": 1}],
        }))
    })
    .await;
    let (client, _) = stub.client();
    let request =
        HuntingRequest { timespan: Some("P7D".to_owned()), ..HuntingRequest::new(HuntingShape::Graph, "T") };
    let result = client.hunt(&alder(), &request).await.unwrap();
    assert_eq!((result.rows, result.statistics), (vec![vec![json!(true)]], None));
}

#[tokio::test]
async fn a_quota_is_waited_out_and_a_query_that_may_have_run_is_not_run_again() {
    let calls = AtomicU32::new(0);
    let stub = Stub::start(move |seen| {
        if is_token_request(&seen) {
            return token_reply(&seen);
        }
        match (seen.body.as_str(), calls.fetch_add(1, Ordering::SeqCst)) {
            (r#"{"Query":"Busy"}"#, 0 | 1) => quota("0"),
            (r#"{"Query":"Busy"}"#, _) => Reply::json(&one_row()),
            (r#"{"Query":"Blocked"}"#, _) => quota("700"),
            _ => Reply::json(&json!({"error": {"code": "UnknownError", "message": "",
                                               "innerError": {"request-id": "g"}}}))
            .with_status(504),
        }
    })
    .await;
    let (client, _) = stub.client();
    let hunt = |query: &str| {
        let request = HuntingRequest::new(HuntingShape::Defender, query);
        let client = client.clone();
        async move { client.hunt(&alder(), &request).await }
    };
    assert_eq!(hunt("Busy").await.unwrap().rows, [[json!(7)]]);
    assert_eq!(stub.count("/api/advancedhunting/run"), 3);
    let error = hunt("Blocked").await.unwrap_err();
    assert!(error.is_throttled());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(700)));
    assert_eq!(
        error.to_string(),
        "the Defender API refused the call: API calls quota exceeded! maximum allowed 45 per 00:01:00 (429, HTTP 429)"
    );
    assert_eq!(stub.count("/api/advancedhunting/run"), 4, "ten minutes are more than the patience");
    let error = hunt("Long").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the Defender API refused the call: no explanation was given (UnknownError, HTTP 504)"
    );
    assert_eq!(stub.count("/api/advancedhunting/run"), 5);
}

#[tokio::test]
async fn a_refused_query_says_why_in_both_shapes() {
    let message = "'where' operator: Failed to resolve table or column expression named 'X'";
    let stub = Stub::start(move |seen| {
        if is_token_request(&seen) {
            return token_reply(&seen);
        }
        let more = if seen.path.starts_with("/v1.0/") {
            ("innerError", json!({"request-id": "g"}))
        } else {
            ("target", json!("g"))
        };
        Reply::json(&json!({"error": {"code": "BadRequest", "message": message, more.0: more.1}}))
            .with_status(400)
    })
    .await;
    let (client, _) = stub.client();
    for (shape, surface) in [(HuntingShape::Defender, "Defender"), (HuntingShape::Graph, "Graph")] {
        let error = client.hunt(&alder(), &HuntingRequest::new(shape, "X")).await.unwrap_err();
        let expected = format!("the {surface} API refused the call: {message} (BadRequest, HTTP 400)");
        assert_eq!((error.to_string(), error.request_id()), (expected, Some("g")));
    }
}

#[tokio::test]
async fn an_answer_that_is_no_result_is_an_error() {
    let stub = Stub::start(|seen| {
        if is_token_request(&seen) { token_reply(&seen) } else { Reply::json(&json!({"value": []})) }
    })
    .await;
    let (client, _) = stub.client();
    let error = client.hunt(&alder(), &HuntingRequest::new(HuntingShape::Defender, "T")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{} answered with something else than expected (HTTP 200)", stub.origin)
    );
}
