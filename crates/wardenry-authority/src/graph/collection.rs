//! Lists of objects: gathering the page that was asked for, and its answer.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use wardenry_directory::DirectoryError;
use wardenry_directory::store::Page;

use super::entity::{Entity, context};
use super::exchange::Exchange;
use super::filter::{Filter, Filtered};
use super::query::{self, ListQuery};

/// How many objects are looked at in one go while searching.
const SCAN_CHUNK: u32 = 500;

/// One page of a list.
#[derive(Debug)]
pub(super) struct Found<T> {
    pub(super) items: Vec<T>,
    /// Whether there are more after these.
    more: bool,
    total: Option<usize>,
}

/// Gathers the page that the query asks for. `fetch` gives the objects of a slice of the whole list in
/// order; with a filter, or to count, the list is searched from its beginning.
pub(super) async fn gather<T: Filtered, F: Future<Output = Result<Vec<T>, DirectoryError>>>(
    query: &ListQuery,
    filter: &Filter,
    mut fetch: impl FnMut(Page) -> F,
) -> Result<Found<T>, DirectoryError> {
    let counting = query.count && query.skip == 0;
    if filter.is_empty() && !counting {
        let items = fetch(Page { skip: query.skip, take: query.top + 1 }).await?;
        return Ok(page_of(items, 0, query.top, None));
    }
    let wanted = query.skip.saturating_add(query.top) as usize;
    let mut kept = Vec::new();
    let mut passed = 0;
    let mut skip = 0_u32;
    loop {
        let chunk = fetch(Page { skip, take: SCAN_CHUNK }).await?;
        let last = chunk.len() < SCAN_CHUNK as usize;
        for item in chunk.into_iter().filter(|item| filter.admits(item)) {
            passed += 1;
            if passed > query.skip as usize && passed <= wanted + 1 {
                kept.push(item);
            }
        }
        skip = skip.saturating_add(SCAN_CHUNK);
        if last || (!counting && passed > wanted) {
            break;
        }
    }
    Ok(page_of(kept, 0, query.top, counting.then_some(passed)))
}

/// The page of a list that is there as a whole.
pub(super) fn slice<T>(query: &ListQuery, items: Vec<T>) -> Found<T> {
    let total = (query.count && query.skip == 0).then_some(items.len());
    page_of(items, query.skip, query.top, total)
}

fn page_of<T>(items: Vec<T>, skip: u32, top: u32, total: Option<usize>) -> Found<T> {
    let mut rest = items.into_iter().skip(skip as usize);
    let items = rest.by_ref().take(top as usize).collect();
    Found { items, more: rest.next().is_some(), total }
}

#[derive(Debug, Serialize)]
struct Collection {
    #[serde(rename = "@odata.context")]
    context: String,
    #[serde(rename = "@odata.count", skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    next_link: Option<String>,
    value: Vec<Entity>,
}

impl<T> Found<T> {
    /// The same page with every object turned into something else.
    pub(super) fn map<U>(self, turn: impl FnMut(T) -> U) -> Found<U> {
        Found { items: self.items.into_iter().map(turn).collect(), more: self.more, total: self.total }
    }
}

impl Found<Entity> {
    /// The answer with this page. `set` is what stands in the context for the collection.
    pub(super) fn into_answer(self, exchange: &Exchange, query: &ListQuery, set: &str) -> Response {
        let next_link = self.more.then(|| {
            let uri = exchange.uri();
            let next =
                query::next_page(uri.query().unwrap_or_default(), query.skip.saturating_add(query.top));
            format!("{}{}?{next}", exchange.origin(), uri.path())
        });
        let value = self.items.into_iter().map(|entity| entity.select(query.select.as_deref())).collect();
        Json(Collection { context: context(exchange.origin(), set), count: self.total, next_link, value })
            .into_response()
    }
}
