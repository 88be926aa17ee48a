//! `GET /v1.0/applications/{id}`: one application.

use axum::response::Response;
use http::StatusCode;
use wardenry_core::calls;

use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::wire::{CertificateContent, PROPERTIES, SET, entity};
use super::{addressed, publisher_domain};

/// Answers with the application. The content of certificates is sent only when `$select` names
/// `keyCredentials`.
pub(in super::super) async fn get_application(exchange: Exchange) -> Result<Response, GraphError> {
    let reader = exchange.reader(&calls::GET_APPLICATION)?;
    let query = exchange.entity_query(&PROPERTIES)?;
    let application = addressed(&exchange, &reader).await?;
    let domain = publisher_domain(&exchange, &reader).await?;
    let content = match &query.select {
        Some(selected) if selected.contains(&"keyCredentials") => CertificateContent::Sent,
        _ => CertificateContent::Withheld,
    };
    let entity = entity(&application, domain.as_deref(), content).select(query.select.as_deref());
    Ok(entity.into_answer(StatusCode::OK, exchange.origin(), SET))
}
