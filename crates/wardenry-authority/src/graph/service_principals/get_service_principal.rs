//! `GET /v1.0/servicePrincipals/{id}`: one service principal.

use axum::response::Response;
use http::StatusCode;
use wardenry_core::calls;

use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::addressed;
use super::wire::{Described, PROPERTIES, SET};

/// Answers with the service principal and the permissions that its application defines.
pub(in super::super) async fn get_service_principal(exchange: Exchange) -> Result<Response, GraphError> {
    let reader = exchange.reader(&calls::GET_SERVICE_PRINCIPAL)?;
    let query = exchange.entity_query(&PROPERTIES)?;
    let principal = addressed(&exchange, &reader).await?;
    let entity = Described::of(&exchange, &reader, principal).await?.entity();
    Ok(entity.select(query.select.as_deref()).into_answer(StatusCode::OK, exchange.origin(), SET))
}
