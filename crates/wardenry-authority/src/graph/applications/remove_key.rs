//! `POST /v1.0/applications/{id}/removeKey`: withdraws a certificate on the strength of one.

use http::StatusCode;
use wardenry_core::calls;

use super::super::body::UnreadBody;
use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::{addressed, proof};

/// Removes the certificate with the `keyId` of the body, which may be the one that signed the proof.
pub(in super::super) async fn remove_key(
    exchange: Exchange,
    body: UnreadBody,
) -> Result<StatusCode, GraphError> {
    let (admin, reader) = exchange.application_admin(&calls::REMOVE_KEY)?;
    let application = addressed(&exchange, &reader).await?;
    let body = body.read().await?;
    let key_id = body.required("keyId", body.id("keyId")?)?;
    let proof = body.required("proof", body.text("proof")?)?;
    proof::check(proof, &application, exchange.directory().clock().now())?;
    exchange.directory().remove_certificate(&admin, application.id, key_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
