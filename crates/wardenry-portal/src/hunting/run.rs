//! Running a query: for the page without scripts, and for the grid.

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use serde_json::json;
use wardenry_hunting::{Hunt, HuntReader, Shape, Window};

use super::answer::{Answer, PAGE_ROWS};
use super::page::{Draft, Outcome};
use super::refusal::Refusal;
use super::{bytes, customers, json, quota_text, reader, saved};
use crate::fields::Fields;
use crate::state::Portal;
use crate::visitor::Visitor;

/// The rows of an answer for the grid: as many as a query may have at all.
const GRID_ROWS: usize = 100_000;

/// `POST /portal/hunting/run`: the page with the result of its query.
pub(super) async fn page(State(portal): State<Portal>, visitor: Visitor, fields: Fields) -> Response {
    let page = async {
        let reader = reader(&visitor)?;
        let draft = Draft::of(&fields);
        let outcome = if draft.is_for_customers() {
            Outcome::Everywhere(customers::run(&portal, &visitor, &draft).await?)
        } else {
            match run(&portal, &reader, &draft, PAGE_ROWS).await {
                Ok(body) => Outcome::Answer(Answer::read(&body)?),
                Err(refusal) => Outcome::Refused(refusal),
            }
        };
        let is_answered = !matches!(outcome, Outcome::Refused(_));
        saved::remember(&portal, &visitor, &draft, is_answered).await;
        super::page::view(&portal, &visitor, &reader, &draft, &outcome).await
    };
    visitor.answer(page.await)
}

/// `POST /portal/hunting/run/grid`: the same for a script. Closing the request ends the query.
pub(super) async fn grid(State(portal): State<Portal>, visitor: Visitor, fields: Fields) -> Response {
    let Ok(reader) = reader(&visitor) else {
        let refusal = json!({ "heading": "Forbidden", "message": "Your roles do not allow hunting." });
        return json(StatusCode::FORBIDDEN, &refusal);
    };
    let draft = Draft::of(&fields);
    let outcome = run(&portal, &reader, &draft, GRID_ROWS).await;
    // Sample values are asked for by the page, not by somebody's query.
    if fields.text("sample").is_empty() {
        saved::remember(&portal, &visitor, &draft, outcome.is_ok()).await;
    }
    match outcome {
        Ok(body) => bytes(StatusCode::OK, body),
        // The request itself was fine, and browsers complain of answers that say otherwise.
        Err(refusal) => json(StatusCode::OK, &json!({ "refusal": refusal.to_json(&draft.query) })),
    }
}

/// `GET /portal/hunting/quota`: what may still be asked for.
pub(super) async fn quota(State(portal): State<Portal>, visitor: Visitor) -> Response {
    match reader(&visitor) {
        Ok(reader) => {
            let text = quota_text(&portal.hunting.quota_left(&reader));
            json(StatusCode::OK, &json!({ "text": text }))
        }
        Err(_) => json(StatusCode::FORBIDDEN, &json!({})),
    }
}

/// Runs what the form says, in the reader's tenant.
pub(super) async fn run(
    portal: &Portal,
    reader: &HuntReader,
    draft: &Draft,
    rows: usize,
) -> Result<Bytes, Refusal> {
    if draft.query.trim().is_empty() {
        return Err(Refusal::of_text("There is no query yet. Write one, or begin with a table."));
    }
    let now = portal.directory.clock().now();
    let window = match draft.window.as_str() {
        "" => None,
        text => Some(Window::parse(text, now).map_err(|error| Refusal::of_text(&error.to_string()))?),
    };
    let hunt = Hunt { query: draft.query.clone(), window, shape: Shape::Grid { rows } };
    match portal.hunting.run(reader, hunt).await {
        Ok(body) => Ok(body),
        Err(error) => Err(Refusal::of(error, &portal.hunting, reader, &draft.query).await),
    }
}
