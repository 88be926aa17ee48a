//! Parts of a page that renew themselves.
//!
//! The script `live.js` asks for the part alone, at the address that the page names, every few seconds while the page is looked
//! at. The answer is empty when nothing has changed.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::{Markup, html};
use wardenry_web::content_security_policy::{self, Scripts};
use wardenry_web::page;

use crate::assets;

/// A part of a page with this id that is renewed from this address.
pub(crate) fn region(id: &str, address: &str, content: Markup) -> Markup {
    html! {
        div id=(id) data-live=(address) data-version=(version(&content)) { (content) }
        p.live { span.unseen role="status" data-live-news {} }
    }
}

/// The part alone, unless the browser has it already.
pub(crate) fn answer(headers: &HeaderMap, content: Markup) -> Response {
    let version = version(&content);
    let known =
        headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == version.as_bytes());
    let mut response = if known {
        (StatusCode::NOT_MODIFIED, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))])
            .into_response()
    } else {
        page::respond(StatusCode::OK, &content, content_security_policy::policy(Scripts::None, &[]))
    };
    response.headers_mut().extend(HeaderValue::try_from(version).ok().map(|version| (header::ETAG, version)));
    response
}

/// An entity tag of the content.
fn version(content: &Markup) -> String {
    format!("\"{}\"", assets::mark(content.0.bytes()))
}
