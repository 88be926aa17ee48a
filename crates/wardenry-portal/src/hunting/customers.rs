//! One query over the visitor's own organisation and every customer in whose tenant they may hunt: an outcome for each.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use http::{HeaderValue, StatusCode, header};
use maud::{Markup, html};
use serde_json::{Value, json};
use wardenry_core::calls::RUN_ADVANCED_HUNTING;
use wardenry_core::id::TenantId;
use wardenry_hunting::HuntReader;
use wardenry_web::page::foreign_text;

use super::answer::{Answer, PAGE_ROWS, cell};
use super::page::Draft;
use super::refusal::Refusal;
use super::{json, run, saved};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::state::Portal;
use crate::visitor::Visitor;

/// Organisations that are asked at a time.
const AT_A_TIME: usize = 4;
/// The rows of an answer for the grid, of all organisations together.
const GRID_ROWS: usize = 100_000;
/// No organisation's rows are fewer, if it has them.
const LEAST_ROWS: usize = 100;

/// An organisation in which the visitor may hunt.
#[derive(Debug, Clone)]
pub(super) struct Place {
    id: TenantId,
    name: String,
    reader: HuntReader,
}

/// The visitor's own organisation and the customers, if there is any customer in whose tenant the visitor may hunt.
pub(super) async fn places(portal: &Portal, visitor: &Visitor) -> Result<Vec<Place>, Failure> {
    let own = super::reader(visitor)?;
    let mut places =
        vec![Place { id: visitor.user.tenant(), name: visitor.tenant.display_name.clone(), reader: own }];
    for access in portal.directory.customers_within_reach(&visitor.user, &RUN_ADVANCED_HUNTING).await? {
        if let Ok(reader) = HuntReader::of_advanced_hunting(&access.caller) {
            places.push(Place { id: access.tenant.id, name: access.tenant.display_name.clone(), reader });
        }
    }
    Ok(places)
}

/// Runs a query in all places. The outcomes come in the order of the places; dropping the stream ends what still runs.
fn outcomes(
    portal: &Portal,
    places: Vec<Place>,
    draft: Draft,
    rows: usize,
) -> impl Stream<Item = (Place, Result<Bytes, Refusal>)> + Send + use<> {
    let rows = (rows / places.len().max(1)).max(LEAST_ROWS);
    let draft = Arc::new(draft);
    let portal = portal.clone();
    let ask = move |place: Place| {
        let (portal, draft) = (portal.clone(), Arc::clone(&draft));
        async move {
            let outcome = run::run(&portal, &place.reader, &draft, rows).await;
            (place, outcome)
        }
    };
    stream::iter(places).map(ask).buffered(AT_A_TIME)
}

/// `POST /portal/hunting/run/customers`: for a script.
///
/// First a line of JSON with the organisations; then for each a line of JSON, `{"id", "name", "status", "bytes"}`, and behind it so many
/// bytes of JSON: the answer or the refusal.
pub(super) async fn grid(State(portal): State<Portal>, visitor: Visitor, fields: Fields) -> Response {
    let refused = |status, message: &str| {
        json(status, &json!({ "heading": "The query was not run", "message": message }))
    };
    let places = match places(&portal, &visitor).await {
        Ok(places) => places,
        Err(Failure::Forbidden(reason)) => return refused(StatusCode::FORBIDDEN, &reason),
        Err(_) => return refused(StatusCode::SERVICE_UNAVAILABLE, "The customers cannot be read now."),
    };
    let draft = Draft::of(&fields);
    saved::remember(&portal, &visitor, &draft, true).await;
    let query = draft.query.clone();
    let named: Vec<Value> =
        places.iter().map(|place| json!({ "id": place.id, "name": place.name })).collect();
    let first = format!("{}\n", json!({ "organisations": named }));
    let parts = outcomes(&portal, places, draft, GRID_ROWS).flat_map(move |(place, outcome)| {
        let (status, body) = match outcome {
            Ok(body) => (StatusCode::OK, body),
            Err(refusal) => (refusal.status, Bytes::from(refusal.to_json(&query).to_string())),
        };
        let head =
            json!({ "id": place.id, "name": place.name, "status": status.as_u16(), "bytes": body.len() });
        stream::iter([Bytes::from(format!("{head}\n")), body])
    });
    let all = stream::iter([Bytes::from(first)]).chain(parts).map(Ok::<_, std::convert::Infallible>);
    let mut response = Response::new(Body::from_stream(all));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What became of a query in each organisation.
#[derive(Debug)]
pub(super) struct Outcomes(Vec<(Place, Result<Answer, Refusal>)>);

/// Runs a query in all places, for the page without scripts.
pub(super) async fn run(portal: &Portal, visitor: &Visitor, draft: &Draft) -> Result<Outcomes, Failure> {
    let places = places(portal, visitor).await?;
    let bodies: Vec<_> = outcomes(portal, places, draft.clone(), PAGE_ROWS).collect().await;
    let read = |(place, outcome): (Place, Result<Bytes, Refusal>)| {
        let outcome = match outcome {
            Ok(body) => Ok(Answer::read(&body)?),
            Err(refusal) => Err(refusal),
        };
        Ok((place, outcome))
    };
    Ok(Outcomes(bodies.into_iter().map(read).collect::<Result<_, Failure>>()?))
}

impl Outcomes {
    pub(super) fn render(&self, query: &str) -> Markup {
        // What is wrong with the query is wrong everywhere: it is said once, above.
        let everywhere_wrong = self.0.iter().all(|(_, outcome)| outcome.is_err());
        html! {
            @if everywhere_wrong && let Some((_, Err(refusal))) = self.0.first() { (refusal.render(query)) }
            section.result aria-label="Result" {
                h2 { "Organisations" }
                div.scroll tabindex="0" role="region" aria-label="Organisations" {
                    table.grid {
                        thead { tr { th scope="col" { "Organisation" } th.number scope="col" { "Rows" } th scope="col" { "Outcome" } } }
                        tbody { @for (place, outcome) in &self.0 { tr {
                            th scope="row" { (foreign_text(&place.name)) }
                            @match outcome {
                                Ok(answer) => {
                                    td.number { (answer.statistics.rows) }
                                    td { @if answer.shown < answer.statistics.rows { "first " (answer.shown) " shown" } @else { "complete" } }
                                },
                                Err(refusal) => { td.number {} td.wrap { (foreign_text(&refusal.message)) } },
                            }
                        } } }
                    }
                }
                @if let Some(columns) = self.columns() { (self.table(&columns)) }
            }
        }
    }

    /// The columns of all answers, each once, in the order in which they come.
    fn columns(&self) -> Option<Vec<&str>> {
        let mut columns: Vec<&str> = Vec::new();
        for answer in self.0.iter().filter_map(|(_, outcome)| outcome.as_ref().ok()) {
            for column in &answer.columns {
                if !columns.contains(&column.name.as_str()) {
                    columns.push(&column.name);
                }
            }
        }
        let has_rows =
            |(_, outcome): &(Place, Result<Answer, _>)| outcome.as_ref().is_ok_and(|it| !it.rows.is_empty());
        self.0.iter().any(has_rows).then_some(columns)
    }

    fn table(&self, columns: &[&str]) -> Markup {
        html! {
            h2 { "Rows" }
            div.scroll tabindex="0" role="region" aria-label="Rows" {
                table.grid {
                    thead { tr {
                        th scope="col" { "Organisation" }
                        @for column in columns { th scope="col" { (foreign_text(column)) } }
                    } }
                    tbody {
                        @for (place, outcome) in &self.0 {
                            @if let Ok(answer) = outcome {
                                @for row in &answer.rows { tr {
                                    th scope="row" { (foreign_text(&place.name)) }
                                    @for column in columns {
                                        td { @if let Some(value) = answer.value(row, column) { (cell(value)) } }
                                    }
                                } }
                            }
                        }
                    }
                }
            }
        }
    }
}
