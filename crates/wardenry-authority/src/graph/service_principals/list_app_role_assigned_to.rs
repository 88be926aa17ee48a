//! `GET /v1.0/servicePrincipals/{id}/appRoleAssignedTo`: what was granted on a resource.

use axum::response::Response;
use wardenry_core::calls;
use wardenry_directory::model::AppRoleAssignment;

use super::super::collection;
use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::super::filter::{Filter, Filtered};
use super::addressed_id;
use super::assignment::{Names, PROPERTIES};

/// Lists assignments, oldest first.
pub(in super::super) async fn list_app_role_assigned_to(exchange: Exchange) -> Result<Response, GraphError> {
    let reader = exchange.reader(&calls::LIST_APP_ROLE_ASSIGNED_TO)?;
    let query = exchange.list_query(&PROPERTIES)?;
    if query.filter.is_some() {
        return Err(GraphError::unsupported_query("App role assignments cannot be filtered here."));
    }
    let id = addressed_id(&exchange, &reader).await?;
    let directory = exchange.directory();
    let fetch = |page| directory.app_role_assigned_to(&reader, id, page);
    let page = collection::gather(&query, &Filter::default(), fetch).await?;
    let names = Names::of(&exchange, &reader, &page.items).await?;
    let page = page.map(|assignment| names.entity(&assignment));
    Ok(page.into_answer(&exchange, &query, &format!("servicePrincipals('{id}')/appRoleAssignedTo")))
}

/// Assignments cannot be filtered, but they can be counted.
impl Filtered for AppRoleAssignment {
    fn texts(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}
