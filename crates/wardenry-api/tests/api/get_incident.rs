//! `GET /api/incidents/{id}`.

use http::StatusCode;
use wardenry_incidents::model::Incident;
use wardenry_incidents::test_incident::{alert, incident};

use crate::test_api::TestApi;

#[tokio::test]
async fn one_incident_looks_as_in_the_list_but_for_its_context() {
    let api = TestApi::with(&[Incident { alerts: vec![alert("da1")], ..incident(4711) }], &[]).await;
    let mut listed = api.get("/api/incidents").await.json()["value"][0].clone();
    listed["@odata.context"] = "https://localhost:8443/api/$metadata#Incidents/$entity".into();
    for path in ["/api/incidents/4711", "/api/v1.0/incidents/4711", "/API/Incidents/4711/?x=1"] {
        let answer = api.get(path).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, listed.clone()), "{path}");
        assert_eq!(answer.header("odata-version"), "4.0");
        assert!(answer.text.starts_with("{\"@odata.context\":"), "{}", answer.text);
    }
}

#[tokio::test]
async fn an_id_without_an_incident_is_not_found() {
    let api = TestApi::with(&[incident(1)], &[]).await;
    for id in ["2", "0", "9223372036854775808", "99999999999999999999999999999999999999"] {
        let error = api.get(&format!("/api/incidents/{id}")).await.error();
        let message = format!("There is no incident {id} in this tenant.");
        assert_eq!(error, (StatusCode::NOT_FOUND, "ResourceNotFound".to_owned(), message));
    }
}

#[tokio::test]
async fn what_is_no_number_is_invalid_input() {
    let api = TestApi::with(&[incident(1)], &[]).await;
    for id in ["abc", "1.0", "-1", "+1", "0x1", "1%20", "%31a", "%ff", "(1)", "1;2"] {
        let error = api.get(&format!("/api/incidents/{id}")).await.error();
        let message = "The id of an incident is a whole number.".to_owned();
        assert_eq!(error, (StatusCode::BAD_REQUEST, "InvalidInput".to_owned(), message), "{id}");
    }
    assert_eq!(api.get("/api/incidents/%31").await.status, StatusCode::OK);
}
