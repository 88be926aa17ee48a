//! Small pieces that many pages are made of.

use maud::{Markup, html};
use url::form_urlencoded::Serializer;
use wardenry_core::time::Timestamp;
use wardenry_directory::model::Actor;
use wardenry_oauth::consent::PermissionKind;
use wardenry_web::page::foreign_text;

/// A text that people carry elsewhere, with a button that copies it. The id has to be unique on the page.
pub(crate) fn copyable(id: &str, text: &str) -> Markup {
    html! {
        span.copyable {
            code id=(id) { (text) }
            button.small type="button" data-copy=(id) hidden { "Copy" }
        }
    }
}

/// A point in time, to the minute, in UTC.
pub(crate) fn moment(at: Timestamp) -> Markup {
    let stamp = at.to_error_stamp();
    html! { time datetime=(at) title=(stamp) { (stamp[..16]) " UTC" } }
}

/// What stands where a list has no rows: why, and what to do.
pub(crate) fn empty(heading: &str, onward: &Markup) -> Markup {
    html! { div.state { h2 { (heading) } (onward) } }
}

/// The tabs of an object: title and address, and the address of the one that is shown.
pub(crate) fn tabs(label: &str, tabs: &[(&str, String)], current: &str) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            ul role="list" {
                @for (title, address) in tabs {
                    li { a href=(address) aria-current=[(address == current).then_some("page")] { (title) } }
                }
            }
        }
    }
}

/// What has just been done, as the address that a form has led to says it.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    pub(crate) done: String,
}

/// The rows of a page of a list.
pub(crate) const PAGE_ROWS: usize = 100;

/// The way to the pages of a list before and after this one, counted from 0. The list is at this path, narrowed by a search.
pub(crate) fn paging(path: &str, search: &str, page: usize, found: usize) -> Markup {
    let address = |page: usize| {
        let mut query = Serializer::new(String::new());
        if !search.is_empty() {
            query.append_pair("q", search);
        }
        query.append_pair("page", &page.to_string());
        format!("{path}?{}", query.finish())
    };
    html! {
        @if found > PAGE_ROWS {
            nav.paging aria-label="Pages" {
                @if page > 0 { a.button href=(address(page - 1)) { "Previous" } }
                span { "Page " (page + 1) " of " (found.div_ceil(PAGE_ROWS)) }
                @if (page + 1) * PAGE_ROWS < found { a.button href=(address(page + 1)) { "Next" } }
            }
        }
    }
}

/// The kind of a permission in the words of the platform.
pub(crate) fn kind(kind: PermissionKind) -> &'static str {
    match kind {
        PermissionKind::Application => "Application",
        PermissionKind::Delegated => "Delegated",
    }
}

/// Who did something.
pub(crate) fn actor(actor: &Actor) -> Markup {
    html! {
        @match actor {
            Actor::User { name, .. } => (foreign_text(name)),
            Actor::App { app, .. } => { "Application " code { (app) } },
            Actor::System => span.muted { "The server or its operator" },
        }
    }
}
