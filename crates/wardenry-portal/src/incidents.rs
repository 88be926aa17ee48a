//! Incidents: the queue over the visitor's own organisation and all customers, and each incident's page.

mod evidence;
mod graph;
mod queue;
mod queue_query;
mod reach;
mod show;
mod timeline;
mod words;

use axum::Router;
use axum::routing::get;

use crate::state::Portal;

pub(crate) fn router() -> Router<Portal> {
    Router::new()
        .route("/portal/incidents", get(queue::show))
        .route("/portal/incidents/{id}", get(show::show))
}
