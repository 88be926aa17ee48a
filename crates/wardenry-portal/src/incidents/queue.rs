//! `GET /portal/incidents`: the queue.

use axum::extract::{Query, State};
use axum::response::Response;
use http::HeaderMap;
use maud::{Markup, html};
use wardenry_core::id::TenantId;
use wardenry_incidents::model::{IncidentStatus, Severity};
use wardenry_incidents::queue::{COUNT_LIMIT, QueueLine, QueuePage};
use wardenry_web::page::foreign_text;

use super::queue_query::{MAX_PAGE, ORDERS, PAGE_LINES, QueueQuery, TIMES};
use super::reach::{self, Readable};
use super::words;
use crate::assets;
use crate::failure::{Failure, chain};
use crate::frame::{Section, View};
use crate::live;
use crate::parts::{empty, moment};
use crate::state::Portal;
use crate::visitor::Visitor;

struct Queue<'a> {
    query: &'a QueueQuery,
    /// The tenants that could be shown.
    readable: &'a [Readable],
    page: QueuePage,
}

/// Shows a page of the queue, or, for live updates, its table alone.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(query): Query<QueueQuery>,
) -> Response {
    let page = async {
        let readable = reach::all(&portal, &visitor).await?;
        let chosen = query.tenant();
        let readers: Vec<_> = readable
            .iter()
            .filter(|readable| chosen.is_none_or(|chosen| chosen == readable.tenant))
            .map(|readable| readable.reader)
            .collect();
        let request = query.request(visitor.user.name(), portal.directory.clock().now());
        let page = portal.incidents.queue(&readers, &request).await.map_err(|error| {
            tracing::error!("the queue cannot be read: {}", chain(&error));
            Failure::Unavailable
        })?;
        Ok::<_, Failure>((readable, page))
    };
    match page.await {
        Ok((readable, page)) => {
            let queue = Queue { query: &query, readable: &readable, page };
            if query.part == "lines" {
                return live::answer(&headers, queue.lines());
            }
            let content = queue.content();
            let scripts = &[assets::LIVE];
            visitor.answer(Ok(View { scripts, content, ..View::new(Section::Incidents, "Incidents") }))
        }
        Err(failure) => visitor.answer(Err(failure)),
    }
}

impl Queue<'_> {
    fn content(&self) -> Markup {
        let live = QueueQuery { part: "lines".to_owned(), ..self.query.clone() };
        html! {
            (self.filters())
            (live::region("lines", &live.address(), self.lines()))
        }
    }

    /// The form that narrows the queue. Its fields stand in the address.
    fn filters(&self) -> Markup {
        let query = self.query;
        let open = std::iter::once(("open", "Open"));
        let states = open
            .chain(IncidentStatus::ALL.iter().map(|status| (status.as_str(), words::status_word(*status))));
        let severities = Severity::ALL.iter().rev().map(|word| (word.as_str(), words::severity_word(*word)));
        let times = TIMES.iter().map(|(value, words, _)| (*value, *words));
        html! {
            form.toolbar method="get" role="search" aria-label="Incidents" {
                label { "Search" input type="search" name="q" value=(query.q) placeholder="Name, tag or ID" maxlength="200"; }
                (select("status", "Status", "Any", &query.status, states))
                (select("severity", "Severity", "Any", &query.severity, severities))
                label { "Owner" input type="text" name="owner" value=(query.owner) list="owners" placeholder="Anybody" autocomplete="off" maxlength="320";
                    datalist id="owners" { option value="me" {} option value="nobody" {} }
                }
                (select("time", "Created", "Any time", &query.time, times))
                @if self.readable.len() > 1 {
                    @let tenants: Vec<(String, &str)> = self.readable.iter().map(|readable| (readable.tenant.to_string(), readable.name.as_str())).collect();
                    (select("tid", "Organisation", "All", &query.tid, tenants.iter().map(|(id, name)| (id.as_str(), *name))))
                }
                @if !query.sort.is_empty() { input type="hidden" name="sort" value=(query.sort); }
                button type="submit" { "Apply" }
                @if query.is_narrowed() { a.button href="/portal/incidents" { "Clear" } }
            }
        }
    }

    /// Count, table and paging: what changes by itself.
    fn lines(&self) -> Markup {
        html! {
            @if self.page.lines.is_empty() { (self.nothing()) } @else {
                p.count { (self.count()) }
                (self.table())
                (self.paging())
            }
        }
    }

    fn nothing(&self) -> Markup {
        if self.query.page() > 0 {
            return empty(
                "The queue is shorter",
                &html! { p { a href=(self.query.on_page(0).address()) { "To the first page" } } },
            );
        }
        if self.query.is_narrowed() {
            return empty(
                "No incident matches",
                &html! { p { "Take a filter away, or " a href="/portal/incidents" { "show all incidents" } "." } },
            );
        }
        empty(
            "No incidents",
            &html! {
                p { "Incidents of your organisation appear here, and those of every customer that has consented to an application of yours that reads incidents." }
                p { a.button href="/portal/registrations" { "App registrations" } }
            },
        )
    }

    fn count(&self) -> String {
        let first = self.query.page() * PAGE_LINES + 1;
        let last = first - 1 + u32::try_from(self.page.lines.len()).unwrap_or(PAGE_LINES);
        let all = if self.page.matching > COUNT_LIMIT {
            format!("more than {COUNT_LIMIT}")
        } else {
            self.page.matching.to_string()
        };
        format!("{first} to {last} of {all}")
    }

    fn table(&self) -> Markup {
        let (order, reversed) = self.query.order();
        let heading = |wanted: &str| {
            let (name, column, title) =
                ORDERS.into_iter().find(|(name, ..)| *name == wanted).unwrap_or(ORDERS[3]);
            // The orders begin with what is most pressing: the newest, the worst; names and stages ascend.
            let ascending = matches!(title, "Incident" | "Status") != reversed;
            let sorted = (order == column).then_some(if ascending { "ascending" } else { "descending" });
            html! {
                th scope="col" aria-sort=[sorted] {
                    a href=(self.query.sorted_by(name, column).address()) {
                        (title) @if let Some(sorted) = sorted { span aria-hidden="true" { @if sorted == "ascending" { " ↑" } @else { " ↓" } } }
                    }
                }
            }
        };
        let several = self.readable.len() > 1;
        html! {
            div.scroll tabindex="0" role="region" aria-label="Incidents" {
                table.grid {
                    thead { tr {
                        @if several { th scope="col" { "Organisation" } }
                        (heading("name")) (heading("severity")) (heading("status"))
                        th scope="col" { "Categories" }
                        th scope="col" class="number" { "Alerts" }
                        th scope="col" { "Owner" }
                        (heading("created")) (heading("updated"))
                    } }
                    tbody { @for line in &self.page.lines { (self.row(line, several)) } }
                }
            }
        }
    }

    fn row(&self, line: &QueueLine, several: bool) -> Markup {
        html! {
            tr {
                @if several { td { (foreign_text(self.name_of(line.tenant))) } }
                th.wrap scope="row" {
                    a href={ "/portal/incidents/" (line.id) "?tid=" (line.tenant) } { (foreign_text(&line.name)) }
                    br;
                    span.muted { (line.id) }
                    @for tag in &line.tags { " " span.tag { (foreign_text(tag)) } }
                }
                td { (words::severity(line.severity)) }
                td { (words::status(line.status)) }
                td { @for (index, category) in line.categories.iter().enumerate() { @if index > 0 { ", " } (foreign_text(&words::spaced(category))) } }
                td.number { (line.alerts) }
                td { @match &line.assigned_to { Some(owner) => (foreign_text(owner)), None => span.muted { "Nobody" } } }
                td { (moment(line.created)) }
                td { (moment(line.last_updated)) }
            }
        }
    }

    fn name_of(&self, tenant: TenantId) -> &str {
        self.readable.iter().find(|readable| readable.tenant == tenant).map_or("", |readable| &readable.name)
    }

    fn paging(&self) -> Markup {
        let page = self.query.page();
        let more = self.page.matching > (page + 1).saturating_mul(PAGE_LINES) && page + 1 < MAX_PAGE;
        html! {
            @if page > 0 || more {
                nav.paging aria-label="Pages" {
                    @if page > 0 { a.button href=(self.query.on_page(page - 1).address()) { "Previous" } }
                    span { "Page " (page + 1) }
                    @if more { a.button href=(self.query.on_page(page + 1).address()) { "Next" } }
                }
            }
        }
    }
}

/// A choice of one, or of any.
fn select<'a>(
    name: &str,
    title: &str,
    any: &str,
    chosen: &str,
    options: impl Iterator<Item = (&'a str, &'a str)>,
) -> Markup {
    html! {
        label {
            (title)
            select name=(name) {
                option value="" { (any) }
                @for (value, words) in options {
                    option value=(value) selected[value.eq_ignore_ascii_case(chosen)] { (words) }
                }
            }
        }
    }
}
