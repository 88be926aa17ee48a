//! `DELETE /v1.0/applications/{id}`: deletes an application for good.

use http::StatusCode;
use wardenry_core::calls;

use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::addressed_id;

/// Deletes the application with its credentials and its principal in the home tenant. There is no
/// recycle bin.
pub(in super::super) async fn delete_application(exchange: Exchange) -> Result<StatusCode, GraphError> {
    let (admin, reader) = exchange.application_admin(&calls::DELETE_APPLICATION)?;
    let id = addressed_id(&exchange, &reader).await?;
    exchange.directory().delete_application(&admin, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
