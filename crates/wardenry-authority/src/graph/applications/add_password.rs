//! `POST /v1.0/applications/{id}/addPassword`: makes a client secret.

use axum::response::Response;
use serde_json::{Value, json};
use wardenry_core::calls;
use wardenry_directory::admin::NewPassword;

use super::super::body::UnreadBody;
use super::super::entity::Entity;
use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::addressed_id;

/// Answers with the secret, for the only time.
pub(in super::super) async fn add_password(
    exchange: Exchange,
    body: UnreadBody,
) -> Result<Response, GraphError> {
    let (admin, reader) = exchange.application_admin(&calls::ADD_PASSWORD)?;
    let id = addressed_id(&exchange, &reader).await?;
    let wanted = match body.read().await?.object("passwordCredential")? {
        Some(wanted) => NewPassword {
            display_name: wanted.nullable_text("displayName")?.map(str::to_owned),
            start: wanted.time("startDateTime")?,
            end: wanted.time("endDateTime")?,
        },
        None => NewPassword::default(),
    };
    let (credential, secret) = exchange.directory().add_password(&admin, id, wanted).await?;
    let entity = Entity::new(vec![
        ("customKeyIdentifier", Value::Null),
        ("displayName", json!(credential.display_name)),
        ("endDateTime", json!(credential.end)),
        ("hint", json!(credential.hint)),
        ("keyId", json!(credential.key_id)),
        ("secretText", json!(secret.expose())),
        ("startDateTime", json!(credential.start)),
    ]);
    Ok(entity.into_value_answer(exchange.origin(), "microsoft.graph.passwordCredential"))
}
