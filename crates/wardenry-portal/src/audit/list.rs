//! `GET /portal/audit`: the log, newest first.

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};
use wardenry_directory::audit::AuditReader;
use wardenry_directory::model::AuditEvent;
use wardenry_directory::store::Page;
use wardenry_web::page::foreign_text;

use super::export::{self, MAX_EXPORTED};
use super::query::AuditQuery;
use crate::failure::Failure;
use crate::frame::{Section, View};
use crate::parts::{actor, empty, moment};
use crate::state::Portal;
use crate::visitor::Visitor;

/// The rows of a page.
const PAGE_ROWS: u32 = 100;
/// The last page: deeper ones are narrowed down by time.
const LAST_PAGE: u32 = 999;

struct List<'a> {
    query: &'a AuditQuery,
    page: u32,
    events: Vec<AuditEvent>,
    more: bool,
}

/// Shows a page of the log.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(query): Query<AuditQuery>,
) -> Response {
    let page = async {
        let reader = AuditReader::of(&visitor.user)?;
        let page = query.page.min(LAST_PAGE);
        // One row more than is shown tells whether there is another page.
        let slice = Page { skip: page * PAGE_ROWS, take: PAGE_ROWS + 1 };
        let mut events = portal.directory.audit_events(&reader, &query.filter(), slice).await?;
        let more = events.len() > PAGE_ROWS as usize && page < LAST_PAGE;
        events.truncate(PAGE_ROWS as usize);
        let content = List { query: &query, page, events, more }.content();
        Ok::<_, Failure>(View { content, ..View::new(Section::Audit, "Audit log") })
    };
    visitor.answer(page.await)
}

impl List<'_> {
    fn content(&self) -> Markup {
        html! {
            (self.form())
            @if self.events.is_empty() {
                @if self.query.is_filtered() || self.page > 0 {
                    (empty("Nothing found", &html! { p { "No event meets these conditions. " a href="/portal/audit" { "Show all" } } }))
                } @else {
                    (empty("Nothing has happened yet", &html! { p { "Every change of the directory, every consent and every sign-in appears here." } }))
                }
            } @else {
                (self.table())
                (self.paging())
            }
        }
    }

    fn form(&self) -> Markup {
        let query = self.query;
        html! {
            form.toolbar method="get" role="search" {
                label { "Text" input type="search" name="q" value=(query.q) maxlength="256" placeholder="Target, detail or address"; }
                label { "Who" input type="search" name="actor" value=(query.actor) maxlength="256" placeholder="User name or ID"; }
                label { "Action" input type="search" name="action" value=(query.action) maxlength="256" placeholder="For example consent"; }
                label { "From" input type="date" name="from" value=(query.first_day()); }
                label { "Until" input type="date" name="until" value=(query.last_day()); }
                button type="submit" { "Search" }
                @if query.is_filtered() { a.button href="/portal/audit" { "Show all" } }
            }
            @if !self.events.is_empty() {
                p.count {
                    "Export what is found, at most the newest " (MAX_EXPORTED) ": "
                    @for (index, format) in export::FORMATS.iter().enumerate() {
                        @if index > 0 { ", " }
                        a href=(query.address(&format!("/portal/audit/export/{}", format.name), 0)) download { (format.title) }
                    }
                }
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label="Events" {
                table.grid {
                    thead { tr {
                        th scope="col" { "When" }
                        th scope="col" { "Who" }
                        th scope="col" { "From where" }
                        th scope="col" { "Action" }
                        th scope="col" { "What" }
                    } }
                    tbody {
                        @for event in &self.events {
                            tr {
                                td { (moment(event.at)) }
                                th scope="row" { (actor(&event.actor)) }
                                td { @match event.address { Some(address) => code { (address) }, None => span.muted { "–" } } }
                                td { code { (foreign_text(event.action)) } }
                                td.wrap { (foreign_text(&event.target)) br; span.aside { (foreign_text(&event.detail)) } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn paging(&self) -> Markup {
        let first = u64::from(self.page) * u64::from(PAGE_ROWS) + 1;
        html! {
            nav.paging aria-label="Pages" {
                @if self.page > 0 { a.button href=(self.query.address("/portal/audit", self.page - 1)) { "Newer" } }
                span { (first) " to " (first + self.events.len() as u64 - 1) }
                @if self.more { a.button href=(self.query.address("/portal/audit", self.page + 1)) { "Older" } }
            }
        }
    }
}
