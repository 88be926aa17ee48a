//! The audit log: who did what when, and from where.

mod export;
mod list;
mod query;

use axum::Router;
use axum::routing::get;

use crate::state::Portal;

pub(crate) fn router() -> Router<Portal> {
    Router::new()
        .route("/portal/audit", get(list::show))
        .route("/portal/audit/export/{format}", get(export::download))
}
