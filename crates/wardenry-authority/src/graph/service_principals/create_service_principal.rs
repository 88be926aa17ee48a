//! `POST /v1.0/servicePrincipals`: lets an application into the tenant.

use axum::response::Response;
use http::StatusCode;
use wardenry_core::calls;

use super::super::body::UnreadBody;
use super::super::entity::located;
use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::principal_body;
use super::wire::{Described, SET};

/// Gives the application of the body's `appId` a principal, without granting it anything.
pub(in super::super) async fn create_service_principal(
    exchange: Exchange,
    body: UnreadBody,
) -> Result<Response, GraphError> {
    let (admin, reader) = exchange.application_admin(&calls::CREATE_SERVICE_PRINCIPAL)?;
    let body = body.read().await?;
    let app_id = body.required("appId", body.id("appId")?)?;
    let patch = principal_body::read(&body)?;
    let principal = exchange.directory().create_service_principal(&admin, app_id, patch).await?;
    let location = format!("{}/v1.0/servicePrincipals/{}", exchange.origin(), principal.id);
    let entity = Described::of(&exchange, &reader, principal).await?.entity();
    Ok(located(entity.into_answer(StatusCode::CREATED, exchange.origin(), SET), &location))
}
