//! What leads to the portal, and the page where nothing is.

use axum::response::Redirect;
use http::StatusCode;
use maud::html;
use wardenry_web::page::Page;

/// Leads from the bare address to the start page.
pub(crate) async fn lead_to_portal() -> Redirect {
    Redirect::to("/portal")
}

/// Every path that nothing answers.
pub(crate) async fn show_nothing_here() -> Page {
    let content = html! {
        h1 { "There is nothing here" }
        p { "No page and no endpoint has this address. The portal's start page shows the addresses that this server answers at." }
        div.actions { a.button href="/portal" { "To the portal" } }
    };
    Page::ok("Not found", content).with_status(StatusCode::NOT_FOUND)
}
