//! The identity authority over HTTP: discovery, keys, tokens, sign-in, consent, and the directory in
//! the Graph shape.
//!
//! Endpoints parse and render; what is decided is decided in `wardenry-oauth`, on answers of
//! `wardenry-directory`. One file per endpoint. Start at [`router`], the table of contents.

mod consent;
mod discovery;
mod error_lookup;
mod form_body;
pub mod graph;
mod landing;
mod refusal;
mod sign_out;
mod state;
mod tenant_name;
mod token;

pub use state::Authority;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{MethodRouter, any, get, post};
use wardenry_web::limits::MAX_FORM_BYTES;
use wardenry_web::page;

/// All routes of the authority. Paths are written in lower case; [`wardenry_web::app::wrap`] brings
/// requests into that spelling. `{tenant}` is a GUID, a domain, `common` or `organizations`.
pub fn router(authority: Authority) -> Router {
    Router::new()
        // What client libraries read first.
        .route("/{tenant}/.well-known/openid-configuration", readable(discovery::get_v1_metadata))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", readable(discovery::get_v2_metadata))
        .route("/{tenant}/discovery/keys", readable(discovery::get_v1_keys))
        .route("/{tenant}/discovery/v2.0/keys", readable(discovery::get_v2_keys))
        .route("/common/discovery/instance", readable(discovery::get_instance))
        .route("/metadata/endpoints", readable(discovery::get_cloud))
        // Tokens. Other methods get the platform's own answer, so the routes take any.
        .route("/{tenant}/oauth2/token", any(token::create_v1_token))
        .route("/{tenant}/oauth2/v2.0/token", any(token::create_v2_token))
        // What a browser opens: the consent link in all its forms.
        .route("/{tenant}/oauth2/authorize", get(consent::start_v1_authorize))
        .route("/{tenant}/oauth2/v2.0/authorize", get(consent::start_v2_authorize))
        .route("/{tenant}/adminconsent", get(consent::start_v1_admin_consent))
        .route("/{tenant}/v2.0/adminconsent", get(consent::start_v2_admin_consent))
        .route("/sign-in", post(consent::sign_in))
        .route("/consent", post(consent::answer_consent))
        .route("/{tenant}/oauth2/logout", get(sign_out::ask_to_sign_out).post(sign_out::sign_out))
        .route("/{tenant}/oauth2/v2.0/logout", get(sign_out::ask_to_sign_out).post(sign_out::sign_out))
        .route("/", get(landing::lead_to_portal))
        .route("/error", get(error_lookup::show_error))
        .route(page::STYLE_PATH, get(page::serve_style))
        .route(page::ICON_PATH, get(page::serve_icon))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .fallback(landing::show_nothing_here)
        .with_state(authority.clone())
        .merge(graph::router(authority))
}

/// A public document, which scripts of any web page may read.
fn readable<T: 'static>(handler: impl Handler<T, Authority>) -> MethodRouter<Authority> {
    get(handler).options(discovery::allow_reading)
}
