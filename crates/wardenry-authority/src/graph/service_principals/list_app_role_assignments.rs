//! `GET /v1.0/servicePrincipals/{id}/appRoleAssignments`: what was granted to a client.

use axum::response::Response;
use wardenry_core::calls;

use super::super::collection;
use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::addressed_id;
use super::assignment::{Names, PROPERTIES};

/// Lists assignments, oldest first.
pub(in super::super) async fn list_app_role_assignments(exchange: Exchange) -> Result<Response, GraphError> {
    let reader = exchange.reader(&calls::LIST_APP_ROLE_ASSIGNMENTS)?;
    let query = exchange.list_query(&PROPERTIES)?;
    if query.filter.is_some() {
        return Err(GraphError::unsupported_query("App role assignments cannot be filtered here."));
    }
    let id = addressed_id(&exchange, &reader).await?;
    let assignments = exchange.directory().app_role_assignments(&reader, id).await?;
    let page = collection::slice(&query, assignments);
    let names = Names::of(&exchange, &reader, &page.items).await?;
    let page = page.map(|assignment| names.entity(&assignment));
    Ok(page.into_answer(&exchange, &query, &format!("servicePrincipals('{id}')/appRoleAssignments")))
}
