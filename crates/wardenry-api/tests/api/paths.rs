//! Spellings of paths, unknown ones, and wrong methods.

use http::{Method, StatusCode};
use wardenry_incidents::test_incident::incident;

use crate::test_api::TestApi;

#[tokio::test]
async fn prefixes_and_names_have_no_letter_case_and_a_trailing_slash_changes_nothing() {
    let api = TestApi::with(&[incident(1)], &[]).await;
    for path in [
        "/api/incidents",
        "/api/incidents/",
        "/API/incidents",
        "/Api/Incidents/",
        "/api/v1.0/incidents",
        "/API/V1.0/INCIDENTS/",
    ] {
        assert_eq!(api.get(path).await.ids(), [1], "{path}");
    }
}

#[tokio::test]
async fn unknown_paths_have_the_envelope_too() {
    let api = TestApi::new().await;
    for path in [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/v1.0",
        "/api/v2.0/incidents",
        "/api/incidents/1/alerts",
        "/api//incidents",
    ] {
        for method in [Method::GET, Method::POST] {
            let (status, code, message) = api.anonymous(method, path).await.error();
            assert_eq!((status, code.as_str()), (StatusCode::NOT_FOUND, "NotFound"), "{path}");
            assert_eq!(message, "There is no resource with this path.");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let api = TestApi::with(&[incident(1)], &[]).await;
    for path in ["/api/incidents", "/api/v1.0/incidents", "/api/incidents/1"] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
            let answer = api.anonymous(method.clone(), path).await;
            let (status, code, _) = answer.error();
            assert_eq!(
                (status, code.as_str()),
                (StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed"),
                "{method}"
            );
            assert_eq!(answer.header("allow"), "GET,HEAD", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let api = TestApi::with(&[incident(1)], &[]).await;
    let request = http::Request::head("/api/incidents")
        .header("authorization", format!("Bearer {}", api.reader_token(crate::test_api::ALDER)));
    let answer = api.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
}
