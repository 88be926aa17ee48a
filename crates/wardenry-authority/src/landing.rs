//! `GET /portal` and what leads there: the page for people who open the server's address.

use axum::extract::State;
use axum::response::Redirect;
use http::StatusCode;
use maud::html;
use wardenry_web::origin::Origin;
use wardenry_web::page::Page;

use crate::state::Authority;

/// Leads from the bare address to the start page.
pub(crate) async fn lead_to_portal() -> Redirect {
    Redirect::to("/portal")
}

/// Says what answers here, with the addresses that client libraries want to know.
pub(crate) async fn show_landing(State(_): State<Authority>, origin: Origin) -> Page {
    let addresses = [
        ("Authority", format!("{origin}/{{tenant}}")),
        ("Metadata", format!("{origin}/common/v2.0/.well-known/openid-configuration")),
        ("Token endpoint (v2)", format!("{origin}/{{tenant}}/oauth2/v2.0/token")),
        ("Token endpoint (v1)", format!("{origin}/{{tenant}}/oauth2/token")),
        ("Incidents", format!("{origin}/api/incidents")),
        ("Directory", format!("{origin}/v1.0/applications")),
        (
            "Consent link",
            format!(
                "{origin}/common/oauth2/authorize?prompt=consent&client_id={{client id}}&response_type=code&sso_reload=true"
            ),
        ),
    ];
    let content = html! {
        h1 { "Wardenry" }
        p { "An identity authority and Defender-style APIs for partner apps and the tenants that consent to them." }
        dl.facts.stacked {
            @for (name, address) in &addresses { dt { (name) } dd { code { (address) } } }
        }
        p { a href="/error" { "What the error codes mean" } }
    };
    Page::ok("Start", content)
}

/// Every path that nothing answers.
pub(crate) async fn show_nothing_here() -> Page {
    let content = html! {
        h1 { "There is nothing here" }
        p { "No page and no endpoint has this address. Compare it with the addresses that this server answers at." }
        div.actions { a.button href="/portal" { "What answers here" } }
    };
    Page::ok("Not found", content).with_status(StatusCode::NOT_FOUND)
}
