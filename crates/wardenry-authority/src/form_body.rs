//! The body of a page's form.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::{IntoResponse, Response};
use maud::html;
use wardenry_oauth::error::{Code, OAuthError};
use wardenry_web::request_id::RequestId;

use crate::refusal;
use crate::state::Authority;

/// The bytes of a form that a person sent. What is longer than the limit, or does not arrive whole, is
/// answered with a page.
pub(crate) struct FormBody(pub(crate) Bytes);

impl FromRequest<Authority> for FormBody {
    type Rejection = Response;

    async fn from_request(request: Request, authority: &Authority) -> Result<Self, Self::Rejection> {
        let (mut parts, body) = request.into_parts();
        let id = RequestId::from_request_parts(&mut parts, authority).await;
        let id = id.map_err(IntoResponse::into_response)?;
        Bytes::from_request(Request::from_parts(parts, body), authority).await.map(Self).map_err(|_| {
            let text = "The form is longer than 64 KiB or did not arrive whole.";
            let error = OAuthError::new(Code::MalformedRequest, text);
            refusal::page(authority, &error, id, html! {}).into_response()
        })
    }
}
