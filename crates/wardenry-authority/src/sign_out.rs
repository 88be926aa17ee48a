//! `GET` and `POST /{tenant}/oauth2/logout`: ending the browser's session.
//!
//! A link alone does not sign anybody out, since any site can make a browser follow one; it shows a
//! page with a button.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode, header};
use maud::html;
use wardenry_oauth::parameters::Parameters;
use wardenry_web::origin::Origin;
use wardenry_web::page::Page;
use wardenry_web::{cookie, form};

use crate::consent;
use crate::form_body::FormBody;
use crate::refusal::storage_fault;
use crate::state::Authority;

/// The parameter that says where to go on.
const CONTINUE: &str = "continue";

/// Shows the button.
pub(crate) async fn ask_to_sign_out(
    State(authority): State<Authority>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let onward = onward(query.unwrap_or_default().as_bytes());
    let token = form::token(&headers, authority.directory.entropy().as_ref());
    let content = html! {
        h1 { "Sign out" }
        p { "This ends the session of this browser." }
        form method="post" {
            input type="hidden" name=(form::FIELD) value=(token.expose());
            @if let Some(onward) = &onward { input type="hidden" name=(CONTINUE) value=(onward); }
            div.actions { button.primary type="submit" { "Sign out" } }
        }
    };
    let mut response = Page::ok("Sign out", content).into_response();
    response.headers_mut().extend(cookie::set(cookie::FORM, &token).map(|value| (header::SET_COOKIE, value)));
    response
}

/// Where the browser goes on, if it was sent here to come back with another account.
fn onward(parameters: &[u8]) -> Option<String> {
    let parameters = Parameters::from_urlencoded(parameters).ok()?;
    consent::resumed(parameters.get(CONTINUE).ok()??)
}

/// Ends the session.
pub(crate) async fn sign_out(
    State(authority): State<Authority>,
    origin: Origin,
    headers: HeaderMap,
    FormBody(body): FormBody,
) -> Response {
    let parameters = Parameters::from_urlencoded(&body).unwrap_or_default();
    let submitted = parameters.get(form::FIELD).ok().flatten();
    if form::check(&headers, &origin, submitted).is_err() {
        let content = html! {
            h1 { "This form has expired" }
            p { "Open the sign-out page again and press the button there." }
        };
        return Page::ok("Form expired", content).with_status(StatusCode::FORBIDDEN).into_response();
    }
    if let Some(session) = cookie::read(&headers, cookie::SESSION)
        && let Err(error) = authority.directory.end_session(&session).await
    {
        let fault = storage_fault(error);
        let content =
            html! { h1 { "Not signed out" } p { (fault.code().title()) " " (fault.code().advice()) } };
        return Page::ok("Not signed out", content)
            .with_status(StatusCode::SERVICE_UNAVAILABLE)
            .into_response();
    }
    // Somebody who wants to answer with another account is led back to the question.
    if let Some(onward) = onward(&body) {
        let mut response = Redirect::to(&onward).into_response();
        response
            .headers_mut()
            .extend(cookie::remove(cookie::SESSION).map(|value| (header::SET_COOKIE, value)));
        return response;
    }
    let content = html! { h1 { "Signed out" } p { "The session of this browser has ended." } };
    let mut response = Page::ok("Signed out", content).into_response();
    response.headers_mut().extend(cookie::remove(cookie::SESSION).map(|value| (header::SET_COOKIE, value)));
    response
}
