//! `GET /v1.0/organization`: the tenant itself, as a list of one.

use axum::response::Response;
use serde_json::{Value, json};
use wardenry_core::calls;
use wardenry_oauth::answers::TenantAnswer;

use super::collection;
use super::entity::Entity;
use super::error::GraphError;
use super::exchange::Exchange;

const PROPERTIES: [&str; 5] = ["id", "displayName", "createdDateTime", "tenantType", "verifiedDomains"];

/// Answers with the caller's tenant.
pub(super) async fn get_organization(exchange: Exchange) -> Result<Response, GraphError> {
    let reader = exchange.reader(&calls::GET_ORGANIZATION)?;
    let query = exchange.list_query(&PROPERTIES)?;
    if query.filter.is_some() {
        return Err(GraphError::unsupported_query("There is one organization only; it cannot be filtered."));
    }
    let tenant = exchange.directory().own_tenant(&reader).await?;
    let page = collection::slice(&query, vec![entity(&tenant)]);
    Ok(page.into_answer(&exchange, &query, "organization"))
}

fn entity(tenant: &TenantAnswer) -> Entity {
    let domains: Vec<Value> = tenant
        .domains
        .iter()
        .enumerate()
        .map(|(index, domain)| {
            json!({
                "name": domain,
                "type": "Managed",
                "capabilities": "",
                "isDefault": index == 0,
                "isInitial": index == 0,
            })
        })
        .collect();
    Entity::new(vec![
        ("id", json!(tenant.id)),
        ("displayName", json!(tenant.display_name)),
        ("createdDateTime", json!(tenant.created)),
        ("tenantType", json!("AAD")),
        ("verifiedDomains", Value::Array(domains)),
    ])
}
