//! `GET /portal/token`: what a token says, whether it can be trusted, and which calls it may make.
//!
//! The browser does it all (`token.js`): the token is neither sent nor kept. What the script needs besides the published keys
//! stands in the catalogue that this module serves: the resources with their permissions, and the calls with what they demand.
//! All of that is public, so the page is there for everybody, signed in or not.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, header};
use maud::html;
use serde_json::{Value, json};
use wardenry_core::calls::CALLS;
use wardenry_core::catalogue::RESOURCES;

use crate::assets;
use crate::failure::Failure;
use crate::frame::{Section, View};
use crate::state::Portal;
use crate::visitor;

/// Where the script finds the catalogue.
const CATALOGUE: &str = "/portal/token/catalogue";
/// Where it finds the published keys.
const KEYS: &str = "/common/discovery/v2.0/keys";

/// Shows the tool.
pub(crate) async fn show(State(portal): State<Portal>, parts: Parts) -> Response {
    let content = html! {
        p { "Paste an access token. It is decoded and checked in this browser, against the keys that this server publishes; it is neither sent nor stored." }
        noscript { p.problem { "This page needs scripts, because the token must not leave the browser. On the command line: " code { "wardenry token inspect" } " and " code { "wardenry token explain" } "." } }
        form.form data-token-tool data-catalogue=(CATALOGUE) data-keys=(KEYS) {
            label {
                "Token"
                textarea name="token" rows="6" spellcheck="false" autocomplete="off" placeholder="eyJ0eXAiOiJKV1Qi…" maxlength="65536" {}
            }
            label { "Call to explain" select name="call" { @for call in CALLS { option { (call.method) " " (call.path) } } } }
        }
        div data-token-result role="status" {}
    };
    let scripts = &[assets::TOKEN];
    let view = View { scripts, content, ..View::new(Section::Token, "Token tool") };
    match visitor::find(&parts, &portal).await {
        Ok(Some(visitor)) => visitor.answer(Ok(view)),
        Ok(None) => view.render_for_anybody(),
        Err(error) => Failure::from(error).alone(),
    }
}

/// The catalogue for the script.
pub(crate) async fn catalogue(State(portal): State<Portal>) -> Response {
    let body = document(portal.origins.iter().map(|origin| origin.as_str().to_owned()));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body.to_string()).into_response()
}

/// `{"issuers": […], "resources": […], "calls": […]}`.
fn document(issuers: impl Iterator<Item = String>) -> Value {
    let resources = RESOURCES.iter().map(|resource| {
        let roles = resource.app_roles.iter().map(|role| (role.value, role.description));
        let scopes = resource.scopes.iter().map(|scope| (scope.value, scope.description));
        json!({
            "appId": resource.app_id,
            "name": resource.display_name,
            "identifiers": resource.identifiers,
            "roles": roles.map(described).collect::<Vec<_>>(),
            "scopes": scopes.map(described).collect::<Vec<_>>(),
        })
    });
    let calls = CALLS.iter().map(|call| {
        json!({
            "call": format!("{} {}", call.method, call.path),
            "resources": call.resources.iter().map(|resource| resource.display_name).collect::<Vec<_>>(),
            "roles": call.app_roles,
            "scopes": call.scopes,
        })
    });
    json!({
        "issuers": issuers.collect::<Vec<_>>(),
        "resources": resources.collect::<Vec<_>>(),
        "calls": calls.collect::<Vec<_>>(),
    })
}

fn described((value, description): (&str, &str)) -> Value {
    json!({"value": value, "description": description})
}
