//! Paging, filtering, counting and selecting in lists.

use std::time::Duration;

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use crate::world::{ALL_ROLES, NOTHING, World};

/// Registers applications of these names, a second apart.
async fn applications(world: &World, names: &[&str]) -> Vec<(String, String)> {
    let mut registered = Vec::new();
    for name in names {
        registered.push(world.application(json!({"displayName": name})).await);
        world.clock.advance(Duration::from_secs(1));
    }
    registered
}

#[tokio::test]
async fn pages_are_followed_to_the_end_on_the_clients_own_address() {
    let world = World::new().await;
    applications(&world, &["a", "b", "c", "d", "e"]).await;
    let token = world.app_token(world.alder, ALL_ROLES);
    let mut next = "/v1.0/applications?$top=2&$count=true&$select=displayName&x=%26".to_owned();
    let mut pages = Vec::new();
    loop {
        let request = Request::builder()
            .uri(&next)
            .header("host", "127.0.0.1:8443")
            .header("authorization", format!("Bearer {token}"));
        let page = world.send(request.body(Body::empty()).unwrap()).await;
        let link = page.body["@odata.nextLink"].as_str().map(str::to_owned);
        pages.push((page.column("displayName"), page.body["@odata.count"].clone(), link.clone()));
        let Some(link) = link else { break };
        next = link.strip_prefix("https://127.0.0.1:8443").unwrap().to_owned();
    }
    let link = |skip: u32| {
        let query = "$top=2&$count=true&$select=displayName&x=%26";
        Some(format!("https://127.0.0.1:8443/v1.0/applications?{query}&$skiptoken={skip}"))
    };
    let expected = [
        (vec!["a".to_owned(), "b".to_owned()], json!(5), link(2)),
        (vec!["c".to_owned(), "d".to_owned()], Value::Null, link(4)),
        (vec!["e".to_owned()], Value::Null, None),
    ];
    assert_eq!(pages, expected);
}

#[tokio::test]
async fn a_page_holds_a_hundred_unless_asked_otherwise_and_a_last_full_page_has_no_link() {
    let world = World::new().await;
    let names: Vec<String> = (0..101).map(|n| format!("app {n:03}")).collect();
    applications(&world, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let first = world.alder("GET", "/v1.0/applications", Value::Null).await;
    assert_eq!(first.column("displayName"), names[..100]);
    let link = "https://localhost:8443/v1.0/applications?$skiptoken=100";
    assert_eq!(first.body["@odata.nextLink"], json!(link));
    let rest = world.alder("GET", "/v1.0/applications?$skiptoken=100", Value::Null).await;
    assert_eq!(rest.column("displayName"), names[100..]);
    let whole = world.alder("GET", "/v1.0/applications?$top=101", Value::Null).await;
    assert_eq!(whole.column("displayName"), names);
    assert_eq!(whole.body.get("@odata.nextLink"), None);
    let beyond = world.alder("GET", "/v1.0/applications?$skiptoken=4000000000", Value::Null).await;
    assert_eq!(beyond.body["value"], json!([]));
}

#[tokio::test]
async fn applications_are_filtered() {
    let world = World::new().await;
    let registered = applications(&world, &["Harbour Watch", "harbour two", "Pier", "Harbour Watch"]).await;
    let (id, app_id) = registered[2].clone();
    for (filter, expected) in [
        (format!("appId eq '{app_id}'"), vec!["Pier"]),
        (format!("appId eq '{}'", app_id.to_uppercase()), vec!["Pier"]),
        (format!("id eq '{id}'"), vec!["Pier"]),
        (format!("appId eq '{NOTHING}'"), vec![]),
        ("appId eq 'no guid'".into(), vec![]),
        (format!("appId eq '{app_id}' and displayName eq 'Harbour Watch'"), vec![]),
        ("displayName eq 'Harbour Watch'".into(), vec!["Harbour Watch", "Harbour Watch"]),
        ("startswith(displayName,'harbour')".into(), vec!["Harbour Watch", "harbour two", "Harbour Watch"]),
        ("displayName eq 'O''Neill'".into(), vec![]),
    ] {
        let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        for query in [query.clone(), query.replace('+', "%20")] {
            let path = format!("/v1.0/applications?$filter={query}&$count=true");
            let found = world.alder("GET", &path, Value::Null).await;
            assert_eq!(found.column("displayName"), expected, "{filter}");
            assert_eq!(found.body["@odata.count"], json!(expected.len()), "{filter}");
        }
    }
    let paged = "/v1.0/applications?$filter=startswith(displayName,'harbour')&$top=2";
    let first = world.alder("GET", paged, Value::Null).await;
    assert_eq!(first.column("displayName"), ["Harbour Watch", "harbour two"]);
    let next = first.body["@odata.nextLink"].as_str().unwrap();
    assert_eq!(next, format!("https://localhost:8443{paged}&$skiptoken=2"));
    let rest = world.alder("GET", &format!("{paged}&$skiptoken=2"), Value::Null).await;
    assert_eq!(rest.column("displayName"), ["Harbour Watch"]);
    assert_eq!(rest.body.get("@odata.nextLink"), None);
}

#[tokio::test]
async fn service_principals_are_filtered() {
    let world = World::new().await;
    let graph = "Microsoft Graph";
    for (filter, expected) in [
        ("appId eq '00000003-0000-0000-c000-000000000000'", vec![graph]),
        ("displayName eq 'microsoft graph'", vec![graph]),
        ("startswith(displayName,'Microsoft')", vec!["Microsoft Threat Protection", graph]),
        ("servicePrincipalNames/any(n:n eq 'https://graph.microsoft.com')", vec![graph]),
        ("appId eq 'fc780465-2017-40d4-a0c5-307022471b92'", vec![]),
    ] {
        let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let path = format!("/v1.0/servicePrincipals?$filter={query}&$select=displayName");
        let mut names = world.alder("GET", &path, Value::Null).await.column("displayName");
        // Both were made in one moment; their order is that of their random ids.
        names.sort_by_key(|name| name == graph);
        assert_eq!(names, expected, "{filter}");
    }
}

#[tokio::test]
async fn queries_that_cannot_be_answered_are_refused() {
    let world = World::new().await;
    for list in ["applications", "servicePrincipals"] {
        for (query, code) in [
            ("$top=0", "Request_UnsupportedQuery"),
            ("$top=1000", "Request_UnsupportedQuery"),
            ("$orderby=displayName", "Request_UnsupportedQuery"),
            ("$expand=owners", "Request_UnsupportedQuery"),
            ("$search=x", "Request_UnsupportedQuery"),
            ("$skip=1", "Request_UnsupportedQuery"),
            ("$filter=displayName%20ne%20'x'", "Request_UnsupportedQuery"),
            ("$filter=secret%20eq%20'x'", "Request_UnsupportedQuery"),
            ("$filter=", "Request_UnsupportedQuery"),
            ("$filter=displayName%20eq%20'x", "Request_BadRequest"),
            ("$select=secret", "Request_BadRequest"),
            ("$count=maybe", "Request_BadRequest"),
            ("$skiptoken=x", "Request_BadRequest"),
            ("$top=1&$top=2", "Request_BadRequest"),
        ] {
            let refused = world.alder("GET", &format!("/v1.0/{list}?{query}"), Value::Null).await;
            assert_eq!((refused.refusal().0, refused.refusal().1), (400, code), "{list} {query}");
        }
    }
    let one = world.alder("GET", &format!("/v1.0/applications/{NOTHING}?$top=1"), Value::Null).await;
    let message = "The query option '$top' is not supported here.";
    assert_eq!(one.refusal(), (400, "Request_UnsupportedQuery", message));
}
