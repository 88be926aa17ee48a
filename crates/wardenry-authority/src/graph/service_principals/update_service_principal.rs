//! `PATCH /v1.0/servicePrincipals/{id}`: changes a service principal.

use http::StatusCode;
use wardenry_core::calls;

use super::super::body::UnreadBody;
use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::{addressed_id, principal_body};

/// Sets the members that the body has. `accountEnabled: false` stops new tokens in this tenant.
pub(in super::super) async fn update_service_principal(
    exchange: Exchange,
    body: UnreadBody,
) -> Result<StatusCode, GraphError> {
    let (admin, reader) = exchange.application_admin(&calls::UPDATE_SERVICE_PRINCIPAL)?;
    let id = addressed_id(&exchange, &reader).await?;
    let body = body.read().await?;
    body.refuse_read_only(&["appId"])?;
    exchange.directory().update_service_principal(&admin, id, principal_body::read(&body)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
