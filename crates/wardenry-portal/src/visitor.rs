//! Who is looking: a person with a running session.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, header};
use wardenry_core::calls::ApiCall;
use wardenry_core::secret::SecretString;
use wardenry_directory::DirectoryError;
use wardenry_directory::admin::{ApplicationAdmin, DirectoryReader, GrantAdmin};
use wardenry_directory::sign_in::SignedInUser;
use wardenry_oauth::answers::TenantAnswer;
use wardenry_oauth::tenant_segment::TenantSegment;
use wardenry_web::{cookie, form};

use crate::failure::Failure;
use crate::frame::View;
use crate::sign_in;
use crate::state::Portal;

/// A signed-in person in front of a page. A request without a session is led to the sign-in.
#[derive(Debug)]
pub(crate) struct Visitor {
    pub(crate) user: SignedInUser,
    pub(crate) tenant: Arc<TenantAnswer>,
    /// What binds the page's forms to this browser.
    pub(crate) form_token: SecretString,
}

impl FromRequestParts<Portal> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Response> {
        match find(parts, portal).await {
            Ok(Some(visitor)) => Ok(visitor),
            Ok(None) => {
                // Where a form was sent from is not known; the start page is always there.
                let page = if parts.method == Method::GET { parts.uri.path_and_query() } else { None };
                Err(Redirect::to(&sign_in::address(page.map(PathAndQuery::as_str))).into_response())
            }
            Err(error) => Err(Failure::from(error).alone()),
        }
    }
}

/// Who is signed in, if anybody is.
pub(crate) async fn find(parts: &Parts, portal: &Portal) -> Result<Option<Visitor>, DirectoryError> {
    let Some(session) = cookie::read(&parts.headers, cookie::SESSION) else { return Ok(None) };
    let Some(user) = portal.directory.session_user(&session).await? else { return Ok(None) };
    let Some(tenant) = portal.directory.tenant(&TenantSegment::Id(user.tenant())).await? else {
        return Ok(None);
    };
    let form_token = form::token(&parts.headers, portal.directory.entropy().as_ref());
    Ok(Some(Visitor { user, tenant, form_token }))
}

impl Visitor {
    /// The proof that the visitor may read their directory by this call.
    pub(crate) fn reader(&self, call: &ApiCall) -> Result<DirectoryReader, DirectoryError> {
        DirectoryReader::of(&self.user.caller(call), call)
    }

    /// The proof that the visitor may change applications by this call.
    pub(crate) fn application_admin(&self, call: &ApiCall) -> Result<ApplicationAdmin, DirectoryError> {
        ApplicationAdmin::of(&self.user.caller(call), call)
    }

    /// The proof that the visitor may revoke permissions by this call.
    pub(crate) fn grant_admin(&self, call: &ApiCall) -> Result<GrantAdmin, DirectoryError> {
        GrantAdmin::of(&self.user.caller(call), call)
    }

    /// A page, or why there is none, as an answer.
    pub(crate) fn answer(&self, outcome: Result<View, Failure>) -> Response {
        let mut response = match outcome {
            Ok(view) => view.render(self),
            Err(Failure::Elsewhere(address)) => Redirect::to(&address).into_response(),
            Err(failure) => failure.view().render(self),
        };
        let cookie = cookie::set(cookie::FORM, &self.form_token);
        response.headers_mut().extend(cookie.map(|value| (header::SET_COOKIE, value)));
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("Cookie"));
        response
    }
}
