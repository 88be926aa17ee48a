//! `GET /api/incidents`.

use http::{Request, StatusCode, header};
use serde_json::json;
use wardenry_incidents::model::{IncidentId, IncidentStatus};
use wardenry_incidents::test_incident::incident;

use crate::test_api::{TestApi, hourly};

/// Four incidents: one of each status, owned by different people and nobody.
async fn varied() -> TestApi {
    let mut incidents = hourly(4);
    incidents[0].assigned_to = Some("Ana@alder.example".to_owned());
    incidents[1].status = IncidentStatus::InProgress;
    incidents[1].assigned_to = Some("o'hara@alder.example".to_owned());
    incidents[2].status = IncidentStatus::Resolved;
    incidents[2].last_updated = incidents[3].created;
    incidents[3].status = IncidentStatus::Redirected;
    incidents[3].redirected_to = Some(IncidentId::from_number(3));
    TestApi::with(&incidents, &[]).await
}

#[tokio::test]
async fn an_empty_tenant_has_an_empty_list() {
    let answer = TestApi::new().await.get("/api/incidents").await;
    assert_eq!(answer.status, StatusCode::OK);
    let expected = json!({
        "@odata.context": "https://localhost:8443/api/$metadata#Incidents",
        "value": [],
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(
        answer.header("content-type"),
        "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"
    );
    assert_eq!(answer.header("odata-version"), "4.0");
}

#[tokio::test]
async fn filters_choose_and_the_newest_comes_first() {
    let api = varied().await;
    for (filter, expected) in [
        ("status eq 'Active'", vec![1]),
        ("Status eq 'inprogress' or status eq 'RESOLVED'", vec![3, 2]),
        ("not (status eq 'Active') and createdTime lt 2026-02-03T11:15:00Z", vec![3, 2]),
        ("createdTime ge 2026-02-03T10:15:00.0000000Z", vec![4, 3]),
        ("createdTime gt 2026-02-03T10:15:00.0Z", vec![4]),
        ("lastUpdateTime ge 2026-02-03T11:15:00Z", vec![4, 3]),
        ("lastUpdateTime lt 2026-02-03", vec![]),
        ("lastUpdateTime ge 2026-02-03", vec![4, 3, 2, 1]),
        ("assignedTo eq 'ana@alder.example'", vec![1]),
        ("assignedTo eq 'o''hara@alder.example'", vec![2]),
        ("assignedTo eq null", vec![4, 3]),
        ("assignedTo ne 'ana@alder.example'", vec![4, 3, 2]),
        ("assignedTo eq ''' OR 1=1 --'", vec![]),
    ] {
        for spaces in ["+", "%20"] {
            let answer = api.get(&format!("/api/incidents?$filter={}", filter.replace(' ', spaces))).await;
            assert_eq!(answer.ids(), expected, "{filter}");
        }
    }
}

#[tokio::test]
async fn a_filter_that_is_not_understood_says_where_and_why() {
    let api = varied().await;
    for (filter, message) in [
        (
            "severity+eq+'High'",
            "The $filter is not understood at position 1: \"severity\" is not a property that can be filtered by; \
             those are lastUpdateTime, createdTime, status and assignedTo (a text stands in single quotes).",
        ),
        (
            "status+eq+'Closed'",
            "The $filter is not understood at position 11: \"Closed\" is not a status; those are Active, \
             InProgress, Resolved and Redirected.",
        ),
        ("", "The query option $filter is empty."),
    ] {
        let error = api.get(&format!("/api/incidents?$filter={filter}")).await.error();
        assert_eq!(error, (StatusCode::BAD_REQUEST, "ODataError".to_owned(), message.to_owned()));
    }
    let long = format!("/api/incidents?$filter=assignedTo+eq+'{}'", "a".repeat(5000));
    assert_eq!(api.get(&long).await.error().0, StatusCode::BAD_REQUEST);
    let deep = format!("/api/incidents?$filter={}", "(".repeat(4000));
    assert_eq!(api.get(&deep).await.error().0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn pages_beyond_the_limit_are_a_bad_request() {
    let api = varied().await;
    for (query, code, message) in [
        ("$top=101", "BadRequest", "The query option $top takes a number from 1 to 100, not 101."),
        ("$top=0", "BadRequest", "The query option $top takes a number from 1 to 100, not 0."),
        ("$skip=-1", "BadRequest", "The query option $skip takes a number from 0 to 2147483647, not -1."),
        ("$top=many", "ODataError", "The query option $top takes a whole number, not \"many\"."),
        ("$top=1&$top=2", "ODataError", "The query option $top is given twice."),
    ] {
        let error = api.get(&format!("/api/incidents?{query}")).await.error();
        assert_eq!(error, (StatusCode::BAD_REQUEST, code.to_owned(), message.to_owned()), "{query}");
    }
}

#[tokio::test]
async fn undocumented_options_are_passed_over() {
    let api = varied().await;
    let query =
        "$expand=alerts&$select=incidentId&$orderby=createdTime&$count=true&api-version=1.0&x&=&%ff=%ff";
    let answer = api.get(&format!("/api/incidents?{query}")).await;
    assert_eq!(answer.ids(), [4, 3, 2, 1]);
    assert!(answer.json().get("@odata.count").is_none());
}

#[tokio::test]
async fn the_links_lead_through_every_incident_once() {
    let mut incidents = hourly(230);
    for incident in incidents.iter_mut().filter(|incident| incident.id.as_number() % 2 == 0) {
        incident.status = IncidentStatus::Resolved;
    }
    let api = TestApi::with(&incidents, &[incident(1)]).await;
    let all: Vec<i64> = (1..=230).rev().collect();
    let resolved: Vec<i64> = all.iter().copied().filter(|id| id % 2 == 0).collect();
    for (first, pages, expected) in [
        ("/api/incidents", 3, &all),
        ("/api/v1.0/incidents?$top=100", 3, &all),
        ("/api/incidents?$top=23&x=%26", 10, &all),
        ("/api/incidents?$filter=status+eq+'Resolved'&$top=50", 3, &resolved),
        ("/api/incidents?%24filter=status%20eq%20%27Resolved%27&$skip=0&$top=60", 2, &resolved),
    ] {
        let (mut seen, mut count, mut next) = (Vec::new(), 0, Some(first.to_owned()));
        while let Some(link) = next {
            let answer = api.get(&link).await;
            seen.extend(answer.ids());
            count += 1;
            next = answer.json().get("@odata.nextLink").map(|link| {
                let link = link.as_str().unwrap();
                link.strip_prefix("https://localhost:8443").expect("the link has our origin").to_owned()
            });
        }
        assert_eq!((count, &seen), (pages, expected), "{first}");
    }
}

#[tokio::test]
async fn the_next_link_is_absolute_and_there_only_while_more_follow() {
    let api = TestApi::with(&hourly(3), &[]).await;
    let next = |answer: &crate::test_api::Answer| answer.json().get("@odata.nextLink").cloned();
    assert_eq!(next(&api.get("/api/incidents?$top=3").await), None);
    assert_eq!(
        next(&api.get("/API/V1.0/Incidents?$skip=1&$top=1&$filter=assignedTo+eq+null").await),
        Some(json!("https://localhost:8443/api/v1.0/incidents?$top=1&$filter=assignedTo+eq+null&$skip=2"))
    );
}

#[tokio::test]
async fn links_use_the_origin_that_the_client_used_if_it_is_ours() {
    let api = TestApi::with(&hourly(2), &[]).await;
    for (host, origin) in
        [("api.alder.test:8443", "https://api.alder.test:8443"), ("evil.example", "https://localhost:8443")]
    {
        let token = api.reader_token(crate::test_api::ALDER);
        let request = Request::get("/api/incidents?$top=1")
            .header(header::HOST, host)
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        let body = api.send(request.body(axum::body::Body::empty()).unwrap()).await.json();
        assert_eq!(body["@odata.context"], format!("{origin}/api/$metadata#Incidents"));
        assert_eq!(body["@odata.nextLink"], format!("{origin}/api/incidents?$top=1&$skip=1"));
    }
}

#[tokio::test]
async fn a_database_that_fails_is_an_error_without_detail() {
    let api = TestApi::new().await;
    api.store.clone().close().await;
    let (status, code, message) = api.get("/api/incidents").await.error();
    assert_eq!((status, code.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"));
    assert_eq!(message, "The request could not be completed. Try again, or report the target of this error.");
}
