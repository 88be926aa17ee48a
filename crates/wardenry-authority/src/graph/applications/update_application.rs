//! `PATCH /v1.0/applications/{id}`: changes an application.

use http::StatusCode;
use wardenry_core::calls;

use super::super::body::UnreadBody;
use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::{addressed_id, registration_body};

/// Sets the members that the body has; a list is replaced as a whole.
pub(in super::super) async fn update_application(
    exchange: Exchange,
    body: UnreadBody,
) -> Result<StatusCode, GraphError> {
    let (admin, reader) = exchange.application_admin(&calls::UPDATE_APPLICATION)?;
    let id = addressed_id(&exchange, &reader).await?;
    let body = body.read().await?;
    if body.has("passwordCredentials") {
        let problem = "secrets are made with addPassword and removed with removePassword";
        return Err(body.invalid("passwordCredentials", problem));
    }
    let patch = registration_body::read(&body)?;
    exchange.directory().update_application(&admin, id, patch).await?;
    Ok(StatusCode::NO_CONTENT)
}
