//! Every route of the router is asked, as it wants to be and by a wrong method.

use http::{Method, StatusCode};

use crate::browser::documentation_link;
use crate::world::{CONNECTOR, MTP_SCOPE, World};

/// A method, a target, and the status of a well-formed request without anything before it.
fn requests() -> Vec<(Method, String, u16)> {
    let consent = format!("client_id={CONNECTOR}&redirect_uri=https://portal.azure.com");
    let instance =
        "/common/discovery/instance?authorization_endpoint=https://localhost:8443/common/oauth2/authorize";
    let mut requests = Vec::new();
    let mut add =
        |method: Method, target: &str, status: u16| requests.push((method, target.to_owned(), status));
    add(Method::GET, "/common/.well-known/openid-configuration", 200);
    add(Method::GET, "/common/v2.0/.well-known/openid-configuration", 200);
    add(Method::GET, "/common/discovery/keys", 200);
    add(Method::GET, "/common/discovery/v2.0/keys", 200);
    add(Method::GET, instance, 200);
    add(Method::GET, "/metadata/endpoints?api-version=latest", 200);
    add(Method::POST, "/alder.example/oauth2/token", 400);
    add(Method::POST, "/alder.example/oauth2/v2.0/token", 400);
    add(Method::GET, &documentation_link(), 200);
    let v2 = format!("/common/oauth2/v2.0/authorize?{consent}&response_type=code&scope={MTP_SCOPE}");
    add(Method::GET, &v2, 200);
    add(Method::GET, &format!("/common/adminconsent?{consent}"), 200);
    add(Method::GET, &format!("/common/v2.0/adminconsent?{consent}&scope={MTP_SCOPE}"), 200);
    add(Method::POST, "/sign-in", 400);
    add(Method::POST, "/consent", 400);
    add(Method::GET, "/common/oauth2/logout", 200);
    add(Method::POST, "/common/oauth2/logout", 403);
    add(Method::GET, "/common/oauth2/v2.0/logout", 200);
    add(Method::POST, "/common/oauth2/v2.0/logout", 403);
    add(Method::GET, "/", 303);
    add(Method::GET, "/error", 200);
    add(Method::GET, "/assets/style.css", 200);
    add(Method::GET, "/assets/icon.svg", 200);
    requests
}

/// The path templates in the crate's router.
fn routes() -> Vec<String> {
    let source = include_str!("../../src/lib.rs");
    let (_, router) = source.split_once("Router::new()").unwrap();
    let route = |call: &str| match call.strip_prefix('"') {
        Some(literal) => literal.split('"').next().unwrap().to_owned(),
        None if call.starts_with("page::ICON_PATH") => wardenry_web::page::ICON_PATH.to_owned(),
        None => {
            assert!(call.starts_with("page::STYLE_PATH"), "{call:.40}");
            wardenry_web::page::STYLE_PATH.to_owned()
        }
    };
    router.split(".route(").skip(1).map(route).collect()
}

fn fits(template: &str, target: &str) -> bool {
    let path = target.split('?').next().unwrap();
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some("{tenant}"), Some(name)) if !name.is_empty() => {}
            (Some(one), Some(other)) if one == other => {}
            _ => return false,
        }
    }
}

#[tokio::test]
async fn every_route_answers() {
    let world = World::new().await;
    let routes = routes();
    assert!(routes.len() >= 19, "{routes:?}");
    for route in &routes {
        assert!(requests().iter().any(|(_, target, _)| fits(route, target)), "{route} is not asked here");
    }
    for (method, target, status) in requests() {
        assert!(routes.iter().any(|route| fits(route, &target)), "{target} is no route");
        let answer = match method {
            Method::POST => world.post(&target, "").await,
            _ => world.get(&target).await,
        };
        assert_eq!(answer.status.as_u16(), status, "{method} {target}: {answer:?}");
    }
}

#[tokio::test]
async fn every_route_knows_its_methods() {
    let world = World::new().await;
    let requests = requests();
    for (_, target, _) in &requests {
        let served: Vec<&Method> =
            requests.iter().filter(|(_, other, _)| other == target).map(|(method, ..)| method).collect();
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if served.contains(&&method) {
                continue;
            }
            let answer = world.request(method.clone(), target).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {target}");
            let allowed: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
            for method in &served {
                assert!(allowed.contains(&method.as_str()), "{target}: {allowed:?}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_else_is_served() {
    let world = World::new().await;
    for target in [
        "/nothing",
        "/common",
        "/common/",
        "/common/oauth2",
        "/common/oauth2/token/",
        "/common//oauth2/token",
        "/common/oauth2/v3.0/token",
        "/alder.example/discovery/instance",
        "/.well-known/openid-configuration",
        "/sign-in/x",
        "/%",
        "/%2e%2e/error",
        "/assets/../error",
        "/assets/page.rs",
    ] {
        assert_eq!(world.get(target).await.status, StatusCode::NOT_FOUND, "{target}");
    }
}
