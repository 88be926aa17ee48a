//! The portal: every step of the partner flow as a page, and what an analyst looks at daily.
//!
//! Pages are rendered here and are complete without scripts, except where a page is about something that only a browser can do.
//! What somebody may see or change is decided by the services, on the callers that a session gives
//! ([`SignedInUser::caller`](wardenry_directory::sign_in::SignedInUser::caller)); a page leaves out what they would refuse.
//! One folder a section, one file a page: a struct with what the page shows, its rendering, and the handlers around it.
//! Start at [`router`], the table of contents.

mod accounts;
mod assets;
mod audit;
mod enterprise;
mod failure;
mod fields;
mod frame;
mod home;
#[cfg(feature = "hunting")]
mod hunting;
mod incidents;
mod live;
mod parts;
mod registrations;
mod sessions;
mod sign_in;
mod state;
mod token_tool;
mod visitor;

pub use state::Portal;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use wardenry_web::limits::MAX_FORM_BYTES;

/// All routes of the portal, below `/portal`.
pub fn router(portal: Portal) -> Router {
    let router = Router::new()
        .route("/portal", get(home::show))
        .route("/portal/assets/{name}", get(assets::serve))
        .route("/portal/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/portal/sessions", get(sessions::show))
        .route("/portal/sessions/end", post(sessions::end))
        .route("/portal/sessions/end-others", post(sessions::end_others))
        .route("/portal/sign-out", post(accounts::sign_out))
        .route("/portal/sign-out/all", post(accounts::sign_out_all))
        .route("/portal/accounts", get(accounts::show))
        .route("/portal/accounts/switch", post(accounts::switch))
        .route("/portal/token", get(token_tool::show))
        .route("/portal/token/catalogue", get(token_tool::catalogue))
        .merge(audit::router())
        .merge(enterprise::router())
        .merge(incidents::router())
        .merge(registrations::router());
    #[cfg(feature = "hunting")]
    let router = router.merge(hunting::router());
    router.layer(DefaultBodyLimit::max(MAX_FORM_BYTES)).with_state(portal)
}
