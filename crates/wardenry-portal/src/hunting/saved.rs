//! `/portal/hunting/saved`: queries with a name, one's own and those that colleagues share, and what one has run.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use wardenry_core::calls::RUN_ADVANCED_HUNTING;
use wardenry_queries::{NewQuery, Owner, PastQuery, QueryError, QueryId, SavedQuery};
use wardenry_web::page::foreign_text;

use super::page::{Draft, address_of};
use super::reader;
use crate::failure::{Failure, chain};
use crate::fields::Fields;
use crate::frame::{Section, View, form_token};
use crate::parts::{empty, moment};
use crate::state::Portal;
use crate::visitor::Visitor;

/// The characters of a query that a list shows.
const SHOWN_CHARACTERS: usize = 160;

struct Page<'a> {
    visitor: &'a Visitor,
    saved: Vec<SavedQuery>,
    past: Vec<PastQuery>,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct Parameters {
    #[serde(default)]
    done: String,
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::NotFound => Self::NotFound,
            QueryError::Store(error) => {
                tracing::error!("kept queries cannot be read or written: {}", chain(&error));
                Self::Unavailable
            }
            other => Self::Conflict(other.to_string()),
        }
    }
}

/// Whose queries they are.
pub(super) fn owner(visitor: &Visitor) -> Result<Owner, Failure> {
    reader(visitor)?;
    let caller = visitor.user.caller(&RUN_ADVANCED_HUNTING);
    Owner::of(&caller).map_err(|missing| Failure::Forbidden(missing.to_string()))
}

/// Shows what is kept.
pub(super) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    axum::extract::Query(parameters): axum::extract::Query<Parameters>,
) -> Response {
    let page = async {
        let owner = owner(&visitor)?;
        let saved = portal.queries.saved(owner).await?;
        let past = portal.queries.history(owner).await?;
        let page = Page { visitor: &visitor, saved, past };
        Ok(View {
            trail: vec![("Hunting".to_owned(), "/portal/hunting".to_owned())],
            notice: match parameters.done.as_str() {
                "saved" => Some("The query is saved."),
                "shared" => Some("All members of your organisation who may hunt see the query."),
                "unshared" => Some("The query is yours alone."),
                "removed" => Some("The query is removed."),
                "forgotten" => Some("What you have run is forgotten."),
                _ => None,
            },
            content: page.content(),
            ..View::new(Section::Hunting, "Saved queries and history")
        })
    };
    visitor.answer(page.await)
}

/// Saves the query of the hunting form under a name.
pub(super) async fn save(State(portal): State<Portal>, visitor: Visitor, fields: Fields) -> Response {
    let saved = async {
        let draft = Draft::of(&fields);
        let new = NewQuery {
            name: fields.text("name").to_owned(),
            text: draft.query,
            window: draft.window,
            shared: fields.text("shared") == "1",
        };
        portal.queries.save(owner(&visitor)?, visitor.user.name(), new).await?;
        Err(Failure::Elsewhere("/portal/hunting/saved?done=saved".to_owned()))
    };
    let saved = saved.await;
    visitor.answer(saved)
}

/// Shares a query of the visitor with their organisation, or keeps it for the visitor again.
pub(super) async fn share(State(portal): State<Portal>, visitor: Visitor, fields: Fields) -> Response {
    let done = async {
        let shared = fields.text("shared") == "1";
        portal.queries.set_shared(owner(&visitor)?, parsed(fields.text("id"))?, shared).await?;
        let done = if shared { "shared" } else { "unshared" };
        Err(Failure::Elsewhere(format!("/portal/hunting/saved?done={done}")))
    };
    let done = done.await;
    visitor.answer(done)
}

/// Removes a query of the visitor.
pub(super) async fn remove(State(portal): State<Portal>, visitor: Visitor, fields: Fields) -> Response {
    let removed = async {
        portal.queries.remove(owner(&visitor)?, parsed(fields.text("id"))?).await?;
        Err(Failure::Elsewhere("/portal/hunting/saved?done=removed".to_owned()))
    };
    let removed = removed.await;
    visitor.answer(removed)
}

/// Forgets what the visitor has run.
pub(super) async fn forget(State(portal): State<Portal>, visitor: Visitor, _fields: Fields) -> Response {
    let forgotten = async {
        portal.queries.forget(owner(&visitor)?).await?;
        Err(Failure::Elsewhere("/portal/hunting/saved?done=forgotten".to_owned()))
    };
    let forgotten = forgotten.await;
    visitor.answer(forgotten)
}

/// The query of an address, as a draft.
pub(super) async fn draft(portal: &Portal, visitor: &Visitor, id: &str) -> Result<Draft, Failure> {
    let found = portal.queries.find(owner(visitor)?, parsed(id)?).await?;
    Ok(Draft { query: found.text, window: found.window, ..Draft::default() })
}

fn parsed(id: &str) -> Result<QueryId, Failure> {
    id.parse().map(QueryId).map_err(|_| Failure::NotFound)
}

/// Adds to what the visitor has run. That it cannot be kept is no reason to keep the result back.
pub(super) async fn remember(portal: &Portal, visitor: &Visitor, draft: &Draft, is_answered: bool) {
    let outcome = if is_answered { "answered" } else { "refused" };
    let Ok(owner) = owner(visitor) else { return };
    if draft.query.trim().is_empty() {
        return;
    }
    let kept = portal.queries.remember(owner, &draft.query, &draft.window, outcome.to_owned()).await;
    if let Err(error) = kept {
        tracing::warn!("what was run cannot be remembered: {}", chain(&error));
    }
}

/// The beginning of a query, in one line.
fn beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN_CHARACTERS) {
        None => line,
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}

impl Page<'_> {
    fn content(&self) -> Markup {
        html! {
            h2 { "Saved queries" }
            @if self.saved.is_empty() {
                (empty("Nothing saved yet", &html! {
                    p { "Write a query, give it a name below the editor, and it stands here; shared ones stand here for all members of your organisation who may hunt." }
                    p { a.button.primary href="/portal/hunting" { "Write a query" } }
                }))
            } @else { (self.saved()) }
            h2 { "What you have run" }
            @if self.past.is_empty() {
                (empty("Nothing run yet", &html! { p { "The last " (wardenry_queries::MAX_HISTORY) " queries that you run stand here, for you alone." } }))
            } @else { (self.past()) }
        }
    }

    fn saved(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label="Saved queries" {
                table.grid {
                    thead { tr {
                        th scope="col" { "Name" }
                        th scope="col" { "Query" }
                        th scope="col" { "Whose" }
                        th scope="col" { "Saved" }
                        th scope="col" { span.unseen { "Share" } }
                        th scope="col" { span.unseen { "Remove" } }
                    } }
                    tbody { @for query in &self.saved {
                        @let is_own = query.owner == self.visitor.user.id();
                        tr {
                            th.wrap scope="row" { a href={ "/portal/hunting?saved=" (query.id.0) } { (foreign_text(&query.name)) } }
                            td.wrap { code { (foreign_text(&beginning(&query.text))) } }
                            td {
                                @if is_own { "yours" } @else { (foreign_text(&query.owner_name)) }
                                @if query.shared { " " span.tag { "shared" } }
                            }
                            td { (moment(query.changed)) }
                            td { @if is_own {
                                form method="post" action="/portal/hunting/saved/share" {
                                    (form_token(self.visitor))
                                    input type="hidden" name="id" value=(query.id.0);
                                    @if !query.shared { input type="hidden" name="shared" value="1"; }
                                    button.small type="submit" {
                                        @if query.shared { "Stop sharing" } @else { "Share" }
                                        span.unseen { " " (foreign_text(&query.name)) }
                                    }
                                }
                            } }
                            td { @if is_own {
                                form method="post" action="/portal/hunting/saved/remove" {
                                    (form_token(self.visitor))
                                    input type="hidden" name="id" value=(query.id.0);
                                    button.small type="submit" { "Remove" span.unseen { " " (foreign_text(&query.name)) } }
                                }
                            } }
                        }
                    } }
                }
            }
        }
    }

    fn past(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label="What you have run" {
                table.grid {
                    thead { tr {
                        th scope="col" { "When" }
                        th scope="col" { "Query" }
                        th scope="col" { "Outcome" }
                    } }
                    tbody { @for past in &self.past { tr {
                        td { (moment(past.at)) }
                        td.wrap {
                            // An address has an end: a long query is looked up by hand.
                            @let address = address_of(&past.text, &past.window);
                            @let line = beginning(&past.text);
                            @if address.len() < 12_000 { a href=(address) { code { (foreign_text(&line)) } } }
                            @else { code { (foreign_text(&line)) } }
                        }
                        td { (past.outcome) }
                    } } }
                }
            }
            form method="post" action="/portal/hunting/history/forget" {
                (form_token(self.visitor))
                button type="submit" { "Forget what I have run" }
            }
        }
    }
}
