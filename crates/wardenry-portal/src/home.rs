//! `GET /portal`: where one can go, and the addresses that client libraries want to know.

use axum::response::Response;
use maud::{Markup, html};
use wardenry_web::origin::Origin;

use crate::frame::{Section, View};
use crate::parts::copyable;
use crate::visitor::Visitor;

struct Home<'a> {
    visitor: &'a Visitor,
    origin: &'a Origin,
}

/// Shows the start page.
pub(crate) async fn show(visitor: Visitor, origin: Origin) -> Response {
    let page = Home { visitor: &visitor, origin: &origin };
    let content = page.content();
    visitor.answer(Ok(View { content, ..View::new(Section::Home, "Home") }))
}

impl Home<'_> {
    #[cfg(feature = "hunting")]
    fn hunting(&self) -> Markup {
        let about = "Ask your events in KQL: an editor that knows the tables, results as a grid or a chart.";
        html! { @if Section::Hunting.is_open_to(self.visitor) { (card("/portal/hunting", "Hunting", about)) } }
    }

    #[cfg(not(feature = "hunting"))]
    fn hunting(&self) -> Markup {
        html! {}
    }

    fn content(&self) -> Markup {
        let tenant = &self.visitor.tenant;
        let addresses = [
            ("authority", "Authority", format!("{}/{}", self.origin, tenant.id)),
            ("token-v2", "Token endpoint (v2)", format!("{}/{}/oauth2/v2.0/token", self.origin, tenant.id)),
            ("token-v1", "Token endpoint (v1)", format!("{}/{}/oauth2/token", self.origin, tenant.id)),
            ("incidents", "Incidents", format!("{}/api/incidents", self.origin)),
            ("hunting", "Advanced hunting", format!("{}/api/advancedhunting/run", self.origin)),
            ("graph", "Directory", format!("{}/v1.0/applications", self.origin)),
        ];
        html! {
            ul.cards role="list" {
                (card("/portal/incidents", "Incidents", "One queue of your own organisation's incidents and those of every customer that has consented: what happened, where, and what it hangs together with."))
                (self.hunting())
                (card("/portal/registrations", "App registrations", "Register an application, choose its API permissions, make a secret, get the link by which customers consent."))
                (card("/portal/token", "Token tool", "Paste a token: what it says, whether it can be trusted, which calls it may make, and why one is refused. It does not leave the browser."))
                (card("/portal/enterprise", "Enterprise applications", "What the applications in your organisation may do, since when and by whose consent; take a permission back, or shut an application out."))
                @if Section::Audit.is_open_to(self.visitor) {
                    (card("/portal/audit", "Audit log", "Who did what when, and from where: search it, and export it."))
                }
            }
            h2 { "Your organisation" }
            dl.facts {
                dt { "Name" } dd { (tenant.display_name) }
                dt { "Directory (tenant) ID" } dd { (copyable("tenant-id", &tenant.id.to_string())) }
                dt { "Domains" } dd { (tenant.domains.join(", ")) }
            }
            h2 { "Addresses" }
            dl.facts {
                @for (id, name, address) in &addresses { dt { (name) } dd { (copyable(id, address)) } }
            }
        }
    }
}

fn card(address: &str, title: &str, text: &str) -> Markup {
    html! { li { a href=(address) { strong { (title) } span { (text) } } } }
}
