//! `/portal/sign-in`.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Query, State};
use axum::response::{IntoResponse, Response};
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use maud::html;
use url::form_urlencoded;
use wardenry_directory::sign_in::SignInError;
use wardenry_web::page::Page;
use wardenry_web::{cookie, form};

use crate::accounts;
use crate::failure::{Failure, chain};
use crate::fields::Fields;
use crate::state::Portal;

/// The name of the parameter and field that says where to go after the sign-in.
const CONTINUE: &str = "continue";

/// The address of the sign-in page that leads on to a page of ours.
pub(crate) fn address(page: Option<&str>) -> String {
    match page {
        None | Some("/portal") => "/portal/sign-in".to_owned(),
        Some(page) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair(CONTINUE, page);
            format!("/portal/sign-in?{}", query.finish())
        }
    }
}

/// Where to go after the sign-in: a page of the portal and nothing else.
fn destination(wanted: &str) -> &str {
    let is_ours = wanted.starts_with("/portal")
        && matches!(wanted.as_bytes().get("/portal".len()), None | Some(b'/' | b'?'))
        && wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_ours { wanted } else { "/portal" }
}

#[derive(Debug, serde::Deserialize)]
pub(crate) struct Parameters {
    #[serde(default, rename = "continue")]
    destination: String,
}

/// Asks for user name and password.
pub(crate) async fn show(
    State(portal): State<Portal>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    SignInPage { destination: destination(&parameters.destination), user_name: "", problem: None }
        .render(&portal, &headers)
}

struct SignInPage<'a> {
    destination: &'a str,
    user_name: &'a str,
    problem: Option<&'a str>,
}

impl SignInPage<'_> {
    fn render(&self, portal: &Portal, headers: &HeaderMap) -> Response {
        let token = form::token(headers, portal.directory.entropy().as_ref());
        let content = html! {
            h1 { "Sign in" }
            @if let Some(problem) = self.problem { p.problem role="alert" { (problem) } }
            form method="post" action="/portal/sign-in" {
                input type="hidden" name=(form::FIELD) value=(token.expose());
                input type="hidden" name=(CONTINUE) value=(self.destination);
                label {
                    "User name"
                    input type="text" name="user_name" value=(self.user_name) autocomplete="username"
                        autocapitalize="none" spellcheck="false" maxlength="256" required autofocus[self.user_name.is_empty()];
                }
                label {
                    "Password"
                    input type="password" name="password" autocomplete="current-password" maxlength="256" required
                        autofocus[!self.user_name.is_empty()];
                }
                div.actions { button.primary type="submit" { "Sign in" } }
            }
        };
        let mut response = Page::ok("Sign in", content).into_response();
        let cookie = cookie::set(cookie::FORM, &token);
        response.headers_mut().extend(cookie.map(|value| (header::SET_COOKIE, value)));
        response
    }
}

/// Starts a session, or asks again.
pub(crate) async fn sign_in(
    State(portal): State<Portal>,
    extensions: Extensions,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    let address = peer.map_or_else(|| "unknown".to_owned(), |ConnectInfo(peer)| peer.ip().to_string());
    let (user_name, destination) = (fields.text("user_name"), destination(fields.text(CONTINUE)));
    let signed_in = portal.directory.sign_in(user_name, &fields.secret("password"), &address).await;
    let (status, problem) = match signed_in {
        Ok(user) => match portal.directory.start_session_in(&user, browser(&headers)).await {
            Ok(session) => {
                let response = accounts::signed_in(&portal, &headers, user, session, destination).await;
                return response.unwrap_or_else(|error| Failure::from(error).alone());
            }
            Err(error) => return Failure::from(error).alone(),
        },
        Err(SignInError::Invalid) => (
            StatusCode::UNAUTHORIZED,
            "The user name or the password is wrong. User names look like an e-mail address.",
        ),
        Err(SignInError::Throttled) => {
            (StatusCode::TOO_MANY_REQUESTS, "There were too many failed attempts. Try again in ten minutes.")
        }
        Err(SignInError::Disabled) => (
            StatusCode::FORBIDDEN,
            "This account is switched off. Ask an administrator of your organisation.",
        ),
        Err(SignInError::Directory(error)) => return Failure::from(error).alone(),
        Err(other) => {
            tracing::error!("a sign-in failed: {}", chain(&other));
            return Failure::Unavailable.alone();
        }
    };
    let page = SignInPage { destination, user_name, problem: Some(problem) };
    let mut response = page.render(&portal, &headers);
    *response.status_mut() = status;
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("600"));
    }
    response
}

/// What the browser calls itself.
fn browser(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_in_leads_to_pages_of_the_portal_only() {
        for page in ["/portal", "/portal/incidents/7?tid=x", "/portal?x=1"] {
            assert_eq!(destination(page), page);
        }
        for page in [
            "",
            "/",
            "/portalx",
            "//evil.example/portal",
            "https://evil.example/portal",
            "/portal/\\evil.example",
            "/portal/\r\nSet-Cookie: x",
        ] {
            assert_eq!(destination(page), "/portal", "{page}");
        }
        assert_eq!(address(Some("/portal/a?b=c&d")), "/portal/sign-in?continue=%2Fportal%2Fa%3Fb%3Dc%26d");
        assert_eq!(address(None), "/portal/sign-in");
    }
}
