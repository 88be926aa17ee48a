//! `GET /portal/registrations`: the applications of the organisation.

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};
use wardenry_core::calls::LIST_APPLICATIONS;
use wardenry_core::time::Timestamp;
use wardenry_directory::model::Application;
use wardenry_directory::store::Page;
use wardenry_oauth::answers::SignInAudience;
use wardenry_web::page::foreign_text;

use super::may_change;
use crate::failure::Failure;
use crate::frame::{Section, View};
use crate::parts::{PAGE_ROWS, empty, moment, paging};
use crate::state::Portal;
use crate::visitor::Visitor;

/// The most applications that are gone through for a search.
const MAX_SEARCHED: u32 = 10_000;

#[derive(Debug, serde::Deserialize)]
pub(crate) struct Parameters {
    /// A part of the name, or an application id.
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: usize,
}

struct List<'a> {
    applications: Vec<Application>,
    parameters: &'a Parameters,
    found: usize,
    may_register: bool,
    now: Timestamp,
}

/// Shows the list, or those that a search finds.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(parameters): Query<Parameters>,
) -> Response {
    let page = async {
        let reader = visitor.reader(&LIST_APPLICATIONS)?;
        let every = Page { skip: 0, take: MAX_SEARCHED };
        let mut applications = portal.directory.applications(&reader, every).await?;
        let wanted = parameters.q.trim().to_lowercase();
        applications.retain(|application| {
            application.display_name.to_lowercase().contains(&wanted)
                || application.app_id.to_string() == wanted
        });
        applications.sort_by_cached_key(|application| application.display_name.to_lowercase());
        let found = applications.len();
        let skipped = parameters.page.saturating_mul(PAGE_ROWS);
        let list = List {
            applications: applications.into_iter().skip(skipped).take(PAGE_ROWS).collect(),
            parameters: &parameters,
            found,
            may_register: may_change(&visitor),
            now: portal.directory.clock().now(),
        };
        Ok::<_, Failure>(View {
            content: list.content(),
            ..View::new(Section::Registrations, "App registrations")
        })
    };
    visitor.answer(page.await)
}

impl List<'_> {
    fn content(&self) -> Markup {
        html! {
            form.toolbar method="get" role="search" {
                label { "Search" input type="search" name="q" value=(self.parameters.q) placeholder="Name or application ID"; }
                button type="submit" { "Search" }
                @if self.may_register { a.button.primary.end href="/portal/registrations/new" { "New registration" } }
            }
            @if self.applications.is_empty() {
                @if self.parameters.q.is_empty() && self.parameters.page == 0 {
                    (empty("No applications yet", &html! {
                        p { "An application is what asks for tokens: its ID and a secret identify it in your own organisation and in every customer's that consents." }
                        @if self.may_register { p { a.button.primary href="/portal/registrations/new" { "New registration" } } }
                        @else { p { "An Application Administrator or a Global Administrator of your organisation can register one." } }
                    }))
                } @else {
                    (empty("Nothing found", &html! { p { "No application has this name or ID. " a href="/portal/registrations" { "Show all" } } }))
                }
            } @else {
                (self.table())
                (paging("/portal/registrations", &self.parameters.q, self.parameters.page, self.found))
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label="Applications" {
                table.grid {
                    thead { tr {
                        th scope="col" { "Display name" }
                        th scope="col" { "Application (client) ID" }
                        th scope="col" { "Supported accounts" }
                        th scope="col" { "Created" }
                        th scope="col" { "Certificates & secrets" }
                    } }
                    tbody {
                        @for application in &self.applications {
                            tr {
                                th scope="row" { a href={ "/portal/registrations/" (application.app_id) } { (foreign_text(&application.display_name)) } }
                                td { code { (application.app_id) } }
                                td { @match application.audience {
                                    SignInAudience::AzureADMyOrg => "Single tenant",
                                    SignInAudience::AzureADMultipleOrgs => "Multitenant",
                                } }
                                td { (moment(application.created)) }
                                td { (self.state(application)) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Whether the application can sign in, and for how long.
    fn state(&self, application: &Application) -> Markup {
        let ends = application.passwords.iter().map(|secret| secret.end);
        let last = ends.chain(application.certificates.iter().map(|certificate| certificate.end)).max();
        html! {
            @if application.disabled { span.tag.danger { "switched off" } }
            @match last {
                None => span.tag { "none" },
                Some(end) if end <= self.now => span.tag.danger { "expired" },
                Some(end) if end.since(self.now) < super::credentials::SOON => span.tag.caution { "expires soon" },
                Some(_) => span.tag.good { "current" },
            }
        }
    }
}
