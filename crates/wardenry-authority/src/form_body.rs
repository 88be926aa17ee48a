//! The body of a page's form.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse as _, Response};
use maud::html;
use wardenry_web::page::Page;

/// The bytes of a form that a person sent. What does not arrive whole, or is longer than the limit, is
/// answered with a page.
pub(crate) struct FormBody(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for FormBody {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        Bytes::from_request(request, state).await.map(Self).map_err(|rejection| {
            let content = html! {
                h1 { "The form is too long" }
                p { "A form may hold 64 KiB. Go back and send less." }
            };
            Page::ok("Form too long", content).with_status(rejection.status()).into_response()
        })
    }
}
