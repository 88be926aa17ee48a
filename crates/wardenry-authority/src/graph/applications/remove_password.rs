//! `POST /v1.0/applications/{id}/removePassword`: withdraws a client secret.

use http::StatusCode;
use wardenry_core::calls;

use super::super::body::UnreadBody;
use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::addressed_id;

/// Removes the secret with the `keyId` of the body.
pub(in super::super) async fn remove_password(
    exchange: Exchange,
    body: UnreadBody,
) -> Result<StatusCode, GraphError> {
    let (admin, reader) = exchange.application_admin(&calls::REMOVE_PASSWORD)?;
    let id = addressed_id(&exchange, &reader).await?;
    let body = body.read().await?;
    let key_id = body.required("keyId", body.id("keyId")?)?;
    exchange.directory().remove_password(&admin, id, key_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
