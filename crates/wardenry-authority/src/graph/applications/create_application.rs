//! `POST /v1.0/applications`: registers an application.

use axum::response::Response;
use http::StatusCode;
use wardenry_core::calls;

use super::super::body::UnreadBody;
use super::super::entity::located;
use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::wire::{CertificateContent, SET, entity};
use super::{publisher_domain, registration_body};

/// Creates the application alone; its service principal is a second call.
pub(in super::super) async fn create_application(
    exchange: Exchange,
    body: UnreadBody,
) -> Result<Response, GraphError> {
    let (admin, reader) = exchange.application_admin(&calls::CREATE_APPLICATION)?;
    let body = body.read().await?;
    let properties = registration_body::read(&body)?;
    body.required("displayName", properties.display_name.as_ref())?;
    let application = exchange.directory().create_application(&admin, properties).await?;
    let domain = publisher_domain(&exchange, &reader).await?;
    let location = format!("{}/v1.0/applications/{}", exchange.origin(), application.id);
    let entity = entity(&application, domain.as_deref(), CertificateContent::Withheld);
    Ok(located(entity.into_answer(StatusCode::CREATED, exchange.origin(), SET), &location))
}
