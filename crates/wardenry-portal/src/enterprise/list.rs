//! `GET /portal/enterprise`: the applications that are let into the organisation.

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};
use wardenry_core::calls::LIST_SERVICE_PRINCIPALS;
use wardenry_core::time::Timestamp;
use wardenry_directory::model::ServicePrincipal;
use wardenry_directory::store::Page;
use wardenry_oauth::consent::PermissionKind;
use wardenry_oauth::risk::Risk;
use wardenry_web::page::{foreign_text, risk_tag};

use super::Publisher;
use crate::failure::Failure;
use crate::frame::{Section, View};
use crate::parts::{PAGE_ROWS, empty, moment, paging};
use crate::state::Portal;
use crate::visitor::Visitor;

/// The most applications that are gone through for a search.
const MAX_SEARCHED: u32 = 10_000;

#[derive(Debug, serde::Deserialize)]
pub(crate) struct Parameters {
    /// A part of the name, or an id.
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: usize,
    /// What has just been done.
    #[serde(default)]
    done: String,
}

struct List<'a> {
    /// The applications of this page, foreign ones first.
    applications: Vec<Row>,
    /// The platform's resources; on the first page only.
    resources: Vec<Row>,
    found: usize,
    parameters: &'a Parameters,
}

struct Row {
    principal: ServicePrincipal,
    publisher: Publisher,
    /// The values of the application permissions that it was granted.
    roles: Vec<String>,
    last_token: Option<Timestamp>,
}

/// Shows the list, or those that a search finds.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(parameters): Query<Parameters>,
) -> Response {
    let page = async {
        let list = find(&portal, &visitor, &parameters).await?;
        let notice = (parameters.done == "deleted")
            .then_some("The application is shut out, and everything that was granted to it is taken back.");
        Ok::<_, Failure>(View {
            notice,
            content: list.content(),
            ..View::new(Section::Enterprise, "Enterprise applications")
        })
    };
    visitor.answer(page.await)
}

async fn find<'a>(
    portal: &Portal,
    visitor: &Visitor,
    parameters: &'a Parameters,
) -> Result<List<'a>, Failure> {
    let reader = visitor.reader(&LIST_SERVICE_PRINCIPALS)?;
    let every = Page { skip: 0, take: MAX_SEARCHED };
    let wanted = parameters.q.trim().to_lowercase();
    let mut found = Vec::new();
    for principal in portal.directory.service_principals(&reader, every).await? {
        let ids = [principal.app_id.to_string(), principal.id.to_string()];
        if principal.display_name.to_lowercase().contains(&wanted) || ids.contains(&wanted) {
            let publisher = Publisher::of(portal, visitor, &principal).await?;
            found.push((principal, publisher));
        }
    }
    found.sort_by_cached_key(|(principal, publisher)| {
        (publisher.rank(), principal.display_name.to_lowercase(), principal.app_id.to_string())
    });
    let (resources, applications): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(_, publisher)| matches!(publisher, Publisher::Platform));
    let found = applications.len();
    let last_tokens = portal.directory.last_tokens(&reader).await?;
    let skipped = parameters.page.saturating_mul(PAGE_ROWS);
    let shown = applications.into_iter().skip(skipped).take(PAGE_ROWS);
    let mut list = List { applications: Vec::new(), resources: Vec::new(), found, parameters };
    let resources = resources.into_iter().filter(|_| parameters.page == 0);
    for (principal, publisher) in shown.chain(resources) {
        let client = portal.directory.client(visitor.tenant.id, principal.app_id).await?;
        let granted = client.as_ref().and_then(|client| client.principal.as_ref());
        let roles =
            granted.iter().flat_map(|facts| facts.app_roles.iter().flat_map(|(_, roles)| roles.clone()));
        let roles = roles.collect();
        let last_token = last_tokens.iter().find(|(app, _)| *app == principal.app_id).map(|(_, at)| *at);
        let rows = match publisher {
            Publisher::Platform => &mut list.resources,
            _ => &mut list.applications,
        };
        rows.push(Row { principal, publisher, roles, last_token });
    }
    Ok(list)
}

impl List<'_> {
    fn content(&self) -> Markup {
        let searching = !self.parameters.q.trim().is_empty() || self.parameters.page > 0;
        html! {
            form.toolbar method="get" role="search" {
                label { "Search" input type="search" name="q" value=(self.parameters.q) placeholder="Name or ID" maxlength="256"; }
                button type="submit" { "Search" }
            }
            @if !self.applications.is_empty() {
                (self.table())
                (paging("/portal/enterprise", &self.parameters.q, self.parameters.page, self.found))
            } @else if searching {
                (empty("Nothing found", &html! { p { "No application has this name or ID. " a href="/portal/enterprise" { "Show all" } } }))
            } @else {
                (empty("No application has been let in", &html! {
                    p { "One appears here when somebody of your organisation consents to it, by the link that its publisher sends, or when an administrator lets it in through the directory." }
                }))
            }
            @if !self.resources.is_empty() { (self.platform()) }
        }
    }

    fn table(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label="Applications" {
                table.grid {
                    thead { tr {
                        th scope="col" { "Name" }
                        th scope="col" { "Publisher" }
                        th scope="col" { "Application permissions" }
                        th scope="col" { "Sign-in" }
                        th scope="col" { "Since" }
                        th scope="col" { "Last token" }
                    } }
                    tbody { @for row in &self.applications { (row.render()) } }
                }
            }
        }
    }

    fn platform(&self) -> Markup {
        html! {
            h2 { "Resources of the platform" }
            p.muted { "What your organisation is licensed for, and what applications ask permissions of. They come with the licence." }
            div.scroll tabindex="0" role="region" aria-label="Resources of the platform" {
                table.grid {
                    thead { tr {
                        th scope="col" { "Name" }
                        th scope="col" { "Application ID" }
                        th scope="col" { "Use" }
                    } }
                    tbody {
                        @for row in &self.resources {
                            tr {
                                th scope="row" { (row.link()) }
                                td { code { (row.principal.app_id) } }
                                td { (row.state()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Row {
    fn render(&self) -> Markup {
        html! {
            tr {
                th scope="row" { (self.link()) }
                td { (self.publisher.render()) }
                td { (self.permissions()) }
                td { (self.state()) }
                td { (moment(self.principal.created)) }
                td { @match self.last_token { Some(at) => (moment(at)), None => span.muted { "none yet" } } }
            }
        }
    }

    fn link(&self) -> Markup {
        html! { a href=(super::Tab::Overview.address(self.principal.id)) { (foreign_text(&self.principal.display_name)) } }
    }

    /// How many, and the worst of them.
    fn permissions(&self) -> Markup {
        let worst = self.roles.iter().max_by_key(|role| Risk::of(PermissionKind::Application, role));
        html! {
            @match worst {
                None => span.muted { "none" },
                Some(worst) => { (self.roles.len()) " " (risk_tag(PermissionKind::Application, worst)) }
            }
        }
    }

    fn state(&self) -> Markup {
        html! {
            @if self.principal.enabled { span.tag.good { "enabled" } }
            @else { span.tag.danger { "disabled" } }
        }
    }
}
