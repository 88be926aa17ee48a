//! `DELETE /v1.0/servicePrincipals/{id}`: shuts an application out of the tenant.

use http::StatusCode;
use wardenry_core::calls;

use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::addressed_id;

/// Deletes the principal with every grant to it and on it.
pub(in super::super) async fn delete_service_principal(exchange: Exchange) -> Result<StatusCode, GraphError> {
    let (admin, reader) = exchange.application_admin(&calls::DELETE_SERVICE_PRINCIPAL)?;
    let id = addressed_id(&exchange, &reader).await?;
    exchange.directory().delete_service_principal(&admin, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
