//! `POST /v1.0/applications/{id}/addKey`: registers a certificate on the strength of another.

use axum::response::Response;
use wardenry_core::calls;

use super::super::body::UnreadBody;
use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::wire::{self, CertificateContent};
use super::{addressed, key_credential, proof};

/// Adds a certificate beside those that are there.
pub(in super::super) async fn add_key(exchange: Exchange, body: UnreadBody) -> Result<Response, GraphError> {
    let (admin, reader) = exchange.application_admin(&calls::ADD_KEY)?;
    let application = addressed(&exchange, &reader).await?;
    let body = body.read().await?;
    if body.has("passwordCredential") {
        return Err(
            body.invalid("passwordCredential", "private keys are not taken; send the certificate alone")
        );
    }
    let key_credential = body.required("keyCredential", body.object("keyCredential")?)?;
    let certificate = key_credential.required("key", key_credential::read(&key_credential)?)?;
    let proof = body.required("proof", body.text("proof")?)?;
    proof::check(proof, &application, exchange.directory().clock().now())?;
    let added = exchange.directory().add_certificate(&admin, application.id, certificate).await?;
    let entity = wire::key_credential(&added, CertificateContent::Withheld);
    Ok(entity.into_value_answer(exchange.origin(), "microsoft.graph.keyCredential"))
}
